"""Child rows in SQL: count, sum, min, max, some and every, as correlated sub-queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Numeric, Select, case, cast, func, literal_column, null, select
from sqlalchemy.dialects.postgresql import JSONB

from engine.rules import nodes
from engine.rules.checking.checker import Checked
from engine.rules.nodes import Node
from engine.rules.sql.comparing import guarded, opposite
from engine.rules.sql.refusals import Unsayable
from engine.rules.sql.scope import SqlLines, SqlScope
from engine.rules.sql.terms import (
    ROOM,
    SQLITE,
    Element,
    Term,
    constant,
    infix,
    is_null,
    negated,
    truth,
    wrapped,
)
from engine.rules.values import BOOLEAN, DATE, DATE_TIME, DAYS, LIST, NUMBER, STRING, TIME


class Speaker(Protocol):
    """What builds the SQL of the nodes below."""

    checked: Checked
    dialect: str

    def located(self, node: Node) -> tuple[SqlScope, tuple[str, ...]] | None: ...
    def column(self, row: SqlScope, path: tuple[str, ...], node: Node) -> Term: ...
    def inside(self, slot: int, row: SqlScope, condition: Node) -> Term: ...
    def within(self, iterator: nodes.Iterator, row: SqlScope, body: Node) -> Term: ...
    def condition_within(self, iterator: nodes.Iterator, row: SqlScope, body: Node, *, positive: bool) -> Term: ...


AGGREGATES = frozenset(("count", "sum", "min", "max"))
_MANY = 10**12
_FOLDED = frozenset((NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS))


@dataclass(frozen=True, slots=True)
class Source:
    """Child rows that meet all the conditions. ``slots``: the variables of the filters, which stand for such a row."""

    lines: SqlLines
    conditions: tuple[tuple[int, Node], ...] = ()


def source_of(builder: Speaker, node: Node) -> Source:
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


def aggregate(builder: Speaker, name: str, node: nodes.Call) -> Term:
    """Return ``count(lines)``, ``sum(lines.x)``, ``min`` or ``max``."""
    if len(node.arguments) != 1:
        raise Unsayable(node, "only a list of lines can be summed up in SQL")
    argument = node.arguments[0]
    if name == "count":
        return _length(builder, argument) or _count(builder, source_of(builder, argument))
    if isinstance(argument, nodes.For) and len(argument.iterators) == 1 and argument.iterators[0].last is None:
        iterator, body = argument.iterators[0], argument.body
        source = source_of(builder, iterator.domain)
        return _folded(builder, name, node, source, lambda row: builder.within(iterator, row, body))
    if not isinstance(argument, nodes.Path):
        raise Unsayable(node, "only a field of the lines can be summed up in SQL")
    source, field = source_of(builder, argument.source), argument.name
    return _folded(builder, name, node, source, lambda row: builder.column(row, (field,), argument))


def _length(builder: Speaker, node: Node) -> Term | None:
    """Return how many codes a stored list holds; None when it is no such list."""
    found = builder.located(node)
    if found is None or found[0].lines(found[1]) is not None:
        return None
    codes = builder.column(*found, node)
    if codes.kind != LIST:
        return None
    if builder.dialect == SQLITE:
        element = func.json_array_length(codes.element)
    else:
        element = func.jsonb_array_length(codes.element.cast(JSONB()))
    return Term(element, NUMBER, nullable=codes.nullable, scale=0, limit=_MANY)


def _count(builder: Speaker, source: Source) -> Term:
    statement = source.lines.select(lambda row: _filtered(builder, select(func.count()), source, row))
    return Term(_single(statement), NUMBER, nullable=False, scale=0, limit=_MANY)


def _folded(builder: Speaker, name: str, node: Node, source: Source, value: Callable[[SqlScope], Term]) -> Term:
    found: list[Term] = []

    def build(row: SqlScope) -> Select[Any]:
        found.append(value(row))
        return _filtered(builder, select(_fold(builder, name, node, found[0])), source, row)

    element = _single(source.lines.select(build))
    term = found[0]
    scale = None if name == "sum" and builder.dialect != SQLITE else term.scale
    # a sum that does not fit is an error of the database's own
    return Term(element, term.kind, nullable=True, scale=scale, limit=ROOM if term.kind in (NUMBER, DAYS) else 0)


def _fold(builder: Speaker, name: str, node: Node, term: Term) -> Element:
    if name == "sum" and term.kind not in (NUMBER, DAYS):
        raise Unsayable(node, f"a {term.kind} cannot be summed up")
    if term.kind not in _FOLDED:
        raise Unsayable(node, f"a {term.kind} has no order")
    element = guarded(term, builder.dialect).element
    folded: Element = getattr(func, name)(element)
    if name == "sum" and builder.dialect != SQLITE:
        folded = cast(folded, Numeric())
    if not term.nullable:
        return folded
    # one unknown makes the whole unknown; SQL would pass it over
    return case((infix("=", func.count(), func.count(element)), folded), else_=null())


def _filtered(builder: Speaker, statement: Select[Any], source: Source, row: SqlScope, *more: Element) -> Select[Any]:
    conditions = [builder.inside(slot, row, condition).element for slot, condition in source.conditions]
    return statement.where(*conditions, *more)


def _single(statement: Select[Any]) -> Element:
    return wrapped(statement.scalar_subquery())


# -- some and every --------------------------------------------------------------------------------------------


def quantified(builder: Speaker, node: nodes.Quantified, *, positive: bool) -> Term:
    """Return ``some l in lines satisfies c``, or ``every``."""
    if len(node.iterators) != 1 or node.iterators[0].last is not None:
        raise Unsayable(node, "only one list of lines can be gone through in SQL")
    search = _Search(builder, node.iterators[0], source_of(builder, node.iterators[0].domain), node.condition)
    if positive:
        return search.found("true") if node.kind == "some" else opposite(search.found("not true"))
    decisive = search.found("true" if node.kind == "some" else "false")
    unsure = search.found("unknown")
    if not search.may_be_unknown:
        return decisive if node.kind == "some" else opposite(decisive)
    met, unmet = constant(node.kind == "some").element, constant(node.kind != "some").element
    return truth(wrapped(case((decisive.element, met), (unsure.element, null()), else_=unmet)), nullable=True)


@dataclass(slots=True)
class _Search:
    """Looks for a row whose condition is true, false, unknown, or not true."""

    builder: Speaker
    iterator: nodes.Iterator
    source: Source
    condition: Node
    may_be_unknown: bool = False

    def found(self, how: str) -> Term:
        """Return whether there is such a row."""

        def build(row: SqlScope) -> Select[Any]:
            term = self.builder.condition_within(self.iterator, row, self.condition, positive=how == "true")
            self.may_be_unknown = term.nullable
            return _filtered(self.builder, select(literal_column("1")), self.source, row, _asked(term, how))

        return truth(wrapped(self.source.lines.some(build)), nullable=False)


def _asked(term: Term, how: str) -> Element:
    if how == "true":
        return term.element
    if how == "unknown":
        return is_null(term.element)
    if how == "false" or not term.nullable:
        return opposite(term).element
    return negated(func.coalesce(term.element, constant(False).element))
