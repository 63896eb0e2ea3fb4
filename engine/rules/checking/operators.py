"""The types of operators: what may be added, compared, subtracted, and what comes of it."""

from __future__ import annotations

from engine.rules.feel_types import (
    ANY,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    DURATIONS,
    NULL,
    NUMBER,
    ORDERED,
    STRING,
    TIME,
    YEARS_DURATION,
    FeelType,
    ListType,
    RecordType,
)

_DAY_LIKE = (DATE, DATE_TIME)

_RESULTS: dict[tuple[str, FeelType, FeelType], FeelType] = {
    ("+", STRING, STRING): STRING,
    ("/", YEARS_DURATION, YEARS_DURATION): NUMBER,
    ("/", DAYS_DURATION, DAYS_DURATION): NUMBER,
    ("-", TIME, TIME): DAYS_DURATION,
    ("+", TIME, DAYS_DURATION): TIME,
    ("+", DAYS_DURATION, TIME): TIME,
    ("-", TIME, DAYS_DURATION): TIME,
}
for _operator in ("+", "-", "*", "/", "**"):
    _RESULTS[_operator, NUMBER, NUMBER] = NUMBER
for _duration in DURATIONS:
    for _operator in ("+", "-"):
        _RESULTS[_operator, _duration, _duration] = _duration
        for _day in _DAY_LIKE:
            _RESULTS[_operator, _day, _duration] = _day
    for _day in _DAY_LIKE:
        _RESULTS["+", _duration, _day] = _day
    _RESULTS["*", _duration, NUMBER] = _duration
    _RESULTS["*", NUMBER, _duration] = _duration
    _RESULTS["/", _duration, NUMBER] = _duration
for _left in _DAY_LIKE:
    for _right in _DAY_LIKE:
        _RESULTS["-", _left, _right] = DAYS_DURATION


def arithmetic_type(operator: str, left: FeelType, right: FeelType) -> FeelType | None:
    """Return the type of the result, or None when the operands do not go together."""
    left, right = item_of(left.base()), item_of(right.base())
    if left in (ANY, NULL) or right in (ANY, NULL):
        return _half_known(operator, left, right)
    return _RESULTS.get((operator, left, right))


def _half_known(operator: str, left: FeelType, right: FeelType) -> FeelType | None:
    results = {
        result
        for (op, one, other), result in _RESULTS.items()
        if op == operator and (left in (ANY, NULL) or one == left) and (right in (ANY, NULL) or other == right)
    }
    if not results:
        return None
    return results.pop() if len(results) == 1 else ANY


def item_of(type_: FeelType) -> FeelType:
    """Return the element type of a list: a list of one is taken for its item at run time only."""
    return type_


def comparable_types(left: FeelType, right: FeelType) -> bool:
    """Tell whether ``left = right`` can be true for values other than null."""
    left, right = left.base(), right.base()
    if left in (ANY, NULL) or right in (ANY, NULL):
        return True
    if isinstance(left, RecordType) or isinstance(right, RecordType):
        other = right if isinstance(left, RecordType) else left
        return isinstance(other, RecordType) or other == STRING
    if isinstance(left, ListType) and isinstance(right, ListType):
        return comparable_types(left.element, right.element)
    return left.name == right.name


def ordered_types(left: FeelType, right: FeelType) -> bool:
    """Tell whether ``left < right`` can be anything but null."""
    left, right = left.base(), right.base()
    for type_ in (left, right):
        if type_ not in (ANY, NULL) and type_ not in ORDERED:
            return False
    return left in (ANY, NULL) or right in (ANY, NULL) or left == right
