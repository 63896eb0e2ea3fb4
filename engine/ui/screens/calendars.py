"""The calendar of an object: the page, and its entries as the script in the browser takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.metamodel.model import CalendarModel
from engine.records import CalendarEntry, Record
from engine.storage import Reference
from engine.ui.desk import Desk
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.alerts import first_alert
from engine.ui.screens.columns import resolve
from engine.ui.screens.heads import Head, build_head
from engine.ui.screens.history import text_of_cell
from engine.ui.screens.sections import shown_field

NOBODY = "-"
_WORDS = ("today", "month", "week", "day", "list", "team", "previous", "next", "whole_day", "none", "more")


@dataclass(frozen=True, slots=True)
class CalendarScreen:
    """A calendar ready to be drawn; ``options`` is what the script is told, as JSON."""

    head: Head
    options: str
    feed: str


def build_calendar(desk: Desk, calendar: CalendarModel, address: ListAddress) -> CalendarScreen:
    """Return the page of a calendar; its entries are asked for by the script."""
    return CalendarScreen(
        head=build_head(desk, desk.title(calendar.title), address, "calendar"),
        options=json.dumps(_options(desk, calendar, address), ensure_ascii=False),
        feed=f"/api/v1/calendars/{calendar.name}.ics",
    )


def entry_json(desk: Desk, calendar: CalendarModel, entry: CalendarEntry) -> dict[str, Any]:
    """Return an entry as the script takes it: hours in the tenant's zone, nothing that the reader may not see."""
    record = entry.record
    person = record.values.get(calendar.person) if calendar.person else None
    alert = first_alert(desk, readable_alerts(desk, calendar), record.values)
    return {
        "id": record.id if not entry.shift else f"{record.id}@{entry.start.isoformat()}",
        "row": f"{record.id}@{record.version}",
        "title": entry_title(desk, calendar, record),
        "start": _local(desk, entry.start),
        "end": _local(desk, entry.end),
        "allDay": entry.whole_day,
        "tone": "red" if alert and alert.tone == "red" else _tone(desk, calendar, record.values),
        "alert": alert.text if alert else "",
        "person": person.id if isinstance(person, Reference) else NOBODY,
        "personName": (person.title or "") if isinstance(person, Reference) else desk.say("calendar.nobody"),
        "shift": int(entry.shift.total_seconds()),
        "movable": entry.movable,
        "href": f"/o/{calendar.object}/{record.id}",
    }


def readable_alerts(desk: Desk, calendar: CalendarModel) -> Sequence[Any]:
    """Return the alerts whose fields the reader may see."""
    usable = desk.policy.usable(calendar.object)
    return [alert for alert in calendar.alerts if all(path[0] in usable for path in alert.when.reads)]


def entry_title(desk: Desk, calendar: CalendarModel, record: Record) -> str:
    """Return what an entry is called by: what its card tells, else the record's title."""
    specs = (resolve(desk, calendar.object, ".".join(column.path)) for column in calendar.card)
    texts = []
    for spec in specs:
        value = record.values.get(spec.path) if spec is not None else None
        if spec is not None and value is not None:
            shown = shown_field(desk, spec.field, desk.look(spec.object, record.values), value)
            texts.append(" ".join(part for part in (shown.before, text_of_cell(shown.cell)) if part))
    return desk.say("value.joint").join(text for text in texts if text) or desk.name_of(record)


def _options(desk: Desk, calendar: CalendarModel, address: ListAddress) -> dict[str, Any]:
    place = dict(address.place)
    writable = desk.policy.writable(calendar.object, "update")
    fields = [calendar.start, *([calendar.end] if calendar.end else [])]
    return {
        "entries": address.action("calendar/entries"),
        "move": f"/o/{calendar.object}/calendar/move",
        "new": f"/o/{calendar.object}/new" if desk.may(calendar.object, "create") else "",
        "startField": calendar.start,
        "endField": calendar.end or "",
        "days": desk.model.objects[calendar.object].fields[calendar.start].type == "date",
        "movable": desk.may(calendar.object, "update") and all(name in writable for name in fields),
        "sizable": bool(calendar.end),
        "givable": bool(calendar.person) and calendar.person in writable,
        "team": bool(calendar.person),
        "span": place.get("span", "month"),
        "on": place.get("on", ""),
        "today": desk.dates.today.isoformat(),
        "locale": "zh-CN" if desk.words.language == "zh" else "en-GB",
        "words": {
            name: desk.say(f"calendar.{name}")
            for name in (
                "today",
                "month",
                "week",
                "day",
                "list",
                "team",
                "previous",
                "next",
                "whole_day",
                "none",
                "more",
            )
        },
    }


def _local(desk: Desk, moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return desk.dates.local(moment).replace(tzinfo=None).isoformat(timespec="minutes")
    return moment.isoformat()


def _tone(desk: Desk, calendar: CalendarModel, values: Any) -> str:
    field = desk.model.objects[calendar.object].fields.get(calendar.color or "")
    items = desk.items(field.dictionary) if field is not None and field.dictionary else {}
    item = items.get(str(values.get(calendar.color)))
    return (item.tone if item is not None else "") or "blue"
