"""When somebody may be disturbed: quiet hours and digests, in his own zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.storage.message_rows import Habit

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def time_of(text: str) -> time | None:
    """Return a time of day like 22:00, or None."""
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def zone_of(habit: Habit, default: ZoneInfo) -> ZoneInfo:
    """Return the zone in which somebody's times are meant."""
    if not habit.zone:
        return default
    try:
        return ZoneInfo(habit.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return default


def after_quiet(habit: Habit, now: datetime, default: ZoneInfo) -> datetime:
    """Return the first instant from ``now`` on at which somebody may be disturbed."""
    since, until = time_of(habit.quiet_from), time_of(habit.quiet_to)
    if since is None or until is None or since == until:
        return now
    zone = zone_of(habit, default)
    here = now.astimezone(zone)
    at = here.time().replace(tzinfo=None)
    quiet = since <= at < until if since < until else at >= since or at < until
    if not quiet:
        return now
    day = here.date() if at < until else here.date() + timedelta(days=1)
    return datetime.combine(day, until, zone).astimezone(UTC)


def next_digest(habit: Habit, now: datetime, default: ZoneInfo) -> datetime:
    """Return when somebody's next digest comes."""
    zone = zone_of(habit, default)
    here = now.astimezone(zone)
    at = time_of(habit.digest_at) or time(8)
    day = here.date() if here.time().replace(tzinfo=None) < at else here.date() + timedelta(days=1)
    return datetime.combine(day, at, zone).astimezone(UTC)
