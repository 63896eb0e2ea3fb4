"""Exact arithmetic: whole numbers with a scale on SQLite, NUMERIC on PostgreSQL; texts joined; days added."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import BigInteger, Integer, Numeric, Text, cast
from sqlalchemy.types import TypeEngine

from engine.rules.nodes import Arithmetic, Negation, Node
from engine.rules.sql.binding import Binds
from engine.rules.sql.comparing import Operand
from engine.rules.sql.dates import day_number, difference
from engine.rules.sql.givens import Known
from engine.rules.sql.refusals import Unsayable
from engine.rules.sql.terms import SQLITE, Term, as_numeric, infix, rescaled, unknown
from engine.rules.values import DATE, DATE_TIME, DAYS, NULL, NUMBER, STRING

_LARGEST_SCALE = 18


def as_term(binds: Binds, operand: Operand, node: Node, kind: str | None = None) -> Term:
    """Return a known value as a term; a null as one of ``kind``."""
    if isinstance(operand, Term):
        return operand
    if operand.kind == NULL:
        return unknown(kind or NULL, binds.dialect)
    if operand.kind in (NUMBER, DAYS):
        return binds.exact(operand)
    if operand.kind == DATE_TIME and not operand.shape.zoned:
        raise Unsayable(node, "a date and time without a zone is no instant")
    if operand.kind not in (STRING, DATE, DATE_TIME, "time") or operand.shape.far:
        raise Unsayable(node, f"a {operand.kind} cannot be calculated with in SQL")
    if operand.kind == "time" and operand.shape.zoned:
        raise Unsayable(node, "columns hold times without a zone")
    return Term(binds.plain(operand), operand.kind, nullable=False)


def negation(binds: Binds, node: Negation, operand: Term) -> Term:
    """Return ``-operand``."""
    if operand.kind not in (NUMBER, DAYS):
        raise Unsayable(node, f"a {operand.kind} has no opposite in SQL")
    number = _number_type(operand, binds)
    element = infix("-", cast(0, number), as_numeric(operand, binds.dialect), number)
    return replace(operand, element=element, scale=operand.scale if binds.dialect == SQLITE else None)


def arithmetic(binds: Binds, node: Arithmetic, left: Operand, right: Operand) -> Term:
    """Return ``left + right`` and its like."""
    if NULL in (left.kind, right.kind):
        return unknown(NULL, binds.dialect)
    if left.kind == DATE and right.kind == DAYS and node.operator in ("+", "-"):
        return _day_moved(binds, node, left, right)
    if left.kind == DAYS and right.kind == DATE and node.operator == "+":
        return _day_moved(binds, node, right, left)
    one, other = as_term(binds, left, node.left), as_term(binds, right, node.right)
    kinds = (one.kind, other.kind)
    nullable = one.nullable or other.nullable
    if node.operator == "+" and kinds == (STRING, STRING):
        return Term(infix("||", one.element, other.element, Text()), STRING, nullable=nullable)
    if node.operator == "-" and set(kinds) <= {DATE, DATE_TIME}:
        return difference(one, other, binds.dialect)
    if node.operator in ("+", "-") and kinds in ((NUMBER, NUMBER), (DAYS, DAYS)):
        return _added(binds, node, one, other)
    if node.operator == "*" and kinds == (NUMBER, NUMBER):
        return _multiplied(binds, node, one, other)
    raise Unsayable(node, _why(node.operator))


def _why(operator: str) -> str:
    if operator == "/":
        return "the two databases divide in their own ways; compare with a product, or keep the figure in a field"
    if operator == "**":
        return "databases have no exact powers"
    return "this combination has no exact meaning in SQL"


def _number_type(term: Term, binds: Binds) -> TypeEngine[int]:
    return BigInteger() if binds.dialect == SQLITE and term.scale is not None else Numeric()  # type: ignore[return-value]


def _added(binds: Binds, node: Arithmetic, left: Term, right: Term) -> Term:
    nullable = left.nullable or right.nullable
    if binds.dialect == SQLITE:
        assert left.scale is not None
        assert right.scale is not None
        scale = max(left.scale, right.scale)
        left, right = rescaled(left, scale), rescaled(right, scale)
        element = infix(node.operator, left.element, right.element, BigInteger())
        return Term(element, left.kind, nullable=nullable, scale=scale, limit=left.limit + right.limit)
    element = infix(node.operator, as_numeric(left, binds.dialect), as_numeric(right, binds.dialect), Numeric())
    return Term(element, left.kind, nullable=nullable, limit=left.limit + right.limit)


def _multiplied(binds: Binds, node: Arithmetic, left: Term, right: Term) -> Term:
    nullable, limit = left.nullable or right.nullable, left.limit * right.limit
    if binds.dialect == SQLITE:
        assert left.scale is not None
        assert right.scale is not None
        if left.scale + right.scale > _LARGEST_SCALE:
            raise Unsayable(node, f"the result has more than {_LARGEST_SCALE} digits behind the point")
        element = infix("*", left.element, right.element, BigInteger())
        return Term(element, NUMBER, nullable=nullable, scale=left.scale + right.scale, limit=limit)
    element = infix("*", as_numeric(left, binds.dialect), as_numeric(right, binds.dialect), Numeric())
    return Term(element, NUMBER, nullable=nullable, limit=limit)


def _day_moved(binds: Binds, node: Arithmetic, day: Operand, duration: Operand) -> Term:
    """Return a date some days later; hours of the duration that make no whole day are dropped downwards."""
    if not isinstance(duration, Known) or not isinstance(day, Term):
        raise Unsayable(node, "days can be added to a field only when their number is known beforehand")
    towards = -1 if node.operator == "-" else 1
    days = binds.add(duration, Integer(), lambda value: _days(value.nanos * towards))
    start = day_number(day) if binds.dialect == SQLITE else day.element
    return replace(day, element=infix("+", start, days, Integer()), scale=0 if binds.dialect == SQLITE else None)


def _days(nanos: int) -> int:
    days = nanos // 86_400_000_000_000
    return max(-(10**6), min(days, 10**6))
