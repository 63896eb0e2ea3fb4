"""The day of an instant in a zone, for SQLite, which knows no zones."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo


def local_day(instant: str | None, zone: str) -> str | None:
    """Return the day of an instant as text; statements call it by this name."""
    if instant is None:
        return None
    return datetime.fromisoformat(instant).astimezone(_zone(zone)).date().isoformat()


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
