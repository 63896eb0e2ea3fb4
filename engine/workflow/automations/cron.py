"""Cron expressions of five fields in a time zone: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.records.worktime.calendar import instant_of

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WORDS: tuple[dict[str, int], ...] = (
    {},
    {},
    {},
    {name: number for number, name in enumerate(_MONTHS, 1)},
    {name: number for number, name in enumerate(_WEEKDAYS)},
)
_MOST_DAYS = 1_500
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cron:
    """Minutes, hours, days, months and weekdays (0 is Sunday) at which a rule runs.

    As everywhere, when both days and weekdays are limited, either suffices.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def runs_on(self, day: date) -> bool:
        """Tell whether it runs on a date."""
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_day and by_weekday
        return by_day or by_weekday

    def after(self, instant: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the instants after ``instant``; a time that a day skips is the next that exists, none comes twice."""
        local = instant.astimezone(zone)
        last, past = instant.astimezone(UTC), 60 * local.hour + local.minute
        for n in range(_MOST_DAYS):
            day = local.date() + n * _DAY
            if not self.runs_on(day):
                continue
            for minute in (60 * hour + minute for hour in self.hours for minute in self.minutes):
                if n == 0 and minute <= past:
                    continue
                found = instant_of(zone, day, minute)
                if found > last:
                    last = found
                    yield found


def parse_cron(text: str) -> Cron:
    """Return what an expression says; ValueError when it is none."""
    parts = text.split()
    if len(parts) != 5:
        raise ValueError(f"a cron expression has five fields: {text}")
    values = [
        _values(part.lower(), low, high, words) for part, (low, high), words in zip(parts, _RANGES, _WORDS, strict=True)
    ]
    weekdays = frozenset(day % 7 for day in values[4])
    return Cron(
        tuple(sorted(values[0])),
        tuple(sorted(values[1])),
        frozenset(values[2]),
        frozenset(values[3]),
        weekdays,
        parts[2] == "*",
        parts[4] == "*",
    )


def daily(at: time) -> Cron:
    """Return the schedule of something that runs each day at a time."""
    return parse_cron(f"{at.minute} {at.hour} * * *")


def _values(part: str, low: int, high: int, words: dict[str, int]) -> set[int]:
    found: set[int] = set()
    for piece in part.split(","):
        span, _, step = piece.partition("/")
        start, dash, end = span.partition("-")
        if span == "*":
            first, last = low, high
        else:
            first = _number(start, words)
            last = _number(end, words) if dash else high if step else first
        if not (low <= first <= last <= high) or (step and int(step) < 1):
            raise ValueError(f"{piece} is not within {low} to {high}")
        found.update(range(first, last + 1, int(step) if step else 1))
    return found


def _number(text: str, words: dict[str, int]) -> int:
    return words[text] if text in words else int(text)
