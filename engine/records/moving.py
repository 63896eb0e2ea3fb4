"""Moving a record along its life-cycle: the one way to change the state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Malformed
from engine.metamodel.definitions.guess import guess
from engine.records.batch import Batch
from engine.records.change import Change
from engine.records.draft import Draft
from engine.records.saving import save
from engine.records.unit import Unit


def move(unit: Unit, object: str, id: str, version: int | None, name: str, given: Mapping[str, Any]) -> Change:
    """Perform a transition: from, who, when; then a save with what it asks, sets, requires and checks."""
    plan = unit.plans.of(object)
    unit.policy.require(object, "read")
    known = {} if plan.life is None else plan.life.transitions
    if name not in known:
        raise Malformed("unknown_transition", object=object, transition=name, guess=guess(name, known))
    transition = known[name]
    draft = Draft(plan, "update", id, given, expected=version, transition=transition, opened=frozenset(transition.ask))
    for field in given:
        if field not in transition.ask and field in unit.policy.readable(object):
            draft.complain(field, "field_not_writable", field=field)
    changes = save(Batch(plan, [draft]), unit)
    return changes[0]
