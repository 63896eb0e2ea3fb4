"""One record: its page, its transitions, deleting and restoring, and why a value is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from flask import Response

from engine.kernel.errors import Missing, Rejected, TesseraError
from engine.metamodel.model import FormModel, ObjectModel, TransitionModel
from engine.records import Listing, Page, Record
from engine.records.calendars import may_see_calendar
from engine.storage import Reference
from engine.ui.desk import Desk
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.columns import ColumnSpec, card_slots, column_specs
from engine.ui.screens.details import RecordScreen, build_record
from engine.ui.screens.explaining import build_explanation
from engine.ui.screens.flowcharts import FlowNode, draw_flow
from engine.ui.screens.grids import Grid, GridRow, table_of
from engine.ui.screens.moving import build_deletion, build_move
from engine.ui.screens.sections import RecordFacts, Related
from engine.ui.views.approvals import processes_of
from engine.ui.views.converting import makes_of
from engine.ui.views.finding import found_id, found_object
from engine.ui.views.networks import networks_of
from engine.ui.views.printing import prints_of
from engine.ui.views.saving import read_posted
from engine.ui.views.stepping import steps_of
from engine.ui.views.titles import read_trail, with_titles

_RELATED = 6
_RELATED_COLUMNS = 6


def show_record(call: Call) -> Response:
    """Draw the page of a record."""
    screen = screen_of(call)
    processes, starts = ((), ()) if screen.deleted else processes_of(call, screen.object, screen.id)
    makes = () if screen.deleted else makes_of(call, screen.object, screen.id)
    prints = () if screen.deleted else prints_of(call, screen.object, screen.id)
    return call.page("record", screen, processes=processes, starts=starts, makes=makes, prints=prints)


def ask_move(call: Call) -> Response:
    """Draw the question that comes before a transition."""
    record = _read(call, found_object(call), found_id(call))
    move = _move(call, record)
    return _ask(call, replace(build_move(call.desk, record, move, {}, ()), path=_ahead(call, record, move)))


def move(call: Call) -> Response:
    """Perform a transition with what was asked for."""
    desk = call.desk
    found = found_object(call)
    record = _read(call, found, found_id(call))
    transition = _move(call, record)
    posted = read_posted(call, found)
    asked = {name: value for name, value in posted.input.items() if name in transition.ask}
    if posted.complaints:
        return _ask(call, build_move(desk, record, transition, posted.kept, posted.complaints), 422)
    try:
        call.services.workflow.perform(
            call.context, found.name, record.id, _version(call, record), transition.name, asked
        )
    except Rejected as error:
        # asked once more, with everything that was entered
        screen = build_move(desk, record, transition, posted.kept, error.complaints, error.message(desk.words.language))
        return _ask(call, screen, 422)
    text = desk.say("record.moved", action=desk.title(transition.title), title=_title_of(call, record))
    return call.go(call.form.one("_back") or f"/o/{found.name}/{record.id}", Toast(text))


def ask_deletion(call: Call) -> Response:
    """Draw what deleting a record means, before it is done."""
    found = found_object(call)
    record = _read(call, found, found_id(call))
    return _ask(call, build_deletion(call.desk, record, _title_of(call, record)))


def delete(call: Call) -> Response:
    """Delete a record."""
    desk = call.desk
    found = found_object(call)
    record = _read(call, found, found_id(call))
    call.services.records.delete(call.context, found.name, record.id, _version(call, record))
    text = desk.say("record.deleted", title=_title_of(call, record))
    if found.recycles and desk.may(found.name, "restore"):
        return call.go(f"/o/{found.name}", Toast(text, f"/o/{found.name}?deleted=1", desk.say("record.see_bin")))
    return call.go(f"/o/{found.name}", Toast(text))


def restore(call: Call) -> Response:
    """Bring a deleted record back."""
    found = found_object(call)
    id = found_id(call)
    call.services.records.restore(call.context, found.name, id)
    return call.go(f"/o/{found.name}/{id}", Toast(call.desk.say("record.restored")))


def explain(call: Call) -> Response:
    """Draw why a computed field has its value."""
    found = found_object(call)
    record = _read(call, found, found_id(call))
    field = found.fields.get(call.place["field"])
    if field is None or not field.computed or field.name not in call.desk.policy.readable(found.name):
        raise Missing("no_such_page")
    return _ask(call, build_explanation(call.desk, found, field, values_of(record)), template="why")


def screen_of(call: Call) -> RecordScreen:
    """Return the page of the record in the address."""
    desk = call.desk
    found = found_object(call)
    form = desk.model.forms[found.name]
    record = _read(call, found, found_id(call))
    visible, fixed = _conditions(call, found, record)
    facts = RecordFacts(
        record.id,
        record.version,
        with_titles(call, found, values_of(record)),
        record.allowed,
        visible,
        read_trail(call, found, record.id),
        dict(_related(call, form, record)),
        dict(networks_of(call, found.name, values_of(record))),
        steps_of(call, form, record.values),
        closed=record.closed | fixed,
        deleted=record.values.get("deleted_at") is not None,
    )
    return build_record(desk, form, facts)


def values_of(record: Record) -> Mapping[str, Any]:
    """Return the values of a record with its lines as mappings."""
    lines = {
        name: tuple({**line.values, "id": line.id, "version": line.version} for line in rows)
        for name, rows in record.lines.items()
    }
    return {**record.values, **lines, "id": record.id}


def _read(call: Call, found: ObjectModel, id: str) -> Record:
    return call.services.records.get(call.context, found.name, id)


def _conditions(call: Call, found: ObjectModel, record: Record) -> tuple[Mapping[str, bool], frozenset[str]]:
    """Return what the form's conditions show of a record, and the fields that they do not let change."""
    form = call.desk.model.forms[found.name]
    sections = [section for tab in form.tabs for section in tab.sections]
    conditions = [tab.visible for tab in form.tabs] + [section.visible for section in sections]
    conditions += [one for part in sections for placed in part.fields for one in (placed.visible, placed.readonly)]
    conditional = any(condition is not None for condition in conditions)
    if not conditional:
        return {}, frozenset()
    shown = call.services.records.preview(call.context, found.name, {}, record.id)
    return shown.visible, frozenset(name for name, fixed in shown.readonly.items() if fixed)


def _move(call: Call, record: Record) -> Any:
    lifecycle = call.desk.model.lifecycle_of(record.object)
    transition = lifecycle.transitions.get(call.place["name"]) if lifecycle is not None else None
    if transition is None:
        raise Missing("no_such_page")
    return transition


def _related(call: Call, form: FormModel, record: Record) -> Iterator[tuple[tuple[str, str], Related]]:
    desk = call.desk
    pairs = dict.fromkeys([*(pair for tab in form.tabs for pair in tab.related), *form.related])
    for object, field in pairs:
        if not desk.may(object, "read") or field not in desk.policy.usable(object):
            continue
        found = desk.model.objects[object]
        if not found.fields[field].references:
            continue  # one of several objects, or several records: no condition finds those
        by = desk.model.objects[record.object].related_by(found.fields[field])
        shared = record.values.get(by) if by is not None and by != "id" else None
        if by not in (None, "id") and not isinstance(shared, Reference):
            continue
        around = shared.id if isinstance(shared, Reference) else record.id
        specs = [spec for spec in column_specs(desk, desk.model.lists[object]) if spec.path != field]
        condition = f'{field} = "{around}"'
        fields = tuple(dict.fromkeys([*(spec.path for spec in specs), *desk.called(object), "id", "version"]))
        page = call.services.records.list(call.context, Listing(object, where=condition, fields=fields, limit=_RELATED))
        here = desk.model.objects[record.object]
        specs = [spec for spec in specs if not _repeats(spec, here, record, page.records)]
        grid = _grid(call, found, specs[:_RELATED_COLUMNS], page.records)
        title = _title_of_related(desk, record.object, found, field)
        back = quote(f"/o/{record.object}/{record.id}", safe="")
        own = shared is None
        allowed = own and desk.may(object, "create") and field in desk.policy.writable(object, "create")
        add = f"/o/{object}/new?{field}={record.id}&back={back}" if allowed else ""
        name = (shared.title or "") if isinstance(shared, Reference) else _title_of(call, record)
        only = f"f={quote(f'{field}:in:' + quote(f'{around} {name}'))}"
        more = f"/o/{object}?{only}"
        bars = f"/o/{object}/bars?{only}{_begins(desk, object, page.records)}" if _as_bars(desk, object, page) else ""
        empty = desk.say("record.none_related_add" if add else "record.none_related", object=desk.title(found.title))
        yield (
            (object, field),
            Related(object, field, title, found.icon, grid, more if page.after else "", add, empty, bars),
        )


def _title_of_related(desk: Desk, here: str, found: ObjectModel, field: str) -> str:
    """Return how a list of related records is called: as the reference says that leads here, else as their object."""
    told = found.fields[field]
    called = desk.title(told.related) if here in told.targets else ""
    return called or desk.title(found.plural) or desk.title(found.title)


def _repeats(spec: ColumnSpec, here: ObjectModel, record: Record, rows: Sequence[Record]) -> bool:
    """Tell whether a column only says again what stands on the record itself, such as its currency."""
    own, field = here.fields.get(spec.path), spec.field
    if own is None or own.type != field.type or (own.targets, own.dictionary) != (field.targets, field.dictionary):
        return False
    if not field.references and not field.dictionary:
        return False
    told = [_plain(one.values.get(spec.path)) for one in (record, *rows)]
    return bool(rows) and told[0] is not None and told.count(told[0]) == len(told)


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Reference) else value


def _as_bars(desk: Desk, object: str, page: Page) -> bool:
    calendar = desk.model.calendars.get(object)
    has_bars = calendar is not None and calendar.bars is not None and may_see_calendar(desk.policy, calendar)
    return has_bars and bool(page.records)


def _begins(desk: Desk, object: str, records: Sequence[Record]) -> str:
    """Return what lets the bars begin with the first of these records."""
    start = desk.model.calendars[object].start
    days = [day for record in records if isinstance(day := record.values.get(start), date)]
    return f"&on={min(days).isoformat()[:10]}" if days else ""


def _grid(call: Call, found: ObjectModel, specs: list[Any], rows: Any) -> Grid:
    own = [spec for spec in specs if "." not in spec.path]
    drawn = table_of(call.desk, found, [spec.field for spec in own], [row.values for row in rows])
    lead = tuple(
        GridRow(drawn_row.cells, f"/o/{found.name}/{row.id}") for drawn_row, row in zip(drawn.rows, rows, strict=True)
    )
    return Grid(drawn.heads, lead, (), card_slots(own, found))


def _title_of(call: Call, record: Record) -> str:
    shown = call.desk.title_of(record.object, record.values)
    return shown if isinstance(shown, str) and shown else record.id[-8:]


def _version(call: Call, record: Record) -> int:
    return call.form.number("_version") or record.version


def _ahead(call: Call, record: Record, move: TransitionModel) -> tuple[FlowNode, ...]:
    """Return the path of the approval that would hold a transition, as things stand."""
    if not move.gates:
        return ()
    ref = (record.object, record.id)
    try:
        held = call.services.workflow.foresee(call.context, *ref, record.version, move.name)
        if not held:
            return ()
        told = call.services.approvals.predict(call.context, *ref, held[0], {})
    except TesseraError:
        return ()  # what stands in the way is told when the transition is tried
    return draw_flow(call.desk, held[0], told["path"])


def _ask(call: Call, screen: Any, status: int = 200, template: str = "ask") -> Response:
    back_to = call.form.one("_back") or ""
    if call.by_htmx:
        return call.fragment(f"fragments/{template}", status, s=screen, back_to=back_to)
    return call.page(template, screen, status, back_to=back_to)


ROUTES = (
    Route("GET", "/o/<object>/<id>", show_record),
    Route("GET", "/o/<object>/<id>/do/<name>", ask_move),
    Route("POST", "/o/<object>/<id>/do/<name>", move),
    Route("GET", "/o/<object>/<id>/delete", ask_deletion),
    Route("POST", "/o/<object>/<id>/delete", delete),
    Route("POST", "/o/<object>/<id>/restore", restore),
    Route("GET", "/o/<object>/<id>/why/<field>", explain),
)
