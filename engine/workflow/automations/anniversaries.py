"""Records whose instant has come, counted from a date in them; for yearly ones the 29th of February gives way (A9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.metamodel.model.automation import OnRelative
from engine.records import Unit
from engine.records.worktime.calendar import instant_of
from engine.storage.rule_rows import Anniversary, earliest_value, records_on

_DAY = timedelta(days=1)
_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class Due:
    """A record and the date that its instant is counted from. ``late``: it is past the window, and skipped."""

    id: str
    anchor: date
    at: datetime
    occurrence: str
    late: bool


def due_records(unit: Unit, rule: str, on: OnRelative, window: tuple[datetime, datetime], limit: int) -> list[Due]:
    """Return at most ``limit`` records whose instant lies in the window, its end included, the oldest days first.

    Those for which the rule has noted this occurrence, carried out or skipped, are left out.
    """
    anchors = sorted(_anchors(unit, on, *window))
    if not anchors:
        return []
    late_before = window[1] - timedelta(days=on.window.days) - on.window.time
    first = _first_year(unit, on) if on.yearly else 0
    found: list[Due] = []
    for anchor in anchors:
        spans = [_span(unit, on, day) for day in _written(anchor, on, first)]
        name, at = str(anchor.year) if on.yearly else anchor.isoformat(), _instant(unit, on, anchor)
        if not spans or len(found) >= limit:
            continue
        asked = Anniversary(on.object, on.field, spans, rule, name)
        rows = records_on(unit.session, unit.catalog, asked, limit - len(found))
        found += [Due(id, anchor, at, name, at < late_before) for id in sorted(id for id, _ in rows)]
    return found


def next_instant(unit: Unit, on: OnRelative, after: datetime) -> datetime:
    """Return the next time of day at which a rule looks."""
    local = after.astimezone(unit.ctx.zone).date()
    for n in range(3):
        at = instant_of(unit.ctx.zone, local + n * _DAY, 60 * on.at.hour + on.at.minute)
        if at > after:
            return at
    raise AssertionError("a day has a time")


def _anchors(unit: Unit, on: OnRelative, after: datetime, now: datetime) -> frozenset[date]:
    """Return the dates whose instant lies in the window."""
    zone = unit.ctx.zone
    day, last = after.astimezone(zone).date() - _DAY, now.astimezone(zone).date() + _DAY
    found = set()
    while day <= last:
        at = instant_of(zone, day, 60 * on.at.hour + on.at.minute)
        if after < at <= now:
            found.add(day - timedelta(days=on.offset.days) - _whole_days(on.offset.time))
        day += _DAY
    return frozenset(found)


def _instant(unit: Unit, on: OnRelative, anchor: date) -> datetime:
    day = anchor + timedelta(days=on.offset.days) + _whole_days(on.offset.time)
    return instant_of(unit.ctx.zone, day, 60 * on.at.hour + on.at.minute)


def _whole_days(time: timedelta) -> timedelta:
    return timedelta(days=time.days)


def _written(anchor: date, on: OnRelative, first: int) -> list[date]:
    """Return the dates as they may stand in a record, for yearly rules those of earlier years from ``first`` on.

    In a common year the 29th of February counts as the 28th.
    """
    if not on.yearly:
        return [anchor]
    marks = [(anchor.month, anchor.day)]
    if marks[0] == (2, 28) and not _leap(anchor.year):
        marks.append(_LEAP_DAY)
    years = range(first, anchor.year)
    return [date(year, *mark) for year in years for mark in marks if mark != _LEAP_DAY or _leap(year)]


def _first_year(unit: Unit, on: OnRelative) -> int:
    """Return the year of the oldest date that a record has."""
    least = earliest_value(unit.session, unit.catalog, on.object, on.field)
    if least is None:
        return date.max.year
    return (least.astimezone(unit.ctx.zone) if isinstance(least, datetime) else least).year


def _span(unit: Unit, on: OnRelative, day: date) -> date | tuple[datetime, datetime]:
    """Return a day as it is looked for; one of a field with a time of day is a day of the tenant's zone."""
    if unit.model.objects[on.object].fields[on.field].type == "date":
        return day
    return instant_of(unit.ctx.zone, day, 0), instant_of(unit.ctx.zone, day + _DAY, 0)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
