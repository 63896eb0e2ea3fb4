"""Dates and times in SQL: their parts, differences in days, and days added."""

from __future__ import annotations

from sqlalchemy import BigInteger, Date, DateTime, Integer, Numeric, Text, cast, extract, func, literal
from sqlalchemy.sql.elements import literal_column

from engine.rules.sql.terms import SQLITE, Element, Term, infix
from engine.rules.values import DATE, DATE_TIME, DAYS, NUMBER, TIME

# julianday() of the day before the first of January of the year 1, at midnight
_DAY_ZERO = "1721424.5"
_SECONDS = 86_400
_YEARS = 10**5

# where a part stands in the text form, counted from 1, per kind
_PLACES: dict[tuple[str, str], tuple[int, int]] = {
    ("year", DATE): (1, 4), ("month", DATE): (6, 2), ("day", DATE): (9, 2),
    ("year", DATE_TIME): (1, 4), ("month", DATE_TIME): (6, 2), ("day", DATE_TIME): (9, 2),
    ("hour", DATE_TIME): (12, 2), ("minute", DATE_TIME): (15, 2), ("second", DATE_TIME): (18, 2),
    ("hour", TIME): (1, 2), ("minute", TIME): (4, 2), ("second", TIME): (7, 2),
}  # fmt: skip


def part_of(name: str, term: Term, dialect: str) -> Term | None:
    """Return ``date.year`` and its like, or None when there is no such part."""
    if name == "weekday" and term.kind in (DATE, DATE_TIME):
        return _number(_weekday(term, dialect), term)
    place = _PLACES.get((name, term.kind))
    if place is None or term.scale is not None:
        return None
    if dialect == SQLITE:
        return _number(cast(func.substr(term.element, *map(_whole, place)), Integer()), term)
    found: Element = extract(name, _in_utc(term))
    if name == "second":
        found = func.floor(found)
    return _number(cast(found, BigInteger()), term)


def _whole(number: int) -> Element:
    return literal_column(str(number), Integer())


def _number(element: Element, of: Term) -> Term:
    return Term(element, NUMBER, nullable=of.nullable, scale=0, limit=_YEARS)


def _in_utc(term: Term) -> Element:
    # an instant's parts are those of its UTC reading, whatever the session's zone
    return func.timezone(literal("UTC", Text()), term.element) if term.kind == DATE_TIME else term.element


def _weekday(term: Term, dialect: str) -> Element:
    if dialect == SQLITE:
        # the day alone: the last moment before midnight would be rounded up to it
        day = func.substr(term.element, _whole(1), _whole(10))
        sunday_first = cast(func.strftime(literal("%w"), day), Integer())
        return infix("+", infix("%", infix("+", sunday_first, _whole(6)), _whole(7)), _whole(1), Integer())
    return cast(extract("isodow", _in_utc(term)), BigInteger())


def day_number(term: Term) -> Element:
    """Return the ordinal of a date on SQLite: 1 for the first of January of the year 1."""
    if term.scale is not None:
        return term.element
    return cast(infix("-", func.julianday(term.element), literal_column(_DAY_ZERO, Numeric())), Integer())


def whole_second(term: Term, dialect: str) -> Element:
    """Return a time or an instant without its parts of a second, which comparisons do not look at."""
    if dialect == SQLITE:
        return func.substr(term.element, _whole(1), _whole(8 if term.kind == TIME else 19), type_=Text())
    return func.date_trunc(literal("second", Text()), term.element)


def difference(left: Term, right: Term, dialect: str) -> Term:
    """Return the time between two dates, or between two instants."""
    nullable = left.nullable or right.nullable
    if left.kind == right.kind == DATE:
        if dialect == SQLITE:
            days = infix("-", day_number(left), day_number(right), BigInteger())
        else:
            days = cast(infix("-", left.element, right.element, Integer()), BigInteger())
        seconds = infix("*", days, literal_column(str(_SECONDS), BigInteger()), BigInteger())
        return Term(seconds, DAYS, nullable=nullable, scale=0, limit=10**12)
    if dialect == SQLITE:
        micros = infix("-", _micros(left), _micros(right), BigInteger())
        return Term(micros, DAYS, nullable=nullable, scale=6, limit=10**18)
    return Term(
        cast(extract("epoch", infix("-", _instant(left), _instant(right), Numeric())), Numeric()),
        DAYS, nullable=nullable, limit=10**18,
    )  # fmt: skip


def _micros(term: Term) -> Element:
    if term.kind == DATE:
        seconds = infix("*", day_number(term), _whole(_SECONDS), BigInteger())
        return infix("*", seconds, _whole(1_000_000), BigInteger())
    day = cast(infix("-", func.julianday(func.substr(term.element, _whole(1), _whole(10))),
                     literal_column(_DAY_ZERO, Numeric())), Integer())  # fmt: skip
    total = infix("*", day, _whole(_SECONDS), BigInteger())
    for place, factor in ((12, 3600), (15, 60), (18, 1)):
        piece = cast(func.substr(term.element, _whole(place), _whole(2)), Integer())
        total = infix("+", total, infix("*", piece, _whole(factor), BigInteger()), BigInteger())
    fraction = cast(func.substr(term.element, _whole(21), _whole(6)), Integer())
    return infix("+", infix("*", total, _whole(1_000_000), BigInteger()), fraction, BigInteger())


def _instant(term: Term) -> Element:
    if term.kind == DATE_TIME:
        return term.element
    return func.timezone(literal("UTC", Text()), cast(term.element, DateTime()))


def date_of(term: Term, dialect: str) -> Term:
    """Return the UTC date of an instant; a date itself."""
    if term.kind == DATE:
        return term
    if dialect == SQLITE:
        element: Element = func.substr(term.element, _whole(1), _whole(10))
    else:
        element = cast(_in_utc(term), Date())
    return Term(element, DATE, nullable=term.nullable)
