"""Calendars: the page, its entries, as bars along time too, and entries moved to another day, hour or person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from flask import Response

from engine.kernel.errors import Malformed, Missing
from engine.metamodel.model import CalendarModel, FieldModel
from engine.records import Listing
from engine.records.calendars import card_of, fields_of, may_see_calendar
from engine.ui.door import Call, Route
from engine.ui.screens.addresses import ListAddress, read_address
from engine.ui.screens.bars import build_bars, span_of
from engine.ui.screens.calendars import NOBODY, build_calendar, entry_json, readable_alerts
from engine.ui.views.finding import found_object
from engine.ui.views.lists import condition_of


def show_calendar(call: Call) -> Response:
    """Draw the page of a calendar."""
    return call.page("calendar", build_calendar(call.desk, _calendar(call), _address(call)))


def show_bars(call: Call) -> Response:
    """Draw the entries of some weeks as bars along time."""
    calendar, desk = _calendar(call), call.desk
    if calendar.bars is None:
        raise Missing("no_such_page")
    address = replace(_address(call), way="bars")
    span = span_of(desk, dict(address.place))
    usable = desk.policy.usable(calendar.object)
    life = desk.model.lifecycle_of(calendar.object)
    extra = [calendar.bars.group, calendar.bars.progress, life.field if life is not None else None]
    listing = _listing(call, calendar, address, [name for name in extra if name in usable])
    found = call.services.records.entries(call.context, calendar.name, span.since, span.until, listing)
    return call.page("bars", build_bars(desk, calendar, address, span, found))


def list_entries(call: Call) -> Response:
    """Answer the entries between two days, as JSON."""
    calendar, address, desk = _calendar(call), _address(call), call.desk
    since, until = _day(call, "since"), _day(call, "until")
    listing = _listing(call, calendar, address)
    found = call.services.records.entries(call.context, calendar.name, since, until, listing)
    body = orjson.dumps([entry_json(desk, calendar, entry) for entry in found])
    return Response(body, mimetype="application/json")


def move_entry(call: Call) -> Response:
    """Move an entry: to the day or hour where it was dropped, or to another person's row."""
    calendar = _calendar(call)
    fields = call.desk.model.objects[calendar.object].fields
    id, _, version = (call.form.one("row") or "").partition("@")
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 16 else 0
    shift = timedelta(seconds=call.form.number("shift") or 0)
    changes: dict[str, Any] = {}
    for key, name in (("start", calendar.start), ("end", calendar.end)):
        text = call.form.one(key)
        if name and text:
            changes[name] = _moment(call, fields[name], text, shift, last=key == "end")
    person = call.form.one("person")
    if person and calendar.person:
        changes[calendar.person] = None if person == NOBODY else person
    if not changes:
        raise Malformed("nothing_to_move")
    changed = call.services.records.update(call.context, calendar.object, id, known, changes)
    return Response(orjson.dumps({"row": f"{id}@{changed.version}"}), mimetype="application/json")


# ----------------------------------------------------------------------------------------------------------------------


def _calendar(call: Call) -> CalendarModel:
    found = found_object(call)
    calendar = call.desk.model.calendars.get(found.name)
    if calendar is None or not may_see_calendar(call.desk.policy, calendar):
        raise Missing("no_such_page")
    return calendar


def _address(call: Call) -> ListAddress:
    return replace(read_address(found_object(call).name, list(call.request.args.items(multi=True))), way="calendar")


def _listing(call: Call, calendar: CalendarModel, address: ListAddress, more: Sequence[str | None] = ()) -> Listing:
    desk = call.desk
    usable = desk.policy.usable(calendar.object)
    extra = [calendar.color, calendar.person, *desk.called(calendar.object)]
    alerts = [".".join(path) for alert in readable_alerts(desk, calendar) for path in alert.when.reads]
    card = card_of(desk.policy, calendar)
    wanted = [*fields_of(calendar), *(name for name in extra if name in usable), *more, *alerts, *card]
    fields = tuple(dict.fromkeys(name for name in wanted if name and not name.startswith("actor")))
    where = condition_of(call, desk.model.lists[calendar.object], address)
    return Listing(calendar.object, where, address.quick, fields=fields, view=address.view or None)


def _day(call: Call, name: str) -> date:
    try:
        return date.fromisoformat(call.argument(name)[:10])
    except ValueError:
        raise Malformed("no_such_day", day=call.argument(name)[:40]) from None


def _moment(call: Call, field: FieldModel, text: str, shift: timedelta, *, last: bool) -> str:
    """Return where an entry shall stand; of one that comes again, the place of the first."""
    try:
        moment = datetime.fromisoformat(text[:19])
    except ValueError:
        raise Malformed("no_such_day", day=text[:40]) from None
    moment -= shift
    if field.type == "date":
        # the browser names the day behind the last one
        return (moment.date() - timedelta(days=1 if last else 0)).isoformat()
    return moment.replace(tzinfo=call.context.zone).isoformat()


ROUTES = (
    Route("GET", "/o/<object>/bars", show_bars),
    Route("GET", "/o/<object>/calendar", show_calendar),
    Route("GET", "/o/<object>/calendar/entries", list_entries),
    Route("POST", "/o/<object>/calendar/move", move_entry),
)
