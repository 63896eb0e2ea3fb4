"""Child rows in SQL: count, sum, min, max, some and every, as correlated sub-queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Numeric, case, cast, exists, func, literal_column, null, select

from engine.rules import nodes
from engine.rules.nodes import Node
from engine.rules.sql.comparing import guarded, opposite
from engine.rules.sql.refusals import Unsayable
from engine.rules.sql.scope import SqlLines, SqlScope
from engine.rules.sql.terms import (
    ROOM,
    SQLITE,
    Element,
    Term,
    all_of,
    choose,
    constant,
    infix,
    is_null,
    truth,
    unknown,
    wrapped,
)
from engine.rules.values import BOOLEAN, DAYS, NUMBER

if TYPE_CHECKING:
    from engine.rules.sql.builder import SqlBuilder

AGGREGATES = frozenset(("count", "sum", "min", "max"))
_MANY = 10**12


@dataclass(frozen=True, slots=True)
class Source:
    """Child rows that meet all the conditions. ``slots``: the variables of the filters, which stand for such a row."""

    lines: SqlLines
    conditions: tuple[tuple[int, Node], ...] = ()


def source_of(builder: SqlBuilder, node: Node) -> Source:
    """Return the child rows that ``node`` means, with its filters."""
    if isinstance(node, nodes.Filter):
        inner = source_of(builder, node.source)
        if builder.checked.types[node.condition].base().name != BOOLEAN:
            raise Unsayable(node, "rows have no order of their own, so no positions")
        return Source(inner.lines, (*inner.conditions, (builder.checked.slots[node], node.condition)))
    found = builder.located(node)
    lines = found[0].lines(found[1]) if found is not None else None
    if lines is None:
        raise Unsayable(node, "only the lines of a record can be gone through in SQL")
    return Source(lines)


def aggregate(builder: SqlBuilder, name: str, node: nodes.Call) -> Term:
    """Return ``count(lines)``, ``sum(lines.x)``, ``min`` or ``max``."""
    if len(node.arguments) != 1:
        raise Unsayable(node, "only a list of lines can be summed up in SQL")
    argument = node.arguments[0]
    if name == "count":
        return _count(builder, source_of(builder, argument))
    if isinstance(argument, nodes.For) and len(argument.iterators) == 1 and argument.iterators[0].last is None:
        iterator = argument.iterators[0]
        source, body = source_of(builder, iterator.domain), argument.body
        return _folded(builder, name, node, source, lambda row: builder.within(iterator, row, body))
    if not isinstance(argument, nodes.Path):
        raise Unsayable(node, "only a field of the lines can be summed up in SQL")
    source = source_of(builder, argument.source)
    return _folded(builder, name, node, source, lambda row: builder.column(row, (argument.name,), argument))


def _count(builder: SqlBuilder, source: Source) -> Term:
    def build(row: SqlScope) -> object:
        return _where(builder, select(func.count()), source, row)

    element = source.lines.select(build).scalar_subquery()  # type: ignore[arg-type]
    return Term(wrapped(element), NUMBER, nullable=False, scale=0, limit=_MANY)


def _folded(builder: SqlBuilder, name: str, node: Node, source: Source, value: object) -> Term:
    found: list[Term] = []

    def build(row: SqlScope) -> object:
        term: Term = value(row)  # type: ignore[operator]
        found.append(term)
        return _where(builder, select(_fold(builder, name, node, term)), source, row)

    element = source.lines.select(build).scalar_subquery()  # type: ignore[arg-type]
    (term,) = found
    scale = term.scale
    if name == "sum" and builder.dialect != SQLITE:
        scale = None
    limit = ROOM if term.kind in (NUMBER, DAYS) else 0
    return Term(wrapped(element), term.kind, nullable=True, scale=scale, limit=limit)


def _fold(builder: SqlBuilder, name: str, node: Node, term: Term) -> Element:
    if name == "sum" and term.kind not in (NUMBER, DAYS):
        raise Unsayable(node, f"a {term.kind} cannot be summed up")
    if term.kind == BOOLEAN:
        raise Unsayable(node, "true and false have no order")
    element = guarded(term, builder.dialect).element
    folded: Element = getattr(func, name)(element)
    if name == "sum" and builder.dialect != SQLITE:
        folded = cast(folded, Numeric())
    # one unknown makes the whole unknown; SQL would pass it over
    complete = infix("=", func.count(), func.count(element)) if term.nullable else None
    return folded if complete is None else case((complete, folded), else_=null())


def _where(builder: SqlBuilder, statement: object, source: Source, row: SqlScope, *more: Element) -> object:
    conditions = [builder.inside(slot, row, condition) for slot, condition in source.conditions]
    elements = [term.element for term in conditions]
    return statement.where(*elements, *more)  # type: ignore[attr-defined]


# -- some and every --------------------------------------------------------------------------------------------


def quantified(builder: SqlBuilder, node: nodes.Quantified, *, positive: bool) -> Term:
    """Return ``some l in lines satisfies c``, or ``every``."""
    if len(node.iterators) != 1 or node.iterators[0].last is not None:
        raise Unsayable(node, "only one list of lines can be gone through in SQL")
    iterator = node.iterators[0]
    source = source_of(builder, iterator.domain)
    if node.kind == "some":
        return _some(builder, iterator, source, node.condition, positive=positive)
    return _every(builder, iterator, source, node.condition, positive=positive)


def _exists(builder: SqlBuilder, iterator: nodes.Iterator, source: Source, condition: Node, how: str) -> Term | None:
    """Return whether a row is there whose condition is ``how``: true, false, unknown, or not true."""
    seen: list[Term] = []

    def build(row: SqlScope) -> object:
        term = builder.condition_within(iterator, row, condition, positive=how == "true")
        seen.append(term)
        return _where(builder, select(literal_column("1")), source, row, _asked(term, how))

    statement = source.lines.select(build)  # type: ignore[arg-type]
    if how == "unknown" and not seen[0].nullable:
        return None
    return truth(wrapped(exists(statement)), nullable=False)


def _asked(term: Term, how: str) -> Element:
    if how == "true":
        return term.element
    if how == "unknown":
        return is_null(term.element)
    if how == "false" or not term.nullable:
        return opposite(term).element
    return opposite(truth(func.coalesce(term.element, constant(False).element), nullable=False)).element


def _some(builder: SqlBuilder, iterator: nodes.Iterator, source: Source, condition: Node, *, positive: bool) -> Term:
    true = _exists(builder, iterator, source, condition, "true")
    assert true is not None
    unsure = None if positive else _exists(builder, iterator, source, condition, "unknown")
    if unsure is None:
        return true
    element = case((true.element, constant(True).element), (unsure.element, null()), else_=constant(False).element)
    return truth(element, nullable=True)


def _every(builder: SqlBuilder, iterator: nodes.Iterator, source: Source, condition: Node, *, positive: bool) -> Term:
    if positive:
        untrue = _exists(builder, iterator, source, condition, "not true")
        assert untrue is not None
        return opposite(untrue)
    false = _exists(builder, iterator, source, condition, "false")
    unsure = _exists(builder, iterator, source, condition, "unknown")
    assert false is not None
    if unsure is None:
        return opposite(false)
    element = case((false.element, constant(False).element), (unsure.element, null()), else_=constant(True).element)
    return truth(element, nullable=True)


__all__ = ["AGGREGATES", "BigInteger", "aggregate", "all_of", "choose", "quantified", "unknown"]
