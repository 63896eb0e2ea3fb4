"""Readers of dates, times, instants and lengths of time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.records.shapes.wrong import Wrong

FIRST_YEAR = 1000
LONGEST = timedelta(days=366 * 1_000)

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DURATION = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,7})D)?(?:T(?=[0-9])(?:([0-9]{1,8})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,11})S)?)?"
)


def read_date(value: Any, _zone: ZoneInfo) -> date | None:
    """A calendar date, ``2026-09-21``."""
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise Wrong("not_date")
    text = value.strip()
    if not text:
        return None
    match = _DATE.fullmatch(text)
    if match is None or int(match[1]) < FIRST_YEAR:
        raise Wrong("not_date")
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Wrong("no_such_date", date=text) from None


def read_time(value: Any, _zone: ZoneInfo) -> time | None:
    """A time of day to the second, ``08:30`` or ``08:30:15``."""
    if type(value) is time:
        return value.replace(microsecond=0, tzinfo=None)
    if not isinstance(value, str):
        raise Wrong("not_time")
    text = value.strip()
    if not text:
        return None
    if _TIME.fullmatch(text) is None:
        raise Wrong("not_time")
    return time.fromisoformat(text)


def read_instant(value: Any, zone: ZoneInfo) -> datetime | None:
    """An instant to the millisecond, kept in UTC; without an offset it is meant in the tenant's zone."""
    if isinstance(value, datetime):
        return _in_utc(value, zone)
    if not isinstance(value, str):
        raise Wrong("not_datetime")
    text = value.strip()
    if not text:
        return None
    match = _INSTANT.fullmatch(text)
    if match is None or int(text[:4]) < FIRST_YEAR:
        raise Wrong("not_datetime")
    clock, _, fraction = match[2].partition(".")
    offset = "+00:00" if match[3] == "Z" else match[3] or ""
    try:
        instant = datetime.fromisoformat(f"{match[1]}T{clock}{offset}")
    except ValueError:
        raise Wrong("no_such_date", date=text) from None
    instant += timedelta(milliseconds=int((fraction + "000")[:3]))
    return _in_utc(instant, zone)


def read_duration(value: Any, _zone: ZoneInfo) -> timedelta | None:
    """A length of time in whole seconds: ``P1DT2H``, ``PT30M``, or a number of seconds."""
    if isinstance(value, timedelta):
        length = value
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        length = _of_seconds(Decimal(value))
    elif isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        match = _DURATION.fullmatch(text)
        if match is None:
            raise Wrong("not_duration")
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        length = -length if match[1] else length
    else:
        raise Wrong("not_duration")
    if abs(length) > LONGEST:
        raise Wrong("too_large", max="P366000D")
    return length


def _of_seconds(seconds: Decimal) -> timedelta:
    if not seconds.is_finite():
        raise Wrong("not_duration")
    return timedelta(seconds=int(seconds)) if abs(seconds) < 10**12 else LONGEST * 2


def _in_utc(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    try:
        return instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)
    except OverflowError:
        raise Wrong("not_datetime") from None
