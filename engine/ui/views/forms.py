"""Forms: creating and editing, the live preview while somebody types, and two people at one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response

from engine.kernel.errors import Complaint, Rejected, StaleVersion
from engine.kernel.names import is_record_id, new_record_id
from engine.metamodel.model import ObjectModel
from engine.records import Preview, Record
from engine.ui.door import Call, Route, Toast, own_address
from engine.ui.reading import FormInput
from engine.ui.screens.comparing import build_comparison
from engine.ui.screens.editors import MADE
from engine.ui.screens.forms import FormFacts, FormScreen, build_form
from engine.ui.views.finding import found_id, found_object
from engine.ui.views.records import values_of
from engine.ui.views.saving import read_posted
from engine.ui.views.titles import with_titles
from engine.ui.widgets.references import Pick

_KEPT_OUT = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by", "owner", "department"})


def show_new(call: Call) -> Response:
    """Draw an empty form; the address may bring values, or a record to copy."""
    desk = call.desk
    found = found_object(call)
    desk.policy.require(found.name, "create")
    given = {**_copied(call, found), **_given(call, found)}
    preview = call.services.records.preview(call.context, found.name, _plain(given))
    facts = _facts(preview, given, ())
    return _page(call, build_form(desk, desk.model.forms[found.name], facts, _title_new(call, found)))


def create(call: Call) -> Response:
    """Save a new record, or draw the form again with everything that is wrong."""
    desk = call.desk
    found = found_object(call)
    desk.policy.require(found.name, "create")
    posted = read_posted(call, found, new=True)
    if _wants_row(call):
        return _page(call, _screen(call, found, posted, "", 0))
    if posted.complaints:
        return _refuse(call, found, posted, "", 0)
    try:
        change = call.services.records.create(call.context, found.name, posted.input)
    except Rejected as error:
        return _page(call, _screen(call, found, posted, "", 0, error.complaints), 422)
    toast = _toast(call, found, "form.created", change)
    if call.form.one("_do") == "more":
        return call.go(f"/o/{found.name}/new", toast)
    return call.go(call.form.one("_back") or f"/o/{found.name}/{change.id}", toast)


def show_edit(call: Call) -> Response:
    """Draw the form of a record."""
    desk = call.desk
    found = found_object(call)
    desk.policy.require(found.name, "update")
    id = found_id(call)
    record = call.services.records.get(call.context, found.name, id)
    if "update" not in record.allowed:
        return call.go(f"/o/{found.name}/{id}", Toast(desk.say("record.closed")))
    preview = call.services.records.preview(call.context, found.name, {}, id)
    facts = replace(_facts(preview, {}, (), record), id=id, version=record.version)
    facts = replace(facts, values=with_titles(call, found, facts.values))
    return _page(call, build_form(desk, desk.model.forms[found.name], facts, _title_edit(call, found, record)))


def update(call: Call) -> Response:
    """Save a record, or draw the form again with everything that is wrong."""
    found = found_object(call)
    id = found_id(call)
    version = call.form.number("_version")
    posted = read_posted(call, found)
    if _wants_row(call):
        return _page(call, _screen(call, found, posted, id, version))
    if posted.complaints:
        return _refuse(call, found, posted, id, version)
    try:
        change = call.services.records.update(call.context, found.name, id, version, posted.input)
    except Rejected as error:
        return _page(call, _screen(call, found, posted, id, version, error.complaints), 422)
    except StaleVersion:
        return _compare(call, found, posted, id)
    return call.go(call.form.one("_back") or f"/o/{found.name}/{id}", _toast(call, found, "form.saved", change))


def preview(call: Call) -> Response:
    """Draw the inside of a form again with formulas and conditions as they follow from what was typed so far."""
    found = found_object(call)
    id = call.argument("id")
    if id and not is_record_id(id):
        id = ""
    posted = read_posted(call, found, new=not id, keeping=False)
    screen = _screen(call, found, posted, id, 0)
    return call.fragment("parts/form_body", s=screen)


def _refuse(call: Call, found: ObjectModel, posted: FormInput, id: str, version: int) -> Response:
    """Draw the form again because a picker's text leads nowhere, with all that the counter would say besides."""
    shown = call.services.records.preview(call.context, found.name, _plain(posted.input), id or None)
    said = {one.path for one in posted.complaints}
    others = [one for one in shown.complaints if one.path not in said]
    return _page(call, _screen(call, found, posted, id, version, [*posted.complaints, *others]), 422)


def _screen(
    call: Call, found: ObjectModel, posted: FormInput, id: str, version: int, complaints: Sequence[Complaint] = ()
) -> FormScreen:
    kept = _with_rows(call, posted.kept)
    shown = call.services.records.preview(call.context, found.name, _plain(posted.input), id or None)
    facts = replace(_facts(shown, kept, complaints), id=id, version=version)
    title = _title_new(call, found) if not id else call.desk.say("form.edit", title=call.desk.title(found.title))
    return build_form(call.desk, call.desk.model.forms[found.name], facts, title)


def _facts(
    preview: Preview, posted: Mapping[str, Any], complaints: Sequence[Complaint], record: Record | None = None
) -> FormFacts:
    values = {**(values_of(record) if record is not None else {}), **preview.values}
    return FormFacts(
        values,
        _overlaid(values, posted),
        complaints,
        preview.visible,
        preview.required,
        preview.readonly,
        preview.warnings,
        frozenset(preview.values.keys() - posted.keys()),
    )


def _overlaid(values: Mapping[str, Any], posted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was posted, each line completed by the formulas that the preview gave it."""
    overlaid = dict(_completed(posted, values))
    for name, rows in posted.items():
        if not isinstance(rows, list) or not any(isinstance(row, dict) and "_key" in row for row in rows):
            continue
        computed = iter(values.get(name) or ())
        overlaid[name] = [row if row.get("_blank") else _completed(row, next(computed, {})) for row in rows]
        # lines that the engine adds by itself when it is saved
        overlaid[name] += [{**line, "_key": f"{MADE}{place}"} for place, line in enumerate(computed)]
    return overlaid


def _completed(row: Mapping[str, Any], computed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a posted row with what the preview worked out: formulas, and defaults where nothing was entered."""
    return {**computed, **{name: value for name, value in row.items() if value is not None or name not in computed}}


def _page(call: Call, screen: FormScreen, status: int = 200) -> Response:
    back = call.form.one("_back") or call.argument("back")
    return call.page("form", screen, status, back=own_address(back) if back else "")


def _wants_row(call: Call) -> bool:
    """Tell whether a row was to be added or dropped by a browser that runs no scripts."""
    return (call.form.one("_do") or "").startswith(("add:", "drop:"))


def _with_rows(call: Call, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    verb, _, target = (call.form.one("_do") or "").partition(":")
    if verb == "add":
        rows = list(kept.get(target) or ())
        return {**kept, target: [*rows, {"_key": f"n{len(rows)}x{new_record_id()[-6:]}", "id": "", "_blank": True}]}
    if verb == "drop":
        name, _, key = target.partition(".")
        return {**kept, name: [row for row in kept.get(name) or () if row.get("_key") != key]}
    return kept


def _copied(call: Call, found: ObjectModel) -> Mapping[str, Any]:
    """Return the values of the record that is to be copied: all that a person could have entered."""
    id = call.argument("from")
    if not is_record_id(id):
        return {}
    record = call.services.records.get(call.context, found.name, id)
    writable = call.desk.policy.writable(found.name, "create")
    values: dict[str, Any] = {}
    for name, value in values_of(record).items():
        field = found.fields.get(name)
        if field is None or name in _KEPT_OUT or name not in writable or field.computed or field.unique:
            continue
        if field.type == "lines":
            child = call.desk.model.objects[field.lines_of or ""]
            values[name] = [_copied_line(child, line, index) for index, line in enumerate(value)]
        elif name not in found.numbering:
            values[name] = value
    return values


def _copied_line(child: ObjectModel, line: Mapping[str, Any], index: int) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in line.items()
        if name in child.fields and not child.fields[name].system and not child.fields[name].computed
    }
    kept.pop(child.parent or "", None)
    return {**kept, "_key": f"c{index}"}


def _given(call: Call, found: ObjectModel) -> Mapping[str, Any]:
    """Return the values that the address brings, as a related list's "add" does."""
    writable = call.desk.policy.writable(found.name, "create")
    given: dict[str, Any] = {}
    for name, value in call.request.args.items():
        field = found.fields.get(name)
        if field is None or name not in writable or not value:
            continue
        if field.references and is_record_id(value):
            target = call.services.records.get(call.context, field.targets[0], value)
            given[name] = Pick(value, call.desk.name_of(target))
        elif field.type in ("text", "choice", "date", "integer", "decimal", "money"):
            given[name] = value
    return given


def _plain(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return values as input for the counter: picks and references by their id."""
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain_value(part) for key, part in value.items() if not str(key).startswith("_")}
    if isinstance(value, list | tuple):
        return [_plain_value(part) for part in value]
    if isinstance(value, str) or value is None:
        return value
    if hasattr(value, "id") and hasattr(value, "title"):
        return value.id
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def _compare(call: Call, found: ObjectModel, posted: FormInput, id: str) -> Response:
    """Draw what another person changed meanwhile beside what this one entered; nothing of it is lost."""
    record = call.services.records.get(call.context, found.name, id)
    entries = tuple(call.services.records.history(call.context, found.name, id))
    screen = _screen(call, found, posted, id, record.version)
    comparison = build_comparison(call.desk, found, values_of(record), posted.kept, entries[:1])
    return call.page("form", screen, 409, comparison=comparison)


def _toast(call: Call, found: ObjectModel, key: str, change: Any) -> Toast:
    desk = call.desk
    shown = desk.title_of(found.name, change.after or {})
    title = shown if isinstance(shown, str) else ""
    text = desk.say(key, object=desk.title(found.title), title=title).strip()
    warnings = [one.message(desk.words.language) for one in change.warnings]
    return Toast(" · ".join([text, *warnings]))


def _title_new(call: Call, found: ObjectModel) -> str:
    return call.desk.say("list.new", object=call.desk.title(found.title))


def _title_edit(call: Call, found: ObjectModel, record: Record) -> str:
    shown = call.desk.title_of(found.name, record.values)
    name = shown if isinstance(shown, str) and shown else call.desk.title(found.title)
    return call.desk.say("form.edit", title=name)


ROUTES = (
    Route("GET", "/o/<object>/new", show_new),
    Route("POST", "/o/<object>/new", create),
    Route("POST", "/o/<object>/preview", preview, looks=True),
    Route("GET", "/o/<object>/<id>/edit", show_edit),
    Route("POST", "/o/<object>/<id>/edit", update),
)
