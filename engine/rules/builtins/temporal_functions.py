"""Functions of dates, times and durations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.crossing import from_python
from engine.rules.evaluation import Run
from engine.rules.feel_types import BOOLEAN, DATE, DATE_TIME, NUMBER, STRING, YEARS_DURATION
from engine.rules.numbers import from_int
from engine.rules.temporal.dates import FeelDate, fields_of, make_date, weekday
from engine.rules.temporal.durations import MonthsDuration
from engine.rules.temporal.times import FeelDateTime, FeelTime
from engine.rules.values import equal, kind_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@builtin("now", "", DATE_TIME, with_run=True)
def now(run: Run) -> FeelDateTime:
    """Return the present date and time, in the zone of the one who asks."""
    value: FeelDateTime = from_python(run.now.astimezone(run.zone))
    return value


@builtin("today", "", DATE, with_run=True)
def today(run: Run) -> date:
    """Return the present date, in the zone of the one who asks."""
    return run.today


def _day(value: Any) -> FeelDate:
    return value.date() if isinstance(value, FeelDateTime) else value


@builtin("day of week", "date: day", STRING)
def day_of_week(value: Any) -> str:
    """Return the English name of the weekday."""
    return _DAYS[weekday(_day(value)) - 1]


@builtin("month of year", "date: day", STRING)
def month_of_year(value: Any) -> str:
    """Return the English name of the month."""
    return _MONTHS[fields_of(_day(value))[1] - 1]


@builtin("day of year", "date: day", NUMBER)
def day_of_year(value: Any) -> Decimal:
    """Return the number of the day in its year."""
    from engine.rules.temporal.civil import to_days
    from engine.rules.temporal.dates import days_of

    day = _day(value)
    return from_int(days_of(day) - to_days(fields_of(day)[0], 1, 1) + 1)


@builtin("week of year", "date: day", NUMBER)
def week_of_year(value: Any) -> Decimal:
    """Return the number of the week in its year, as ISO 8601 counts."""
    from engine.rules.temporal.civil import from_days, to_days
    from engine.rules.temporal.dates import days_of

    days = days_of(_day(value))
    thursday = days - (days - 1) % 7 + 3  # the week belongs to the year of its Thursday
    return from_int((thursday - to_days(from_days(thursday)[0], 1, 1)) // 7 + 1)


@builtin("years and months duration", "from: day, to: day", YEARS_DURATION)
def years_and_months_duration(start: Any, end: Any) -> MonthsDuration:
    """Return the whole months between two dates."""
    first, last = fields_of(_day(start)), fields_of(_day(end))
    months = (last[0] - first[0]) * 12 + last[1] - first[1]
    if months > 0 and last[2] < first[2]:
        months -= 1
    elif months < 0 and last[2] > first[2]:
        months += 1
    return MonthsDuration(months)


@builtin("is", "value1~: any, value2~: any", BOOLEAN)
def is_same(left: Any, right: Any) -> bool:
    """The same element of the same domain: equal, and for zoned values written with the same zone."""
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, FeelTime | FeelDateTime):
        return left == right and _zone(left) == _zone(right)
    return equal(left, right) is True


def _zone(value: FeelTime | FeelDateTime) -> object:
    return value.zone


__all__ = ["make_date"]
