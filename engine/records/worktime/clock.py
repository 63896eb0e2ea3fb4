"""WorkClock: how much of a budget of working time is used up, running or paused; the due time follows (C3 to C5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.records.worktime.budget import Budget
from engine.records.worktime.calendar import Worktime

_ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class WorkClock:
    """``budget`` and ``consumed`` are working time; ``running_since`` None: the clock is paused."""

    budget: timedelta
    consumed: timedelta = _ZERO
    running_since: datetime | None = None

    @classmethod
    def start(cls, calendar: Worktime, at: datetime, budget: Budget) -> WorkClock:
        """Start a clock; a budget of days becomes the working time up to where it ends (C4)."""
        due = calendar.shift(at, budget)
        return cls(calendar.measure(at, due), _ZERO, at)

    def pause(self, calendar: Worktime, at: datetime) -> WorkClock:
        """Stop counting; a clock that stands already stays as it is."""
        return replace(self, consumed=self.used(calendar, at), running_since=None)

    def resume(self, at: datetime) -> WorkClock:
        """Go on counting from ``at``; a clock that runs already stays as it is."""
        return self if self.running_since is not None else replace(self, running_since=at)

    def used(self, calendar: Worktime, at: datetime) -> timedelta:
        """Return the working time that is used up at an instant."""
        if self.running_since is None or at <= self.running_since:
            return self.consumed
        return self.consumed + calendar.measure(self.running_since, at)

    def due(self, calendar: Worktime) -> datetime | None:
        """Return when the budget is used up, or None while the clock stands."""
        if self.running_since is None:
            return None
        return calendar.shift(self.running_since, Budget(0, self.budget - self.consumed))

    def rung(self, calendar: Worktime, offset: Budget) -> datetime | None:
        """Return the instant of a rung, ``offset`` of working time from the due time (C5); None while it stands."""
        due = self.due(calendar)
        return due if due is None or offset.zero else calendar.shift(due, offset)
