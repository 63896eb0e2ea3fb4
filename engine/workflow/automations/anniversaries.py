"""Records whose instant has come, counted from a date in them; for yearly ones the 29th of February gives way (A9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.metamodel.model.automation import OnRelative
from engine.records import Unit
from engine.records.worktime.calendar import instant_of
from engine.storage.rule_rows import Anniversary, records_on

_DAY = timedelta(days=1)
_CHUNK = 2_000
MOST_RECORDS = 100_000


@dataclass(frozen=True, slots=True)
class Due:
    """A record and the date that its instant is counted from. ``late``: it is past the window, and skipped."""

    id: str
    anchor: date
    at: datetime
    occurrence: str
    late: bool


def due_records(unit: Unit, on: OnRelative, after: datetime, now: datetime) -> list[Due]:
    """Return the records whose instant lies in (after, now], by instant."""
    anchors = _anchors(unit, on, after, now)
    if not anchors:
        return []
    days = {day for anchor in anchors for day in _written(anchor, on)}
    late_before = now - timedelta(days=on.window.days) - on.window.time
    found: list[Due] = []
    last = ""
    while True:
        asked = Anniversary(on.object, on.field, tuple(sorted(days)), on.yearly)
        rows = records_on(unit.session, unit.catalog, asked, last, _CHUNK)
        for id, value in rows:
            for anchor in _anchors_of(value, on, anchors, unit):
                at = _instant(unit, on, anchor)
                name = str(anchor.year) if on.yearly else anchor.isoformat()
                found.append(Due(id, anchor, at, name, at < late_before))
        if len(rows) < _CHUNK or len(found) > MOST_RECORDS:
            return sorted(found, key=lambda due: (due.at, due.id))
        last = rows[-1][0]


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


def _written(anchor: date, on: OnRelative) -> list[date]:
    """Return the dates as they may stand in a record: in a common year the 29th of February counts as the 28th."""
    if on.yearly and (anchor.month, anchor.day) == (2, 28) and not _leap(anchor.year):
        return [anchor, date(2000, 2, 29)]
    return [anchor]


def _anchors_of(value: date | datetime, on: OnRelative, anchors: frozenset[date], unit: Unit) -> list[date]:
    day = value.astimezone(unit.ctx.zone).date() if isinstance(value, datetime) else value
    if not on.yearly:
        return [day] if day in anchors else []
    return [anchor for anchor in sorted(anchors) if _this_year(day, anchor.year) == anchor and anchor.year > day.year]


def _this_year(day: date, year: int) -> date:
    if (day.month, day.day) == (2, 29) and not _leap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
