"""Calendars of working time, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from engine.kernel.text import LocalText

# from, to: local times of one day; ``time(0, 0)`` as the end means midnight
Spans = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class WorktimeModel:
    """When people work. ``week`` holds the spans of each weekday, Monday first; a day off has none.

    ``days`` are exceptions by date: the spans of that day instead, none for a day off. They come from the calendar of
    public holidays that the definition names and from its own lists; the latter count.
    """

    name: str
    title: LocalText
    timezone: str
    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    days: Mapping[date, Spans] = field(default_factory=dict)
    layer: str = ""
    default: bool = False

    def spans(self, day: date) -> Spans:
        """Return when people work on a day, in local time."""
        found = self.days.get(day)
        return self.week[day.weekday()] if found is None else found
