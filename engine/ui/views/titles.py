"""Records called by their titles, where a reading gives ids alone: lists of references, and the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.metamodel.model import FieldModel, ObjectModel
from engine.records import Entry, Listing
from engine.storage import Reference
from engine.ui.door import Call

_MOST_TITLES = 200
_USERS = "user"
_LISTS = frozenset({"references", "users"})


def read_trail(call: Call, found: ObjectModel, id: str) -> tuple[Entry, ...]:
    """Return what happened to a record, the latest first."""
    entries = call.services.records.history(call.context, found.name, id)
    pairs = [
        (found.fields[name], value)
        for entry in entries
        for name, pair in entry.changes.items()
        if name in found.fields
        for value in pair
    ]
    titles = read_titles(call, pairs)
    if not titles:
        return tuple(entries)
    return tuple(
        replace(
            entry,
            changes={
                name: tuple(called(found.fields.get(name), value, titles) for value in pair)
                for name, pair in entry.changes.items()
            },
        )
        for entry in entries
    )


def with_titles(call: Call, found: ObjectModel, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of a record, those of several references with their titles."""
    listed = [(found.fields[name], value) for name, value in values.items() if name in found.fields and value]
    titles = read_titles(call, [pair for pair in listed if pair[0].type in _LISTS])
    if not titles:
        return values
    return {name: called(found.fields.get(name), value, titles) for name, value in values.items()}


def read_titles(call: Call, pairs: Iterable[tuple[FieldModel, Any]]) -> Mapping[str, str]:
    """Return the titles of the records that values point to, as far as the reader may see them."""
    wanted: dict[str, set[str]] = {}
    for field, value in pairs:
        ids = set(_ids(field, value))
        if ids:
            wanted.setdefault(_target(field), set()).update(ids)
    return {id: title for target, ids in wanted.items() for id, title in _read(call, target, ids)}


def called(field: FieldModel | None, value: Any, titles: Mapping[str, str]) -> Any:
    """Return a value with the titles of the records that it points to."""
    if isinstance(value, Reference) and not value.title:
        return replace(value, title=titles.get(value.id))
    if field is not None and field.type in _LISTS and isinstance(value, list | tuple):
        return [Reference(part, titles.get(part)) if isinstance(part, str) else part for part in value]
    return value


def _ids(field: FieldModel, value: Any) -> Iterator[str]:
    if isinstance(value, Reference):
        if not value.title:
            yield value.id
    elif field.type in _LISTS and isinstance(value, Sequence) and not isinstance(value, str):
        yield from (part for part in value if isinstance(part, str))


def _target(field: FieldModel) -> str:
    if field.type in ("user", "users"):
        return _USERS
    return field.targets[0] if len(field.targets) == 1 else ""


def _read(call: Call, target: str, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    if target == _USERS:
        for user in call.services.auth.accounts.all(call.caller.tenant):
            yield user.id, user.name
        return
    desk = call.desk
    if target not in desk.model.objects or not desk.may(target, "read"):
        return
    listed = ", ".join(f'"{id}"' for id in sorted(ids)[:_MOST_TITLES])
    listing = Listing(target, where=f"id in ({listed})", fields=desk.called(target), limit=_MOST_TITLES)
    for record in call.services.records.list(call.context, listing).records:
        yield record.id, str(desk.title_of(target, record.values) or "")
