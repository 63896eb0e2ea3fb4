"""Pickers and the palette: records found while somebody types."""

from __future__ import annotations

from typing import Any

from flask import Response

from engine.kernel.errors import Missing
from engine.records import Choice, Listing
from engine.ui.door import Call, Route
from engine.ui.screens.navigation import build_frame, listed_objects
from engine.ui.screens.searching import Found, FoundGroup, SearchScreen, jumps
from engine.ui.views.finding import found_object
from engine.ui.views.saving import read_posted

_CHOICES = 10
_HITS = 5
_SHORTEST = 1


def look_up(call: Call) -> Response:
    """Draw the records that fit a picker's text, the record's other values considered."""
    desk = call.desk
    found = found_object(call)
    name = call.place["field"]
    field = found.fields.get(name)
    if field is None or name not in desk.policy.readable(found.name):
        raise Missing("no_such_page")
    text = (call.form.one("q") or call.argument("q")).strip()
    values = _values_around(call, found)
    target = field.targets[0] if field.targets else ""
    if field.type == "any_reference":
        target = call.form.one(f"{name}.object") or target
        choices = _of_object(call, target, text) if target in field.targets else []
    else:
        choices = list(call.services.records.lookup(call.context, found.name, name, text, values, limit=_CHOICES))
    model = desk.model.objects.get(target)
    create = ""
    if model is not None and call.form.one("create") and desk.may(target, "create"):
        create = desk.say("picker.create", object=desk.title(model.title), text=text) if text else ""
    return call.fragment(
        "fragments/choices",
        choices=choices,
        text=text,
        icon=model.icon if model is not None else "user",
        create=create,
        create_href=f"/o/{target}/new",
    )


def _of_object(call: Call, target: str, text: str) -> list[Choice]:
    """Return the records of one of the objects that a reference may point to."""
    if not call.desk.may(target, "read"):
        return []
    desk = call.desk
    listing = Listing(target, quick=text, fields=("id", *desk.called(target)), limit=_CHOICES)
    page = call.services.records.list(call.context, listing)
    return [Choice(one.id, desk.name_of(one)) for one in page.records]


def pick(call: Call) -> Response:
    """Draw the records of an object that fit a text."""
    found = found_object(call)
    text = (call.form.one("q") or call.argument("q")).strip()
    choices = _of_object(call, found.name, text)
    return call.fragment("fragments/choices", choices=choices, text=text, icon=found.icon, create="", create_href="")


def pick_person(call: Call) -> Response:
    """Draw the active users who fit a text, called by their log-ins."""
    text = (call.form.one("q") or call.argument("q")).strip()
    choices = call.services.rights.portraying.found(call.context, text, _CHOICES)
    return call.fragment("fragments/choices", choices=choices, text=text, icon="user", create="", create_href="")


def search(call: Call) -> Response:
    """Draw what fits a text: objects to jump to, and records of every object that the reader may see."""
    text = call.argument("q").strip()
    screen = SearchScreen(text, jumps(call.desk, build_frame(call.desk), text), tuple(_hits(call, text)))
    if call.by_htmx:
        return call.fragment("parts/hits", s=screen)
    return call.page("search", screen)


def show_menu(call: Call) -> Response:
    """Draw the menu as a page, for phones."""
    return call.page("menu", None)


def _hits(call: Call, text: str) -> list[FoundGroup]:
    if len(text) < _SHORTEST:
        return []
    groups = []
    for found in listed_objects(call.desk):
        numbers = [name for name in found.numbering if name in call.desk.policy.readable(found.name)]
        fields = (*call.desk.called(found.name), "id", "version", *numbers)
        page = call.services.records.list(
            call.context, Listing(found.name, quick=text, fields=tuple(dict.fromkeys(fields)), limit=_HITS)
        )
        hits = tuple(
            Found(
                call.desk.name_of(row),
                f"/o/{found.name}/{row.id}",
                _second(found, row),
            )
            for row in page.records
        )
        if hits:
            more = f"/o/{found.name}?q={text}" if page.after else ""
            groups.append(
                FoundGroup(call.desk.title(found.plural) or call.desk.title(found.title), found.icon, hits, more)
            )
    return groups


def _second(found: Any, row: Any) -> str:
    parts = (row.values.get(name) for name in found.numbering if name != found.display)
    return ", ".join(str(part) for part in parts if part)


def _values_around(call: Call, found: Any) -> dict[str, Any]:
    """Return the plain values of the form around a picker; for a line, those of its row."""
    if call.request.method != "POST":
        return {}
    return dict(read_posted(call, found, keeping=False).input)


ROUTES = (
    Route("GET", "/o/<object>/lookup/<field>", look_up),
    Route("POST", "/o/<object>/lookup/<field>", look_up, looks=True),
    Route("GET", "/pick/<object>", pick),
    Route("POST", "/pick/<object>", pick, looks=True),
    Route("GET", "/pick/+people", pick_person),
    Route("POST", "/pick/+people", pick_person, looks=True),
    Route("GET", "/search", search),
    Route("GET", "/menu", show_menu),
)
