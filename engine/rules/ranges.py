"""Ranges as values: two ends with brackets, or one end with an operator."""

from __future__ import annotations

from typing import Any

from engine.rules.values import RANGE, compare, equal, register_kind


class FeelRange:
    """A range. ``operator`` is set for the forms with one end, whose other end is unbounded."""

    __slots__ = ("high", "high_closed", "low", "low_closed", "operator")

    def __init__(self, low: Any, high: Any, low_closed: bool, high_closed: bool, operator: str = "") -> None:
        self.low = low
        self.high = high
        self.low_closed = low_closed
        self.high_closed = high_closed
        self.operator = operator

    def __repr__(self) -> str:
        return f"FeelRange({self.operator} {self.low!r}..{self.high!r})"

    def same(self, other: FeelRange) -> bool | None:
        """Return whether both have the same form, brackets and ends."""
        if (self.low_closed, self.high_closed, self.operator) != (other.low_closed, other.high_closed, other.operator):
            return False
        low, high = equal(self.low, other.low), equal(self.high, other.high)
        return None if low is None or high is None else low and high

    def holds(self, value: Any) -> bool | None:
        """Return whether ``value`` lies in the range; None when that cannot be said."""
        if self.operator in ("=", "!="):
            same = equal(value, self.low)
            return same if same is None or self.operator == "=" else not same
        low: bool | None = True
        if self.low is not None or not self.unbounded_low:
            low = compare(">=" if self.low_closed else ">", value, self.low)
        high: bool | None = True
        if self.high is not None or not self.unbounded_high:
            high = compare("<=" if self.high_closed else "<", value, self.high)
        if low is False or high is False:
            return False
        return None if low is None or high is None else True

    @property
    def unbounded_low(self) -> bool:
        return self.operator in ("<", "<=")

    @property
    def unbounded_high(self) -> bool:
        return self.operator in (">", ">=")


register_kind(FeelRange, RANGE)


def unary_range(operator: str, endpoint: Any) -> FeelRange:
    """Return the range of ``(< endpoint)`` and its like."""
    if operator in ("<", "<="):
        return FeelRange(None, endpoint, False, operator == "<=", operator)
    if operator in (">", ">="):
        return FeelRange(endpoint, None, operator == ">=", False, operator)
    return FeelRange(endpoint, endpoint, operator == "=", operator == "=", operator)
