"""The SQL mouth: an expression as a condition or a value of a statement, with what has to be bound to it.

Two ways to use it.

*At once*: ``to_condition(expression, scope, run)`` and ``to_value`` give an element whose parameters are filled with
what ``scope.bound`` says now.

*Kept*, for statements that are compiled once and executed often::

    rule = sql_rule(expression, is_bound)  # once per expression
    given = rule.given(names, run)  # per execution: calculates what no row is needed for
    key = (..., rule.form, given.shape)  # equal keys: the same statement text serves
    piece = rule.condition(scope, given, prefix="w")  # only when no statement is kept under the key
    piece.element  # goes into WHERE; its parameters are named w0, w1 ... (required)
    arguments |= piece.arguments(given)  # per execution: name -> value, in the driver's own types

``rule.form`` leaves the literals out, so ``amount > 10`` and ``amount > 20`` share a statement; ``piece`` may be used
with the givens of any rule with the same form. Lists travel as one parameter however long they are.

``condition`` treats null as false (the way of a WHERE clause); ``value`` keeps the three values apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import false, true
from sqlalchemy.sql import ColumnElement

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules.evaluation import Run
from engine.rules.sql.binding import Binds
from engine.rules.sql.builder import SqlBuilder
from engine.rules.sql.comparing import guarded
from engine.rules.sql.givens import Given, Givens, Known, Said, Shape, imagined_shape
from engine.rules.sql.imagined import ImaginedRows
from engine.rules.sql.refusals import Unsayable, told
from engine.rules.sql.scope import SqlScope, SqlValue
from engine.rules.sql.terms import Term

BEFORE_THE_ROW = frozenset(("actor",))


@dataclass(frozen=True, slots=True)
class SqlPiece:
    """A part of a statement. ``value`` tells its type; ``arguments`` what to bind."""

    value: SqlValue
    binds: Binds

    @property
    def element(self) -> ColumnElement[Any]:
        """What goes into the statement."""
        return self.value.element

    def arguments(self, given: Given) -> Mapping[str, Any]:
        """Return the value of each parameter, by name."""
        return self.binds.arguments(given)


class SqlRule:
    """An expression on its way to SQL. ``is_bound`` tells which root names are known before any row is read."""

    __slots__ = ("_givens", "_said", "form")

    def __init__(self, said: Said, is_bound: Callable[[str], bool]) -> None:
        self._said = said
        self._givens = Givens(said, is_bound)
        self.form = self._givens.form

    def given(self, names: Mapping[str, Any], run: Run) -> Given:
        """Calculate what does not depend on the row."""
        return self._givens.calculate(names, run)

    @property
    def steady(self) -> bool:
        """Tell whether the same names always give the same values: nothing asks for the time."""
        return self._givens.steady

    @property
    def momentary(self) -> bool:
        """Tell whether the values depend on the moment, not only on names and the day."""
        return self._givens.momentary

    def condition(self, scope: SqlScope, given: Given, prefix: str = "f") -> SqlPiece:
        """Return the expression for a WHERE clause. Raises BadDefinition when it cannot be said in SQL."""
        return self._piece(scope, given.shapes, Binds(scope.dialect, prefix), _as_filter)

    def value(self, scope: SqlScope, given: Given, prefix: str = "f") -> SqlPiece:
        """Return the expression as a value. Raises BadDefinition when it cannot be said in SQL."""
        return self._piece(scope, given.shapes, Binds(scope.dialect, prefix), self._as_value)

    def filled(self, scope: SqlScope, given: Given, *, condition: bool) -> SqlValue:
        """Return an element with its parameters filled."""
        binds = Binds(scope.dialect, "f", given)
        return self._piece(scope, given.shapes, binds, _as_filter if condition else self._as_value).value

    def refusal(self) -> Diagnostic | None:
        """Return why the expression cannot be said in SQL, or None. Asks no database."""
        shapes = tuple(imagined_shape(type_) for type_ in self._givens.types)
        try:
            self._piece(ImaginedRows(self._said.scope), shapes, Binds("sqlite", "f"), self._as_value)
        except BadDefinition as error:
            return error.diagnostics[0]
        return None

    def _piece(
        self,
        scope: SqlScope,
        shapes: tuple[Shape, ...],
        binds: Binds,
        build: Callable[[SqlBuilder, Said], SqlValue],
    ) -> SqlPiece:
        types = self._givens.types
        known = {node: Known(index, types[index], shapes[index]) for node, index in self._givens.index.items()}
        try:
            value = build(SqlBuilder(self._said.checked, scope, known, binds), self._said)
        except Unsayable as unsayable:
            raise BadDefinition([told(unsayable, self._said.source)]) from None
        return SqlPiece(value, binds)

    def _as_value(self, builder: SqlBuilder, said: Said) -> SqlValue:
        term = guarded(builder.term(said.checked.tree), builder.dialect)
        return _value_of(term, said)


def _as_filter(builder: SqlBuilder, said: Said) -> SqlValue:
    term = builder.condition(said.checked.tree, positive=True)
    element = term.element
    if isinstance(term.constant, bool) or term.constant is None:
        element = true() if term.constant else false()
    return SqlValue(element, said.checked.type, nullable=term.nullable)


def _value_of(term: Term, said: Said) -> SqlValue:
    return SqlValue(term.element, said.checked.type, term.scale, term.nullable)


def sql_rule(said: Said, is_bound: Callable[[str], bool]) -> SqlRule:
    """Return what makes SQL of an expression. ``is_bound`` tells which root names are known before any row is read."""
    return SqlRule(said, is_bound)


def to_condition(said: Said, scope: SqlScope, run: Run | None = None) -> ColumnElement[bool]:
    """Return the expression for a WHERE clause, with its parameters filled."""
    return _at_once(said, scope, run, condition=True).element


def to_value(said: Said, scope: SqlScope, run: Run | None = None) -> SqlValue:
    """Return the expression as a value, with its parameters filled."""
    return _at_once(said, scope, run, condition=False)


def refusal(said: Said, bound: frozenset[str] = BEFORE_THE_ROW) -> Diagnostic | None:
    """Return why the expression cannot be said in SQL when these root names are known before the row, or None."""
    return SqlRule(said, bound.__contains__).refusal()


def _at_once(said: Said, scope: SqlScope, run: Run | None, *, condition: bool) -> SqlValue:
    rule = SqlRule(said, scope.has_bound)
    given = rule.given(_BoundNames(scope), run or Run(datetime.now(UTC)))
    return rule.filled(scope, given, condition=condition)


class _BoundNames(Mapping[str, Any]):
    """What a scope knows before the row, as names for the closures."""

    def __init__(self, scope: SqlScope) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        if not self._scope.has_bound(name):
            raise KeyError(name)
        return self._scope.bound(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
