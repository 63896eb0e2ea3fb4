"""Numbering rules on screen: looked at with the number that comes next, and changed; it goes into the draft first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import Response

from engine.kernel.errors import Complaint, Missing, Rejected
from engine.records import Listing
from engine.storage import Reference
from engine.ui.door import Call, Route
from engine.ui.screens.custom.numberings import Next, build_number, build_numbers, number_edits, stored_number
from engine.ui.screens.custom.shop import Shop
from engine.ui.screens.parts import arranged
from engine.ui.views.customising import HOME, open_shop, posted_texts, proposed

_NUMBERS = f"{HOME}/numbering"


def show_all(call: Call) -> Response:
    """Draw all rules."""
    return call.page("custom/numberings", build_numbers(open_shop(call), _following(call)))


def show_one(call: Call) -> Response:
    """Draw one rule as a form."""
    shop, name = _of_rule(call)
    return call.page("custom/numbering", build_number(shop, name, stored_number(shop, name), _following(call)))


def save_one(call: Call) -> Response:
    """Change a rule, or only draw it with another part and the example that it makes."""
    shop, name = _of_rule(call)
    given = posted_texts(call)
    do = given.get("_do", "")
    wrong: Sequence[Complaint] = ()
    if do == "draw" or ":" in do:
        drawn = arranged(given, do) if ":" in do else given
        return call.page("custom/numbering", build_number(shop, name, drawn, _following(call)))
    try:
        return proposed(call, tuple(number_edits(shop, name, given)), _NUMBERS)
    except Rejected as error:
        wrong = error.complaints
    return call.page("custom/numbering", build_number(shop, name, given, _following(call), wrong), 422)


# ----------------------------------------------------------------------------------------------------------------------


def _following(call: Call) -> Next:
    """Return what tells the next number: that of a record like the newest one, made today."""

    def following(object: str, field: str) -> str | None:
        desk, found = call.desk, call.desk.model.objects[object]
        rule = desk.model.numberings.get(found.numbering.get(field, ""))
        mine = desk.may(object, "create") and field in desk.policy.readable(object)
        if rule is None or found.parent is not None or not mine:
            return None
        read = [*(path for part in rule.segments if part.path for path in part.path.reads)]
        read += rule.scope.reads if rule.scope is not None else ()
        names = {path[0] for path in read} & desk.policy.writable(object, "create")
        listing = Listing(object, sort=("-created_at",), fields=tuple(sorted(names)) or ("id",), limit=1)
        newest = call.services.records.list(call.context, listing).records
        given = _given(newest[0].values, names) if newest else {}
        return call.services.records.next_number(call.context, object, field, given)

    return following


def _given(values: Mapping[str, Any], wanted: Collection[str]) -> dict[str, Any]:
    read = ((name, values.get(name)) for name in wanted)
    return {name: value.id if isinstance(value, Reference) else value for name, value in read if value is not None}


def _of_rule(call: Call) -> tuple[Shop, str]:
    shop, name = open_shop(call), call.place["rule"]
    if shop.found("numbering", name) is None:
        raise Missing("no_such_page")
    return shop, name


ROUTES = (
    Route("GET", _NUMBERS, show_all),
    Route("GET", f"{_NUMBERS}/<rule>", show_one),
    Route("POST", f"{_NUMBERS}/<rule>", save_one),
)
