"""Records, pages and changes as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Complaint
from engine.records import Change, Entry, Record
from engine.storage import Reference


def draw_record(record: Record) -> dict[str, Any]:
    """Return a record as it is answered: its fields by name, and beside them what may be done with it."""
    drawn = draw_values(record.id, record.version, record.values)
    for name, lines in record.lines.items():
        drawn[name] = [draw_values(line.id, line.version, line.values) for line in lines]
    drawn["_allowed"] = sorted(record.allowed)
    if record.masked:
        drawn["_masked"] = sorted(record.masked)
    return drawn


def draw_values(id: str, version: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of one row."""
    drawn: dict[str, Any] = {"id": id, "version": version}
    for name, value in values.items():
        drawn[name] = draw_value(value)
    return drawn


def draw_value(value: Any) -> Any:
    """Return a value as JSON knows it, where orjson would write something else."""
    if isinstance(value, Reference):
        drawn = {"id": value.id, "title": value.title}
        return drawn if value.object is None else {"object": value.object, **drawn}
    if isinstance(value, (list, tuple)):
        return [draw_value(part) for part in value]
    return value


def draw_change(change: Change, language: str) -> dict[str, Any]:
    """Return what came of a change: enough to go on without reading the record."""
    drawn: dict[str, Any] = {"id": change.id, "version": change.version}
    if change.warnings:
        drawn["warnings"] = [draw_complaint(warning, language) for warning in change.warnings]
    return drawn


def draw_entry(entry: Entry) -> dict[str, Any]:
    """Return one change in the life of a record."""
    return {
        "at": entry.at,
        "actor": {"id": entry.actor, "title": entry.actor_name},
        "action": entry.action,
        "version": entry.version,
        "changes": {name: [draw_value(before), draw_value(after)] for name, (before, after) in entry.changes.items()},
    }


def draw_complaint(complaint: Complaint, language: str) -> dict[str, Any]:
    """Return one complaint."""
    return {"path": complaint.path, "code": complaint.code, "message": complaint.message(language)}
