"""The effect ``evaluate``: a decision of the pack, asked with values; its answer goes into a field of the subject."""

from __future__ import annotations

from typing import Any

from engine.kernel.errors import Rejected
from engine.metamodel.model.effects import EvaluateTable
from engine.records.results import DoesNotFit, fitted
from engine.workflow.effects.cause import Cause
from engine.workflow.effects.changing import Changing
from engine.workflow.effects.scene import Scene


def evaluate_table(scene: Scene, effect: EvaluateTable, cause: Cause, changing: Changing) -> None:
    """Evaluate a decision and keep what it says."""
    changing.order(scene, scene.subject, {effect.into: answer_of(scene, effect)}, {}, cause)


def answer_of(scene: Scene, effect: EvaluateTable) -> Any:
    """Return what a decision says, as its field holds it."""
    found = scene.unit.model.decisions.get(effect.decision)
    if found is None:
        raise Rejected("decision_unknown", decision=effect.decision)
    given = {
        name: value.value if value.expression is None else scene.value(value.expression)
        for name, value in effect.values.items()
    }
    scene.unit.run.restart()
    answer = found.table.evaluate(given, scene.unit.run)
    field = scene.unit.model.objects[scene.subject.object].fields[effect.into]
    try:
        return fitted(field, answer)
    except DoesNotFit:
        raise Rejected("value_does_not_fit", field=field.name) from None
