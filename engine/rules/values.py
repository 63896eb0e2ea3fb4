"""Values: their kinds, equality and order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from engine.rules.crossing import MAX_PARTS
from engine.rules.crossing import from_python as from_python  # noqa: PLC0414 - the SQL mouth takes it from here
from engine.rules.temporal.dates import FarDate
from engine.rules.temporal.durations import MonthsDuration, TimeDuration
from engine.rules.temporal.times import FeelDateTime, FeelTime, comparable

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
