"""Which stored values of formulas and roll-ups must be made anew when others change, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import groupby

from engine.metamodel.model import FieldModel, TenantModel

FieldKey = tuple[str, str]


def recalculated(model: TenantModel, changed: Iterable[FieldKey]) -> list[tuple[str, tuple[str, ...]]]:
    """Return objects with their computed fields that follow from ``changed``, each behind those it looks at.

    A computed field among ``changed`` is one of them itself. An object may occur several times.
    """
    looks_at = {
        (object.name, field.name): set(_looked_at(model, object.name, field))
        for object in model.objects.values()
        for field in object.fields.values()
        if field.computed and field.stored
    }
    wanted = set(changed)
    stale = {key for key in looks_at if key in wanted}
    while more := {key for key, seen in looks_at.items() if key not in stale and not seen.isdisjoint(stale | wanted)}:
        stale |= more
    graph = {key: looks_at[key] & stale for key in sorted(stale)}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError:
        # through references a circle of fields need not be one of records; the order is then any
        order = sorted(stale)
    return [(object, tuple(name for _, name in keys)) for object, keys in groupby(order, key=lambda key: key[0])]


def _looked_at(model: TenantModel, object: str, field: FieldModel) -> Iterator[FieldKey]:
    if field.formula is not None:
        for path in field.formula.reads:
            yield from _along(model, object, path)
    if field.rollup is not None:
        of = field.rollup.of
        yield of, field.rollup.by
        if field.rollup.field is not None:
            yield of, field.rollup.field
        for path in field.rollup.where.reads if field.rollup.where is not None else ():
            yield from _along(model, of, path)


def _along(model: TenantModel, object: str, path: tuple[str, ...]) -> Iterator[FieldKey]:
    for step in path:
        field = model.objects[object].fields.get(step) if object in model.objects else None
        if field is None:
            return
        yield object, step
        object = field.lines_of or (field.targets[0] if len(field.targets) == 1 else "")
