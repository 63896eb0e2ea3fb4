"""The formats in which records are printed, and the page on which one is written beside what it makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import ObjectModel, PrintModel
from engine.ui.desk import Desk

LANGUAGES = ("zh", "en")
BANDS = ("header", "footer")
SIDES = ("left", "center", "right")
SIZES = ("A4", "A5", "A3", "Letter")


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A format in the list."""

    name: str
    title: str
    when: str
    languages: str
    own: bool


@dataclass(frozen=True, slots=True)
class FormatGroup:
    """The formats of an object."""

    object: str
    title: str
    icon: str
    rows: tuple[FormatRow, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A name that a template may use, and what stands for it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """Names of a record, or of a line of it."""

    title: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class FormatScreen:
    """A format being written. ``given`` holds what stands in each input, by its name."""

    name: str
    title: str
    object: str
    object_title: str
    given: Mapping[str, str]
    records: tuple[tuple[str, str], ...]
    groups: tuple[PlaceGroup, ...]
    own: bool
    changed: bool
    new: bool
    errors: tuple[str, ...] = ()


def build_formats(desk: Desk, layers: Mapping[str, str]) -> tuple[FormatGroup, ...]:
    """Return the formats by object."""
    groups: dict[str, list[PrintModel]] = {}
    for one in desk.model.prints.values():
        groups.setdefault(one.object, []).append(one)
    return tuple(
        FormatGroup(
            name,
            desk.title(desk.model.objects[name].plural) or desk.title(desk.model.objects[name].title),
            desk.model.objects[name].icon,
            tuple(_row(desk, one, layers) for one in formats),
        )
        for name, formats in groups.items()
    )


def given_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands in the inputs for a definition."""
    page = body.get("page") or {}
    found = {
        "when": str(body.get("when") or ""),
        "size": str(page.get("size", "A4")),
        "landscape": "true" if page.get("landscape") else "",
        "margin": str(page.get("margin", 20)),
    }
    for language in LANGUAGES:
        found[f"title.{language}"] = _text(body.get("title"), language)
        found[f"body.{language}"] = _text(body.get("body"), language)
        for band in BANDS:
            for side in SIDES:
                found[f"{band}.{side}.{language}"] = _text((body.get(band) or {}).get(side), language)
    return found


def body_of(object: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the definition that the inputs stand for."""
    body: dict[str, Any] = {"object": object, "title": _label(given, "title"), "body": _label(given, "body")}
    if given.get("when", "").strip():
        body["when"] = given["when"].strip()
    margin = given.get("margin", "").strip()
    page = {
        **({"size": given["size"]} if given.get("size") in SIZES else {}),
        **({"landscape": True} if given.get("landscape") == "true" else {}),
        **({"margin": int(margin)} if margin.isascii() and margin.isdigit() and len(margin) < 4 else {}),
    }
    body["page"] = page
    for band in BANDS:
        sides = {side: label for side in SIDES if (label := _label(given, f"{band}.{side}"))}
        if sides:
            body[band] = sides
    return {key: value for key, value in body.items() if value or key in ("object", "body")}


def build_places(desk: Desk, found: ObjectModel) -> tuple[PlaceGroup, ...]:
    """Return the names that a template over an object may use."""
    groups = [PlaceGroup(desk.title(found.title), tuple(_places(desk, found.fields.values(), "record")))]
    for field in found.fields.values():
        child = desk.model.objects.get(field.lines_of or "")
        if child is None:
            continue
        loop = f"{{% for line in record.{field.name} %}}\n{{% endfor %}}"
        rows = (Place(desk.say("print.loop"), loop), *_places(desk, child.fields.values(), "line"))
        groups.append(PlaceGroup(desk.title(field.title), rows))
    return tuple(groups)


def _places(desk: Desk, fields: Iterable[Any], root: str) -> Iterator[Place]:
    for field in fields:
        if field.lines_of or field.type == "secret":
            continue
        after = {"money": " | number", "image": " | picture(30)", "date": " | long_day"}.get(field.type, "")
        yield Place(desk.title(field.title) or field.name, f"{{{{ {root}.{field.name}{after} }}}}")


def _row(desk: Desk, one: PrintModel, layers: Mapping[str, str]) -> FormatRow:
    keys = {name: f"language.{name}" for name in one.body.by_language}
    told = [desk.say(key) if desk.words.has(key) else name for name, key in keys.items()]
    when = one.when.text if one.when is not None else ""
    return FormatRow(one.name, desk.title(one.title), when, ", ".join(told), layers.get(one.name) == "overlay")


def _text(value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(language, ""))
    return str(value or "")


def _label(given: Mapping[str, str], name: str) -> dict[str, str]:
    texts = {language: given.get(f"{name}.{language}", "").replace("\r\n", "\n") for language in LANGUAGES}
    return {language: text for language, text in texts.items() if text.strip()}


INPUTS = tuple(given_of({}))
