"""A number's pattern: which counter it draws from, and how its text is put together. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.metamodel.model import NumberingModel, Segment
from engine.records.check_digits import check_digits
from engine.rules import Expression

LONGEST_SCOPE = 120
# what an expression of the pattern yields on the record at hand
Evaluate = Callable[[Expression], Any]


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter that a number draws from."""

    rule: str
    scope: str
    period: str


class NumberIncomplete(Exception):
    """A part of the number has no value yet. ``source`` is the field or path that is empty."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__(source)


class NumberOverflow(Exception):
    """The counter has outgrown its width."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(str(width))


def counter_of(rule: NumberingModel, dates: Callable[[str | None], date | None], evaluate: Evaluate) -> Counter:
    """Return the counter for a record. ``dates`` gives the date of a field, or today for None."""
    scope = "" if rule.scope is None else _short(as_words(evaluate(rule.scope)))
    if rule.reset == "never":
        return Counter(rule.name, scope, "")
    return Counter(rule.name, scope, period_of(rule.reset, _needed_date(_period_field(rule), dates)))


def period_of(reset: str, day: date) -> str:
    """Return the name of the period in which ``day`` lies."""
    if reset == "year":
        return f"{day.year:04d}"
    if reset == "quarter":
        return f"{day.year:04d}Q{(day.month + 2) // 3}"
    if reset == "month":
        return f"{day.year:04d}-{day.month:02d}"
    return day.isoformat()


def write_number(
    rule: NumberingModel, value: int, dates: Callable[[str | None], date | None], evaluate: Evaluate
) -> str:
    """Return the text of the ``value``-th number."""
    text = ""
    for segment in rule.segments:
        text += _part(segment, text, value, dates, evaluate)
    return text


def as_words(value: Any) -> str:
    """Return the plain text of a value; a record stands for its id."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if hasattr(value, "keys"):
        return str(value["id"])
    return value.isoformat() if isinstance(value, date) else str(value)


def _part(
    segment: Segment, before: str, value: int, dates: Callable[[str | None], date | None], evaluate: Evaluate
) -> str:
    if segment.kind == "text":
        return segment.text
    if segment.kind == "date":
        return format_date(segment.pattern, _needed_date(segment.of, dates))
    if segment.kind == "counter":
        if len(str(value)) > segment.width:
            raise NumberOverflow(segment.width)
        return str(value).zfill(segment.width)
    if segment.kind == "check":
        return check_digits(segment.method, before)
    assert segment.path is not None
    return _field(segment, as_words(evaluate(segment.path)))


def _field(segment: Segment, words: str) -> str:
    words = dict(segment.mapping).get(words, words)
    if not words:
        assert segment.path is not None
        raise NumberIncomplete(segment.path.text)
    return words[: segment.width].rjust(segment.width, "0") if segment.width else words


def format_date(pattern: str, day: date) -> str:
    """Write a date by a pattern of yyyy, yy, MM, dd, Q and ww; other signs stand as they are."""
    text, rest = "", pattern
    while rest:
        for sign, write in _DATE_PARTS:
            if rest.startswith(sign):
                text, rest = text + write(day), rest[len(sign) :]
                break
        else:
            text, rest = text + rest[0], rest[1:]
    return text


_DATE_PARTS: tuple[tuple[str, Callable[[date], str]], ...] = (
    ("yyyy", lambda day: f"{day.year:04d}"),
    ("yy", lambda day: f"{day.year % 100:02d}"),
    ("MM", lambda day: f"{day.month:02d}"),
    ("dd", lambda day: f"{day.day:02d}"),
    ("Q", lambda day: str((day.month + 2) // 3)),
    ("ww", lambda day: f"{day.isocalendar().week:02d}"),
)


def _period_field(rule: NumberingModel) -> str | None:
    """Return the date field that the pattern prints, so that what is printed and what is counted agree."""
    return next((segment.of for segment in rule.segments if segment.kind == "date"), None)


def _short(words: str) -> str:
    """Return what tells a scope's value from others, in the length that a counter's key has."""
    return words if len(words) <= LONGEST_SCOPE else hashlib.sha256(words.encode()).hexdigest()


def _needed_date(field: str | None, dates: Callable[[str | None], date | None]) -> date:
    day = dates(field)
    if day is None:
        raise NumberIncomplete(field or "today")
    return day
