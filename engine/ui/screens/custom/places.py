"""Where fields stand on the form of an object, and the sections into which they can be put."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.wishes import name_of
from engine.ui.screens.custom.shop import Shop


@dataclass(frozen=True, slots=True)
class FormPlace:
    """A section of a form. ``path`` leads to its list of fields; ``key`` is the path in one word."""

    path: tuple[str, ...]
    title: str
    tab: str
    section: str
    fields: tuple[Any, ...]

    @property
    def key(self) -> str:
        """Return the place in one word, for inputs."""
        return ".".join(self.path[:-1])


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a field stands, and the element that says so."""

    key: str
    path: tuple[str, ...]
    element: Any


def form_places(shop: Shop, object: str) -> tuple[FormPlace, ...]:
    """Return the sections of the object's form; none where the engine makes the form by itself."""
    id = shop.screen_of("form", object)
    return tuple(_sections(shop, shop.body("form", id))) if id is not None else ()


def place_of(shop: Shop, object: str, key: str) -> FormPlace | None:
    """Return the section that a word names."""
    return next((one for one in form_places(shop, object) if one.key == key), None)


def placed_in(shop: Shop, object: str, field: str) -> Placed | None:
    """Return where a field stands on the form, or None."""
    for place in form_places(shop, object):
        for element in place.fields:
            if name_of(element) == field:
                return Placed(place.key, (*place.path, field), element)
    return None


def leaving(shop: Shop, object: str, names: Collection[str]) -> Iterator[Edit]:
    """Yield the edits that take fields off the form; sections and tabs that are left empty go with them."""
    form = shop.screen_of("form", object)
    if form is None:
        return
    places = form_places(shop, object)
    empty = {place.key for place in places if all(name_of(one) in names for one in place.fields)}
    tabs = shop.body("form", form).get("tabs", {})
    bare = {
        tab
        for tab, found in tabs.items()
        if found.get("sections")
        and not found.get("related")
        and all(f"tabs.{tab}.sections.{section}" in empty for section in found["sections"])
    }
    for tab in bare:
        yield Edit("remove", "form", form, ("tabs", tab))
    for place in places:
        if place.tab in bare:
            continue
        if place.key in empty:
            yield Edit("remove", "form", form, place.path[:-1])
            continue
        for element in place.fields:
            if name_of(element) in names:
                yield Edit("remove", "form", form, (*place.path, name_of(element)))


def _sections(shop: Shop, body: Mapping[str, Any]) -> Iterator[FormPlace]:
    for tab, found in body.get("tabs", {}).items():
        for section, inner in found.get("sections", {}).items():
            titles = (shop.title(found.get("title"), tab), shop.title(inner.get("title"), section))
            path = ("tabs", tab, "sections", section, "fields")
            yield FormPlace(path, " › ".join(titles), tab, section, tuple(inner.get("fields", ())))
    for section, inner in body.get("sections", {}).items():
        title = shop.title(inner.get("title"), section)
        yield FormPlace(("sections", section, "fields"), title, "", section, tuple(inner.get("fields", ())))
