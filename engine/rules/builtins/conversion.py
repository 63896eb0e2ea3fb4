"""Conversion functions, and ``not``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from engine.rules.builtins.declare import builtin
from engine.rules.feel_types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    NUMBER,
    STRING,
    TIME,
)
from engine.rules.functions import NoValue, is_whole
from engine.rules.numbers import parse_number
from engine.rules.temporal.dates import FeelDate, make_date
from engine.rules.temporal.durations import MonthsDuration, TimeDuration
from engine.rules.temporal.parsing import parse_date, parse_date_time, parse_duration, parse_time
from engine.rules.temporal.times import (
    SECOND,
    FeelDateTime,
    FeelTime,
    date_time_of,
    make_time,
    midnight,
)
from engine.rules.temporal.zones import MAX_OFFSET, zone_named
from engine.rules.writing import text_of

T = TypeVar("T")


@builtin("not", "negand: any", BOOLEAN)
def negate(value: Any) -> bool | None:
    """Turn true to false and false to true; null otherwise."""
    return not value if type(value) is bool else None


@builtin("string", "from: any", STRING)
def string(value: Any) -> str | None:
    """Write a value as text."""
    return None if value is None else text_of(value)


@builtin("number", "from: text, grouping separator: any, decimal separator: any", NUMBER)
@builtin("number", "from: text", NUMBER)
def number(text: str, grouping: Any = None, point: Any = None) -> Decimal:
    """Read a number from text."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping == point and point):
        raise NoValue("FEEL224", function="number", name="separator", value=grouping or point)
    plain = text.replace(grouping, "") if grouping else text
    if point and point != ".":
        plain = "" if "." in plain else plain.replace(point, ".")
    value = parse_number(plain)
    if value is None:
        raise NoValue("FEEL229", kind="number", text=text)
    return value


@builtin("date", "from: text", DATE)
def date_from_text(text: str) -> FeelDate:
    """Read a date from text such as 2024-01-31."""
    day = parse_date(text)
    if day is None:
        raise NoValue("FEEL229", kind="date", text=text)
    return day


@builtin("date", "from: day", DATE)
def date_from_date(value: Any) -> FeelDate:
    """Return the date of a date and time."""
    found: FeelDate = value.date() if isinstance(value, FeelDateTime) else value
    return found


@builtin("date", "year: number, month: number, day: number", DATE)
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> FeelDate:
    """Make a date of year, month and day."""
    return _date(year, month, day)


def _date(year: Decimal, month: Decimal, day: Decimal) -> FeelDate:
    found = None
    if is_whole(year) and is_whole(month) and is_whole(day) and abs(year) < 10**9:
        found = make_date(int(year), int(month), int(day))
    if found is None:
        raise NoValue("FEEL229", kind="date", text=f"{year}-{month}-{day}")
    return found


@builtin("time", "from: text", TIME)
def time_from_text(text: str) -> FeelTime:
    """Read a time from text such as 10:30:00."""
    return _or_complain(parse_time(text), "time", text)


@builtin("time", "from: temporal", TIME)
def time_from_temporal(value: Any) -> FeelTime:
    """Return the time of a date and time; midnight in UTC of a date."""
    if isinstance(value, FeelDateTime):
        return value.time()
    return value if isinstance(value, FeelTime) else FeelTime(0, 0)


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration", TIME)
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: TimeDuration | None = None) -> FeelTime:
    """Make a time of hour, minute, second and perhaps an offset."""
    return _time(hour, minute, second, offset)


def _time(hour: Decimal, minute: Decimal, second: Decimal, offset: TimeDuration | str | None) -> FeelTime:
    zone: int | str | None = None
    if isinstance(offset, TimeDuration):
        zone = offset.nanos // SECOND
        if abs(zone) > MAX_OFFSET or offset.nanos % SECOND:
            raise NoValue("FEEL224", function="time", name="offset", value=offset)
    elif isinstance(offset, str):
        if zone_named(offset) is None:
            raise NoValue("FEEL224", function="time", name="timezone", value=offset)
        zone = offset
    found = None
    if is_whole(hour) and is_whole(minute) and 0 <= second < 60 and abs(hour) < 100 and abs(minute) < 100:
        whole = int(second)
        found = make_time(int(hour), int(minute), whole, int((second - whole) * SECOND), zone)
    return _or_complain(found, "time", f"{hour}:{minute}:{second}")


@builtin("date and time", "from: text", DATE_TIME)
def date_time_from_text(text: str) -> FeelDateTime:
    """Read a date and time from text such as 2024-01-31T10:30:00."""
    found = parse_date_time(text)
    if found is None and (day := parse_date(text)) is not None:
        found = midnight(day, None)
    return _or_complain(found, "date and time", text)


@builtin("date and time", "from: day", DATE_TIME)
def date_time_from_day(value: Any) -> FeelDateTime:
    """Return a date and time as it is; of a date its midnight in UTC."""
    return value if isinstance(value, FeelDateTime) else midnight(value, 0)


@builtin("date and time", "date: day, time: time", DATE_TIME)
def date_time_from_both(day: Any, time: FeelTime) -> FeelDateTime:
    """Join a date and a time."""
    return date_time_of(day.date() if isinstance(day, FeelDateTime) else day, time)


@builtin("date and time", "date: day, timezone: text", DATE_TIME)
def date_time_in_zone(day: Any, zone: str) -> FeelDateTime:
    """Return the same instant in another time zone."""
    from engine.rules.temporal.times import from_instant

    if zone_named(zone) is None:
        raise NoValue("FEEL224", function="date and time", name="timezone", value=zone)
    moment = day if isinstance(day, FeelDateTime) else midnight(day, 0)
    return _or_complain(from_instant(moment.instant(), zone), "date and time", zone)


@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number",
    DATE_TIME,
)
@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, "
    "offset: days and time duration",
    DATE_TIME,
)
@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, timezone: text",
    DATE_TIME,
)
def date_time_from_parts(  # noqa: PLR0913, PLR0917 - the language has as many
    year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal, zone: Any = None
) -> FeelDateTime:
    """Make a date and time of its parts, perhaps with an offset or time zone."""
    return date_time_of(_date(year, month, day), _time(hour, minute, second, zone))


@builtin("duration", "from: text", ANY)
def duration(text: str) -> MonthsDuration | TimeDuration:
    """Read a duration from text such as P30D or P1Y6M."""
    found = parse_duration(text)
    if found is None:
        raise NoValue("FEEL229", kind="duration", text=text)
    return found


@builtin("duration", "from: duration", ANY)
def duration_from_duration(value: Any) -> Any:
    """Return a duration as it is."""
    return value


def _or_complain(value: T | None, kind: str, text: str) -> T:
    if value is None:
        raise NoValue("FEEL229", kind=kind, text=text)
    return value
