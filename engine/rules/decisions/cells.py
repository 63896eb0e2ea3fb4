"""What a cell of a decision table lets through, as intervals; for the index and for the analysis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.rules import nodes
from engine.rules.checking.bindings import Function
from engine.rules.closures.folding import NOTHING, literal_value
from engine.rules.evaluation import Run
from engine.rules.expression import Expression
from engine.rules.nodes import Node
from engine.rules.ranges import FeelRange, unary_range

_KINDS = (Decimal, str, bool, date)


@dataclass(frozen=True, slots=True)
class Interval:
    """Values between two ends; an end that is None is open to all sides."""

    low: Any
    low_closed: bool
    high: Any
    high_closed: bool


@dataclass(frozen=True, slots=True)
class CellShape:
    """The intervals that a cell lets through, or keeps out when ``negated``. ``kind`` is the type of the ends."""

    intervals: tuple[Interval, ...]
    negated: bool
    kind: type | None
    always: bool = False


ALWAYS = CellShape((), False, None, always=True)


def shape_of(cell: Expression) -> CellShape | None:
    """Return the shape of a cell, or None when it depends on more than the value it tests."""
    tree = cell.tree
    if not isinstance(tree, nodes.UnaryTests):
        return None
    if not tree.tests:
        return ALWAYS
    intervals: list[Interval] = []
    for test in tree.tests:
        found = _intervals(cell, test)
        if found is None:
            return None
        intervals.extend(found)
    kinds = {type(end) for one in intervals for end in (one.low, one.high) if end is not None}
    if len(kinds) > 1 or not kinds <= set(_KINDS):
        return None
    return CellShape(tuple(intervals), tree.negated, kinds.pop() if kinds else None)


def _intervals(cell: Expression, test: Node) -> list[Interval] | None:
    if isinstance(test, nodes.ComparisonTest):
        end = constant_of(cell, test.operand)
        return None if end is NOTHING or end is None else _compared(test.operator, end)
    value = constant_of(cell, test)
    if value is NOTHING:
        return None
    items = value if isinstance(value, list | tuple) else [value]
    found: list[Interval] = []
    for item in items:
        if isinstance(item, FeelRange):
            if item.operator:
                found.extend(_compared(item.operator, item.low if item.low is not None else item.high))
            elif item.low is None or item.high is None:
                return None
            else:
                found.append(Interval(item.low, item.low_closed, item.high, item.high_closed))
        elif item is not None:
            found.append(Interval(item, True, item, True))
    return found


def _compared(operator: str, end: Any) -> list[Interval]:
    if operator == "!=":
        return [Interval(None, False, end, False), Interval(end, False, None, False)]
    bounds = unary_range(operator, end)
    if operator == "=":
        return [Interval(end, True, end, True)]
    return [Interval(bounds.low, bounds.low_closed, bounds.high, bounds.high_closed)]


def constant_of(cell: Expression, node: Node) -> Any:
    """Return the value of a part that depends on nothing, or NOTHING."""
    literal = literal_value(node)
    if literal is not NOTHING:
        return literal
    if isinstance(node, nodes.NullLiteral):
        return None
    for one in nodes.walk(node):
        binding = cell.checked.bindings.get(one)
        if binding is not None and (not isinstance(binding, Function) or binding.name in ("now", "today")):
            return NOTHING
    run = Run.idle()
    value = cell.part(node)({}, run)
    return NOTHING if run.warnings else value
