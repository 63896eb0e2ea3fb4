"""``calendars``: the entries of a calendar as JSON, and as a feed that calendar programs read (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
from werkzeug.wrappers import Response

from engine.access import Policy, policy_for
from engine.api.answers import answer
from engine.api.drawing import draw_record
from engine.api.routing import Call
from engine.kernel.errors import Malformed, Missing
from engine.metamodel.model import CalendarModel
from engine.records import CalendarEntry, Listing
from engine.records.calendars import card_of, fields_of, may_see_calendar, title_of

PARAMETERS = ("since", "until", "where")
_PAST, _FUTURE = timedelta(days=90), timedelta(days=300)


def list_entries(call: Call) -> Response:
    """Answer the entries between two days, the last not included."""
    calendar = _calendar(call)
    since, until = _day(call, "since"), _day(call, "until")
    listing = Listing(calendar.object, call.parameters.get("where"), fields=_fields(call, calendar))
    found = call.services.records.entries(call.context, calendar.name, since, until, listing)
    return answer({"entries": [_json(entry) for entry in found]})


def feed(call: Call) -> Response:
    """Answer three months back and ten ahead as iCalendar."""
    calendar = _calendar(call)
    listing = Listing(calendar.object, fields=_fields(call, calendar))
    today = call.context.today()
    found = call.services.records.entries(call.context, calendar.name, today - _PAST, today + _FUTURE, listing)
    model = call.services.records.model(call.context)
    made = icalendar.Calendar()
    made.add("prodid", "-//Tessera//Calendar//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", calendar.title.in_language(call.context.language))
    for entry in found:
        made.add_component(_component(call, entry, title_of(entry.record, calendar, model, call.context)))
    return Response(made.to_ical(), mimetype="text/calendar")


# ----------------------------------------------------------------------------------------------------------------------


def _calendar(call: Call) -> CalendarModel:
    name = call.place["calendar"]
    model = call.services.records.model(call.context)
    found = model.calendars.get(name)
    if found is None or not may_see_calendar(_policy(call), found):
        raise Missing("no_such_calendar", calendar=name)
    return found


def _policy(call: Call) -> Policy:
    _, catalog = call.services.shelf.current(call.context.tenant)
    return policy_for(catalog, call.context.actor)


def _fields(call: Call, calendar: CalendarModel) -> tuple[str, ...]:
    model = call.services.records.model(call.context)
    found = model.objects[calendar.object]
    policy = _policy(call)
    card = card_of(policy, calendar)
    called = [name for name in found.called_in(call.context.language) if name in policy.readable(found.name)]
    names = [*fields_of(calendar), *called, calendar.person, calendar.color, *card]
    return tuple(dict.fromkeys(name for name in names if name))


def _day(call: Call, name: str) -> date:
    try:
        return date.fromisoformat(call.parameters.get(name, ""))
    except ValueError:
        raise Malformed("no_such_day", day=call.parameters.get(name, "")[:40]) from None


def _json(entry: CalendarEntry) -> dict[str, Any]:
    return {
        "start": entry.start,
        "end": entry.end,
        "whole_day": entry.whole_day,
        "record": draw_record(entry.record),
    }


def _component(call: Call, entry: CalendarEntry, title: str) -> icalendar.Event:
    event = icalendar.Event()
    day = entry.start.isoformat()
    event.add("uid", f"{entry.record.id}-{day}@tessera")
    event.add("dtstamp", call.context.now())
    event.add("summary", title)
    event.add("dtstart", _moment(entry.start))
    event.add("dtend", _moment(entry.end))
    event.add("url", f"{call.request.host_url}o/{entry.record.object}/{entry.record.id}")
    return event


def _moment(moment: date | datetime) -> date | datetime:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment
