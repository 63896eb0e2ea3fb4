"""Merging duplicates: compared side by side, then one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask import Response

from engine.kernel.errors import Conflict, LimitExceeded, Malformed, Missing, Refused, Rejected
from engine.kernel.names import is_record_id
from engine.metamodel.model import ObjectModel
from engine.records import Listing, Merger, Record
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.details import record_title
from engine.ui.screens.merging import MOST, Duplicates, build_merge, values_of_choice
from engine.ui.views.finding import found_object
from engine.ui.views.rights import said_of
from engine.ui.views.titles import with_titles

_COUNTED = 1_000
_SAID = (Conflict, LimitExceeded, Malformed, Missing, Refused, Rejected)


def show_merge(call: Call) -> Response:
    """Draw the records side by side; with one of them, what asks for another."""
    found = _object(call)
    return _page(call, found, list(_named(call, found)), call.argument("stays"))


def merge(call: Call) -> Response:
    """Merge them as was chosen."""
    found, form = _object(call), call.form
    versions = dict(_versions(form.many("row")))
    stays = form.one("stays") or ""
    take = values_of_choice({name: form.many(f"take.{name}") for name in form.keys("take")}, stays)
    gone = {id: version for id, version in versions.items() if id != stays}
    try:
        done = call.services.records.merge(call.context, found.name, Merger(stays, versions.get(stays), gone, take))
    except _SAID as error:
        return _page(call, found, list(versions), stays, said_of(call, error))
    record = call.services.records.get(call.context, found.name, done.change.id)
    title = record_title(found, call.desk.look(found.name, record.values), record.values, record.id)
    return call.go(f"/o/{found.name}/{stays}", Toast(call.desk.say("merge.done", n=len(gone), title=title)))


def _object(call: Call) -> ObjectModel:
    found = found_object(call)
    if not call.desk.may(found.name, "merge"):
        raise Refused("not_allowed", object=found.name, action="merge")
    return found


def _named(call: Call, found: ObjectModel) -> Iterator[str]:
    yield from (id.partition("@")[0] for id in call.request.args.getlist("row"))
    text = call.argument("row.text").strip()
    if text and call.request.args.getlist("row")[-1:] == [""]:
        # typed and not picked, as where no scripts run: what it finds alone is meant
        page = call.services.records.list(call.context, Listing(found.name, quick=text, fields=("id",), limit=2))
        if len(page.records) == 1:
            yield page.records[0].id


def _versions(keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    for key in keys:
        id, _, version = key.partition("@")
        yield id, int(version) if version.isascii() and version.isdigit() and len(version) < 16 else 0


def _page(call: Call, found: ObjectModel, ids: Sequence[str], stays: str, errors: Sequence[str] = ()) -> Response:
    wanted = [id for id in dict.fromkeys(ids) if is_record_id(id)][:MOST]
    records = [_with_titles(call, found, call.services.records.get(call.context, found.name, id)) for id in wanted]
    records = [one for one in records if one.values.get("deleted_at") is None]
    if not records:
        raise Missing("no_such_page")
    kept = stays if any(one.id == stays for one in records) else _oldest(records).id
    chosen = {name: call.form.many(f"take.{name}") for name in call.form.keys("take")} if errors else {}
    gone = [one.id for one in records if one.id != kept]
    screen = build_merge(call.desk, Duplicates(found, records, kept, chosen), _coming(call, found, gone), errors)
    return call.page("merge", screen, 422 if errors else 200)


def _oldest(records: Sequence[Record]) -> Record:
    return min(records, key=lambda one: one.id)


def _with_titles(call: Call, found: ObjectModel, record: Record) -> Record:
    values = with_titles(call, found, record.values)
    return replace(record, values=values)


def _coming(call: Call, found: ObjectModel, gone: Sequence[str]) -> Iterator[tuple[str, str, int, bool]]:
    """Yield how many records that the reader sees point to those that go."""
    desk = call.desk
    listed = ", ".join(f'"{id}"' for id in gone)
    for object, name in desk.model.inbound.get(found.name, ()):
        field = desk.model.objects[object].fields[name]
        if not gone or field.type != "reference" or not field.stored or not desk.may(object, "read"):
            continue
        if name in desk.policy.usable(object):
            count = call.services.records.count(call.context, object, f"{name}.id in ({listed})", cap=_COUNTED)
            if count.value:
                yield object, name, count.value, count.capped


ROUTES = (
    Route("GET", "/o/<object>/merge", show_merge),
    Route("POST", "/o/<object>/merge", merge),
)
