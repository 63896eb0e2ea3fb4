"""Records, pages and changes as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Complaint
from engine.records import Change, Entry, Record


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
    return {"id": id, "version": version, **values}


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
        "changes": {name: [before, after] for name, (before, after) in entry.changes.items()},
    }


def draw_complaint(complaint: Complaint, language: str) -> dict[str, Any]:
    """Return one complaint."""
    return {"path": complaint.path, "code": complaint.code, "message": complaint.message(language)}
