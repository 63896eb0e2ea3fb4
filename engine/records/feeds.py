"""Which computed fields look at which other records: the ways a change takes through the model. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.metamodel.model import FieldModel, TenantModel

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from a changed record towards one that looks at it.

    up: to the record that ``field`` of this one points to. down: to the records of ``object`` whose ``field``
    points to this one. ``object`` is where the hop arrives.
    """

    kind: Literal["up", "down"]
    object: str
    field: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Computed ``fields`` of ``holder``, at the end of ``hops``, that look at the fields ``reads`` of a record."""

    holder: str
    hops: tuple[Hop, ...]
    fields: frozenset[str]
    reads: frozenset[str]


def feeds_of(model: TenantModel) -> Mapping[str, tuple[Feed, ...]]:
    """Return, for each object, the computed fields of other records that look at it."""
    found: dict[tuple[str, str, tuple[Hop, ...]], tuple[set[str], set[str]]] = {}
    for holder in model.objects.values():
        for field in holder.fields.values():
            for seen, read, hops in _looks(model, holder.name, field):
                if hops:
                    fields, reads = found.setdefault((seen, holder.name, hops), (set(), set()))
                    fields.add(field.name)
                    reads.add(read)
    by_object: dict[str, list[Feed]] = {}
    for (seen, holder_name, hops), (fields, reads) in found.items():
        by_object.setdefault(seen, []).append(Feed(holder_name, hops, frozenset(fields), frozenset(reads)))
    return {name: tuple(feeds) for name, feeds in by_object.items()}


def _looks(model: TenantModel, holder: str, field: FieldModel) -> Iterator[tuple[str, str, tuple[Hop, ...]]]:
    """Yield each (object, field) that a computed field looks at, with the way back to its holder."""
    if field.formula is not None:
        for path in field.formula.reads:
            yield from _along(model, holder, path, ())
    rollup = field.rollup
    if rollup is not None:
        back = (Hop("up", holder, rollup.by),)
        yield rollup.of, rollup.by, back
        if rollup.field is not None:
            yield rollup.of, rollup.field, back
        for path in () if rollup.where is None else rollup.where.reads:
            yield from _along(model, rollup.of, path, back)


def _along(
    model: TenantModel, at: str, path: Path, back: tuple[Hop, ...]
) -> Iterator[tuple[str, str, tuple[Hop, ...]]]:
    for step in path:
        field = model.objects[at].fields.get(step) if at in model.objects else None
        if field is None:
            return
        yield at, step, back
        if field.lines_of and field.lines_by:
            back = (Hop("up", at, field.lines_by), *back)
            at = field.lines_of
            yield at, field.lines_by, back
        elif field.type in ("reference", "department") and field.targets:
            back = (Hop("down", at, step), *back)
            at = field.targets[0]
        else:
            return
