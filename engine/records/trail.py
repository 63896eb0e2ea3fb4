"""The trail of changes: entries of the audit and events for the outbox, as JSON values, secrets left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.kernel.events import Event
from engine.kernel.names import RecordRef, new_record_id
from engine.metamodel.model import ObjectModel
from engine.records.change import Change
from engine.records.unit import Unit
from engine.storage import Reference
from engine.storage.audit import AuditEntry, append_audit
from engine.storage.outbox import append_events

UNTOLD = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})
UNREAD = "***"
_PAST = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "restore": "restored",
    "purge": "purged",
    "recompute": "recomputed",
}


def keep_trail(changes: Sequence[Change], unit: Unit) -> None:
    """Write one entry per change."""
    if not changes:
        return
    ctx = unit.ctx
    entries = [
        AuditEntry(
            unit.now,
            unit.user,
            change.object,
            change.id,
            change.version,
            change.action,
            differences(unit.model.objects[change.object], change.before, change.after),
            ctx.request_id[:100],
            unit.cause,
        )
        for change in changes
    ]
    append_audit(unit.session, *entries)


def announce_changes(changes: Sequence[Change], unit: Unit) -> None:
    """Write one event per change."""
    events = []
    for change in changes:
        past = _PAST.get(change.action, change.action)
        facts = {"actor": unit.user, "action": change.action, "changed": sorted(change.changed - UNTOLD)}
        record = RecordRef(change.object, change.id)
        events.append(Event(new_record_id(), f"{change.object}.{past}", record, change.version, facts))
    if events:
        append_events(unit.session, events, unit.now)


def differences(
    object: ObjectModel, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, list[Any]]:
    """Return the fields that differ, as [before, after] in JSON values."""
    old, new = before or {}, after or {}
    found: dict[str, list[Any]] = {}
    for name, field in object.fields.items():
        if name in UNTOLD or (name not in old and name not in new):
            continue
        one, other = old.get(name), new.get(name)
        if one == other:
            continue
        if field.type == "secret":
            found[name] = [UNREAD if one is not None else None, UNREAD if other is not None else None]
        else:
            found[name] = [as_json(one), as_json(other)]
    return found


def as_json(value: Any) -> Any:
    """Return a typed value as JSON: decimals, dates and durations as text."""
    convert = _JSON.get(type(value))
    return value if convert is None else convert(value)


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return f"{'-' if seconds < 0 else ''}PT{abs(seconds)}S"


_JSON: Mapping[type, Any] = {
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    time: time.isoformat,
    datetime: lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    timedelta: _duration,
    Reference: lambda value: {"object": value.object, "id": value.id},
}
