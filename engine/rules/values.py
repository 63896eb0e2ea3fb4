"""Values: kinds, equality, order, text, and the crossing from and to Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.rules.numbers import CONTEXT, SMALL, from_int, number_text
from engine.rules.temporal.dates import FarDate, FeelDate, date_text, days_of
from engine.rules.temporal.durations import MonthsDuration, TimeDuration, duration_text
from engine.rules.temporal.times import (
    SECOND,
    FeelDateTime,
    FeelTime,
    comparable,
    date_time_text,
    time_text,
)

NUMBER: Final = "number"
STRING: Final = "string"
BOOLEAN: Final = "boolean"
DATE: Final = "date"
TIME: Final = "time"
DATE_TIME: Final = "date and time"
DAYS: Final = "days and time duration"
MONTHS: Final = "years and months duration"
LIST: Final = "list"
CONTEXT_KIND: Final = "context"
RANGE: Final = "range"
FUNCTION: Final = "function"
NULL: Final = "Null"

_KINDS: dict[type, str] = {
    Decimal: NUMBER,
    int: NUMBER,
    str: STRING,
    bool: BOOLEAN,
    date: DATE,
    FarDate: DATE,
    FeelTime: TIME,
    FeelDateTime: DATE_TIME,
    TimeDuration: DAYS,
    MonthsDuration: MONTHS,
    list: LIST,
    tuple: LIST,
    dict: CONTEXT_KIND,
    type(None): NULL,
}


def kind_of(value: Any) -> str:
    """Return what kind of value it is, in the words of the language."""
    kind = _KINDS.get(type(value))
    if kind is None:
        kind = getattr(value, "feel_kind", None) or (CONTEXT_KIND if isinstance(value, Mapping) else "Any")
    return kind


def register_kind(type_: type, kind: str) -> None:
    """Name the kind of a class of values that is declared elsewhere in the language."""
    _KINDS[type_] = kind


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
    from datetime import timezone

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


# -- equality --------------------------------------------------------------------------------------------------


def equal(left: Any, right: Any) -> bool | None:
    """Return whether two values are equal: never None for null, None for values of different kinds."""
    if left is None or right is None:
        return left is right
    type_ = type(left)
    if type_ is type(right) and type_ in _PLAIN:
        return bool(left == right)
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if kind in (LIST, CONTEXT_KIND):
        return _Structures().equal(left, right)
    return _EQUAL[kind](left, right)


_PLAIN = frozenset((Decimal, str, bool, date, MonthsDuration, TimeDuration, int))


class _Structures:
    """Compares lists and contexts part by part, counting the parts."""

    def __init__(self) -> None:
        self.left = MAX_PARTS

    def equal(self, left: Any, right: Any) -> bool | None:
        kind = kind_of(left)
        if left is None or right is None or kind != kind_of(right) or kind not in (LIST, CONTEXT_KIND):
            return equal(left, right)
        if kind == LIST:
            return len(left) == len(right) and self.all_equal(zip(left, right, strict=True), len(left))
        return set(left) == set(right) and self.all_equal(((left.get(k), right.get(k)) for k in left), len(left))

    def all_equal(self, pairs: Iterable[tuple[Any, Any]], count: int) -> bool | None:
        self.left -= count
        if self.left < 0:
            raise OverflowError("too many parts")
        answer: bool | None = True
        for one, other in pairs:
            same = self.equal(from_python(one), from_python(other))
            if same is False:
                return False
            answer = None if same is None else answer
        return answer


def _equal_times(left: Any, right: Any) -> bool | None:
    if not comparable(left, right):
        return False
    return bool(left.seconds() == right.seconds())


def _equal_plain(left: Any, right: Any) -> bool | None:
    return bool(left == right)


_EQUAL: dict[str, Callable[[Any, Any], bool | None]] = {
    NUMBER: _equal_plain,
    STRING: _equal_plain,
    BOOLEAN: _equal_plain,
    DATE: _equal_plain,
    TIME: _equal_times,
    DATE_TIME: _equal_times,
    DAYS: _equal_plain,
    MONTHS: _equal_plain,
    RANGE: lambda left, right: left.same(right),
    FUNCTION: lambda left, right: left is right,
    "Any": lambda left, right: left is right,
}


# -- order -----------------------------------------------------------------------------------------------------

_ORDERED = frozenset((NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS, MONTHS))


def order_key(value: Any) -> Any:
    """Return what to compare a value by, among values of its kind."""
    if isinstance(value, FeelTime | FeelDateTime):
        return value.seconds()
    return value


def compare(operator: str, left: Any, right: Any) -> bool | None:
    """Return ``left operator right`` for one of ``< <= > >=``; None when they have no order."""
    if left is None or right is None:
        return None
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in _ORDERED:
        return None
    if kind in (TIME, DATE_TIME):
        if not comparable(left, right):
            return None
        left, right = left.seconds(), right.seconds()
    if operator == "<":
        return bool(left < right)
    if operator == "<=":
        return bool(left <= right)
    if operator == ">":
        return bool(left > right)
    return bool(left >= right)


# -- text ------------------------------------------------------------------------------------------------------


def text_of(value: Any) -> str:
    """Return the text form of a value, as ``string()`` gives it."""
    return value if type(value) is str else literal_text(value)


def literal_text(value: Any) -> str:
    """Return the text form of a value within a list or context: texts stand in quotes."""
    return _Writer().text(value)


class _Writer:
    """Writes values out, counting the characters."""

    def __init__(self) -> None:
        self.left = MAX_TEXT

    def text(self, value: Any) -> str:
        kind = kind_of(value)
        if kind == LIST:
            return "[" + ", ".join([self.text(from_python(part)) for part in value]) + "]"
        if kind == CONTEXT_KIND:
            pairs = [f"{_key_text(key)}: {self.text(from_python(value.get(key)))}" for key in value]
            return "{" + ", ".join(pairs) + "}"
        writer = _TEXT.get(kind)
        found = str(value) if writer is None else writer(value)
        self.left -= len(found) + 2
        if self.left < 0:
            raise OverflowError("too long a text")
        return found


MAX_TEXT = 2_097_152


def quoted(text: str) -> str:
    """Return a text as a string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("\r", "\\r") + '"'


def _number_text(value: Any) -> str:
    return number_text(value) if type(value) is Decimal else str(value)


def _key_text(key: str) -> str:
    return key if key.replace("_", "a").replace(" ", "a").isalnum() else quoted(key)


def _range_text(value: Any) -> str:
    if value.operator:
        end = value.high if value.operator in ("<", "<=") else value.low
        return f"({value.operator} {literal_text(end)})"
    low, high = literal_text(value.low), literal_text(value.high)
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"


_TEXT: dict[str, Callable[[Any], str]] = {
    NULL: lambda value: "null",
    NUMBER: _number_text,
    STRING: quoted,
    BOOLEAN: lambda value: "true" if value else "false",
    DATE: date_text,
    TIME: time_text,
    DATE_TIME: date_time_text,
    DAYS: duration_text,
    MONTHS: duration_text,
    RANGE: _range_text,
    FUNCTION: lambda value: "function",
}

__all__ = [
    "SMALL",
    "FeelDate",
    "compare",
    "days_of",
    "equal",
    "from_python",
    "kind_of",
    "literal_text",
    "order_key",
    "quoted",
    "register_kind",
    "text_of",
    "to_python",
]
