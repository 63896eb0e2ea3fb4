"""Unary tests and ``in``: how a value is held against tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.rules.crossing import from_python
from engine.rules.ranges import FeelRange
from engine.rules.values import compare, equal

Equality = Callable[[Any, Any], bool | None]


def matches(subject: Any, value: Any, same: Equality = equal) -> bool | None:
    """Tell whether ``subject`` matches what a test evaluates to: it is equal to it, or lies in it."""
    if isinstance(value, FeelRange):
        if isinstance(subject, FeelRange):
            return same(subject, value)
        return value.holds(subject)
    if isinstance(value, list | tuple):
        return _in_list(subject, value, same)
    return same(subject, value)


def _in_list(subject: Any, items: Any, same: Equality) -> bool | None:
    for item in items:
        item = from_python(item)
        if isinstance(item, FeelRange) and not isinstance(subject, FeelRange):
            found = item.holds(subject)
        else:
            found = same(subject, item)
        if found:
            return True
    if isinstance(subject, list | tuple):
        return bool(same(subject, items))
    return False


def compare_with(operator: str, subject: Any, value: Any, same: Equality = equal) -> bool | None:
    """Return the result of a test with an operator."""
    if operator in ("=", "!="):
        found = same(subject, value)
        return found if found is None or operator == "=" else not found
    return compare(operator, subject, value)
