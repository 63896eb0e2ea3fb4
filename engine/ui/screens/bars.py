"""Entries of a calendar as bars along time: groups below each other, each bar as long as its entry lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.metamodel.model import CalendarModel
from engine.records import CalendarEntry
from engine.storage import Reference
from engine.ui.desk import Desk
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.alerts import first_alert
from engine.ui.screens.calendars import entry_title, readable_alerts
from engine.ui.screens.heads import Head, build_head
from engine.ui.screens.ways import Way
from engine.ui.widgets.choices import PHASE_TONES

# how long a page is, and how far apart its lines are, in days
_SPANS: Mapping[str, tuple[int, int]] = {"month": (35, 7), "quarter": (91, 7), "year": (364, 28)}
_USUAL = "quarter"
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a page; ``until`` is not one of them."""

    name: str
    since: date
    until: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.until - self.since).days

    def place(self, day: date) -> float:
        """Return where a day begins, from 0 to 100."""
        return 100 * min(max((day - self.since).days, 0), self.days) / self.days


@dataclass(frozen=True, slots=True)
class Bar:
    """An entry. ``x``, ``width`` and ``filled`` are parts of a hundred of the page; ``last`` is its last day; a
    ``fixed`` one is not for its reader to move."""

    row: str
    title: str
    href: str
    said: str
    dates: str
    person: str
    start: str
    last: str
    x: float
    width: float
    filled: float
    progress: str
    tone: str
    alert: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class BarGroup:
    """Bars that stand together; without a title all there are."""

    title: str
    href: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line at a day, with what it is called."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class BarsScreen:
    """The page ready to be drawn. ``today`` is where today stands, below 0 when it is on another page."""

    head: Head
    groups: tuple[BarGroup, ...]
    marks: tuple[Mark, ...]
    today: float
    days: int
    period: str
    spans: tuple[Way, ...]
    earlier: str
    later: str
    now: str
    move: str
    sizable: bool


def span_of(desk: Desk, place: Mapping[str, str]) -> Span:
    """Return the days that an address asks for: weeks begin on Monday, a little of what is behind us shows."""
    name = place.get("span", _USUAL)
    name = name if name in _SPANS else _USUAL
    length = _SPANS[name][0]
    try:
        on = date.fromisoformat(place.get("on", "")[:10])
        on = min(max(on, date(1900, 1, 1)), date(2200, 1, 1))
    except ValueError:
        on = desk.dates.today - timedelta(days=length // 6)
    since = on - timedelta(days=on.weekday())
    return Span(name, since, since + timedelta(days=length))


def build_bars(
    desk: Desk, calendar: CalendarModel, address: ListAddress, span: Span, entries: Sequence[CalendarEntry]
) -> BarsScreen:
    """Return the page."""
    found = desk.model.objects[calendar.object]
    days = found.fields[calendar.start].type == "date"
    writable = desk.policy.writable(calendar.object, "update")
    fields = [name for name in (calendar.start, calendar.end) if name]
    movable = days and desk.may(found.name, "update") and all(name in writable for name in fields)
    half = timedelta(days=_SPANS[span.name][0] // 14 * 7)
    drawn = address.url(place=())

    def at(**place: str) -> str:
        return address.url(place=tuple(place.items()))

    return BarsScreen(
        head=build_head(desk, desk.title(calendar.title), address, "bars"),
        groups=tuple(_groups(desk, calendar, span, entries)),
        marks=tuple(_marks(desk, span)),
        today=span.place(desk.dates.today) if span.since <= desk.dates.today < span.until else -1,
        days=span.days,
        period=desk.say("bars.period", since=desk.dates.day(span.since), until=desk.dates.day(span.until - _A_DAY)),
        spans=tuple(
            Way(desk.say(f"bars.{name}"), "", at(span=name, on=span.since.isoformat()), name == span.name)
            for name in _SPANS
        ),
        earlier=at(span=span.name, on=(span.since - half).isoformat()),
        later=at(span=span.name, on=(span.since + half).isoformat()),
        now=drawn if span.name == _USUAL else at(span=span.name),
        move=f"/o/{found.name}/calendar/move" if movable else "",
        sizable=bool(calendar.end),
    )


def _groups(desk: Desk, calendar: CalendarModel, span: Span, entries: Sequence[CalendarEntry]) -> Iterator[BarGroup]:
    by = calendar.bars.group if calendar.bars is not None else None
    groups: dict[str, list[Bar]] = {}
    heads: dict[str, tuple[str, str]] = {}
    for entry in entries:
        if entry.shift:
            continue
        behind = entry.record.values.get(by) if by else None
        key = behind.id if isinstance(behind, Reference) else ""
        if isinstance(behind, Reference):
            target = desk.model.objects[calendar.object].fields[by or ""].targets[0]
            heads[key] = (behind.title or behind.id[-8:], f"/o/{target}/{behind.id}")
        groups.setdefault(key, []).append(_bar(desk, calendar, span, entry))
    for key, bars in groups.items():
        title, href = heads.get(key, (desk.say("bars.others") if heads else "", ""))
        yield BarGroup(title, href, tuple(bars))


def _bar(desk: Desk, calendar: CalendarModel, span: Span, entry: CalendarEntry) -> Bar:
    values, record = entry.record.values, entry.record
    found = desk.model.objects[calendar.object]
    start = _day(desk, entry.start)
    behind = max(_day(desk, entry.end, up=True), start + _A_DAY)
    last = behind - _A_DAY
    x, end = span.place(start), span.place(behind)
    progress = values.get(calendar.bars.progress) if calendar.bars and calendar.bars.progress else None
    part = min(max(float(progress), 0.0), 100.0) if progress is not None else 0.0
    alert = first_alert(desk, readable_alerts(desk, calendar), values)
    person = values.get(calendar.person) if calendar.person else None
    title = entry_title(desk, calendar, record)
    dates = desk.say("bars.period", since=desk.dates.day(start), until=desk.dates.day(last))
    who = (person.title or "") if isinstance(person, Reference) else ""
    told = [title, dates, f"{part:g}%" if progress is not None else "", who, alert.text if alert else ""]
    # what is filled counts from where the entry begins, also where that is on the page before
    filled = min(max(_exact(span, start, behind, part) - x, 0.0), end - x)
    return Bar(
        row=f"{record.id}@{record.version}",
        title=title,
        href=f"/o/{found.name}/{record.id}",
        said=desk.say("value.joint").join(one for one in told if one),
        dates=dates,
        person=who,
        start=start.isoformat(),
        last=last.isoformat(),
        x=round(x, 3),
        width=round(max(end - x, 0.3), 3),
        filled=round(filled, 3),
        progress=f"{part:g}%" if progress is not None else "",
        tone="red" if alert and alert.tone == "red" else _tone(desk, calendar, values),
        alert=alert.text if alert else "",
        fixed=not entry.movable,
    )


def _exact(span: Span, start: date, behind: date, part: float) -> float:
    """Return where a part of an entry ends, on the scale of the page."""
    days = (start - span.since).days + (behind - start).days * part / 100
    return 100 * days / span.days


def _tone(desk: Desk, calendar: CalendarModel, values: Mapping[str, Any]) -> str:
    name = calendar.color or ""
    field = desk.model.objects[calendar.object].fields.get(name)
    items = desk.items(field.dictionary) if field is not None and field.dictionary else {}
    item = items.get(str(values.get(name)))
    if item is not None and item.tone:
        return item.tone
    life = desk.model.lifecycle_of(calendar.object)
    state = life.states.get(str(values.get(life.field))) if life is not None else None
    return PHASE_TONES[state.phase] if state is not None else "blue"


def _marks(desk: Desk, span: Span) -> Iterator[Mark]:
    step = timedelta(days=_SPANS[span.name][1])
    day = span.since
    while day < span.until:
        yield Mark(round(span.place(day), 3), f"{day.month}-{day.day:02d}")
        day += step


def _day(desk: Desk, moment: date | datetime, *, up: bool = False) -> date:
    if not isinstance(moment, datetime):
        return moment
    local = desk.dates.local(moment)
    whole = local.hour == local.minute == local.second == 0
    return local.date() + (_A_DAY if up and not whole else timedelta(0))
