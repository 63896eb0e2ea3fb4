"""Calendars: when people work, and what a given amount of working time before or after an instant is (C1, C2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.kernel.errors import Rejected
from engine.records.worktime.budget import Budget

# minutes since midnight, from and to; ``to`` above 1440 reaches into the next day
Hours = tuple[int, int]
_Stretch = tuple[datetime, datetime]

MOST_DAYS = 36_525
_DAY = timedelta(days=1)
_ZERO = timedelta(0)
_KEPT = 4_000


class Worktime(Protocol):
    """What clocks ask of a calendar. Instants are aware."""

    def shift(self, at: datetime, budget: Budget) -> datetime: ...

    def measure(self, start: datetime, end: datetime) -> timedelta: ...


class PlainTime:
    """The clock on the wall: every minute counts (``calendar: none``)."""

    def shift(self, at: datetime, budget: Budget) -> datetime:
        return at + budget.plain

    def measure(self, start: datetime, end: datetime) -> timedelta:
        return end - start


PLAIN = PlainTime()


class WorkCalendar:
    """Working hours by weekday (0 = Monday) in a time zone; ``days`` replaces the hours of single dates.

    A date with no hours is closed. An instant that the zone skips counts as the next one that exists.
    """

    def __init__(
        self, zone: ZoneInfo, week: Mapping[int, tuple[Hours, ...]], days: Mapping[date, tuple[Hours, ...]]
    ) -> None:
        self.zone = zone
        self._week = {day: tuple(sorted(hours)) for day, hours in week.items()}
        self._days = {day: tuple(sorted(hours)) for day, hours in days.items()}
        self._made: dict[date, tuple[_Stretch, ...]] = {}
        # the hours of a day may begin on the day before
        latest = [end for hours in (*self._week.values(), *self._days.values()) for _, end in hours]
        self._reach = 1 if any(end > 1440 for end in latest) else 0

    # -- public ----------------------------------------------------------------------------------------------------

    def is_working(self, at: datetime) -> bool:
        """Tell whether people work at an instant; the end of a span is still part of it."""
        return any(start <= at <= end for start, end in self._around(at))

    def is_working_day(self, day: date) -> bool:
        """Tell whether a date has working hours."""
        return bool(self._hours(day))

    def shift(self, at: datetime, budget: Budget) -> datetime:
        """Return the instant that lies ``budget`` of working time after ``at``, or before it when negative."""
        at = at.astimezone(UTC)
        if budget.negative:
            return self._back(self._days_from(at, budget.days), -budget.time)
        return self._on(self._days_from(self._on(at, _ZERO), budget.days), budget.time)

    def measure(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two instants; negative when they stand the other way round."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end < start:
            return -self.measure(end, start)
        total = _ZERO
        day, last = self._local(start).date() - self._reach * _DAY, self._local(end).date()
        while day <= last:
            for opened, closed in self.stretches(day):
                total += max(_ZERO, min(closed, end) - max(opened, start))
            day += _DAY
        return total

    def working_days(self, start: date, end: date) -> int:
        """Return how many working days there are from ``start`` on and before ``end``."""
        if end < start:
            return -self.working_days(end, start)
        return sum(self.is_working_day(start + n * _DAY) for n in range((end - start).days))

    def stretches(self, day: date) -> tuple[_Stretch, ...]:
        """Return the spans of a date as instants in UTC, in order."""
        found = self._made.get(day)
        if found is None:
            if len(self._made) > _KEPT:
                self._made.clear()
            made = ((self._instant(day, start), self._instant(day, end)) for start, end in self._hours(day))
            found = self._made[day] = tuple(stretch for stretch in made if stretch[0] < stretch[1])
        return found

    # -- walking ---------------------------------------------------------------------------------------------------

    def _on(self, at: datetime, rest: timedelta) -> datetime:
        for opened, closed in self._stretches_from(at):
            if closed < at or (closed == at and rest > _ZERO):
                continue
            begin = max(opened, at)
            if rest <= closed - begin:
                return begin + rest
            rest -= closed - begin
        raise Rejected("no_working_time", at=at.isoformat())

    def _back(self, at: datetime, rest: timedelta) -> datetime:
        if rest == _ZERO:
            return at
        for opened, closed in self._stretches_before(at):
            if opened >= at:
                continue
            end = min(closed, at)
            if rest <= end - opened:
                return end - rest
            rest -= end - opened
        raise Rejected("no_working_time", at=at.isoformat())

    def _days_from(self, at: datetime, days: int) -> datetime:
        if days == 0:
            return at
        local = self._local(at)
        day, step, left = local.date(), (_DAY if days > 0 else -_DAY), abs(days)
        for _ in range(MOST_DAYS):
            day += step
            left -= self.is_working_day(day)
            if left == 0:
                return self._clipped(day, 60 * local.hour + local.minute, local)
        raise Rejected("no_working_time", at=at.isoformat())

    def _clipped(self, day: date, minute: int, like: datetime) -> datetime:
        """Return a time of day on a date, moved into its hours: a shorter day ends the budget at its end."""
        wanted = self._instant(day, minute) + timedelta(seconds=like.second, microseconds=like.microsecond)
        for opened, closed in self.stretches(day):
            if wanted <= closed:
                return max(wanted, opened)
        return self.stretches(day)[-1][1]

    def _stretches_from(self, at: datetime) -> Iterator[_Stretch]:
        day = self._local(at).date() - self._reach * _DAY
        for n in range(MOST_DAYS):
            yield from self.stretches(day + n * _DAY)

    def _stretches_before(self, at: datetime) -> Iterator[_Stretch]:
        day = self._local(at).date()
        for n in range(MOST_DAYS):
            yield from reversed(self.stretches(day - n * _DAY))

    def _around(self, at: datetime) -> Iterator[_Stretch]:
        day = self._local(at).date()
        for n in range(self._reach + 1):
            yield from self.stretches(day - n * _DAY)

    # -- days ------------------------------------------------------------------------------------------------------

    def _hours(self, day: date) -> tuple[Hours, ...]:
        found = self._days.get(day)
        return self._week.get(day.weekday(), ()) if found is None else found

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def _instant(self, day: date, minute: int) -> datetime:
        return instant_of(self.zone, day + minute // 1440 * _DAY, minute % 1440)


def instant_of(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """Return a local time as an instant: the first of two, and the next that exists when the zone skips it (A10)."""
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    instant = local.astimezone(UTC)
    shown = instant.astimezone(zone)
    if shown.replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # skipped: with the offset from before the gap the wall shows a later time; the gap ends where both offsets meet
    after = local.replace(fold=1).utcoffset()
    before = local.utcoffset()
    assert after is not None
    assert before is not None
    return _end_of_gap(zone, min(instant, local.replace(fold=1).astimezone(UTC)), abs(before - after))


def _end_of_gap(zone: ZoneInfo, before: datetime, width: timedelta) -> datetime:
    """Return the first instant after a jump of the clock; ``before`` lies at most ``width`` before it."""
    low, high = before, before + width
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def hours_of(text: str) -> Hours:
    """Return ``09:00-12:00`` in minutes; an end that is not after the start lies on the next day."""
    opened, closed = (60 * int(hour) + int(minute) for hour, minute in (t.split(":") for t in text.split("-")))
    return opened, closed if closed > opened else closed + 1440
