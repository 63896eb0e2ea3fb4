"""What the operators do with values. A result that does not exist is a NoValue with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import partial
from typing import Any

from engine.rules.crossing import from_python
from engine.rules.functions import NoValue
from engine.rules.numbers import CONTEXT
from engine.rules.temporal.dates import FarDate, FeelDate, add_months, date_from_days, days_of
from engine.rules.temporal.durations import MonthsDuration, TimeDuration
from engine.rules.temporal.times import DAY, FeelDateTime, FeelTime, comparable, from_instant
from engine.rules.values import DATE, DATE_TIME, DAYS, MONTHS, NUMBER, STRING, TIME, kind_of

_LONGEST = 10**30  # nanoseconds; no calendar reaches so far


def arithmetic(operator: str, left: Any, right: Any) -> Any:
    """Return ``left operator right`` for values of any kind."""
    if type(left) is Decimal and type(right) is Decimal:
        return _numbers(operator, left, right)
    left_kind, right_kind = kind_of(left), kind_of(right)
    if left is None or right is None:
        raise NoValue("FEEL201", operator=operator)
    act = _ACTS.get((operator, left_kind, right_kind))
    if act is None:
        raise NoValue("FEEL202", operator=operator, left=left_kind, right=right_kind)
    if NUMBER in (left_kind, right_kind):
        left, right = from_python(left), from_python(right)
    try:
        result = act(left, right)
    except ArithmeticError:
        raise NoValue("FEEL210") from None
    if result is None:
        raise NoValue("FEEL203", operator=operator)
    return result


_NUMBER_ACTS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "**": CONTEXT.power,
}


def _numbers(operator: str, left: Decimal, right: Decimal) -> Decimal:
    try:
        return _NUMBER_ACTS[operator](left, right)
    except DivisionByZero:
        raise NoValue("FEEL211") from None
    except InvalidOperation:
        raise NoValue("FEEL211" if operator == "/" else "FEEL203", operator=operator) from None
    except Overflow:
        raise NoValue("FEEL210") from None


def negate(value: Any) -> Any:
    """Return ``-value``."""
    if type(value) is Decimal:
        return CONTEXT.minus(value)
    if type(value) is MonthsDuration:
        return MonthsDuration(-value.months)
    if type(value) is TimeDuration:
        return TimeDuration(-value.nanos)
    raise NoValue("FEEL201" if value is None else "FEEL204", operator="-", kind=kind_of(value))


# -- strings ---------------------------------------------------------------------------------------------------


def _join(left: str, right: str) -> str:
    return left + right


# -- dates and times -------------------------------------------------------------------------------------------


def _as_moment(value: Any) -> FeelDateTime:
    # among date-times a date is its midnight in UTC
    if isinstance(value, FeelDateTime):
        return value
    return FeelDateTime(days_of(value), 0, 0)


def _between_moments(left: Any, right: Any) -> TimeDuration | None:
    if isinstance(left, date | FarDate) and isinstance(right, date | FarDate):
        return TimeDuration((days_of(left) - days_of(right)) * DAY)
    one, other = _as_moment(left), _as_moment(right)
    return TimeDuration(one.instant() - other.instant()) if comparable(one, other) else None


def _between_times(left: FeelTime, right: FeelTime) -> TimeDuration | None:
    return TimeDuration(left.instant() - right.instant()) if comparable(left, right) else None


def _date_plus_days(day: FeelDate, duration: TimeDuration) -> FeelDate | None:
    return date_from_days(days_of(day) + duration.nanos // DAY)


def _moment_plus_days(moment: FeelDateTime, duration: TimeDuration) -> FeelDateTime | None:
    if isinstance(moment.zone, str):
        return from_instant(moment.instant() + duration.nanos, moment.zone)
    days, nanos = divmod(moment.nanos + duration.nanos, DAY)
    days += moment.days
    return None if date_from_days(days) is None else FeelDateTime(days, nanos, moment.zone)


def _date_plus_months(day: FeelDate, duration: MonthsDuration) -> FeelDate | None:
    return add_months(day, duration.months)


def _moment_plus_months(moment: FeelDateTime, duration: MonthsDuration) -> FeelDateTime | None:
    day = add_months(moment.date(), duration.months)
    return None if day is None else FeelDateTime(days_of(day), moment.nanos, moment.zone)


def _time_plus(time: FeelTime, duration: TimeDuration) -> FeelTime:
    return FeelTime((time.nanos + duration.nanos) % DAY, time.zone)


def _minus(plus: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, duration: plus(value, negate(duration))


def _turned(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: act(right, left)


# -- durations -------------------------------------------------------------------------------------------------


def _scaled(duration: Any, factor: Decimal) -> Any:
    if isinstance(duration, MonthsDuration):
        return _bounded_months(CONTEXT.multiply(Decimal(duration.months), factor))
    return _bounded(CONTEXT.multiply(Decimal(duration.nanos), factor))


def _divided(duration: Any, divisor: Decimal) -> Any:
    if not divisor:
        raise NoValue("FEEL211")
    if isinstance(duration, MonthsDuration):
        return _bounded_months(CONTEXT.divide(Decimal(duration.months), divisor))
    return _bounded(CONTEXT.divide(Decimal(duration.nanos), divisor))


def _bounded(nanos: Decimal) -> TimeDuration:
    if abs(nanos) > _LONGEST:
        raise NoValue("FEEL210")
    return TimeDuration(int(nanos))


def _bounded_months(months: Decimal) -> MonthsDuration:
    if abs(months) > _LONGEST:
        raise NoValue("FEEL210")
    return MonthsDuration(int(months))


def _ratio(left: Any, right: Any) -> Decimal:
    if isinstance(left, MonthsDuration):
        return _numbers("/", Decimal(left.months), Decimal(right.months))
    return _numbers("/", Decimal(left.nanos), Decimal(right.nanos))


_ACTS: dict[tuple[str, str, str], Callable[[Any, Any], Any]] = {
    ("+", STRING, STRING): _join,
    ("-", TIME, TIME): _between_times,
    ("+", DATE, DAYS): _date_plus_days,
    ("+", DATE_TIME, DAYS): _moment_plus_days,
    ("+", TIME, DAYS): _time_plus,
    ("+", DATE, MONTHS): _date_plus_months,
    ("+", DATE_TIME, MONTHS): _moment_plus_months,
    ("+", DAYS, DAYS): lambda left, right: TimeDuration(left.nanos + right.nanos),
    ("-", DAYS, DAYS): lambda left, right: TimeDuration(left.nanos - right.nanos),
    ("+", MONTHS, MONTHS): lambda left, right: MonthsDuration(left.months + right.months),
    ("-", MONTHS, MONTHS): lambda left, right: MonthsDuration(left.months - right.months),
    ("/", DAYS, DAYS): _ratio,
    ("/", MONTHS, MONTHS): _ratio,
}
for _day in (DATE, DATE_TIME):
    for _other in (DATE, DATE_TIME):
        _ACTS["-", _day, _other] = _between_moments
for (_operator, _left, _right), _act in list(_ACTS.items()):
    if _operator == "+" and _left in (DATE, DATE_TIME, TIME):
        _ACTS["-", _left, _right] = _minus(_act)
        _ACTS["+", _right, _left] = _turned(_act)
for _duration in (DAYS, MONTHS):
    _ACTS["*", _duration, NUMBER] = _scaled
    _ACTS["*", NUMBER, _duration] = _turned(_scaled)
    _ACTS["/", _duration, NUMBER] = _divided
for _operator in ("+", "-", "*", "/", "**"):
    _ACTS[_operator, NUMBER, NUMBER] = partial(_numbers, _operator)
