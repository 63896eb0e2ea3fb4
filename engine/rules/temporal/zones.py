"""Offsets and zone names. A zone is None (local), an offset in seconds, or a zone's name."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.rules.temporal.civil import from_days, same_cycle_year

Zone = int | str | None

MAX_OFFSET = 14 * 3600
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}")


@lru_cache(maxsize=512)
def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone with an IANA name, or None."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def parse_offset(text: str) -> int | None:
    """Return the offset in seconds of ``Z`` or ``+08:00``, or None."""
    if text in ("Z", "z"):
        return 0
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes, seconds = match.groups()
    if int(minutes) > 59 or int(seconds or 0) > 59:
        return None
    total = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    return None if total > MAX_OFFSET else (-total if sign == "-" else total)


def offset_text(offset: int) -> str:
    """Return ``Z`` or ``+08:00``."""
    if not offset:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def offset_at(zone: Zone, days: int, nanos: int) -> int | None:
    """Return the offset that ``zone`` has at a local day and time, or None for a local value."""
    if zone is None or isinstance(zone, int):
        return zone
    info = zone_named(zone)
    if info is None:
        return None
    year, month, day = from_days(days)
    moment = datetime(same_cycle_year(year), month, day) + timedelta(seconds=nanos // 1_000_000_000)  # noqa: DTZ001 - asked of the zone itself
    offset = info.utcoffset(moment)
    return int(offset.total_seconds()) if offset is not None else None


def zone_text(zone: Zone) -> str:
    """Return how a zone is written behind a time."""
    if zone is None:
        return ""
    return f"@{zone}" if isinstance(zone, str) else offset_text(zone)
