"""Pieces of SQL: a term with what is known of its value, and the few ways in which elements are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Numeric, Text, Time, and_, case, cast, null, or_
from sqlalchemy.sql import ColumnElement, operators
from sqlalchemy.sql.elements import BindParameter, ColumnClause, Grouping, Null, UnaryExpression, literal_column
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from engine.rules.feel_types import FeelType, ListType, RecordType
from engine.rules.values import BOOLEAN, CONTEXT_KIND, DATE, DATE_TIME, DAYS, LIST, NULL, NUMBER, STRING, TIME

Element = ColumnElement[Any]
SQLITE: Final = "sqlite"
# held by its id: equal to records and ids, and nothing else can be done with it
RECORD: Final = "record"
# a whole number below this fits into 64 bits with room for the rounding of a double
ROOM: Final = 9 * 10**18


class _Varies:
    """No constant: the value depends on the row."""


VARIES: Final = _Varies()


@dataclass(frozen=True, slots=True)
class Term:
    """A value that depends on the row. ``kind`` is the kind of value in the words of the language.

    Numbers and durations: ``scale`` as in SqlValue, and ``limit``, which the whole number never exceeds; above ROOM
    the term may overflow on SQLite. Dates: ``scale`` 0 marks a day number in a date's place (SQLite only).
    ``constant``: a boolean that turned out not to depend on the row.
    """

    element: Element
    kind: str
    nullable: bool = True
    scale: int | None = None
    limit: int = 0
    constant: bool | _Varies | None = VARIES

    @property
    def wide(self) -> bool:
        """Tell whether the number may be more than 64 bits hold."""
        return self.limit > ROOM


def kind_of_type(type_: FeelType) -> str:
    """Return the kind of the values of a type."""
    base = type_.base()
    if isinstance(base, RecordType):
        return RECORD
    if isinstance(base, ListType):
        return LIST
    return CONTEXT_KIND if base.field_names() else base.name


def constant(value: bool | None) -> Term:
    """Return a boolean that is the same on every row."""
    element = literal_column({True: "1 = 1", False: "1 = 0", None: "NULL"}[value], Boolean())
    made: Element = Grouping(element) if value is not None else cast(null(), Boolean())
    return Term(made, BOOLEAN, nullable=value is None, constant=value)


def truth(element: Element, *, nullable: bool) -> Term:
    """Return a boolean that depends on the row."""
    return Term(element, BOOLEAN, nullable=nullable)


_PLAIN = (ColumnClause, BindParameter, FunctionElement, Grouping, Null)


def wrapped(element: Element) -> Element:
    """Return the element in parentheses, unless it stands as one piece anyway.

    SQLAlchemy adds parentheses by its own table of precedences, which is wrong for booleans as operands.
    """
    return element if isinstance(element, _PLAIN) else Grouping(element)


def infix(operator: str, left: Element, right: Element, type_: TypeEngine[Any] | None = None) -> Element:
    """Return ``(left operator right)``."""
    made = wrapped(left).op(operator, return_type=type_ or Boolean())(wrapped(right))
    return Grouping(made)


def all_of(*elements: Element) -> Element:
    """Return the elements joined by AND."""
    return Grouping(and_(*map(wrapped, elements))) if len(elements) > 1 else elements[0]


def any_of(*elements: Element) -> Element:
    """Return the elements joined by OR."""
    return Grouping(or_(*map(wrapped, elements))) if len(elements) > 1 else elements[0]


def negated(element: Element) -> Element:
    """Return NOT element."""
    return Grouping(UnaryExpression(Grouping(element), operator=operators.inv, type_=Boolean()))


def is_null(element: Element) -> Element:
    """Return ``element IS NULL``."""
    return infix("IS", element, null())


def is_known(element: Element) -> Element:
    """Return ``element IS NOT NULL``."""
    return infix("IS NOT", element, null())


def choose(condition: Element, then: Any, otherwise: Any) -> Element:
    """Return CASE WHEN ... THEN ... ELSE ... END."""
    return Grouping(case((condition, then), else_=otherwise))


def if_known(terms: Sequence[Term], element: Element) -> Element:
    """Return null where any of the terms is null, else the element."""
    unsure = [is_null(term.element) for term in terms if term.nullable]
    return choose(any_of(*unsure), null(), element) if unsure else element


def sql_type(kind: str, dialect: str) -> TypeEngine[Any]:
    """Return the type that a value of a kind is bound as, and an unknown value is cast to."""
    if kind in (NUMBER, DAYS):
        return BigInteger() if dialect == SQLITE else Numeric()
    if kind == BOOLEAN:
        return Boolean()
    if dialect == SQLITE:
        return Text()
    temporal: dict[str, TypeEngine[Any]] = {DATE: Date(), TIME: Time(), DATE_TIME: DateTime(timezone=True)}
    return temporal.get(kind) or Text()


def unknown(kind: str, dialect: str) -> Term:
    """Return a null in the place of a value of a kind."""
    element = cast(null(), sql_type(STRING if kind == NULL else kind, dialect))
    scale = 0 if kind in (NUMBER, DAYS) and dialect == SQLITE else None
    return Term(element, kind, nullable=True, scale=scale, constant=None)


def as_numeric(term: Term, dialect: str) -> Element:
    """Return the number in the form that PostgreSQL calculates with; SQLite has only one."""
    return term.element if dialect == SQLITE or term.scale is None else cast(term.element, Numeric())


def rescaled(term: Term, scale: int) -> Term:
    """Return a whole number with more digits behind the point."""
    assert term.scale is not None
    factor = 10 ** (scale - term.scale)
    if factor == 1:
        return term
    element = infix("*", term.element, literal_column(str(factor), BigInteger()), BigInteger())
    return replace(term, element=element, scale=scale, limit=term.limit * factor)
