"""Bound parameters: how a value that is known before the row reaches the driver, on each database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, Integer, Numeric, Text, Time, bindparam, cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from engine.kernel.errors import Malformed
from engine.rules.numbers import CONTEXT
from engine.rules.sql.givens import Given, Known, seconds_of
from engine.rules.sql.terms import RECORD, SQLITE, Element, Term
from engine.rules.temporal.times import DAY, SECOND, FeelDateTime, FeelTime
from engine.rules.values import DATE, DATE_TIME, DAYS, NUMBER, STRING, TIME, from_python, kind_of

Convert = Callable[[Any], Any]

_LARGEST = 2**63 - 1
_LAST = chr(0x10FFFF)
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
# towards which side a value is rounded that lies between two stored ones: x < 2.5 says x < 3, x > 2.5 says x > 2
_ROUNDING = {"<": ROUND_CEILING, "<=": ROUND_FLOOR, ">": ROUND_FLOOR, ">=": ROUND_CEILING}


@dataclass(slots=True)
class Binds:
    """The parameters of one piece of SQL, in the order of their making.

    With ``values`` they are filled at once; without, the statement has to be given them for each execution.
    """

    dialect: str
    prefix: str
    values: Given | None = None
    made: list[tuple[str, int, Convert]] = field(default_factory=list)

    def add(self, known: Known, type_: TypeEngine[Any], convert: Convert) -> Element:
        """Return a parameter that will carry ``convert(value)``."""
        name = f"{self.prefix}{len(self.made)}"
        self.made.append((name, known.index, convert))
        if self.values is not None:
            return bindparam(name, convert(self.values.values[known.index]), type_=type_, unique=True)
        return bindparam(name, type_=type_, required=True)

    def arguments(self, given: Given) -> Mapping[str, Any]:
        """Return the values of all parameters for one execution."""
        return {name: convert(given.values[index]) for name, index, convert in self.made}

    # -- single values ----------------------------------------------------------------------------------------

    def like(self, term: Term, known: Known, operator: str) -> Element:
        """Return a value in the form in which ``term`` is stored, to be compared with it by ``operator``."""
        if known.kind in (NUMBER, DAYS):
            return self._number(term, known, operator)
        if known.kind == DATE and term.scale is not None:
            return self.add(known, BigInteger(), date.toordinal)
        return self.plain(known)

    def plain(self, known: Known) -> Element:
        """Return a value of any kind but number and duration in the form in which columns hold it."""
        sqlite = self.dialect == SQLITE
        if known.kind == STRING:
            return self.add(known, Text(), text)
        if known.kind == DATE:
            return self.add(known, Text(), date.isoformat) if sqlite else self.add(known, Date(), _itself)
        if known.kind == TIME:
            return self._time(known, lambda value: int(value.nanos // 1000))
        assert known.kind == DATE_TIME, known.kind
        return self._moment(known, lambda value: _micros(value.instant()))

    def second(self, known: Known, later: int = 0) -> Element:
        """Return the beginning of the second that a time or instant lies in, or of the one after."""
        if known.kind == TIME:
            return self._time(known, lambda value: (value.seconds() + later) * 1_000_000)
        return self._moment(known, lambda value: _micros((value.seconds() + later) * SECOND))

    def behind(self, known: Known) -> Element:
        """Return the first text, by code points, behind all that start with a text."""
        return self.add(known, Text(), _behind)

    def _time(self, known: Known, micros: Callable[[Any], int]) -> Element:
        # as a text on both, for PostgreSQL has a 24:00:00 and Python has not
        element = self.add(known, Text(), lambda value: _time_text(micros(value)))
        return element if self.dialect == SQLITE else cast(element, Time())

    def _moment(self, known: Known, micros: Callable[[Any], int]) -> Element:
        if self.dialect == SQLITE:
            return self.add(known, Text(), lambda value: _moment_text(_EPOCH + timedelta(microseconds=micros(value))))
        type_ = DateTime(timezone=True)
        return self.add(known, type_, lambda value: _EPOCH + timedelta(microseconds=micros(value)))

    def exact(self, known: Known) -> Term:
        """Return a number or duration with all its digits, for arithmetic."""
        scale, limit = known.shape.scale, 10**known.shape.digits
        if self.dialect == SQLITE:
            element = self.add(known, BigInteger(), lambda value: _fitting(_whole(_number_of(value), scale)))
            return Term(element, known.kind, nullable=False, scale=scale, limit=limit)
        return Term(self.add(known, Numeric(), _number_of), known.kind, nullable=False, limit=limit)

    def position(self, known: Known) -> Element:
        """Return a whole number, for functions that count."""
        return self.add(known, Integer(), lambda value: min(int(value), 2**31 - 1))

    def _number(self, term: Term, known: Known, operator: str) -> Element:
        scale, rounding = term.scale, _ROUNDING.get(operator)
        if scale is None:
            return self.add(known, Numeric(), _number_of)
        stored = _stored_sqlite if self.dialect == SQLITE else _stored_whole
        return self.add(known, BigInteger(), lambda value: stored(_number_of(value), scale, rounding))

    # -- lists ------------------------------------------------------------------------------------------------

    def items(self, term: Term, known: Known) -> Element:
        """Return the items of a list that ``term`` could be equal to, as JSON on SQLite, else as an array."""
        one, type_ = self._item(term)
        kind = STRING if term.kind == RECORD else term.kind

        def chosen(values: Any) -> list[Any]:
            fitting = (from_python(value) for value in values or ())
            return [found for value in fitting if kind_of(value) == kind and (found := one(value)) is not None]

        if self.dialect == SQLITE:
            return self.add(known, Text(), lambda values: json.dumps(chosen(values), ensure_ascii=False))
        return self.add(known, ARRAY(type_), chosen)

    def _item(self, term: Term) -> tuple[Convert, TypeEngine[Any]]:
        sqlite, scale = self.dialect == SQLITE, term.scale
        if term.kind in (NUMBER, DAYS):
            if scale is None:
                return _number_of, Numeric()
            return lambda value: _whole_or_none(_number_of(value), scale), BigInteger()
        if term.kind == DATE:
            if scale is not None:
                return (lambda value: value.toordinal() if type(value) is date else None), BigInteger()
            return (lambda value: _day(value, sqlite)), Date()
        if term.kind == DATE_TIME:
            return (lambda value: _listed_moment(value, sqlite)), DateTime(timezone=True)
        if term.kind == TIME:
            return _listed_time, Text()
        return text, Text()


# -- conversions -----------------------------------------------------------------------------------------------


def text(value: str) -> str:
    """Return a text that both databases take. Raises Malformed for one that none can hold."""
    if "\x00" in value or (not value.isascii() and _has_surrogate(value)):
        raise Malformed("text_not_storable")
    return value


def _has_surrogate(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)


def _behind(start: str) -> str:
    start = text(start).rstrip(_LAST)
    if not start:
        return _LAST * 1000  # nothing is behind them all; nobody writes these
    following = ord(start[-1]) + 1
    return start[:-1] + chr(0xE000 if following == 0xD800 else following)


def _itself(value: Any) -> Any:
    return value


def _number_of(value: Any) -> Decimal:
    return value if type(value) is Decimal else seconds_of(value)


def _whole(number: Decimal, scale: int, rounding: str | None = None) -> int | None:
    """Return ``number * 10 ** scale``; None when it is not whole and may not be rounded, or is far too large."""
    if number and number.adjusted() + scale > 40:
        return None
    shifted = CONTEXT.scaleb(number, scale)
    rounded = shifted.to_integral_value(rounding)
    return int(rounded) if rounding is not None or rounded == shifted else None


def _whole_or_none(number: Decimal, scale: int) -> int | None:
    found = _whole(number, scale)
    return found if found is not None and abs(found) <= _LARGEST else None


def _fitting(number: int | None) -> int | float:
    # SQLite calculates with a double what does not fit, and the guard of wide terms finds it
    return number if number is not None and abs(number) <= _LARGEST else 1e40


def _stored_sqlite(number: Decimal, scale: int, rounding: str | None) -> int | float:
    """Return what a stored whole number is compared with; SQLite compares it exactly with any double."""
    found = _whole(number, scale, rounding)
    if found is not None and abs(found) <= _LARGEST:
        return found
    if rounding is None:
        return 0.5  # equal to no whole number
    return 1e40 if number > 0 else -1e40


def _stored_whole(number: Decimal, scale: int, rounding: str | None) -> int:
    found = _whole(number, scale, rounding)
    if found is not None and abs(found) <= _LARGEST:
        return found
    if rounding is None:
        return -_LARGEST - 1  # integers are smaller (53 bits)
    return _LARGEST if number > 0 else -_LARGEST


def _micros(nanos: int) -> int:
    return (nanos - DAY) // 1000  # day 1 is the first of January of the year 1


def _time_text(micros: int) -> str:
    seconds, micro = divmod(micros, 1_000_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{micro:06d}"


def _moment_text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _day(value: Any, sqlite: bool) -> Any:
    if type(value) is not date:
        return None
    return value.isoformat() if sqlite else value


def _listed_time(value: FeelTime) -> str | None:
    return None if value.zone is not None else _time_text(value.seconds() * 1_000_000)[:8]


def _listed_moment(value: FeelDateTime, sqlite: bool) -> Any:
    if value.zone is None or not date.min.toordinal() < value.days < date.max.toordinal():
        return None
    moment = _EPOCH + timedelta(microseconds=_micros(value.seconds() * SECOND))
    return _moment_text(moment)[:19] if sqlite else moment


__all__ = ["Binds", "Convert", "text"]
