"""Functions that compare points and ranges: before, meets, overlaps ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.feel_types import BOOLEAN
from engine.rules.functions import NoValue
from engine.rules.ranges import FeelRange
from engine.rules.values import compare, equal, kind_of


def _is(operator: str, left: Any, right: Any) -> bool:
    found = equal(left, right) if operator == "=" else compare(operator, left, right)
    if found is None:
        raise NoValue("FEEL202", operator=operator, left=kind_of(left), right=kind_of(right))
    return found


def _less(left: Any, right: Any) -> bool:
    return _is("<", left, right)


def _same(left: Any, right: Any) -> bool:
    return _is("=", left, right)


def _ends_before(left: FeelRange, right: FeelRange) -> bool:
    """Tell whether all of ``left`` lies before all of ``right``."""
    apart = not (left.high_closed and right.low_closed)
    return _less(left.high, right.low) or (apart and _same(left.high, right.low))


def _starts_no_later(left: FeelRange, right: FeelRange) -> bool:
    return _less(left.low, right.low) or (_same(left.low, right.low) and (left.low_closed or not right.low_closed))


def _ends_no_later(left: FeelRange, right: FeelRange) -> bool:
    return _less(left.high, right.high) or (
        _same(left.high, right.high) and (right.high_closed or not left.high_closed)
    )


_SAYS = {
    "before": "Tell whether one lies wholly before the other.",
    "after": "Tell whether one lies wholly after the other.",
    "meets": "Tell whether one range ends where the other starts.",
    "met by": "Tell whether one range starts where the other ends.",
    "overlaps": "Tell whether two ranges share a value.",
    "overlaps before": "Tell whether one range starts earlier and reaches into the other.",
    "overlaps after": "Tell whether one range starts within the other and ends later.",
    "finishes": "Tell whether a value or range ends a range.",
    "finished by": "Tell whether a range is ended by a value or range.",
    "includes": "Tell whether a range holds a value or all of a range.",
    "during": "Tell whether a value or range lies within a range.",
    "starts": "Tell whether a value or range begins a range.",
    "started by": "Tell whether a range is begun by a value or range.",
    "coincides": "Tell whether two values or ranges are the same.",
}


def _declare(name: str, shape: str, body: Callable[[Any, Any], bool]) -> None:
    def answer(one: Any, other: Any) -> bool:
        return body(one, other)

    builtin(name, shape, BOOLEAN, says=_SAYS[name])(answer)


_POINTS = "point1: point, point2: point"
_POINT_RANGE = "point: point, range: range"
_RANGE_POINT = "range: range, point: point"
_RANGES = "range1: range, range2: range"


def _before_range(point: Any, other: FeelRange) -> bool:
    return _less(point, other.low) or (_same(point, other.low) and not other.low_closed)


def _range_before(one: FeelRange, point: Any) -> bool:
    return _less(one.high, point) or (_same(one.high, point) and not one.high_closed)


_declare("before", _POINTS, _less)
_declare("before", _POINT_RANGE, _before_range)
_declare("before", _RANGE_POINT, _range_before)
_declare("before", _RANGES, _ends_before)
_declare("after", _POINTS, lambda one, other: _less(other, one))
_declare("after", _POINT_RANGE, lambda point, other: _range_before(other, point))
_declare("after", _RANGE_POINT, lambda one, point: _before_range(point, one))
_declare("after", _RANGES, lambda one, other: _ends_before(other, one))


def _meets(one: FeelRange, other: FeelRange) -> bool:
    return one.high_closed and other.low_closed and _same(one.high, other.low)


_declare("meets", _RANGES, _meets)
_declare("met by", _RANGES, lambda one, other: _meets(other, one))


def _overlaps(one: FeelRange, other: FeelRange) -> bool:
    return not _ends_before(one, other) and not _ends_before(other, one)


def _strictly_earlier(one: FeelRange, other: FeelRange) -> bool:
    return _less(one.low, other.low) or (_same(one.low, other.low) and one.low_closed and not other.low_closed)


def _overlaps_before(one: FeelRange, other: FeelRange) -> bool:
    return _overlaps(one, other) and _strictly_earlier(one, other) and _ends_no_later(one, other)


def _overlaps_after(one: FeelRange, other: FeelRange) -> bool:
    return _overlaps(one, other) and _strictly_earlier(other, one) and _ends_no_later(other, one)


_declare("overlaps", _RANGES, _overlaps)
_declare("overlaps before", _RANGES, _overlaps_before)
_declare("overlaps after", _RANGES, _overlaps_after)


def _finishes_point(point: Any, other: FeelRange) -> bool:
    return other.high_closed and _same(other.high, point)


def _finishes(one: FeelRange, other: FeelRange) -> bool:
    return one.high_closed == other.high_closed and _same(one.high, other.high) and _starts_no_later(other, one)


_declare("finishes", _POINT_RANGE, _finishes_point)
_declare("finishes", _RANGES, _finishes)
_declare("finished by", _RANGE_POINT, lambda one, point: _finishes_point(point, one))
_declare("finished by", _RANGES, lambda one, other: _finishes(other, one))


def _includes_point(one: FeelRange, point: Any) -> bool:
    held = one.holds(point)
    if held is None:
        raise NoValue("FEEL202", operator="includes", left="range", right=kind_of(point))
    return held


def _includes(one: FeelRange, other: FeelRange) -> bool:
    return _starts_no_later(one, other) and _ends_no_later(other, one)


_declare("includes", _RANGE_POINT, _includes_point)
_declare("includes", _RANGES, _includes)
_declare("during", _POINT_RANGE, lambda point, other: _includes_point(other, point))
_declare("during", _RANGES, lambda one, other: _includes(other, one))


def _starts_point(point: Any, other: FeelRange) -> bool:
    return other.low_closed and _same(other.low, point)


def _starts(one: FeelRange, other: FeelRange) -> bool:
    return one.low_closed == other.low_closed and _same(one.low, other.low) and _ends_no_later(one, other)


_declare("starts", _POINT_RANGE, _starts_point)
_declare("starts", _RANGES, _starts)
_declare("started by", _RANGE_POINT, lambda one, point: _starts_point(point, one))
_declare("started by", _RANGES, lambda one, other: _starts(other, one))


def _coincides(one: FeelRange, other: FeelRange) -> bool:
    brackets = (one.low_closed, one.high_closed) == (other.low_closed, other.high_closed)
    return brackets and _same(one.low, other.low) and _same(one.high, other.high)


_declare("coincides", _POINTS, _same)
_declare("coincides", _RANGES, _coincides)
