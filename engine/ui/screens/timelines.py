"""What happened around a record, of all kinds: by days, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from engine.metamodel.model import TimelineModel, TimelineSource
from engine.records.conditions import may_be_asked
from engine.storage import Reference
from engine.ui.desk import Desk
from engine.ui.screens.columns import resolve
from engine.ui.screens.history import Entry, told_event
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, plain_cell

_MOST_CHANGES = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of records, to show alone."""

    title: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One record of a kind; ``when`` orders it among others."""

    when: datetime
    time: str
    title: str
    kind: str
    icon: str
    href: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TimeDay:
    """What happened on one day."""

    title: str
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class TimelineScreen:
    """A stretch of a timeline ready to be drawn; ``more`` leads further back."""

    kinds: tuple[Kind, ...]
    days: tuple[TimeDay, ...]
    more: str


def usable_sources(desk: Desk, timeline: TimelineModel) -> tuple[TimelineSource, ...]:
    """Return the kinds that the reader may see, and may look for by what leads to the record."""
    return tuple(
        source
        for source in timeline.sources
        if desk.may(source.object, "read")
        and {source.by[0], source.at} <= desk.policy.usable(source.object)
        and may_be_asked(desk.policy, source.object, source.where)
    )


def columns_of(desk: Desk, source: TimelineSource) -> tuple[str, ...]:
    """Return the paths told of a kind, as far as the reader may read them."""
    found = (resolve(desk, source.object, ".".join(column.path)) for column in source.columns)
    return tuple(spec.path for spec in found if spec is not None)


def happening(desk: Desk, source: TimelineSource, id: str, values: Mapping[str, Any]) -> Happening:
    """Return one record of a kind."""
    found = desk.model.objects[source.object]
    moment = values[source.at]
    whole = not isinstance(moment, datetime)
    return Happening(
        datetime.combine(moment, time(23, 59, 59), desk.context.zone) if whole else moment,
        "" if whole else desk.dates.clock(moment),
        _title(desk.title_of(found.name, values)) or id[-8:],
        desk.title(source.title),
        found.icon,
        f"/o/{found.name}/{id}",
        tuple(_cells(desk, source, values)),
    )


def change_of(desk: Desk, object: str, entry: Entry) -> Happening | None:
    """Return a change of the record itself; None where the reader may see nothing of it."""
    told = told_event(desk, desk.model.objects[object], entry)
    if entry.action == "recompute" or (entry.action == "update" and not told.changes):
        return None
    texts = (f"{one.title}: {one.before} → {one.after}" if one.before else one.title for one in told.changes)
    cells = tuple(Cell("text", text) for text in texts)
    return Happening(
        entry.at,
        desk.dates.clock(entry.at),
        desk.say("timeline.change", who=told.who, what=told.text),
        desk.say("timeline.changes"),
        told.icon,
        "",
        cells[:_MOST_CHANGES],
    )


def _title(value: Any) -> str:
    return str((value.title if isinstance(value, Reference) else value) or "")


def by_days(desk: Desk, happenings: Iterable[Happening]) -> tuple[TimeDay, ...]:
    """Return happenings under their days."""
    days: dict[date, list[Happening]] = {}
    for one in happenings:
        days.setdefault(desk.dates.local(one.when).date(), []).append(one)
    return tuple(TimeDay(_day_title(desk, day), tuple(found)) for day, found in days.items())


def _day_title(desk: Desk, day: date) -> str:
    title = desk.dates.day_or_word(day)
    return desk.dates.in_sentence(day) if title[0].isdigit() else title


def _cells(desk: Desk, source: TimelineSource, values: Mapping[str, Any]) -> Iterable[Cell]:
    for path in columns_of(desk, source):
        spec = resolve(desk, source.object, path)
        if spec is not None and values.get(path) is not None:
            look = desk.look(spec.object, values)
            yield plain_cell(widget_of(spec.field).show(spec.field, look)(values[path]))
