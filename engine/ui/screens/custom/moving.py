"""What it means to move, rename or take over what stands on a form, a list or the menu."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.wishes import name_of
from engine.ui.screens.custom.layouts import OFF
from engine.ui.screens.custom.places import form_places, leaving, place_of
from engine.ui.screens.custom.shop import Shop, free_name, name_from


@dataclass(frozen=True, slots=True)
class Move:
    """Chips that go into a group behind a neighbour, into a new group with these titles, or off the screen."""

    items: tuple[str, ...]
    to: str
    after: str | None = None
    titles: tuple[str, str] = ("", "")

    @property
    def label(self) -> dict[str, str]:
        """Return the title of a new group; one language stands for the other where it is left out."""
        return {"zh": self.titles[0] or self.titles[1], "en": self.titles[1] or self.titles[0]}


def moves(shop: Shop, kind: str, object: str, move: Move) -> Iterator[Edit]:
    """Yield what a move means."""
    match kind:
        case "form":
            yield from _form_moves(shop, object, move)
        case "list":
            yield from _list_moves(shop, object, move)
        case _:
            yield from _menu_moves(shop, move)


def renamed(shop: Shop, kind: str, object: str, key: str, titles: tuple[str, str]) -> Edit:
    """Return the edit that gives a group another title."""
    label = {"zh": titles[0] or titles[1], "en": titles[1] or titles[0]}
    if kind == "menu":
        menu, _, group = key.partition(".")
        return Edit("set", "menu", menu, ("groups", group, "title"), label)
    return Edit("set", "form", shop.screen_of("form", object) or object, (*key.split("."), "title"), label)


def taken_over(shop: Shop, kind: str, object: str) -> Edit:
    """Return the edit that writes down the screen that the engine has made by itself until now."""
    if kind == "list":
        model = shop.desk.model.lists[object]
        columns = [".".join(column.path) for column in model.columns]
        body: dict[str, Any] = {
            "of": object,
            "columns": columns,
            "filters": [".".join(one.path) for one in model.filters],
        }
        return Edit("insert", "list", object, (), body)
    form = shop.desk.model.forms[object]
    sections = {
        section.name: {
            "title": dict(section.title.by_language) or section.name,
            "fields": [field.name for field in section.fields],
        }
        for tab in form.tabs
        for section in tab.sections
    }
    title = dict(form.tabs[0].title.by_language) or object
    made: dict[str, Any] = {"of": object, "tabs": {"main": {"title": title, "sections": sections}}}
    related = [".".join(one) for one in form.related]
    return Edit("insert", "form", object, (), {**made, "related": related} if related else made)


# ---------------------------------------------------------------------------------------------------------------------


def _form_moves(shop: Shop, object: str, move: Move) -> Iterator[Edit]:
    form = shop.screen_of("form", object)
    if form is None:
        return
    elements = {name_of(one): one for place in form_places(shop, object) for one in place.fields}
    chosen = [elements.get(name, name) for name in move.items]
    target = place_of(shop, object, move.to)
    if target is not None:
        there = [one for one in target.fields if name_of(one) not in move.items]
        at = _index([name_of(one) for one in there], move.after)
        names = set(move.items) - {name_of(one) for one in target.fields}
        yield from leaving(shop, object, names)
        yield Edit("set", "form", form, target.path, [*there[:at], *chosen, *there[at:]])
        return
    body = shop.body("form", form)
    yield from leaving(shop, object, move.items)
    if move.to == "+tab":
        tabs = body.get("tabs", {})
        if body.get("sections"):  # what had no tabs gets a first one
            first = {"title": body.get("title") or shop.body("object", object)["title"], "sections": body["sections"]}
            yield Edit("remove", "form", form, ("sections",))
            yield Edit("set", "form", form, ("tabs", "main"), first)
        tab = {"title": move.label, "sections": {"fields": {"title": move.label, "fields": chosen}}}
        yield Edit("insert", "form", form, ("tabs", free_name(name_from(*move.titles), tabs, "own_tab")), tab)
    elif move.to == "+section":
        home = _last_section(shop, object)
        taken = {one.section: one for one in form_places(shop, object)}
        name = free_name(name_from(*move.titles), taken, "own_section")
        yield Edit("insert", "form", form, (*home, name), {"title": move.label, "fields": chosen})


def _last_section(shop: Shop, object: str) -> tuple[str, ...]:
    """Return where the sections of the first tab stand."""
    return form_places(shop, object)[0].path[:-2]


def _list_moves(shop: Shop, object: str, move: Move) -> Iterator[Edit]:
    list_ = shop.screen_of("list", object)
    if list_ is None:
        return
    body = shop.body("list", list_)
    for key in ("columns", "filters"):
        before = list(body.get(key, ()))
        there = [one for one in before if name_of(one) not in move.items]
        if key == move.to:
            known = {name_of(one): one for one in before}
            at = _index([name_of(one) for one in there], move.after)
            wanted = [*there[:at], *(known.get(name, name) for name in move.items), *there[at:]]
        elif move.to == OFF:
            wanted = there
        else:
            continue
        if wanted != before:
            yield Edit("set", "list", list_, (key,), wanted)


def _menu_moves(shop: Shop, move: Move) -> Iterator[Edit]:
    menu, _, group = move.to.partition(".")
    neighbour = move.after.rpartition(".")[2] if move.after else move.after
    for item in move.items:
        home, _, rest = item.partition(".")
        if home == "+" and move.to != OFF:
            known = shop.body("menu", menu).get("groups", {}).get(group, {}).get("items", {})
            value = {"object": rest}
            yield Edit(
                "insert", "menu", menu, ("groups", group, "items", free_name(rest, known, rest)), value, after=neighbour
            )
            continue
        place, _, name = rest.partition(".")
        path = ("groups", place, "items", name)
        if move.to == OFF:
            yield Edit("remove", "menu", home, path)
        elif home == menu:
            yield Edit("move", "menu", home, path, after=neighbour, to=("groups", group, "items"))
        neighbour = name


def _index(names: Sequence[str], after: str | None) -> int:
    if after is None or (after and after not in names):
        return len(names)
    return names.index(after) + 1 if after else 0
