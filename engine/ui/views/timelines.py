"""The timeline of a record: read when somebody looks at it, stretch by stretch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from flask import Response

from engine.kernel.errors import Malformed, Missing
from engine.metamodel.model import TimelineSource
from engine.records import Listing
from engine.ui.desk import Desk
from engine.ui.door import Call, Route
from engine.ui.screens.timelines import (
    Happening,
    Kind,
    TimelineScreen,
    by_days,
    change_of,
    columns_of,
    happening,
    usable_sources,
)
from engine.ui.views.finding import found_id, found_object

_AT_ONCE = 20
# no source has this name: ids hold no dash
_CHANGES = "-changes"


def show_timeline(call: Call) -> Response:
    """Draw a stretch of what happened around a record."""
    desk, found, id = call.desk, found_object(call), found_id(call)
    timeline = desk.model.timelines.get(found.name)
    if timeline is None:
        raise Missing("no_such_page")
    call.services.records.get(call.context, found.name, id, ())
    sources = usable_sources(desk, timeline)
    chosen, before = call.argument("kind"), _before(call)
    shown = [source for source in sources if not chosen or source.name == chosen]
    read = [_read(call, source, id, before) for source in shown]
    if timeline.changes and chosen in ("", _CHANGES):
        read.append(_changes(call, found.name, id, before))
    told, further = _told(desk, read)
    base = f"/o/{found.name}/{id}/timeline"
    more = f"{base}?kind={quote(chosen)}&before={further.isoformat()}" if further else ""
    kinds = [Kind(desk.say("timeline.all"), base, not chosen)]
    kinds += [Kind(desk.title(one.title), f"{base}?kind={one.name}", one.name == chosen) for one in sources]
    if timeline.changes:
        kinds.append(Kind(desk.say("timeline.changes"), f"{base}?kind={_CHANGES}", chosen == _CHANGES))
    screen = TimelineScreen(() if before else tuple(kinds), by_days(desk, told), more)
    return call.fragment("fragments/timeline", s=screen)


def _told(desk: Desk, read: Sequence[Sequence[Happening]]) -> tuple[list[Happening], date | None]:
    """Return what is told, the newest first, and the day before which there may be more.

    Only whole days are told: of a kind with more than was read, the last day may lack some.
    """
    told = sorted((one for source in read for one in source), key=lambda one: one.when, reverse=True)
    edges = [_day(desk, source[-1]) for source in read if len(source) > _AT_ONCE]
    if not edges:
        return told, None
    edge = max(edges)
    whole = [one for one in told if _day(desk, one) > edge]
    if whole:
        return whole, edge + timedelta(days=1)
    return [one for one in told if _day(desk, one) == edge], edge


def _day(desk: Desk, one: Happening) -> date:
    return desk.dates.local(one.when).date()


def _read(call: Call, source: TimelineSource, id: str, before: date | None) -> list[Happening]:
    desk = call.desk
    found = desk.model.objects[source.object]
    where = f'{".".join(source.by)} = "{id}" and {source.at} != null'
    if before is not None:
        start = datetime.combine(before, time(), desk.context.zone).astimezone(UTC).replace(tzinfo=None)
        edge = before.isoformat() if found.fields[source.at].type == "date" else f"{start.isoformat()}Z"
        where += f' and {source.at} < @"{edge}"'
    fields = tuple(dict.fromkeys([*desk.called(source.object), source.at, *columns_of(desk, source)]))
    listing = Listing(
        source.object, where, sort=(f"-{source.at}",), fields=fields, limit=_AT_ONCE + 1, within=source.where
    )
    records = call.services.records.list(call.context, listing).records
    return [happening(desk, source, record.id, record.values) for record in records]


def _changes(call: Call, object: str, id: str, before: date | None) -> list[Happening]:
    desk = call.desk
    entries = call.services.records.history(call.context, object, id)
    told = (change_of(desk, object, entry) for entry in entries)
    found = [one for one in told if one is not None and (before is None or _day(desk, one) < before)]
    return found[: _AT_ONCE + 1]


def _before(call: Call) -> date | None:
    text = call.argument("before")
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise Malformed("no_such_day", day=text[:40]) from None


ROUTES = (Route("GET", "/o/<object>/<id>/timeline", show_timeline),)
