"""Whose values an adjustment works out: the fields it fills, and what the item is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.definitions import Node
from engine.metamodel.model import ObjectModel
from engine.metamodel.model.adjustment import AdjustmentUse, Path
from engine.metamodel.model.field import NUMBERS
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class Item:
    """What rules speak of: its object, the stages that they stand in, and what these look at in it."""

    over: ObjectModel
    stages: Collection[str]
    reads: frozenset[Path]


def compile_use(name: str, node: Node, what: Item, bench: Bench, expressions: Expressions) -> AdjustmentUse | None:
    """Return one use; None when its object is not known or its result has no place."""
    object = bench.object(Node(name, node.place, node.path))
    if object is None:
        return None
    for other in bench.adjustments.values():
        if name in other.uses:
            bench.complain("adjustment_twice", node.key_span, object=name, other=other.name)
    gives, inside = node.get("gives"), expressions.inside(name)
    value = _filled(gives.get("value"), object, NUMBERS, bench)
    if value is None:
        return None
    after: dict[str, str] = {}
    for stage, part in gives.get("after").items():
        if stage not in what.stages:
            bench.unknown("stage", part.key_span, stage, what.stages)
        field = _filled(part, object, NUMBERS, bench)
        if field is not None:
            after[stage] = field
    when = expressions.condition(node.get("when"), inside)
    item = _item(node.get("item"), name, what.over, bench, expressions)
    if not item and name != what.over.name and not node.has("item"):
        bench.complain("missing_key", node.key_span, key="item", where=name)
    use = AdjustmentUse(
        object=name,
        value=value,
        when=when,
        item=item,
        free=_filled(gives.get("free"), object, NUMBERS, bench),
        steps=_filled(gives.get("steps"), object, frozenset({"json"}), bench),
        after=after,
        looks=frozenset(_looks(when, item, what.reads)),
    )
    read = {path[0] for one in item.values() for path in one.reads if len(path) == 1}
    for field in sorted(read & set(use.given)):
        bench.complain("adjustment_reads_result", node.key_span, field=field)
    return use


def _filled(node: Node, object: ObjectModel, types: frozenset[str], bench: Bench) -> str | None:
    """Return a field that an adjustment may fill."""
    field = bench.field(object, node) if node.value is not None else None
    if field is None:
        return None
    if field.type not in types:
        wanted = ", ".join(sorted(types))
        bench.complain("wrong_field_type", node, field=field.name, type=field.type, wanted=wanted)
        return None
    if field.computed or field.system:
        bench.complain("cannot_be_given", node, field=field.name)
        return None
    return field.name


def _item(node: Node, name: str, over: ObjectModel, bench: Bench, expressions: Expressions) -> dict[str, Expression]:
    found: dict[str, Expression] = {}
    for key, part in node.items():
        field = bench.field(over, part, key)
        if field is not None:
            wanted = expressions.world.type_of_field(field)
            expression = expressions.formula(part, expressions.inside(name), wanted)
            if expression is not None:
                found[key] = expression
    return found


def _looks(when: Expression | None, item: dict[str, Expression], reads: Iterable[Path]) -> Iterator[Path]:
    """Yield what is read of a record: by its own expressions, and behind them by the rules."""
    for expression in (when, *item.values()):
        yield from expression.reads if expression is not None else ()
    for path in reads:
        expression = item.get(path[0])
        if not item:
            yield path
        elif expression is not None and len(expression.reads) == 1 and len(path) > 1:
            (own,) = expression.reads
            if expression.text.strip() == ".".join(own):
                yield (*own, *path[1:])
