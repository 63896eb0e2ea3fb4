"""Builds the SQL of a checked tree. One method per kind of node, named after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import case

from engine.rules import nodes
from engine.rules.checking.bindings import Function, ItemField, Local, Root
from engine.rules.checking.checker import Checked
from engine.rules.feel_types import ContextType, ListType, RangeType, RecordType
from engine.rules.nodes import Node
from engine.rules.sql import arithmetic, functions, lines
from engine.rules.sql.binding import Binds
from engine.rules.sql.comparing import (
    Operand,
    alike,
    between,
    chosen,
    comparison,
    joined,
    opposite,
)
from engine.rules.sql.dates import part_of
from engine.rules.sql.givens import Known
from engine.rules.sql.membership import among_codes, in_list
from engine.rules.sql.refusals import Unsayable
from engine.rules.sql.scope import SqlScope, SqlValue
from engine.rules.sql.terms import (
    RECORD,
    SQLITE,
    VARIES,
    Term,
    constant,
    kind_of_type,
    truth,
    unknown,
    wrapped,
)
from engine.rules.values import BOOLEAN, CONTEXT_KIND, DAYS, LIST, NULL, NUMBER

# SQLite's parser keeps a stack of 100; this leaves enough of it to the statement around
DEEPEST = 60
_DEPTHS: dict[type[Node], int] = {nodes.Arithmetic: 2, nodes.If: 6, nodes.Quantified: 10, nodes.Call: 4}
Located = tuple[SqlScope, tuple[str, ...]]
_COLUMN_KINDS = frozenset(
    ("number", "string", RECORD, "boolean", "date", "time", "date and time", "days and time duration", "list")
)


class SqlBuilder:
    """Turns nodes into terms. ``positive``: only true counts, so that false and null need not be told apart."""

    def __init__(self, checked: Checked, rows: SqlScope, known: Mapping[Node, Known], binds: Binds) -> None:
        self.checked, self.rows, self.known, self.binds = checked, rows, known, binds
        self.dialect = rows.dialect
        self._rows_of: dict[int, SqlScope] = {}
        self._depth = 0

    def operand(self, node: Node) -> Operand:
        """Return the value of a node, known beforehand or not."""
        known = self.known.get(node)
        if known is not None:
            return known
        if type(node) in _CONDITIONS:
            return self.condition(node, positive=False)
        build = _VALUES.get(type(node))
        if build is None:
            raise Unsayable(node, _WHY_NOT.get(type(node), "it has no counterpart in both databases"))
        with self._one_deeper(node):
            return build(self, node)

    def term(self, node: Node) -> Term:
        """Return the value of a node as a piece of SQL."""
        found = self.operand(node)
        if isinstance(found, Known) and found.kind == BOOLEAN:
            return constant(found.shape.truth)
        return arithmetic.as_term(self.binds, found, node, kind_of_type(self.checked.types[node]))

    def condition(self, node: Node, *, positive: bool) -> Term:
        """Return the truth of a node; what is not a boolean counts as null."""
        build = _CONDITIONS.get(type(node))
        if build is not None and node not in self.known:
            with self._one_deeper(node):
                return build(self, node, positive)
        found = self.operand(node)
        if isinstance(found, Known):
            return constant(found.shape.truth)
        return found if found.kind == BOOLEAN else constant(None)

    @contextmanager
    def _one_deeper(self, node: Node) -> Iterator[None]:
        depth = _DEPTHS.get(type(node), 3)
        if self._depth + depth > DEEPEST:
            raise Unsayable(node, "it is nested too deeply; keep a part of it in a field")
        self._depth += depth
        try:
            yield
        finally:
            self._depth -= depth

    # -- names ------------------------------------------------------------------------------------------------

    def located(self, node: Node) -> Located | None:
        """Return the row and the path of a name, or of a path over references."""
        if isinstance(node, nodes.Name):
            binding = self.checked.bindings.get(node)
            if isinstance(binding, Root):
                return self.rows, (node.name,)
            if isinstance(binding, Local):
                row = self._rows_of.get(binding.slot)
                return None if row is None else (row, ())
            if isinstance(binding, ItemField) and binding.known and binding.slot in self._rows_of:
                return self._rows_of[binding.slot], (binding.name,)
            return None
        if isinstance(node, nodes.Path) and isinstance(
            self.checked.types[node.source].base(), RecordType | ContextType
        ):
            base = self.located(node.source)
            return None if base is None else (base[0], (*base[1], node.name))
        return None

    def column(self, row: SqlScope, path: tuple[str, ...], node: Node) -> Term:
        """Return the column of a path."""
        found = row.column(path or ("id",))
        if found is None:
            raise Unsayable(node, "there is no column for it")
        return _column_term(found, self.dialect)

    def name(self, node: nodes.Name) -> Operand:
        found = self.located(node)
        if found is None:
            raise Unsayable(node, "it has no place in a row")
        return self.column(*found, node)

    def path(self, node: nodes.Path) -> Operand:
        found = self.located(node)
        if found is not None:
            return self.column(*found, node)
        if isinstance(self.checked.types[node.source], ListType):
            raise Unsayable(node, "a list of values can only be counted, summed up or searched in SQL")
        source = self.term(node.source)
        part = part_of(node.name, source, self.dialect)
        if part is None:
            raise Unsayable(node, f"'{node.name}' cannot be taken from a {source.kind} in SQL")
        return part

    # -- rows of lists ----------------------------------------------------------------------------------------

    def inside(self, slot: int, row: SqlScope, condition: Node) -> Term:
        """Return a filter's condition on one child row."""
        self._rows_of[slot] = row
        return self.condition(condition, positive=True)

    def within(self, iterator: nodes.Iterator, row: SqlScope, body: Node) -> Term:
        """Return the value of ``body`` where the iterator's variable is one child row."""
        self._rows_of[self.checked.slots[iterator]] = row
        return self.term(body)

    def condition_within(self, iterator: nodes.Iterator, row: SqlScope, body: Node, *, positive: bool) -> Term:
        """Return the truth of ``body`` where the iterator's variable is one child row."""
        self._rows_of[self.checked.slots[iterator]] = row
        return self.condition(body, positive=positive)

    # -- values -----------------------------------------------------------------------------------------------

    def negation(self, node: nodes.Negation) -> Operand:
        return arithmetic.negation(self.binds, node, self.term(node.operand))

    def arithmetic(self, node: nodes.Arithmetic) -> Operand:
        return arithmetic.arithmetic(self.binds, node, self.operand(node.left), self.operand(node.right))

    def if_(self, node: nodes.If) -> Operand:
        condition = self.condition(node.condition, positive=True)
        if condition.constant is not VARIES:
            return self.term(node.then if condition.constant is True else node.otherwise)
        then, otherwise = self.term(node.then), self.term(node.otherwise)
        if then.kind == NULL:
            then = unknown(otherwise.kind, self.dialect)
        if otherwise.kind == NULL:
            otherwise = unknown(then.kind, self.dialect)
        if not alike(then.kind, otherwise.kind):
            raise Unsayable(node, "both branches must be of one kind")
        return chosen(condition.element, then, otherwise, self.dialect)

    # -- conditions -------------------------------------------------------------------------------------------

    def and_(self, node: nodes.And, positive: bool) -> Term:
        return joined([self.condition(part, positive=positive) for part in node.operands], decisive=False)

    def or_(self, node: nodes.Or, positive: bool) -> Term:
        return joined([self.condition(part, positive=positive) for part in node.operands], decisive=True)

    def comparison(self, node: nodes.Comparison, positive: bool) -> Term:
        left, right = self.operand(node.left), self.operand(node.right)
        for side, other, term in ((node.left, right, left), (node.right, left, right)):
            if isinstance(term, Term) and term.kind in (LIST, CONTEXT_KIND, "Any") and other.kind != NULL:
                raise Unsayable(side, "it can only be compared with null in SQL")
        return comparison(self.binds, node.operator, left, right, positive=positive)

    def between(self, node: nodes.Between, _positive: bool) -> Term:
        ends = [(">=", self.operand(node.low)), ("<=", self.operand(node.high))]
        return between(self.binds, self.term(node.operand), ends)

    def in_tests(self, node: nodes.InTests, positive: bool) -> Term:
        subject = self.term(node.operand)
        if subject.kind in (LIST, CONTEXT_KIND, "Any"):
            raise Unsayable(node.operand, "only single values can be looked for in SQL")
        held = [self._test(subject, test, positive=positive) for test in node.tests]
        return joined(held, decisive=True)

    def _test(self, subject: Term, test: Node, *, positive: bool) -> Term:
        if isinstance(test, nodes.ComparisonTest | nodes.UnaryRange):
            end = test.operand if isinstance(test, nodes.ComparisonTest) else test.endpoint
            return self._compared(test.operator, subject, self.operand(end), positive=positive)
        if isinstance(test, nodes.RangeLiteral):
            low, high = (">=" if test.low_closed else ">"), ("<=" if test.high_closed else "<")
            return between(self.binds, subject, [(low, self.operand(test.low)), (high, self.operand(test.high))])
        if isinstance(test, nodes.ListLiteral) and test not in self.known:
            items = [_never_null(self._test(subject, item, positive=positive)) for item in test.items]
            return joined(items, decisive=True)
        return self._held_against(subject, test, self.operand(test), positive=positive)

    def _held_against(self, subject: Term, test: Node, value: Operand, *, positive: bool) -> Term:
        if isinstance(value, Known):
            if value.kind in ("range", "function", CONTEXT_KIND):
                raise Unsayable(test, f"a {value.kind} that is not written out cannot be looked into")
            return in_list(self.binds, subject, value, positive=positive)
        if value.kind == LIST:
            return among_codes(self.binds, value, subject, listed=False)
        if isinstance(self.checked.types[test], RangeType):
            raise Unsayable(test, "a range that is not written out cannot be looked into")
        return self._compared("=", subject, value, positive=positive)

    def _compared(self, operator: str, left: Operand, right: Operand, *, positive: bool) -> Term:
        return comparison(self.binds, operator, left, right, positive=positive)

    def quantified(self, node: nodes.Quantified, positive: bool) -> Term:
        return lines.quantified(self, node, positive=positive)

    # -- calls ------------------------------------------------------------------------------------------------

    def call(self, node: nodes.Call) -> Operand:
        binding = self.checked.bindings.get(node.function)
        if not isinstance(binding, Function) or node.named:
            raise Unsayable(node, "only built-in functions, called by position, can be said in SQL")
        if binding.name == "not" and len(node.arguments) == 1:
            return opposite(self.condition(node.arguments[0], positive=False))
        if binding.name in lines.AGGREGATES and self._over_lines(node):
            return lines.aggregate(self, binding.name, node)
        arguments = [self.operand(argument) for argument in node.arguments]
        if binding.name == "list contains" and len(arguments) == 2:
            return self._list_contains(node, *arguments)
        return functions.said(self.binds, binding.name, node, arguments)

    def _over_lines(self, node: nodes.Call) -> bool:
        return len(node.arguments) == 1 and node.arguments[0] not in self.known

    def _list_contains(self, node: nodes.Call, items: Operand, one: Operand) -> Term:
        type_ = self.checked.types[node.arguments[0]]
        if isinstance(type_, ListType) and isinstance(type_.element, RecordType):
            raise Unsayable(node, "records are looked for with 'in'")
        if items.kind == NULL:
            return constant(None)
        if isinstance(items, Known) and isinstance(one, Term) and items.kind == LIST:
            return in_list(self.binds, one, items, positive=False)
        if isinstance(items, Term) and items.kind == LIST:
            return among_codes(self.binds, items, one, listed=True)
        raise Unsayable(node, "only a list of codes or references can be searched in SQL")


def _never_null(term: Term) -> Term:
    if term.constant is None:
        return constant(False)
    if not term.nullable:
        return term
    return truth(wrapped(case((term.element, constant(True).element), else_=constant(False).element)), nullable=False)


def _column_term(value: SqlValue, dialect: str) -> Term:
    kind = kind_of_type(value.type)
    scale = value.scale
    if kind in (NUMBER, DAYS):
        scale = 0 if scale is None and (dialect == SQLITE or kind == DAYS) else scale
        return Term(value.element, kind, nullable=value.nullable, scale=scale, limit=10**value.digits)
    if kind not in _COLUMN_KINDS:
        kind = CONTEXT_KIND if kind == CONTEXT_KIND else "Any"
    return Term(value.element, kind, nullable=value.nullable)


_VALUES: dict[type[Node], Callable[[SqlBuilder, Any], Operand]] = {
    nodes.Name: SqlBuilder.name,
    nodes.Path: SqlBuilder.path,
    nodes.Negation: SqlBuilder.negation,
    nodes.Arithmetic: SqlBuilder.arithmetic,
    nodes.If: SqlBuilder.if_,
    nodes.Call: SqlBuilder.call,
}
_CONDITIONS: dict[type[Node], Callable[[SqlBuilder, Any, bool], Term]] = {
    nodes.And: SqlBuilder.and_,
    nodes.Or: SqlBuilder.or_,
    nodes.Comparison: SqlBuilder.comparison,
    nodes.Between: SqlBuilder.between,
    nodes.InTests: SqlBuilder.in_tests,
    nodes.Quantified: SqlBuilder.quantified,
}
_WHY_NOT: dict[type[Node], str] = {
    nodes.Filter: "a list of rows can only be counted, summed up or searched in SQL",
    nodes.For: "a list of values can only be summed up in SQL",
    nodes.ContextLiteral: "there are no contexts in SQL",
    nodes.ListLiteral: "a list can only stand behind 'in'",
    nodes.RangeLiteral: "a range can only stand behind 'in'",
    nodes.InstanceOf: "types are not asked for in SQL",
    nodes.FunctionLiteral: "there are no functions of one's own in SQL",
    nodes.UnaryTests: "the tests of a cell are not said in SQL",
}
