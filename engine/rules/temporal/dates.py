"""Dates. A date that Python knows is a ``datetime.date``; one outside the years 1 to 9999 is a FarDate."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.rules.temporal.civil import MAX_YEAR, from_days, in_python_range, month_length, to_days


class FarDate:
    """A date before year 1 or after year 9999; compares with ``datetime.date``."""

    __slots__ = ("days",)

    def __init__(self, days: int) -> None:
        self.days = days

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FarDate) and self.days == other.days

    def __hash__(self) -> int:
        return hash(self.days)

    def __lt__(self, other: Any) -> bool:
        return self.days < _number(other)

    def __le__(self, other: Any) -> bool:
        return self.days <= _number(other)

    def __gt__(self, other: Any) -> bool:
        return self.days > _number(other)

    def __ge__(self, other: Any) -> bool:
        return self.days >= _number(other)

    def __repr__(self) -> str:
        return f"FarDate({date_text(self)})"


FeelDate = date | FarDate


def _number(value: Any) -> int:
    if type(value) is date:
        return value.toordinal()
    if type(value) is FarDate:
        return value.days
    raise TypeError("not a date")


def make_date(year: int, month: int, day: int) -> FeelDate | None:
    """Return a date, or None when there is no such day."""
    if not (1 <= month <= 12 and -MAX_YEAR <= year <= MAX_YEAR and 1 <= day <= month_length(year, month)):
        return None
    if 1 <= year <= 9999:
        return date(year, month, day)
    return FarDate(to_days(year, month, day))


def date_from_days(days: int) -> FeelDate | None:
    """Return the date with a day number, or None when its year has more than nine digits."""
    if in_python_range(days):
        return date.fromordinal(days)
    return FarDate(days) if abs(from_days(days)[0]) <= MAX_YEAR else None


def days_of(value: FeelDate) -> int:
    """Return the day number."""
    return value.days if type(value) is FarDate else value.toordinal()  # type: ignore[union-attr]


def fields_of(value: FeelDate) -> tuple[int, int, int]:
    """Return year, month and day."""
    if type(value) is date:
        return value.year, value.month, value.day
    return from_days(days_of(value))


def add_months(value: FeelDate, months: int) -> FeelDate | None:
    """Return the date ``months`` later; a day that the month does not have becomes its last."""
    year, month, day = fields_of(value)
    year, month = divmod(year * 12 + month - 1 + months, 12)
    if abs(year) > MAX_YEAR:
        return None
    return make_date(year, month + 1, min(day, month_length(year, month + 1)))


def weekday(value: FeelDate) -> int:
    """Return 1 for Monday to 7 for Sunday."""
    return (days_of(value) - 1) % 7 + 1


def year_text(year: int) -> str:
    """Return a year with at least four digits."""
    return f"{'-' if year < 0 else ''}{abs(year):04d}"


def date_text(value: FeelDate) -> str:
    """Return the ISO form."""
    year, month, day = fields_of(value)
    return f"{year_text(year)}-{month:02d}-{day:02d}"
