"""The order in which computed fields are calculated, over all objects; a circle is reported with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from engine.metamodel.compiler.bench import Bench, FieldKey

_MOST_CIRCLES = 50


def order_formulas(bench: Bench) -> None:
    """Sort the computed fields so that each stands behind those it reads."""
    graph = {
        (object.name, name): _computed_reads(bench, (object.name, name))
        for object in bench.objects.values()
        for name, field in object.fields.items()
        if field.computed
    }
    bench.calculation = tuple(_sorted(graph, bench))
    for object in bench.objects.values():
        order = tuple(name for owner, name in bench.calculation if owner == object.name)
        bench.objects[object.name] = replace(object, order=order)


def _computed_reads(bench: Bench, key: FieldKey) -> tuple[FieldKey, ...]:
    read = bench.reads.get(key, frozenset()) - _of_other_records(bench, key)
    return tuple(sorted(found for found in read if _is_computed(bench, found)))


def _of_other_records(bench: Bench, key: FieldKey) -> frozenset[FieldKey]:
    """Return what a formula reads only behind references that run in no circle: there it is another record's value."""
    object, name = key
    formula = bench.objects[object].fields[name].formula
    here: set[FieldKey] = set()
    there: set[FieldKey] = set()
    for path in formula.reads if formula is not None else ():
        at, crossed = object, False
        for step in path:
            field = bench.objects[at].fields.get(step) if at in bench.objects else None
            if field is None:
                break
            (there if crossed else here).add((at, step))
            crossed = crossed or any(edge[-1] == step for edge in bench.objects[at].acyclic)
            at = field.lines_of or (field.targets[0] if field.targets else "")
    return frozenset(there - here)


def _is_computed(bench: Bench, key: FieldKey) -> bool:
    field = bench.objects[key[0]].fields.get(key[1])
    return field is not None and field.computed


def _sorted(graph: Mapping[FieldKey, tuple[FieldKey, ...]], bench: Bench) -> Iterator[FieldKey]:
    graph = dict(graph)
    for _ in range(_MOST_CIRCLES):
        try:
            yield from list(TopologicalSorter(graph).static_order())
            return
        except CycleError as error:
            circle: list[FieldKey] = error.args[1][::-1]
            first = min(circle[:-1])
            start = circle.index(first)
            path = [*circle[start:-1], *circle[:start], first]
            text = " -> ".join(f"{object}.{name}" for object, name in path)
            bench.complain("circle", bench.objects[first[0]].fields[first[1]].span, path=text)
            # cut the circle once and look for the next one
            graph[first] = tuple(key for key in graph[first] if key != path[1])
    yield from graph
