"""Values as text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.rules.crossing import from_python
from engine.rules.numbers import number_text
from engine.rules.temporal.dates import date_text
from engine.rules.temporal.durations import duration_text
from engine.rules.temporal.times import date_time_text, time_text
from engine.rules.values import (
    BOOLEAN,
    CONTEXT_KIND,
    DATE,
    DATE_TIME,
    DAYS,
    FUNCTION,
    LIST,
    MONTHS,
    NULL,
    NUMBER,
    RANGE,
    STRING,
    TIME,
    kind_of,
)  # fmt: skip

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
        self.left -= len(found) + _PART
        if self.left < 0:
            raise OverflowError("too long a text")
        return found


MAX_TEXT = 2_097_152
_PART = 10  # what a part costs besides its text


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
