"""Two approvals that a person may start on one record: do their conditions exclude each other?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.model import ApprovalModel
from engine.rules import Expression
from engine.rules.nodes import And, BooleanLiteral, Comparison, Name, Node, NumberLiteral, Or, Path, StringLiteral

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


class _Bound(NamedTuple):
    """What a comparison lets through: some values, or numbers from ``low`` to ``high``."""

    path: str
    values: frozenset[object] | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    open: bool = False


def check_overlaps(bench: Bench, expressions: Expressions) -> None:
    """Complain of approvals of equal priority between which nobody could choose."""
    for first, second in combinations(bench.approvals.values(), 2):
        if _stand_alike(first, second) and not _exclude(first.start.when, second.start.when):
            node = bench.flows[second.name]
            where = node.get("start").get("when") if node.get("start").has("when") else node.get("object")
            bench.complain("approvals_overlap", where, first=first.name, second=second.name)


def _stand_alike(first: ApprovalModel, second: ApprovalModel) -> bool:
    same = (first.object, first.slot, first.priority) == (second.object, second.slot, second.priority)
    return same and "user" in first.start.by and "user" in second.start.by


def _exclude(first: Expression | None, second: Expression | None) -> bool:
    """Tell whether some part of the one and some part of the other can never both be true."""
    if first is None or second is None:
        return False
    return any(
        one.path == other.path and _apart(one, other) for one in _bounds(first.tree) for other in _bounds(second.tree)
    )


def _bounds(tree: Node) -> Iterator[_Bound]:
    for part in tree.operands if isinstance(tree, And) else (tree,):
        if isinstance(part, And):
            yield from _bounds(part)
        elif isinstance(part, Or):
            found = [bound for one in part.operands for bound in _bounds(one)]
            values = [bound.values for bound in found if bound.values is not None]
            if len(values) == len(part.operands) and len({bound.path for bound in found}) == 1:
                yield _Bound(found[0].path, frozenset().union(*values))
        elif isinstance(part, Comparison) and part.operator in _MIRRORED:
            yield from _bound(part)


def _bound(part: Comparison) -> Iterator[_Bound]:
    path, value, operator = _path(part.left), part.right, str(part.operator)
    if path is None:
        path, value, operator = _path(part.right), part.left, _MIRRORED[operator]
    if path is None or not isinstance(value, NumberLiteral | StringLiteral | BooleanLiteral):
        return
    if operator == "=":
        yield _Bound(path, frozenset({value.value}))
    elif isinstance(value, NumberLiteral):
        below = operator.startswith("<")
        yield _Bound(
            path,
            low=None if below else value.value,
            high=value.value if below else None,
            open=not operator.endswith("="),
        )


def _path(node: Node) -> str | None:
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Path):
        above = _path(node.source)
        return f"{above}.{node.name}" if above else None
    return None


def _apart(one: _Bound, other: _Bound) -> bool:
    if one.values is not None and other.values is not None:
        return not one.values & other.values
    if one.values is not None or other.values is not None:
        chosen, limits = (one, other) if one.values is not None else (other, one)
        return all(not _within(value, limits) for value in chosen.values or ())
    return _ends_before(one, other) or _ends_before(other, one)


def _ends_before(one: _Bound, other: _Bound) -> bool:
    if one.high is None or other.low is None:
        return False
    return one.high < other.low or (one.high == other.low and (one.open or other.open))


def _within(value: object, limits: _Bound) -> bool:
    if not isinstance(value, Decimal):
        return True
    if limits.low is not None:
        return value > limits.low if limits.open else value >= limits.low
    if limits.high is not None:
        return value < limits.high if limits.open else value <= limits.high
    return True
