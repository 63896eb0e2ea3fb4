"""The proleptic Gregorian calendar on whole days, for any year. Day 1 is 0001-01-01, as in Python."""

from __future__ import annotations

from datetime import date

MAX_YEAR = 999_999_999
_CYCLE_DAYS = 146_097  # 400 years
_MAX_ORDINAL = date.max.toordinal()


def is_leap(year: int) -> bool:
    """Tell whether a year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Return how many days a month has."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def to_days(year: int, month: int, day: int) -> int:
    """Return the day number of a valid date."""
    cycle, within = divmod(year - 1, 400)
    return cycle * _CYCLE_DAYS + date(within + 1, month, day).toordinal()


def from_days(days: int) -> tuple[int, int, int]:
    """Return year, month and day."""
    cycle, within = divmod(days - 1, _CYCLE_DAYS)
    one = date.fromordinal(within + 1)
    return one.year + cycle * 400, one.month, one.day


def in_python_range(days: int) -> bool:
    """Tell whether Python's own dates know a day."""
    return 1 <= days <= _MAX_ORDINAL


def same_cycle_year(year: int) -> int:
    """Return the year between 1601 and 2000 or the year itself, with the same calendar."""
    return year if 1 < year < 9999 else 1601 + (year - 1601) % 400
