"""Times of day and date-times, to the nanosecond."""

from __future__ import annotations

from typing import Any

from engine.rules.temporal.dates import FeelDate, date_from_days, date_text, days_of
from engine.rules.temporal.zones import Zone, offset_at, zone_text

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_REFERENCE_DAY = 730_120  # 2000-01-01: where a named zone's offset is taken for a bare time


class FeelTime:
    """A time of day. ``nanos`` counts from midnight."""

    __slots__ = ("nanos", "zone")

    def __init__(self, nanos: int, zone: Zone = None) -> None:
        self.nanos = nanos
        self.zone = zone

    def offset(self) -> int | None:
        """Return the offset in seconds, or None for a local time."""
        return offset_at(self.zone, _REFERENCE_DAY, self.nanos)

    def instant(self) -> int:
        """Return the nanoseconds of the day in UTC; a local time counts as it is."""
        return self.nanos - (self.offset() or 0) * SECOND

    def seconds(self) -> int:
        """Return what comparisons look at: whole seconds."""
        return self.instant() // SECOND

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeelTime) and self.nanos == other.nanos and self.zone == other.zone

    def __hash__(self) -> int:
        return hash((self.nanos, self.zone))

    def __repr__(self) -> str:
        return f"FeelTime({time_text(self)})"


class FeelDateTime:
    """A date-time. ``days`` and ``nanos`` are local to ``zone``."""

    __slots__ = ("days", "nanos", "zone")

    def __init__(self, days: int, nanos: int, zone: Zone = None) -> None:
        self.days = days
        self.nanos = nanos
        self.zone = zone

    def offset(self) -> int | None:
        """Return the offset in seconds, or None for a local date-time."""
        return offset_at(self.zone, self.days, self.nanos)

    def instant(self) -> int:
        """Return the nanoseconds since day 0 in UTC; a local date-time counts as it is."""
        return self.days * DAY + self.nanos - (self.offset() or 0) * SECOND

    def seconds(self) -> int:
        """Return what comparisons look at: whole seconds."""
        return self.instant() // SECOND

    def date(self) -> FeelDate:
        """Return the date, in its own zone."""
        found = date_from_days(self.days)
        if found is None:
            raise ValueError("year out of range")
        return found

    def time(self) -> FeelTime:
        """Return the time of day, with its offset."""
        return FeelTime(self.nanos, self.zone)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FeelDateTime):
            return False
        return self.days == other.days and self.nanos == other.nanos and self.zone == other.zone

    def __hash__(self) -> int:
        return hash((self.days, self.nanos, self.zone))

    def __repr__(self) -> str:
        return f"FeelDateTime({date_time_text(self)})"


def make_time(hour: int, minute: int, second: int, nano: int, zone: Zone) -> FeelTime | None:
    """Return a time, or None when a part is out of bounds."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    return FeelTime(hour * HOUR + minute * MINUTE + second * SECOND + nano, zone)


def date_time_of(day: FeelDate, time: FeelTime) -> FeelDateTime:
    """Join a date and a time of day."""
    return FeelDateTime(days_of(day), time.nanos, time.zone)


def midnight(day: FeelDate, zone: Zone) -> FeelDateTime:
    """Return the start of a day in a zone."""
    return FeelDateTime(days_of(day), 0, zone)


def parts(value: FeelTime | FeelDateTime) -> tuple[int, int, int, int]:
    """Return hour, minute, second and nanoseconds."""
    hour, rest = divmod(value.nanos, HOUR)
    minute, rest = divmod(rest, MINUTE)
    second, nano = divmod(rest, SECOND)
    return hour, minute, second, nano


def comparable(left: Any, right: Any) -> bool:
    """Tell whether both are local or both are at a known offset: only then one is before the other."""
    return (left.zone is None) == (right.zone is None)


def from_instant(instant: int, zone: Zone) -> FeelDateTime | None:
    """Return the local date-time of ``zone`` at an instant."""
    days, nanos = divmod(instant, DAY)
    if date_from_days(days) is None:
        return None
    if zone is None:
        return FeelDateTime(days, nanos, None)
    offset = offset_at(zone, days, nanos) or 0
    local_days, local_nanos = divmod(instant + offset * SECOND, DAY)
    # the offset was looked up at the UTC reading: look again at the local one
    again = offset_at(zone, local_days, local_nanos) or 0
    if again != offset:
        local_days, local_nanos = divmod(instant + again * SECOND, DAY)
    return FeelDateTime(local_days, local_nanos, zone)


def time_text(value: FeelTime | FeelDateTime) -> str:
    """Return the ISO form of the time of day, with offset or zone name."""
    hour, minute, second, nano = parts(value)
    fraction = f".{nano:09d}".rstrip("0") if nano else ""
    return f"{hour:02d}:{minute:02d}:{second:02d}{fraction}{zone_text(value.zone)}"


def date_time_text(value: FeelDateTime) -> str:
    """Return the ISO form."""
    return f"{date_text(value.date())}T{time_text(value)}"
