"""Rules after the commit: an outbox row becomes one run in a transaction of its own, on the record as it is then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import TesseraError, Unavailable
from engine.metamodel.model import FieldModel, TenantModel
from engine.metamodel.model.automation import AutomationModel, OnEvent
from engine.records import RecordService, Unit
from engine.storage import Incident, append_events, note_incident
from engine.workflow.automations.matching import in_order
from engine.workflow.automations.reacting import MARK, event_of
from engine.workflow.automations.running import Occasion, Runner
from engine.workflow.hearing import Heard

EMITTED = "!emit"


class AfterCommit:
    """The handler of rows that hold a rule, and of events that packs emit."""

    name = "automations"

    def __init__(
        self, records: RecordService, runner: Runner, context_of: Callable[[str, str | None], Context]
    ) -> None:
        self._records, self._runner, self._context_of = records, runner, context_of

    def wants(self, model: TenantModel, name: str) -> bool:
        """Tell whether an event is this handler's business."""
        return name.startswith(MARK) or (name == EMITTED and any(listening(model, None)))

    def act(self, heard: Heard) -> None:
        """Run what an event asks for; what cannot succeed later is noted as an incident and done with."""
        own = self._context_of(heard.tenant, None)
        if heard.event.name == EMITTED:
            self._records.command(own, lambda unit: self._emitted(unit, heard))
            return
        try:
            ctx = self._context_of(heard.tenant, heard.event.facts.get("actor"))
            self._records.command(ctx, lambda unit: self._run(unit, heard))
        except Unavailable:
            raise
        except TesseraError as error:
            self._note(own, heard, error)

    def _run(self, unit: Unit, heard: Heard) -> None:
        facts, record = heard.event.facts, heard.event.record
        rule = unit.model.automations.get(facts["rule"])
        if rule is None or not rule.enabled or not heard.once(unit.session, rule.name):
            return
        unit.chain.id, unit.chain.depth = facts["chain"]
        occasion = Occasion(
            key=f"rule/{rule.name}/{heard.event.id}",
            event={**facts.get("event", {}), "at": unit.now},
            before=self._before(unit, record.object, facts.get("before")),
            gone=bool(facts.get("gone")),
        )
        self._runner.run(unit, rule, record if record.id else None, occasion)

    def _emitted(self, unit: Unit, heard: Heard) -> None:
        """Let the rules that listen to an event act, each by a row of its own."""
        facts = heard.event.facts
        if not heard.once(unit.session, "emitted"):
            return
        unit.chain.id, depth = facts.get("chain") or ["", 0]
        unit.chain.depth = depth
        rules = listening(unit.model, facts.get("event"))
        rows = [event_of(unit, rule, heard.event.record, None, facts.get("data")) for rule in rules]
        append_events(unit.session, rows, unit.now)

    def _before(self, unit: Unit, object: str, told: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Return typed values for what stands in the row as JSON."""
        if told is None:
            return None
        plan = unit.plans.of(object)
        fields = plan.object.fields
        return {
            # who made or changed it stands there as the engine wrote it: that may be the engine itself
            name: value
            if value is None or _written_by_engine(fields[name])
            else plan.reader_of(name)(value, unit.ctx.zone)
            for name, value in told.items()
            if name in fields and fields[name].type not in ("lines", "secret")
        }

    def _note(self, ctx: Context, heard: Heard, error: TesseraError) -> None:
        facts, record = heard.event.facts, heard.event.record
        chain = str(facts["chain"][0])
        with self._records.unit(ctx) as unit:
            if heard.once(unit.session, facts["rule"]):
                found = Incident("automation", facts["rule"], record.object, record.id, error.code, str(error), chain)
                note_incident(unit.session, found, unit.now)


def _written_by_engine(field: FieldModel) -> bool:
    return field.system and field.type == "user"


def listening(model: TenantModel, event: str | None) -> tuple[AutomationModel, ...]:
    """Return the rules that listen to an event; None: to any."""
    rules = model.automations.values()
    return in_order(
        [
            rule
            for rule in rules
            if rule.enabled and isinstance(rule.on, OnEvent) and (event is None or rule.on.event == event)
        ]
    )
