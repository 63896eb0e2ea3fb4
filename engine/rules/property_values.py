"""The built-in properties of values: ``date.year``, ``duration.hours``, ``range.start`` and their like."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.rules.numbers import from_int
from engine.rules.ranges import FeelRange
from engine.rules.temporal.dates import FarDate, fields_of, weekday
from engine.rules.temporal.durations import MonthsDuration, TimeDuration
from engine.rules.temporal.times import DAY, HOUR, MINUTE, SECOND, FeelDateTime, FeelTime, parts


def _part(index: int) -> Callable[[Any], Any]:
    return lambda value: from_int(parts(value)[index])


def _offset(value: FeelTime | FeelDateTime) -> TimeDuration | None:
    offset = value.offset()
    return None if offset is None else TimeDuration(offset * SECOND)


def _zone_name(value: FeelTime | FeelDateTime) -> str | None:
    return value.zone if isinstance(value.zone, str) else None


def _shrunk(total: int, unit: int) -> int:
    return -(-total // unit) if total < 0 else total // unit


def _nanos(unit: int, within: int) -> Callable[[Any], Any]:
    def read(value: TimeDuration) -> Any:
        size = abs(value.nanos) // unit
        if within:
            size %= within
        return from_int(-size if value.nanos < 0 else size)

    return read


_DATE: dict[str, Callable[[Any], Any]] = {
    "year": lambda value: from_int(fields_of(value)[0]),
    "month": lambda value: from_int(fields_of(value)[1]),
    "day": lambda value: from_int(fields_of(value)[2]),
    "weekday": lambda value: from_int(weekday(value)),
}
_TIME: dict[str, Callable[[Any], Any]] = {
    "hour": _part(0),
    "minute": _part(1),
    "second": _part(2),
    "time offset": _offset,
    "timezone": _zone_name,
}


def _of_its_date(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: read(value.date())


_PROPERTIES: dict[type, dict[str, Callable[[Any], Any]]] = {
    date: _DATE,
    FarDate: _DATE,
    FeelTime: _TIME,
    FeelDateTime: {**{name: _of_its_date(read) for name, read in _DATE.items()}, **_TIME},
    TimeDuration: {
        "days": _nanos(DAY, 0),
        "hours": _nanos(HOUR, 24),
        "minutes": _nanos(MINUTE, 60),
        "seconds": _nanos(SECOND, 60),
    },
    MonthsDuration: {
        "years": lambda value: from_int(_shrunk(value.months, 12)),
        "months": lambda value: from_int(value.months - 12 * _shrunk(value.months, 12)),
    },
    FeelRange: {
        "start": lambda value: value.low,
        "end": lambda value: value.high,
        "start included": lambda value: value.low_closed,
        "end included": lambda value: value.high_closed,
    },
}


def property_reader(value: Any, name: str) -> Callable[[Any], Any] | None:
    """Return what reads the property ``name`` of a value, or None when it has none of that name."""
    return _PROPERTIES.get(type(value), {}).get(name)
