"""What a transition that runs a rule over all records would do to a few of them: done, looked at, and undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Missing
from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model import TenantModel
from engine.metamodel.model.automation import AutomationModel
from engine.metamodel.model.effects import RunOverAll
from engine.records import Record, RecordService, Unit
from engine.workflow.automations.running import Occasion, Runner
from engine.workflow.effects import Scene
from engine.workflow.effects.service import data_of
from engine.workflow.facts import Lazily, read_subject

MOST = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """A record as it is and as it would be, and the records that would be made of it. ``acted``: it is one of those
    that the rule chooses."""

    before: Record
    after: Record
    made: tuple[Record, ...]
    acted: bool


class _Undo(Exception):
    """Ends a unit whose changes are not to stay."""


class Trying:
    """Tries rules out. Whoever tries must be granted the transition, and sees of the outcome what he may see."""

    def __init__(
        self, records: RecordService, runner: Runner, context_of: Callable[[str, str | None], Context]
    ) -> None:
        self._records, self._runner, self._context_of = records, runner, context_of

    def subject_of(self, model: TenantModel, object: str, transition: str) -> str | None:
        """Return the object over whose records a transition runs a rule; None when it runs none."""
        found = _run_of(model, object, transition)
        return None if found is None else found[1].object

    def try_out(self, ctx: Context, ref: RecordRef, transition: str, ids: Sequence[str]) -> tuple[Tried, ...]:
        """Return what would come of some records. Missing for what is not there, Refused for what is not granted."""
        found = _run_of(self._records.model(ctx), ref.object, transition)
        if found is None:
            raise Missing("no_such_page")
        run, rule = found
        self._records.get(ctx, ref.object, ref.id, ())
        tried: list[Tried] = []
        try:
            with self._records.unit(ctx) as unit:
                unit.policy.require(ref.object, transition)
                data = self._data(unit, ref, run)
                tried += [self._one(unit, ctx, rule, data, id) for id in ids[:MOST]]
                raise _Undo
        except _Undo:
            return tuple(tried)

    def _one(self, unit: Unit, ctx: Context, rule: AutomationModel, data: Mapping[str, Any], id: str) -> Tried:
        before = self._records.get(ctx, rule.object, id)
        event = {"type": "run", "at": unit.now, "data": data}
        occasion = Occasion(key=f"try/{rule.name}/{new_record_id()}", event=event, asks_where=True)
        seen = len(unit.changes)
        unit.chain.id = ""
        unit.chain.acted.clear()
        acted = self._runner.run(self._acting(unit, rule), rule, RecordRef(rule.object, id), occasion)
        unit.settle()
        fresh = [change for change in unit.changes[seen:] if change.before is None and change.after is not None]
        made = tuple(self._seen(ctx, change.object, change.id) for change in fresh)
        return Tried(before, self._records.get(ctx, rule.object, id), tuple(one for one in made if one), acted)

    def _seen(self, ctx: Context, object: str, id: str) -> Record | None:
        try:
            return self._records.get(ctx, object, id)
        except Missing:
            return None

    def _acting(self, unit: Unit, rule: AutomationModel) -> Unit:
        if rule.run_as == "actor":
            return unit
        return self._records.acting(unit, self._context_of(unit.ctx.tenant, None).actor)

    def _data(self, unit: Unit, ref: RecordRef, run: RunOverAll) -> dict[str, Any]:
        names = Lazily(
            {
                "record": lambda: read_subject(unit, ref.object, ref.id).facts,
                "actor": lambda: unit.policy.facts,
                "params": unit.model.param_values,
                "before": lambda: None,
            }
        )
        return data_of(Scene(unit, names, ref), run)


def _run_of(model: TenantModel, object: str, name: str) -> tuple[RunOverAll, AutomationModel] | None:
    life = model.lifecycle_of(object) if object in model.objects else None
    transition = life.transitions.get(name) if life is not None else None
    for effect in transition.do if transition is not None else ():
        if isinstance(effect.verb, RunOverAll) and effect.verb.automation in model.automations:
            return effect.verb, model.automations[effect.verb.automation]
    return None
