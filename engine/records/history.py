"""Reading the trail of a record: for its page, under the reader's policy, and for a writer who came too late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.access import mask
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan
from engine.records.seen import Key, seen_titles
from engine.records.shapes import Wrong
from engine.records.unit import Unit
from engine.storage import Reference
from engine.storage.audit import AuditEntry, read_audit
from engine.storage.fetching import USERS, Want, fetch

MOST_ENTRIES = 500
# of an entry that tells of a merger: the records that went into this one
MERGED = "_merged"
# of an entry of one of these: the record that it went into
STAYS = "_stays"


@dataclass(frozen=True, slots=True)
class Entry:
    """A change in the life of a record. ``changes`` maps fields to (before, after) by their typed values; ``request``
    is what it came by, the same for all that one command changed."""

    id: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    version: int
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    request: str = ""


def what_changed(unit: Unit, object: str, id: str, since: int) -> list[str]:
    """Return the fields that changed after a version, those left out that the actor may not see."""
    readable = unit.policy.readable(object)
    return sorted(
        {name for entry in _entries_since(unit, object, id, since) for name in entry.changes if name in readable}
    )


def only_recomputed(unit: Unit, draft: Draft) -> bool:
    """Tell whether nothing but the engine's own calculation changed the record since the expected version."""
    expected = draft.expected or 0
    if expected > draft.version or draft.version - expected > MOST_ENTRIES:
        return False
    entries = _entries_since(unit, draft.plan.name, draft.id, expected)
    return len(entries) == draft.version - expected and all(entry.action == "recompute" for entry in entries)


def read_entries(plan: ObjectPlan, id: str, unit: Unit, sights: Mapping[str, str], limit: int) -> list[Entry]:
    """Return what happened to a record, the latest first; ``sights`` are the fields that are not in clear."""
    entries = read_audit(unit.session, plan.name, id, limit=min(limit, MOST_ENTRIES))
    names = _names(unit, {entry.actor for entry in entries})
    titles = _Titles(plan, entries, unit)
    readable = unit.policy.readable(plan.name)
    return [
        Entry(
            entry.id,
            entry.at,
            entry.actor,
            names.get(entry.actor, ""),
            entry.action,
            entry.version,
            {
                name: _pair(plan, name, pair, sights.get(name), titles)
                for name, pair in entry.changes.items()
                if (name in readable and sights.get(name) != "hidden") or name in (MERGED, STAYS)
            },
            entry.request_id,
        )
        for entry in entries
    ]


def _entries_since(unit: Unit, object: str, id: str, since: int) -> list[AuditEntry]:
    return [entry for entry in read_audit(unit.session, object, id, limit=MOST_ENTRIES) if entry.version > since]


def _names(unit: Unit, users: Iterable[str]) -> Mapping[str, str]:
    want = Want(USERS, (("name",),))
    return {tree["id"]: tree["name"] for tree in fetch(unit.session, unit.catalog, want, users)}


def _pair(plan: ObjectPlan, name: str, pair: Any, sight: str | None, titles: _Titles) -> tuple[Any, Any]:
    if sight == "masked":
        return mask(pair[0]), mask(pair[1])
    return _typed(plan, name, pair[0], titles), _typed(plan, name, pair[1], titles)


def _typed(plan: ObjectPlan, name: str, value: Any, titles: _Titles) -> Any:
    """Return a value of the trail as it would be read from the record; what its field no longer fits stays text."""
    if name == MERGED:
        return [found for id in value or () if (found := titles.pointer(plan.name, id)) is not None]
    if name == STAYS:
        return titles.pointer(plan.name, str(value)) if value is not None else None
    model = plan.object.fields.get(name)
    if value is None or model is None:
        return value
    if name in plan.pointers and isinstance(value, str):
        return titles.pointer(plan.pointers[name], value)
    if model.type == "references" and isinstance(value, list):
        return [one for one in value if titles.pointer(model.targets[0], str(one)) is not None]
    try:
        read = plan.reader_of(name)(value, titles.unit.ctx.zone)
    except Wrong:
        return value
    if isinstance(read, Reference) and read.object is not None:
        return titles.pointer(read.object, read.id, read.object)
    return read


class _Titles:
    """The titles of what a trail points to, as far as the reader may see it now; the rest reads as nothing."""

    def __init__(self, plan: ObjectPlan, entries: Iterable[AuditEntry], unit: Unit) -> None:
        self.unit = unit
        wanted: set[Key] = set()
        for entry in entries:
            for name, pair in entry.changes.items():
                for value in pair:
                    wanted.update(_pointed(plan, name, value))
        self._titles = seen_titles(unit, wanted)

    def pointer(self, object: str, id: str, told: str | None = None) -> Reference | None:
        """Return a reference to a record that the reader sees, None for any other."""
        return Reference(id, self._titles[object, id], told) if (object, id) in self._titles else None


def _pointed(plan: ObjectPlan, name: str, value: Any) -> Iterator[Key]:
    model = plan.object.fields.get(name)
    if name == MERGED:
        yield from ((plan.name, str(one)) for one in value or ())
    elif name == STAYS and value is not None:
        yield plan.name, str(value)
    elif name in plan.pointers and isinstance(value, str):
        yield plan.pointers[name], value
    elif isinstance(value, dict) and plan.is_any_reference(name):
        yield str(value.get("object")), str(value.get("id"))
    elif model is not None and model.type == "references" and isinstance(value, list):
        yield from ((model.targets[0], str(one)) for one in value)
