"""The trail of changes: entries of the audit and events for the outbox, as JSON values, secrets left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.events import Event
from engine.kernel.names import RecordRef, new_record_id
from engine.records.adjustments import rests_on
from engine.records.change import Change
from engine.records.plain import as_json
from engine.records.plan import ObjectPlan
from engine.records.unit import Unit
from engine.storage.audit import AuditEntry, append_audit

Differences = dict[str, list[Any]]
Told = tuple[Change, Differences]

UNREAD = "***"
_PAST = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "restore": "restored",
    "purge": "purged",
    "recompute": "recomputed",
}


def tell(changes: Sequence[Change], unit: Unit) -> list[Told]:
    """Return each change with the fields that it made differ."""
    return [(change, differences(unit.plans.of(change.object), change.before, change.after)) for change in changes]


def keep_trail(told: Sequence[Told], unit: Unit) -> None:
    """Write one entry and one event per change, in its transaction."""
    unit.append_trail([(_entry(change, fields, unit), _event(change, fields, unit)) for change, fields in told])
    sources = unit.plans.rule_sources
    if sources and any(rests_on(sources, change) for change, _ in told):
        unit.facts_changed()


def _entry(change: Change, fields: Differences, unit: Unit) -> AuditEntry:
    return AuditEntry(
        unit.now,
        unit.user,
        change.object,
        change.id,
        change.version,
        change.action,
        fields,
        unit.ctx.request_id[:100],
        unit.cause,
    )


def _event(change: Change, fields: Differences, unit: Unit) -> Event:
    name = f"{change.object}.{_PAST.get(change.action, change.action)}"
    facts = {"actor": unit.user, "action": change.action, "changed": list(fields)}
    return Event(new_record_id(), name, RecordRef(change.object, change.id), change.version, facts)


def note_act(unit: Unit, ref: RecordRef, version: int, action: str, past: str) -> None:
    """Write that something was done with a record that did not change it, and tell it as an event of its own."""
    entry = AuditEntry(
        unit.now, unit.user, ref.object, ref.id, version, action, {}, unit.ctx.request_id[:100], unit.cause
    )
    append_audit(unit.session, entry)
    facts = {"actor": unit.user, "action": action, "changed": []}
    unit.append_events([Event(new_record_id(), f"{ref.object}.{past}", ref, version, facts)])


def differences(plan: ObjectPlan, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Differences:
    """Return the fields that differ, as [before, after] in JSON values."""
    found: Differences = {}
    if before is None:
        for name, value in (after or {}).items():
            if value is not None and name in plan.told:
                found[name] = [None, as_json(value)]
    else:
        new = after or {}
        for name in {**before, **new}:
            one, other = before.get(name), new.get(name)
            if one != other and name in plan.told:
                found[name] = [as_json(one), as_json(other)]
    for name in plan.secrets & (after or {}).keys() if plan.secrets else ():
        if before is not None or name in found:
            found[name] = [None if before is None else UNREAD, None if (after or {})[name] is None else UNREAD]
    return found
