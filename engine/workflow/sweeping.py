"""The handler of changes of many records that effects left to the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Missing, TesseraError, Unavailable
from engine.kernel.names import RecordRef
from engine.metamodel.model import TenantModel
from engine.records import RecordService, Unit
from engine.records.ordering import Order, change_given, change_ordered, remove_record
from engine.storage import Incident, note_incident
from engine.workflow.effects import Cause
from engine.workflow.effects.changing import Changing
from engine.workflow.hearing import Heard

SWEEP = "!sweep"


class Sweeper:
    """Works off one part after the other. A record that stands against it is an incident and holds up no other."""

    name = "sweeps"

    def __init__(self, records: RecordService, context_of: Callable[[str, str | None], Context]) -> None:
        self._records, self._context_of = records, context_of
        self._changing = Changing(records)

    def wants(self, model: TenantModel, name: str) -> bool:
        """Tell whether an event is this handler's business."""
        return name == SWEEP

    def act(self, heard: Heard) -> None:
        """Change or remove the records of one part, in one transaction."""
        actor = str(heard.event.facts["actor"])
        ctx = self._context_of(heard.tenant, None if actor == SYSTEM.user else actor)
        self._records.command(ctx, lambda unit: self._part(unit, heard))

    def _part(self, unit: Unit, heard: Heard) -> None:
        facts = heard.event.facts
        if not heard.once(unit.session):
            return
        unit.chain.id, unit.chain.depth = facts["chain"]
        cause = Cause(heard.event.id, heard.event.record, facts["authority"], facts["label"])
        for id, values in facts["rows"]:
            self._one(self._changing.doing(unit, cause), RecordRef(facts["object"], id), values, cause)

    def _one(self, unit: Unit, ref: RecordRef, values: Mapping[str, Any] | None, cause: Cause) -> None:
        try:
            with unit.part():
                if values is None:
                    found = self._records.get(unit.ctx, ref.object, ref.id, ("id",))
                    remove_record(unit, ref.object, ref.id, found.version)
                elif cause.authority == "actor":
                    change_given(unit, ref.object, ref.id, values)
                else:
                    change_ordered(unit, ref.object, ref.id, _order(unit, ref.object, values))
        except Unavailable:
            raise
        except Missing:
            # it is gone meanwhile, and nothing is left to do
            return
        except TesseraError as error:
            incident = Incident("sweep", cause.label, ref.object, ref.id, error.code, str(error), unit.chain.id)
            note_incident(unit.session, incident, unit.now)


def _order(unit: Unit, object: str, values: Mapping[str, Any]) -> Order:
    plan = unit.plans.of(object)
    lines = {name: value for name, value in values.items() if name in plan.lines}
    typed = {
        name: None if value is None else plan.reader_of(name)(value, unit.ctx.zone)
        for name, value in values.items()
        if name not in lines
    }
    return Order(typed, lines)
