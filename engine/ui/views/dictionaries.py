"""Dictionaries kept by users: items added, changed, switched off; one in use is never lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from engine.kernel.errors import Complaint, Missing, Rejected
from engine.kernel.text import LocalText
from engine.metamodel.model import DictionaryItem
from engine.records import Book
from engine.storage import sort_key
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.dictionaries import DictionaryRow, build_dictionary, build_item
from engine.ui.screens.navigation import editable_dictionaries


def show_dictionaries(call: Call) -> Response:
    """Draw the dictionaries that the reader may keep."""
    desk = call.desk
    names = editable_dictionaries(desk)
    if not names:
        raise Missing("no_such_page")
    rows = []
    for name in names:
        model = desk.model.dictionaries[name]
        above = desk.model.dictionaries.get(model.depends_on or "")
        depends_on = desk.title(above.title) if above is not None and above.name != name else ""
        rows.append(DictionaryRow(name, desk.title(model.title), len(desk.items(name)), depends_on))
    return call.page("dictionaries", sorted(rows, key=lambda row: sort_key(row.title)))


def show_dictionary(call: Call) -> Response:
    """Draw the items of a dictionary."""
    return call.page("dictionary", build_dictionary(call.desk, _book(call)))


def show_new_item(call: Call) -> Response:
    """Draw the form for a new item."""
    return _page(call, _book(call), None, {"parent": call.argument("parent")})


def show_item(call: Call) -> Response:
    """Draw the form of an item."""
    book = _book(call)
    return _page(call, book, _item(call, book), {})


def save_item(call: Call) -> Response:
    """Add or change an item, switch it on or off, or delete it."""
    book = _book(call)
    code = call.place.get("code")
    item = _item(call, book) if code is not None else None
    name = book.model.name
    service, context, desk = call.services.dictionaries, call.context, call.desk
    back = f"/dictionaries/{name}"
    match call.form.one("_do"):
        case "delete" if item is not None:
            service.remove_item(context, name, item.code)
            return call.go(back, Toast(desk.say("items.deleted", title=desk.title(item.title))))
        case "off" if item is not None:
            service.deactivate(context, name, item.code)
            return call.go(back, Toast(desk.say("items.switched_off", title=desk.title(item.title))))
        case "on" if item is not None:
            service.save_item(context, name, {"code": item.code, "active": True})
            return call.go(back, Toast(desk.say("items.switched_on", title=desk.title(item.title))))
    given = _posted(call, item)
    try:
        saved = service.save_item(context, name, given)
    except Rejected as error:
        return _page(call, book, item, given, error.complaints)
    return call.go(back, Toast(desk.say("items.saved", title=desk.title(saved.title))))


def _book(call: Call) -> Book:
    name = call.place["name"]
    if name not in editable_dictionaries(call.desk):
        raise Missing("no_such_page")
    return call.services.dictionaries.book(call.context, name)


def _item(call: Call, book: Book) -> DictionaryItem:
    entry = book.entries.get(call.place["code"])
    if entry is None:
        raise Missing("no_such_page")
    return entry.item


def _posted(call: Call, item: DictionaryItem | None) -> Mapping[str, Any]:
    form = call.form

    def text(name: str) -> str | None:
        return (form.one(name) or "").strip() or None

    titles = {code: text(f"title.{code}") for code in call.desk.model.languages}
    kept = dict(item.title.by_language) if item is not None else {}
    tone = text("tone")
    given: dict[str, Any] = {
        "code": item.code if item is not None else text("code"),
        "title": {code: title for code, title in {**kept, **titles}.items() if title},
        "tone": None if tone in (None, "none") else tone,
        "parent": text("parent"),
        "valid_from": text("valid_from"),
        "valid_to": text("valid_to"),
        "successor": text("successor"),
    }
    order = text("order")
    if order is not None:
        given["order"] = order
    return given


def _page(
    call: Call,
    book: Book,
    item: DictionaryItem | None,
    entered: Mapping[str, Any],
    wrong: Sequence[Complaint] = (),
) -> Response:
    shown = item or DictionaryItem("", LocalText())
    screen = build_item(call.desk, book, shown, item is None, entered, wrong)
    return call.page("item", screen, 422 if wrong else 200)


ROUTES = (
    Route("GET", "/dictionaries", show_dictionaries),
    Route("GET", "/dictionaries/<name>", show_dictionary),
    Route("GET", "/dictionaries/<name>/new", show_new_item),
    Route("POST", "/dictionaries/<name>/new", save_item),
    Route("GET", "/dictionaries/<name>/items/<code>", show_item),
    Route("POST", "/dictionaries/<name>/items/<code>", save_item),
)
