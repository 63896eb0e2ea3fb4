"""Form, list and menu as groups of chips that can be moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.metamodel.layers.wishes import name_of
from engine.ui.screens.custom.form_steps import steps_offered
from engine.ui.screens.custom.places import form_places
from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.custom.types import icon_of
from engine.ui.widgets.base import Option

OFF = "off"


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that can be moved. ``note`` tells of a condition, ``mark`` that the tenant put it here."""

    name: str
    title: str
    icon: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class ChipGroup:
    """A section, the columns or filters of a list, a group of the menu; ``over`` is the tab above it."""

    key: str
    title: str
    over: str
    chips: tuple[Chip, ...]
    titled: bool = False
    titles: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class LayoutScreen:
    """Groups of chips, those that stand nowhere, and where chosen ones can be moved to.

    ``automatic``: the engine makes this screen by itself until somebody takes it over. ``steps`` are what the bar of
    steps of a form may go through.
    """

    bar: Bar
    kind: str
    object: str
    title: str
    icon: str
    action: str
    groups: tuple[ChipGroup, ...]
    pool: tuple[Chip, ...]
    targets: tuple[Option, ...]
    automatic: bool = False
    problems: tuple[str, ...] = ()
    steps: tuple[Option, ...] = ()


def build_form(shop: Shop, object: str, problems: Sequence[str] = ()) -> LayoutScreen:
    """Return the form of an object as sections of chips."""
    places = form_places(shop, object)
    groups = tuple(
        ChipGroup(
            one.key,
            one.title.rpartition(" › ")[2],
            one.title.rpartition(" › ")[0],
            tuple(_field_chip(shop, object, element) for element in one.fields),
            titled=True,
            titles=_titles(shop, object, one.path[:-1]),
        )
        for one in places
    )
    placed = {name_of(element) for one in places for element in one.fields}
    pool = tuple(_field_chip(shop, object, name) for name in shop.fields(object) if name not in placed)
    say = shop.desk.say
    targets = (
        *(Option(one.key, one.title) for one in places),
        Option("+tab", say("custom.in_new_tab")),
        Option("+section", say("custom.in_new_section")),
        Option(OFF, say("custom.off_form")),
    )
    screen = _screen(shop, "form", object, _Arranged(groups, pool, targets, not places, tuple(problems)))
    return replace(screen, steps=steps_offered(shop, object) if places else ())


def build_list(shop: Shop, object: str, problems: Sequence[str] = ()) -> LayoutScreen:
    """Return the list of an object: its columns and its filters."""
    id = shop.screen_of("list", object)
    body = shop.body("list", id) if id is not None else {}
    say = shop.desk.say
    groups = tuple(
        ChipGroup(key, say(f"custom.{key}"), "", tuple(_field_chip(shop, object, one) for one in body.get(key, ())))
        for key in ("columns", "filters")
    )
    columns = {name_of(one) for key in ("columns", "filters") for one in body.get(key, ())}
    pool = tuple(_field_chip(shop, object, name) for name in shop.fields(object) if name not in columns)
    targets = (*(Option(one.key, one.title) for one in groups), Option(OFF, say("custom.off_list")))
    return _screen(shop, "list", object, _Arranged(groups, pool, targets, id is None, tuple(problems)))


def build_menu(shop: Shop, problems: Sequence[str] = ()) -> LayoutScreen:
    """Return the menu: its groups and what stands in them."""
    groups, shown = [], set()
    for document in shop.of_kind("menu"):
        for group, found in document.body.get("groups", {}).items():
            chips = tuple(_menu_chip(shop, document.id, group, item, one) for item, one in found["items"].items())
            shown |= {one.get("object") for one in found["items"].values()}
            titles = _both(found.get("title"))
            key = f"{document.id}.{group}"
            groups.append(ChipGroup(key, shop.title(found.get("title"), group), "", chips, titled=True, titles=titles))
    pool = tuple(
        Chip(f"+.{one.id}", shop.titled("object", one.id), str(one.body.get("icon", "table")))
        for one in shop.of_kind("object")
        if one.id not in shown and "parent" not in one.body
    )
    say = shop.desk.say
    targets = (*(Option(one.key, one.title) for one in groups), Option(OFF, say("custom.off_menu")))
    made = _Arranged(tuple(groups), pool, targets, automatic=False, problems=tuple(problems))
    screen = _screen(shop, "menu", "", made)
    return replace(screen, bar=shop.bar("menu"), title=say("custom.tab_menu"), action="/customise/menu")


# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Arranged:
    groups: tuple[ChipGroup, ...]
    pool: tuple[Chip, ...]
    targets: tuple[Option, ...]
    automatic: bool
    problems: tuple[str, ...]


def _screen(shop: Shop, kind: str, object: str, made: _Arranged) -> LayoutScreen:
    return LayoutScreen(
        shop.bar(),
        kind,
        object,
        shop.titled("object", object),
        str(shop.body("object", object).get("icon", "table")),
        f"/customise/o/{object}/{kind}",
        made.groups,
        made.pool,
        made.targets,
        made.automatic,
        made.problems,
    )


def _field_chip(shop: Shop, object: str, element: Any) -> Chip:
    name = name_of(element)
    field = shop.fields(object).get(name, {})
    note = ""
    if isinstance(element, Mapping) and element.get("visible"):
        note = shop.desk.say("custom.shown_if", rule=str(element["visible"]).strip())
    href = f"/customise/o/{object}/fields/{name}" if field else ""
    return Chip(name, shop.field_title(object, name), icon_of(field), note, href)


def _menu_chip(shop: Shop, menu: str, group: str, item: str, found: Mapping[str, Any]) -> Chip:
    object = str(found.get("object", ""))
    body = shop.body("object", object)
    page = f"page.{found.get('page', '')}"
    otherwise = shop.titled("object", object) if body else shop.desk.say(page) if shop.desk.words.has(page) else item
    title = shop.title(found.get("title"), otherwise)
    return Chip(f"{menu}.{group}.{item}", title, str(found.get("icon") or body.get("icon", "file")))


def _titles(shop: Shop, object: str, path: tuple[str, ...]) -> tuple[str, str]:
    body: Any = shop.body("form", shop.screen_of("form", object) or object)
    for key in path:
        body = body[key]
    return _both(body.get("title"))


def _both(label: Any) -> tuple[str, str]:
    if isinstance(label, Mapping):
        return str(label.get("zh", "")), str(label.get("en", ""))
    return str(label or ""), str(label or "")
