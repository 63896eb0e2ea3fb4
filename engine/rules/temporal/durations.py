"""The two durations: months, and exact time."""

from __future__ import annotations

from functools import total_ordering

from engine.rules.temporal.times import DAY, HOUR, MINUTE, SECOND


@total_ordering
class MonthsDuration:
    """Years and months."""

    __slots__ = ("months",)

    def __init__(self, months: int) -> None:
        self.months = months

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MonthsDuration) and self.months == other.months

    def __lt__(self, other: MonthsDuration) -> bool:
        return self.months < other.months

    def __hash__(self) -> int:
        return hash(("months", self.months))

    def __repr__(self) -> str:
        return f"MonthsDuration({duration_text(self)})"


@total_ordering
class TimeDuration:
    """Days and time, in nanoseconds."""

    __slots__ = ("nanos",)

    def __init__(self, nanos: int) -> None:
        self.nanos = nanos

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimeDuration) and self.nanos == other.nanos

    def __lt__(self, other: TimeDuration) -> bool:
        return self.nanos < other.nanos

    def __hash__(self) -> int:
        return hash(("nanos", self.nanos))

    def __repr__(self) -> str:
        return f"TimeDuration({duration_text(self)})"


def duration_text(value: MonthsDuration | TimeDuration) -> str:
    """Return the ISO form, brought to normal."""
    if isinstance(value, MonthsDuration):
        return _months_text(value.months)
    rest = abs(value.nanos)
    days, rest = divmod(rest, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, nanos = divmod(rest, SECOND)
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or nanos:
        time += f"{seconds}" + (f".{nanos:09d}".rstrip("0") if nanos else "") + "S"
    if not days and not time:
        return "PT0S"
    return ("-" if value.nanos < 0 else "") + "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


def _months_text(total: int) -> str:
    if not total:
        return "P0M"
    years, months = divmod(abs(total), 12)
    return ("-" if total < 0 else "") + "P" + (f"{years}Y" if years else "") + (f"{months}M" if months else "")
