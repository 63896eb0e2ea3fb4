"""Periods as people name them: this_month, 2026, 2026-Q1, 2026-01, two days with two dots between them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from engine.metamodel.model.analysis import Grain

RELATIVE = (
    "today",
    "this_week",
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
    "last_30_days",
    "last_90_days",
    "last_12_months",
)
# a chart that says so is about no period, whatever a dashboard says
ALL_TIMES = "all"
_YEAR = re.compile(r"([0-9]{4})\Z", re.ASCII)
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])\Z", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def year_before(self) -> Span:
        """Return the same days of the year before."""
        return Span(add_months(self.first, -12), _end_like(self.last, add_months(self.last, -12)))

    def before(self) -> Span:
        """Return the span of the same length that ends the day before; whole months stay whole months."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        if self.first.day == 1:
            return Span(add_months(self.first, -months), _end_like(self.last, add_months(self.last, -months)))
        begin = self.first.toordinal()
        return Span(_at(begin - (self.last - self.first).days - 1), _at(begin - 1))

    def until(self, day: date) -> Span:
        """Return the part up to a day; the whole when it lies outside."""
        return Span(self.first, day) if self.first <= day < self.last else self


def span_of(period: str, today: date) -> Span | None:
    """Return the days of a period; None when it is none."""
    if period in RELATIVE:
        return _relative(period, today)
    try:
        return _named(period)
    except (ValueError, OverflowError):
        return None


def first_of(day: date, grain: Grain) -> date:
    """Return the first day of the span that a day lies in."""
    match grain:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def last_of(first: date, grain: Grain) -> date:
    """Return the last day of the span that begins on ``first``."""
    following = next_of(first, grain)
    return following if following == date.max else following - timedelta(days=1)


def next_of(first: date, grain: Grain, steps: int = 1) -> date:
    """Return the first day of a span further on, or further back; the calendar's end where it has no such day."""
    if grain in ("day", "week"):
        return _at(first.toordinal() + steps * (7 if grain == "week" else 1))
    return add_months(first, steps * {"month": 1, "quarter": 3}.get(grain, 12))


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or its last day where it has no such day; within the calendar."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# ---------------------------------------------------------------------------------------------------------------------


def _at(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def _named(period: str) -> Span | None:
    if found := _YEAR.match(period):
        year = int(found[1])
        return Span(date(year, 1, 1), date(year, 12, 31))
    if found := _QUARTER.match(period):
        first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
        return Span(first, last_of(first, "quarter"))
    if found := _MONTH.match(period):
        first = date(int(found[1]), int(found[2]), 1)
        return Span(first, last_of(first, "month"))
    begin, dots, end = period.partition("..")
    if not dots:
        return None
    span = Span(date.fromisoformat(begin), date.fromisoformat(end))
    return span if span.first <= span.last else None


def _relative(period: str, today: date) -> Span:
    if period == "today":
        return Span(today, today)
    if period.endswith("_days"):
        return Span(today - timedelta(days=int(period.split("_")[1]) - 1), today)
    if period == "last_12_months":
        return Span(add_months(today.replace(day=1), -11), last_of(today.replace(day=1), "month"))
    which, _, name = period.partition("_")
    grain: Grain = name  # type: ignore[assignment] # the names above end in one
    first = next_of(first_of(today, grain), grain, 0 if which == "this" else -1)
    return Span(first, last_of(first, grain))


def _end_like(day: date, moved: date) -> date:
    """Return ``moved``, at the end of its month where ``day`` stands at the end of its own."""
    at_end = day.day == monthrange(day.year, day.month)[1]
    return moved.replace(day=monthrange(moved.year, moved.month)[1]) if at_end else moved
