"""Web forms set up on screen: made, changed, switched off, taken away; it all goes into the draft first."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import Complaint, Missing, Rejected
from engine.metamodel.layers.edits import Edit
from engine.ui.door import Call, Route
from engine.ui.screens.custom.beginning import build_new
from engine.ui.screens.custom.shop import Shop
from engine.ui.screens.custom.webforms import (
    build_webform_settings,
    build_webforms,
    new_webform,
    stored_webform,
    webform_edits,
)
from engine.ui.screens.parts import arranged
from engine.ui.views.customising import HOME, open_shop, posted_texts, proposed

_FORMS = f"{HOME}/webforms"


def show_all(call: Call) -> Response:
    """Draw all web forms."""
    return call.page("custom/webforms", build_webforms(open_shop(call)))


def show_new(call: Call) -> Response:
    """Draw the form of a new web form."""
    return call.page("custom/webform_new", build_new(open_shop(call), "webforms"))


def save_new(call: Call) -> Response:
    """Make a web form that asks for what its object needs, and can then be changed."""
    shop, given = open_shop(call), posted_texts(call)
    name, edits, wrong = new_webform(shop, given)
    if not wrong:
        try:
            return proposed(call, edits, f"{_FORMS}/{name}")
        except Rejected as error:
            wrong = error.complaints
    return call.page("custom/webform_new", build_new(shop, "webforms", given, wrong), 422)


def show_one(call: Call) -> Response:
    """Draw one web form as a form."""
    shop, name = _of_form(call)
    return call.page("custom/webform", build_webform_settings(shop, name, stored_webform(shop, name)))


def save_one(call: Call) -> Response:
    """Change a web form or take it away, or only draw it with another row."""
    shop, name = _of_form(call)
    given = posted_texts(call)
    do = given.get("_do", "")
    if ":" in do:
        return call.page("custom/webform", build_webform_settings(shop, name, arranged(given, do)))
    wrong: Sequence[Complaint] = ()
    try:
        if do == "remove":
            return proposed(call, (Edit("remove", "webform", name),), _FORMS)
        return proposed(call, tuple(webform_edits(shop, name, given)), _FORMS)
    except Rejected as error:
        wrong = error.complaints
    return call.page("custom/webform", build_webform_settings(shop, name, given, wrong), 422)


def _of_form(call: Call) -> tuple[Shop, str]:
    shop, name = open_shop(call), call.place["form"]
    if shop.found("webform", name) is None:
        raise Missing("no_such_page")
    return shop, name


ROUTES = (
    Route("GET", _FORMS, show_all),
    Route("GET", f"{HOME}/new-webform", show_new),
    Route("POST", f"{HOME}/new-webform", save_new),
    Route("GET", f"{_FORMS}/<form>", show_one),
    Route("POST", f"{_FORMS}/<form>", save_one),
)
