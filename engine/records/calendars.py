"""Entries of a calendar between two days: records that begin or last there, those that come again unrolled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import DAILY, FR, MO, MONTHLY, TH, TU, WE, WEEKLY, YEARLY, rrule

from engine.access import Policy
from engine.kernel.context import Context
from engine.kernel.errors import LimitExceeded
from engine.metamodel.model import CalendarModel, FieldModel, ObjectModel, TenantModel
from engine.records.before import read_before
from engine.records.change import Record
from engine.records.conditions import Conditions, may_be_asked
from engine.records.entitled import may_edit
from engine.records.limits import ENTRIES, PAGE
from engine.records.query import Listing
from engine.records.reading import list_records
from engine.records.spoken import word_of
from engine.records.unit import Unit

LONGEST = timedelta(days=400)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_RULES: dict[str, dict[str, Any]] = {
    "daily": {"freq": DAILY},
    "weekdays": {"freq": WEEKLY, "byweekday": (MO, TU, WE, TH, FR)},
    "weekly": {"freq": WEEKLY},
    "biweekly": {"freq": WEEKLY, "interval": 2},
    "monthly": {"freq": MONTHLY},
    "yearly": {"freq": YEARLY},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``start`` and ``end`` are days (``whole_day``, the end not included) or instants.

    ``shift`` is how far an occurrence lies behind the first one of its record. ``movable``: the actor may give its
    record other times.
    """

    record: Record
    start: date | datetime
    end: date | datetime
    whole_day: bool
    shift: timedelta = timedelta(0)
    movable: bool = True


def entries(
    unit: Unit, calendar: CalendarModel, since: date, until: date, conditions: Conditions, listing: Listing
) -> tuple[Entry, ...]:
    """Return what stands in a calendar from ``since`` up to the day before ``until``, as far as the actor sees it.

    ``listing`` says which fields are read and what else the records must fit. Raises LimitExceeded for a span of more
    than LONGEST and for more than ENTRIES records.
    """
    if until - since > LONGEST:
        raise LimitExceeded("days", (until - since).days, LONGEST.days, 400)
    found: list[Entry] = []
    records = list(_records(unit, calendar, since, until, conditions, listing))
    changeable = _changeable(unit, calendar, [record.id for record in records])
    for record in records:
        movable = record.id in changeable
        found += [replace(entry, movable=movable) for entry in _unrolled(unit, calendar, record, since, until)]
    return tuple(sorted(found, key=lambda entry: (_instant(unit, entry.start), entry.record.id)))


def fields_of(calendar: CalendarModel) -> tuple[str, ...]:
    """Return the fields that say when entries are."""
    repeat = calendar.repeat
    names = (calendar.start, calendar.end, repeat.every if repeat else None, repeat.until if repeat else None)
    return tuple(name for name in names if name)


def may_see_calendar(policy: Policy, calendar: CalendarModel) -> bool:
    """Tell whether a calendar is for a reader: he may use the fields that place its entries, and its condition's."""
    usable = policy.usable(calendar.object)
    placed = all(name in usable for name in fields_of(calendar))
    return placed and may_be_asked(policy, calendar.object, calendar.where)


def card_of(policy: Policy, calendar: CalendarModel) -> tuple[str, ...]:
    """Return the paths that a reader is told entries by, and the field with the currency of their sums."""
    found, readable = policy.model.objects[calendar.object], policy.readable
    known = [column.path for column in calendar.card if _readable(policy, found, column.path)]
    money = (found.currency,) if known and found.currency in readable(found.name) else ()
    return tuple(dict.fromkeys([*(".".join(path) for path in known), *(name for name in money if name)]))


def title_of(record: Record, calendar: CalendarModel, model: TenantModel, ctx: Context) -> str:
    """Return what an entry is called by, as a text in the reader's language."""
    found = model.objects[calendar.object]
    words = []
    for column in calendar.card:
        value = record.values.get(".".join(column.path))
        field = _end(model, found, column.path)
        if value is None or field is None:
            continue
        code = field.currency
        if code is not None and code in found.fields:
            code = record.values.get(code)
        word = word_of(value, field, model.dictionaries, ctx)
        words.append(f"{code} {word}" if field.type == "money" and isinstance(code, str) else word)
    return ", ".join(words) or str(found.title_of(record.values, ctx.language) or record.id[-8:])


# ----------------------------------------------------------------------------------------------------------------------


def _readable(policy: Policy, found: ObjectModel, path: Sequence[str]) -> bool:
    at = found
    for step in path:
        if step not in policy.readable(at.name):
            return False
        target = next(iter(at.fields[step].targets), None)
        at = policy.model.objects.get(target or "", at)
    return True


def _end(model: TenantModel, found: ObjectModel, path: Sequence[str]) -> FieldModel | None:
    field = None
    for step in path:
        field = found.fields.get(step)
        found = model.objects.get(next(iter(field.targets), ""), found) if field is not None else found
    return field


def _records(
    unit: Unit, calendar: CalendarModel, since: date, until: date, conditions: Conditions, listing: Listing
) -> Iterator[Record]:
    where = condition_between(unit, calendar, since, until)
    if listing.where:
        where = f"({where}) and ({listing.where})"
    after: str | None = None
    count = 0
    while True:
        page = list_records(
            unit,
            Listing(
                calendar.object,
                where,
                listing.quick,
                (calendar.start,),
                listing.fields,
                PAGE,
                after,
                view=listing.view,
                within=calendar.where,
            ),
            conditions,
        )
        count += len(page.records)
        if count > ENTRIES:
            raise LimitExceeded("entries", count, ENTRIES, 400)
        yield from page.records
        after = page.after
        if after is None:
            return


def _changeable(unit: Unit, calendar: CalendarModel, ids: Sequence[str]) -> frozenset[str]:
    """Return those of some records whose times the actor may change, as far as grants and states say."""
    policy, name = unit.policy, calendar.object
    times = {field for field in (calendar.start, calendar.end) if field}
    if not ids or not policy.may(name, "update") or not times <= policy.writable(name):
        return frozenset()
    life = unit.model.lifecycle_of(name)
    if policy.rows(name, "update") is None and life is None:
        return frozenset(ids)
    found = set()
    for id, tree in read_before(unit.plans.of(name), unit, ids).items():
        facts = {**tree, "actor": policy.facts}
        state = life.states.get(str(tree.get(life.field))) if life is not None else None
        locked = state is not None and state.lock is not None and not times <= state.lock
        if not locked and policy.covers(name, "update", facts, unit.run) and may_edit(unit, state, facts):
            found.add(id)
    return frozenset(found)


def condition_between(unit: Unit, calendar: CalendarModel, since: date, until: date) -> str:
    """Return the FEEL of records that stand in a calendar between two days."""
    whole = unit.model.objects[calendar.object].fields[calendar.start].type == "date"
    low, high = _literal(unit, since, whole=whole), _literal(unit, until, whole=whole)
    start, end, repeat = calendar.start, calendar.end, calendar.repeat
    once = f"{start} >= {low}"
    if end is not None:
        once = f"({end} {'>=' if whole else '>'} {low} or ({end} = null and {once}))"
    if repeat is not None:
        lasts = f' and ({repeat.until} = null or {repeat.until} >= @"{since.isoformat()}")' if repeat.until else ""
        once = f"({once} or ({repeat.every} != null{lasts}))"
    return f"{start} < {high} and {once}"


def _literal(unit: Unit, day: date, *, whole: bool) -> str:
    if whole:
        return f'@"{day.isoformat()}"'
    instant = datetime.combine(day, time(), unit.ctx.zone).astimezone(UTC)
    return f'@"{instant.replace(tzinfo=None).isoformat()}Z"'


def _unrolled(unit: Unit, calendar: CalendarModel, record: Record, since: date, until: date) -> Iterator[Entry]:
    start: Any = record.values[calendar.start]
    end: Any = record.values.get(calendar.end) if calendar.end else None
    whole = not isinstance(start, datetime)
    if whole:
        end = (end if end is not None and end >= start else start) + _DAY
    else:
        end = end if end is not None and end > start else start + _HOUR
    every = record.values.get(calendar.repeat.every) if calendar.repeat else None
    if every not in _RULES:
        yield Entry(record, start, end, whole)
        return
    last: date | None = record.values.get(calendar.repeat.until) if calendar.repeat and calendar.repeat.until else None
    # an hour of the day is meant, in summer and winter alike
    local = datetime.combine(start, time()) if whole else start.astimezone(unit.ctx.zone).replace(tzinfo=None)
    bound = datetime.combine(min(until, last + _DAY) if last else until, time())
    rule = rrule(dtstart=local, until=bound, **_RULES[every])
    length = end - start
    first = datetime.combine(since, time()) - length
    for moment in islice((moment for moment in rule.xafter(first, inc=True) if moment < bound), ENTRIES):
        begin = moment.date() if whole else moment.replace(tzinfo=unit.ctx.zone).astimezone(UTC)
        if _instant(unit, begin + length) > _instant(unit, since):
            yield Entry(record, begin, begin + length, whole, begin - start)


def _instant(unit: Unit, moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), unit.ctx.zone)
