"""Reads temporal values from text: the ISO forms that FEEL takes, and no others."""

from __future__ import annotations

import re

from engine.rules.temporal.civil import MAX_YEAR
from engine.rules.temporal.dates import FeelDate, date_from_days, days_of, make_date
from engine.rules.temporal.durations import MonthsDuration, TimeDuration
from engine.rules.temporal.times import DAY, HOUR, MINUTE, SECOND, FeelDateTime, FeelTime, make_time
from engine.rules.temporal.zones import Zone, parse_offset, zone_named

_DATE = re.compile(r"(-?)([0-9]{4}|[1-9][0-9]{4,8})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9:]+)?(?:@(.+))?")
_MONTHS = re.compile(r"(-?)P(?:([0-9]{1,18})Y)?(?:([0-9]{1,18})M)?")
_DAYS = re.compile(
    r"(-?)P(?:([0-9]{1,18})D)?(?:T(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})(?:\.([0-9]{0,18}))?S)?)?"
)


def parse_date(text: str) -> FeelDate | None:
    """Return the date that ``text`` holds, or None."""
    match = _DATE.fullmatch(text)
    if match is None or not text.isascii():
        return None
    sign, year, month, day = match.groups()
    return make_date(-int(year) if sign else int(year), int(month), int(day))


def parse_time(text: str) -> FeelTime | None:
    """Return the time that ``text`` holds, or None."""
    match = _TIME.fullmatch(text)
    if match is None or not text.isascii():
        return None
    hour, minute, second, fraction, offset, name = match.groups()
    zone: Zone = None
    if offset is not None:
        zone = parse_offset(offset)
        if zone is None or name is not None:
            return None
    elif name is not None:
        if zone_named(name) is None:
            return None
        zone = name
    return make_time(int(hour), int(minute), int(second), _nanos(fraction), zone)


def parse_date_time(text: str) -> FeelDateTime | None:
    """Return the date-time that ``text`` holds, or None. Hour 24 is midnight at the end of the day."""
    day_text, mark, time_text = text.partition("T")
    day = parse_date(day_text)
    if day is None or not mark:
        return None
    next_day = time_text.startswith("24:00:00")
    time = parse_time("00" + time_text[2:] if next_day else time_text)
    if time is None or (next_day and time.nanos):
        return None
    days = days_of(day) + next_day
    return None if date_from_days(days) is None else FeelDateTime(days, time.nanos, time.zone)


def parse_duration(text: str) -> MonthsDuration | TimeDuration | None:
    """Return the duration that ``text`` holds, or None; months and days cannot be mixed."""
    if text.endswith(("P", "T")) or not text.isascii():
        return None
    match = _MONTHS.fullmatch(text)
    if match is not None:
        months = int(match.group(2) or 0) * 12 + int(match.group(3) or 0)
        if months > MAX_YEAR * 12 * 1000:
            return None
        return MonthsDuration(-months if match.group(1) else months)
    match = _DAYS.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:5])
    nanos = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + _nanos(match.group(6))
    return TimeDuration(-nanos if match.group(1) else nanos)


def parse_any(text: str) -> FeelDate | FeelTime | FeelDateTime | MonthsDuration | TimeDuration | None:
    """Return the value of an ``@`` literal, or None when it is none of the five kinds."""
    if text[:2] in ("P", "-P") or text.startswith(("P", "-P")):
        return parse_duration(text)
    if "T" in text and _DATE.match(text):
        return parse_date_time(text)
    return parse_date(text) or parse_time(text)


def _nanos(fraction: str | None) -> int:
    return int((fraction + "000000000")[:9]) if fraction else 0
