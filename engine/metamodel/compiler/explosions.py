"""Explosions, linked and typed: where the parts of a line are found, and what their lines get."""

from __future__ import annotations

from collections.abc import Iterator

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import FieldModel, ObjectModel
from engine.metamodel.model.explosion import ExplosionModel, Path
from engine.rules import Expression


def compile_explosions(bench: Bench, expressions: Expressions) -> None:
    """Compile every explosion."""
    for merged in bench.documents("explosion"):
        object = bench.object(merged.node.get("of"))
        found = _explosion(merged, object, bench, expressions) if object is not None else None
        if found is None:
            continue
        for other in bench.explosions.values():
            if other.object == found.object:
                bench.complain("explosion_twice", merged.node.get("of"), object=found.object, other=other.name)
        bench.explosions[found.name] = found


def _explosion(
    merged: MergedDocument, object: ObjectModel, bench: Bench, expressions: Expressions
) -> ExplosionModel | None:
    node = merged.node
    lines = _parts(node.get("parts"), object, bench)
    link = _reference(node.get("link"), object, object.name, bench)
    if object.parent is None:
        bench.complain("explosion_of_lines", node.get("of"), object=object.name)
    if lines is None or link is None or object.parent is None:
        return None
    reference, field = lines
    part = field.lines_of or ""
    origin = _reference(node.get("origin"), object, part, bench)
    desk = Desk.of(bench, expressions, object)
    inner = desk.knowing(item=expressions.world.record(object.name), part=expressions.world.record(part))
    where, values = inner.condition(node.get("where")), inner.values(node.get("set"))
    when = expressions.condition(node.get("when"), expressions.inside(object.name))
    given = [where, *(value.expression for value in values.values())]
    reads = {*_behind("item", given), *(when.reads if when is not None else ()), (reference,)}
    if origin is None:
        return None
    return ExplosionModel(
        name=merged.document.id,
        object=object.name,
        reference=reference,
        parts=field.name,
        part=part,
        part_by=field.lines_by or "",
        link=link.name,
        origin=origin.name,
        set=values,
        title=node.label("title"),
        when=when,
        where=where,
        looks=frozenset(_behind("part", given)),
        reads=frozenset(reads),
        layer=merged.layer,
    )


def _parts(node: Node, object: ObjectModel, bench: Bench) -> tuple[str, FieldModel] | None:
    """Return the reference of a line, and the field of what it points to that holds the parts."""
    path = bench.field_path(object, node)
    if path is None:
        return None
    target = bench.objects.get(object.fields[path[0]].targets[0]) if len(path) == 2 else None
    field = target.fields[path[1]] if target is not None else None
    if field is None or field.type != "lines" or not field.lines_of:
        bench.complain("explosion_parts", node, path=".".join(path))
        return None
    return path[0], field


def _reference(node: Node, object: ObjectModel, to: str, bench: Bench) -> FieldModel | None:
    field = bench.field(object, node)
    if field is not None and field.targets != (to,):
        bench.complain("wrong_target", node, field=field.name, object=to)
        return None
    return field


def _behind(root: str, given: list[Expression | None]) -> Iterator[Path]:
    for expression in given:
        if expression is not None:
            yield from (path[1:] for path in expression.reads if path[0] == root and len(path) > 1)
