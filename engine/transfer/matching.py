"""Which records of a file are there already, and which lines they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import ObjectModel
from engine.records import Unit
from engine.records.shapes import Wrong
from engine.storage.fetching import Twin, Want, fetch, taken
from engine.transfer.binding import BoundImport


@dataclass(frozen=True, slots=True)
class There:
    """A record that exists."""

    id: str
    version: int


def known_ids(unit: Unit, bound: BoundImport, inputs: Sequence[Mapping[str, Any]]) -> list[There | None]:
    """Return the record of each input, recognised by its id or by the key of the import."""
    name = bound.object.name
    if bound.sheet.id_place is not None:
        ids = [given.get("id") for given in inputs]
    else:
        key = tuple(one.field.name for one in bound.key)
        values = [_values(unit, name, key, given) for given in inputs]
        rows = taken(unit.session, unit.catalog, Twin(name, key), 0, [found[0] for found in values if found])
        known = {tuple(rest): id for id, *rest in rows}
        ids = [None if found is None else known.get(found) for found in values]
    trees = fetch(unit.session, unit.catalog, Want(name, (("version",),)), [id for id in ids if id])
    versions = {tree["id"]: tree["version"] for tree in trees}
    return [There(id, versions[id]) if id and id in versions else None for id in ids]


def line_ids(unit: Unit, object: ObjectModel, field: str, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the ids of the lines of each record, in their order."""
    one = object.fields[field]
    child, by = one.lines_of or "", one.lines_by or ""
    recycles = unit.model.objects[child].recycles
    paths = ((by,), ("deleted_at",)) if recycles else ((by,),)
    found: dict[str, list[str]] = {}
    for tree in fetch(unit.session, unit.catalog, Want(child, paths, by), ids):
        if tree.get("deleted_at") is None:
            found.setdefault(tree[by], []).append(tree["id"])
    return found


def _values(unit: Unit, object: str, key: tuple[str, ...], given: Mapping[str, Any]) -> tuple[Any, ...] | None:
    readers = unit.plans.of(object).readers
    try:
        values = tuple(None if given.get(n) is None else readers[n](given[n], unit.ctx.zone) for n in key)
    except Wrong:
        return None
    return None if any(value is None for value in values) else values
