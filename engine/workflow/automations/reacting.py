"""Rules that changes of records raise: at once inside the transaction, or by a row of the outbox for later (A4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.events import Event
from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model import TenantModel
from engine.metamodel.model.automation import AutomationModel, OnRecord
from engine.records import Change, Unit
from engine.records.plain import as_json
from engine.storage import append_events
from engine.workflow.automations.matching import raised_by, rules_of
from engine.workflow.automations.running import Occasion, Runner, Seen, reads_before

# names of outbox rows that hold a rule to run; no object can be called so
MARK = "#rule."


class RuleReaction:
    """The subscriber for objects that rules watch."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def concerns(self, model: TenantModel, object: str) -> bool:
        return bool(rules_of(model, object))

    def react(self, unit: Unit, changes: Sequence[Change]) -> None:
        later: list[Event] = []
        for change in changes:
            record = RecordRef(change.object, change.id)
            raised = raised_by(unit.model, change)
            seen = Seen([rule for rule in raised if rule.phase == "in_tx"])
            for rule in raised:
                if self._runner.too_deep(unit, rule, record):
                    continue
                if rule.phase == "in_tx":
                    self._now(unit, rule, change, seen)
                else:
                    later.append(event_of(unit, rule, record, change))
        append_events(unit.session, later, unit.now)

    def _now(self, unit: Unit, rule: AutomationModel, change: Change, seen: Seen) -> None:
        unit.chain.step()
        occasion = Occasion(
            key=f"rule/{rule.name}/{new_record_id()}",
            event={"type": event_type(rule), "at": unit.now, "data": {}},
            before=change.before,
            gone=change.after is None,
            seen=seen,
        )
        self._runner.run(unit, rule, RecordRef(change.object, change.id), occasion)


def event_type(rule: AutomationModel) -> str:
    """Return what an event is called in ``event.type``."""
    return rule.on.what if isinstance(rule.on, OnRecord) else type(rule.on).__name__.removeprefix("On").lower()


def event_of(
    unit: Unit, rule: AutomationModel, record: RecordRef, change: Change | None, data: Mapping[str, Any] | None = None
) -> Event:
    """Return the row that lets a rule act after the commit; it goes on with the chain of this command."""
    if not unit.chain.id:
        unit.chain.id = str(new_record_id())
    facts: dict[str, Any] = {
        "rule": rule.name,
        "actor": unit.user,
        "chain": [unit.chain.id, unit.chain.depth + 1],
        "event": {"type": event_type(rule), "data": dict(data or {})},
    }
    if change is not None and change.before is not None:
        gone = change.after is None
        wanted = change.before.keys() if gone else reads_before(rule) & change.before.keys()
        facts["before"] = {name: as_json(change.before[name]) for name in sorted(wanted)}
        facts["gone"] = gone
    return Event(str(new_record_id()), f"{MARK}{rule.name}", record, 0 if change is None else change.version, facts)
