"""The clock that is passed by hand, and its frozen twin for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present instant, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The machine's wall clock, set forward or back; for trials."""

    shift: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass(slots=True)
class FrozenClock:
    """A clock that stands still until it is moved; for tests and simulations."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, step: timedelta) -> None:
        self.instant += step


def today(clock: Clock, zone: ZoneInfo) -> date:
    """Return the calendar date of ``clock`` in ``zone``."""
    return clock.now().astimezone(zone).date()
