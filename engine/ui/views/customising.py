"""Adapting objects: the list of them, their fields, checks and screens, and the dictionaries beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import Complaint, Missing, Rejected
from engine.metamodel.layers.edits import Edit
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.custom.checks import build_check, check_edits
from engine.ui.screens.custom.dictionaries import build_dictionaries, build_new_dictionary, dictionary_edits
from engine.ui.screens.custom.field_edits import FieldForm, removal_of
from engine.ui.screens.custom.fields import build_field, build_types
from engine.ui.screens.custom.form_steps import steps_edits
from engine.ui.screens.custom.layouts import build_form, build_list, build_menu
from engine.ui.screens.custom.moving import Move, moves, renamed, taken_over
from engine.ui.screens.custom.objects import build_object, build_objects
from engine.ui.screens.custom.shop import Shop
from engine.ui.screens.custom.types import FORMULA, OFFERED, RESULTS
from engine.ui.screens.navigation import may_open

HOME = "/customise"
_MOST_TEXT = 8192
# what no definition may hold: control characters, halves of characters
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def open_shop(call: Call) -> Shop:
    """Return the workbench of an administrator; for others there is no such page."""
    if not may_open(call.desk, "customise"):
        raise Missing("no_such_page")
    return Shop(call.desk, call.services.overlays.bench(call.context))


def proposed(call: Call, edits: Sequence[Edit], back: str) -> Response:
    """Add edits to the draft and go back; raises Rejected with what would be wrong then."""
    if edits:
        call.services.overlays.propose(call.context, edits)
    return call.go(back, Toast(call.desk.say("custom.drafted"), "/customise/plan", call.desk.say("custom.see_plan")))


def posted_texts(call: Call) -> dict[str, str]:
    """Return the texts of a posted form, trimmed and of a bearable length."""
    return {name: _NO_TEXT.sub("", call.form.one(name) or "").strip()[:_MOST_TEXT] for name in call.request.form}


def show_objects(call: Call) -> Response:
    """Draw all objects."""
    return call.page("custom/objects", build_objects(open_shop(call)))


def show_object(call: Call) -> Response:
    """Draw the fields of an object, or its checks."""
    shop, name = _of_object(call)
    tab = "checks" if call.argument("tab") == "checks" else "fields"
    return call.page("custom/object", build_object(shop, name, tab))


def show_new_field(call: Call) -> Response:
    """Draw the choice of a type, then the form of a new field."""
    shop, name = _of_object(call)
    kind = call.argument("type")
    if kind not in OFFERED:
        return call.page("custom/types", build_types(shop, name))
    return call.page("custom/field", build_field(shop, name, "", kind))


def show_field(call: Call) -> Response:
    """Draw the form of a field."""
    shop, name = _of_object(call)
    field = _field(shop, name, call.place["field"])
    return call.page("custom/field", build_field(shop, name, field, str(shop.fields(name)[field]["type"])))


def save_field(call: Call) -> Response:
    """Add a field, change it, take it away or give it back what the pack said."""
    shop, name = _of_object(call)
    field = call.place.get("field", "")
    back = f"{HOME}/o/{name}"
    match call.form.one("_do"):
        case "remove" if field:
            edits: Sequence[Edit] = removal_of(shop, name, _field(shop, name, field))
        case "restore" if field:
            edits = _restored(shop, name, field)
        case _:
            return _saved(call, shop, name, field)
    try:
        return proposed(call, edits, back)
    except Rejected as error:
        if field not in shop.fields(name):
            raise
        return call.page("custom/field", build_field(shop, name, field, "", None, error.complaints), 422)


def save_check(call: Call) -> Response:
    """Add a check, change it or take it away."""
    shop, name = _of_object(call)
    given = posted_texts(call)
    check = call.place.get("check", "")
    try:
        edits = check_edits(shop, name, check, given, remove=call.form.one("_do") == "remove")
        return proposed(call, edits, f"{HOME}/o/{name}?tab=checks")
    except Rejected as error:
        return call.page("custom/check", build_check(shop, name, check, given, error.complaints), 422)


def show_check(call: Call) -> Response:
    """Draw the form of a check, or of a new one."""
    shop, name = _of_object(call)
    check = call.place.get("check", "")
    if check and check not in shop.body("object", name).get("checks", {}):
        raise Missing("no_such_page")
    return call.page("custom/check", build_check(shop, name, check))


def show_form(call: Call) -> Response:
    """Draw the form of an object as sections of fields."""
    shop, name = _of_object(call)
    return call.page("custom/layout", build_form(shop, name))


def show_list(call: Call) -> Response:
    """Draw the columns and filters of an object."""
    shop, name = _of_object(call)
    return call.page("custom/layout", build_list(shop, name))


def show_menu(call: Call) -> Response:
    """Draw the menu."""
    return call.page("custom/layout", build_menu(open_shop(call)))


def change_form(call: Call) -> Response:
    """Move fields on the form of an object."""
    return _arranged(call, "form")


def change_list(call: Call) -> Response:
    """Move columns and filters of an object's list."""
    return _arranged(call, "list")


def change_menu(call: Call) -> Response:
    """Move entries of the menu."""
    return _arranged(call, "menu")


def show_dictionaries(call: Call) -> Response:
    """Draw all dictionaries."""
    return call.page("custom/dictionaries", build_dictionaries(open_shop(call)))


def show_new_dictionary(call: Call) -> Response:
    """Draw the form of a new dictionary."""
    return call.page("custom/dictionary", build_new_dictionary(open_shop(call)))


def save_dictionary(call: Call) -> Response:
    """Add a dictionary, or let users add items to one that was closed."""
    shop, given = open_shop(call), posted_texts(call)
    try:
        return proposed(call, dictionary_edits(shop, call.place.get("name", ""), given), f"{HOME}/dictionaries")
    except Rejected as error:
        return call.page("custom/dictionary", build_new_dictionary(shop, given, error.complaints), 422)


# ---------------------------------------------------------------------------------------------------------------------


def _of_object(call: Call) -> tuple[Shop, str]:
    shop, name = open_shop(call), call.place["object"]
    if shop.found("object", name) is None:
        raise Missing("no_such_page")
    return shop, name


def _field(shop: Shop, object: str, name: str) -> str:
    if name not in shop.fields(object):
        raise Missing("no_such_page")
    return name


def _saved(call: Call, shop: Shop, object: str, field: str) -> Response:
    given = posted_texts(call)
    kind = str(shop.fields(object)[_field(shop, object, field)]["type"]) if field else given.get("type", "")
    if kind not in OFFERED and not field:
        raise Missing("no_such_page")
    if kind == FORMULA and given.get("result", "") not in RESULTS:
        given["result"] = "money"
    form = FieldForm(shop, object, field, kind, given)
    wrong: Sequence[Complaint] = tuple(form.complaints())
    if not wrong:
        try:
            return proposed(call, tuple(form.edits()), f"{HOME}/o/{object}")
        except Rejected as error:
            wrong = error.complaints
    screen = build_field(shop, object, field, kind, {**given, "name": form.name}, wrong)
    return call.page("custom/field", screen, 422)


def _restored(shop: Shop, object: str, field: str) -> tuple[Edit, ...]:
    base = shop.bench.base.find("object", object)
    below = base.document.body.get("fields", {}) if base is not None else {}
    if field not in below:
        raise Missing("no_such_page")
    names = list(below)
    earlier = [name for name in names[: names.index(field)] if name in shop.fields(object)]
    place = None if field in shop.fields(object) else (earlier[-1] if earlier else "")
    return (Edit("set", "object", object, ("fields", field), below[field], after=place),)


def _arranged(call: Call, kind: str) -> Response:
    if kind == "menu":
        shop, name = open_shop(call), ""
        back = f"{HOME}/menu"
    else:
        shop, name = _of_object(call)
        back = f"{HOME}/o/{name}/{kind}"
    form = call.form
    titles = ((form.one("title.zh") or "").strip(), (form.one("title.en") or "").strip())
    try:
        match form.one("_do"):
            case "take_over":
                edits: Sequence[Edit] = (taken_over(shop, kind, name),)
            case "steps" if kind == "form":
                edits = tuple(steps_edits(shop, name, form.one("steps") or ""))
            case "rename" if any(titles):
                edits = (renamed(shop, kind, name, form.one("key") or "", titles),)
            case _:
                to, after = form.one("to") or "", form.one("after")
                items = [item for item in form.many("item") if item]
                if to in ("+tab", "+section") and not any(titles):
                    raise Rejected("invalid", [Complaint("title.zh", "custom_title_missing")], count=1)
                if not items:
                    raise Rejected("invalid", [Complaint("item", "custom_nothing_chosen")], count=1)
                edits = tuple(moves(shop, kind, name, Move(tuple(items), to, after, titles)))
        return proposed(call, edits, back)
    except Rejected as error:
        problems = shop.errors(error.complaints)
        screen = {"form": build_form, "list": build_list}
        drawn = build_menu(shop, problems) if kind == "menu" else screen[kind](shop, name, problems)
        return call.page("custom/layout", drawn, 422)


_OBJECT = f"{HOME}/o/<object>"

ROUTES = (
    Route("GET", HOME, show_objects),
    Route("GET", f"{HOME}/menu", show_menu),
    Route("POST", f"{HOME}/menu", change_menu),
    Route("GET", f"{HOME}/dictionaries", show_dictionaries),
    Route("GET", f"{HOME}/dictionaries/new", show_new_dictionary),
    Route("POST", f"{HOME}/dictionaries/new", save_dictionary),
    Route("POST", f"{HOME}/dictionaries/open/<name>", save_dictionary),
    Route("GET", _OBJECT, show_object),
    Route("GET", f"{_OBJECT}/form", show_form),
    Route("POST", f"{_OBJECT}/form", change_form),
    Route("GET", f"{_OBJECT}/list", show_list),
    Route("POST", f"{_OBJECT}/list", change_list),
    Route("GET", f"{_OBJECT}/new", show_new_field),
    Route("POST", f"{_OBJECT}/new", save_field),
    Route("GET", f"{_OBJECT}/fields/<field>", show_field),
    Route("POST", f"{_OBJECT}/fields/<field>", save_field),
    Route("GET", f"{_OBJECT}/check", show_check),
    Route("POST", f"{_OBJECT}/check", save_check),
    Route("GET", f"{_OBJECT}/check/<check>", show_check),
    Route("POST", f"{_OBJECT}/check/<check>", save_check),
)
