"""The crossing between Python's values and those of the language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.rules.numbers import CONTEXT, from_int
from engine.rules.temporal.durations import TimeDuration
from engine.rules.temporal.times import SECOND, FeelDateTime, FeelTime

# -- from Python -----------------------------------------------------------------------------------------------


def _from_datetime(value: datetime) -> FeelDateTime:
    zone: int | str | None = None
    if value.tzinfo is not None:
        if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key != "UTC":
            zone = value.tzinfo.key
        else:
            offset = value.utcoffset()
            zone = int(offset.total_seconds()) if offset is not None else None
    nanos = ((value.hour * 60 + value.minute) * 60 + value.second) * SECOND + value.microsecond * 1000
    return FeelDateTime(value.toordinal(), nanos, zone)


def _from_time(value: time) -> FeelTime:
    offset = value.utcoffset()
    zone = int(offset.total_seconds()) if offset is not None else None
    nanos = ((value.hour * 60 + value.minute) * 60 + value.second) * SECOND + value.microsecond * 1000
    return FeelTime(nanos, zone)


def _from_timedelta(value: timedelta) -> TimeDuration:
    return TimeDuration((value.days * 86_400 + value.seconds) * SECOND + value.microseconds * 1000)


def _from_list(value: list[Any] | tuple[Any, ...]) -> Any:
    # one level only: what lies deeper is converted when it is reached
    for part in value:
        if type(part) in _SCALARS:
            return [convert(part) if (convert := _SCALARS.get(type(part))) else part for part in value]
    return value


def _from_float(value: float) -> Decimal | None:
    converted = Decimal(repr(value))
    return CONTEXT.plus(converted) if converted.is_finite() else None


_SCALARS: dict[type, Callable[[Any], Any]] = {
    int: from_int,
    float: _from_float,
    datetime: _from_datetime,
    time: _from_time,
    timedelta: _from_timedelta,
}
IMPORT: dict[type, Callable[[Any], Any]] = {**_SCALARS, list: _from_list, tuple: _from_list}


def from_python(value: Any) -> Any:
    """Return a value of the language for one that the engine handed in. Most are both already."""
    convert = IMPORT.get(type(value))
    return value if convert is None else convert(value)


# -- to Python -------------------------------------------------------------------------------------------------


def to_python(value: Any) -> Any:
    """Return a result in Python's own types where they fit; what does not fit is returned as it is.

    Raises OverflowError for a structure that shares its parts so often that written out it would fill the memory.
    """
    convert = _EXPORT.get(type(value))
    if convert is not None:
        return convert(value)
    return _Copy().of(value) if type(value) in (list, tuple, dict) else value


class _Copy:
    """Copies a structure, counting its parts."""

    def __init__(self) -> None:
        self.left = MAX_PARTS

    def of(self, value: Any) -> Any:
        type_ = type(value)
        if type_ is list or type_ is tuple:
            self.take(len(value))
            return [self.of(part) for part in value]
        if type_ is dict:
            self.take(len(value))
            return {key: self.of(part) for key, part in value.items()}
        convert = _EXPORT.get(type_)
        return value if convert is None else convert(value)

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise OverflowError("too many parts")


MAX_PARTS = 200_000
"""How many parts a structure may have where it is copied, compared or written out."""


def _to_datetime(value: FeelDateTime) -> Any:
    day = value.date()
    if type(day) is not date:
        return value
    return datetime.combine(day, _to_time(FeelTime(value.nanos)), _tzinfo(value))


def _to_time(value: FeelTime) -> time:
    micros = value.nanos // 1000
    seconds, micro = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return time(hour, minute, second, micro, _tzinfo(value))


def _tzinfo(value: FeelTime | FeelDateTime) -> Any:
    if value.zone is None:
        return None
    if isinstance(value.zone, str):
        return ZoneInfo(value.zone)
    return timezone(timedelta(seconds=value.zone))


def _to_timedelta(value: TimeDuration) -> Any:
    try:
        return timedelta(microseconds=value.nanos // 1000)
    except OverflowError:
        return value


_EXPORT: dict[type, Callable[[Any], Any]] = {
    FeelDateTime: _to_datetime,
    FeelTime: _to_time,
    TimeDuration: _to_timedelta,
}
