"""Print formats for administrators: the list, and the page on which one is written beside what it makes."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from engine.kernel.errors import BadDefinition, Missing, Rejected, TesseraError
from engine.kernel.names import is_record_id
from engine.metamodel.layers.edits import Edit
from engine.printing import in_language
from engine.records import Listing
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.navigation import may_open
from engine.ui.screens.print_formats import (
    INPUTS,
    LANGUAGES,
    FormatScreen,
    body_of,
    build_formats,
    build_places,
    given_of,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_RECORDS = 20
_PAGES = 3
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """What a format makes of a record: pictures of its pages, or what is wrong with it."""

    pages: int = 0
    pictures: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def list_formats(call: Call) -> Response:
    """Draw the formats by object."""
    _require(call)
    bench = call.services.overlays.bench(call.context)
    layers = {name: found.layer for name in call.desk.model.prints if (found := bench.now.find("print", name))}
    return call.page("print_formats", build_formats(call.desk, layers))


def show_format(call: Call) -> Response:
    """Draw a format beside what it makes of a record."""
    _require(call)
    name, copy = call.place["print"], call.argument("copy")
    body = _body(call, copy or name)
    return call.page("print_format", _screen(call, name, str(body["object"]), given_of(body), new=bool(copy)))


def preview_format(call: Call) -> Response:
    """Draw what a format makes of a record while it is written."""
    _require(call)
    try:
        found = _previewed(call)
    except BadDefinition as error:
        found = Preview(errors=_told(call, error))
    except TesseraError as error:
        found = Preview(errors=(error.message(call.desk.words.language),))
    return call.fragment("fragments/sheet", s=found)


def save_format(call: Call) -> Response:
    """Keep a format in the tenant's own layer, at once where no other change waits there."""
    _require(call)
    name, given = call.place["print"], _given(call)
    new = call.form.one("_new") == "true"
    object = _object(call)
    if new:
        name = (call.form.one("name") or "").strip()
        if not _NAME.fullmatch(name):
            return _again(call, name, object, given, (call.desk.say("print.bad_name"),), new=True)
    try:
        call.services.printing.drafted(call.context, name, body_of(object, given))
        waits = _keep(call, Edit("insert" if new else "set", "print", name, (), body_of(object, given)))
    except BadDefinition as error:
        return _again(call, name, object, given, _told(call, error), new=new)
    except Rejected as error:
        language = call.desk.words.language
        told = tuple(one.message(language) for one in error.complaints) or (error.message(language),)
        return _again(call, name, object, given, told, new=new)
    return call.go(f"/prints/{name}" if not waits or not new else "/prints", Toast(_done(call, waits)))


def remove_format(call: Call) -> Response:
    """Take a format of the tenant's own away, or what the tenant changed of one of a pack."""
    _require(call)
    name = call.place["print"]
    bench = call.services.overlays.bench(call.context)
    below = bench.base.find("print", name)
    edit = Edit("remove", "print", name) if below is None else Edit("set", "print", name, (), below.document.body)
    return call.go("/prints", Toast(_done(call, _keep(call, edit))))


# ----------------------------------------------------------------------------------------------------------------------


def _require(call: Call) -> None:
    if not may_open(call.desk, "prints"):
        raise Missing("no_such_page")


def _keep(call: Call, edit: Edit) -> bool:
    """Draft an edit and apply it; tell whether it waits because others were drafted before it."""
    overlays, context = call.services.overlays, call.context
    waits = not overlays.bench(context).draft.empty
    overlays.propose(context, [edit])
    if not waits:
        overlays.apply(context, overlays.plan(context).token, f"print {edit.id}")
    return waits


def _told(call: Call, error: BadDefinition) -> tuple[str, ...]:
    say, language = call.desk.say, call.desk.words.language
    found = error.diagnostics[:_MOST_TOLD]
    return tuple(say("print.at_line", n=one.span.line, what=one.in_language(language)) for one in found)


def _done(call: Call, waits: bool) -> str:
    return call.desk.say("print.waits" if waits else "print.saved")


def _body(call: Call, name: str) -> Mapping[str, Any]:
    found = call.services.overlays.bench(call.context).wanted.find("print", name)
    if found is None:
        raise Missing("no_such_print", print=name[:60])
    body: Mapping[str, Any] = found.document.body
    return body


def _object(call: Call) -> str:
    name = call.form.one("object") or ""
    if name not in call.desk.model.objects:
        raise Missing("no_such_page")
    return name


def _given(call: Call) -> dict[str, str]:
    return {name: call.form.one(name) or "" for name in INPUTS}


def _previewed(call: Call) -> Preview:
    id, object = call.form.one("record") or "", _object(call)
    if not is_record_id(id):
        return Preview()
    format = call.services.printing.drafted(call.context, "preview", body_of(object, _given(call)))
    context = call.context
    language = call.form.one("language")
    if language in LANGUAGES:
        context = in_language(replace(context), language, format)
    found = call.services.printing.pictures(context, format, id, _PAGES)
    pictures = tuple(f"data:image/png;base64,{base64.b64encode(one).decode('ascii')}" for one in found.shown)
    return Preview(found.pages, pictures)


def _screen(
    call: Call, name: str, object: str, given: Mapping[str, str], errors: tuple[str, ...] = (), *, new: bool
) -> FormatScreen:
    desk = call.desk
    found = desk.model.objects[object]
    listing = Listing(object, fields=desk.called(object) or ("id",), limit=_RECORDS)
    page = call.services.records.list(call.context, listing)
    records = tuple((one.id, desk.name_of(one)) for one in page.records)
    bench = call.services.overlays.bench(call.context)
    there, below = bench.now.find("print", name), bench.base.find("print", name)
    return FormatScreen(
        name=name,
        title=given.get(f"title.{desk.words.language}") or name,
        object=object,
        object_title=desk.title(found.title),
        given=given,
        records=records,
        groups=build_places(desk, found),
        own=there is not None and below is None,
        changed=there is not None and below is not None and there.document.body != below.document.body,
        new=new,
        errors=errors,
    )


def _again(
    call: Call, name: str, object: str, given: Mapping[str, str], errors: tuple[str, ...], *, new: bool
) -> Response:
    return call.page("print_format", _screen(call, name, object, given, errors, new=new), 422)


ROUTES = (
    Route("GET", "/prints", list_formats),
    Route("GET", "/prints/<print>", show_format),
    Route("POST", "/prints/<print>", save_format),
    Route("POST", "/prints/<print>/preview", preview_format),
    Route("POST", "/prints/<print>/remove", remove_format),
)
