"""Web forms set up on screen: the list of them, one as a form, a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.edits import Edit
from engine.metamodel.model.webform import ASKED
from engine.tenancy import Fault
from engine.ui.screens.custom.beginning import begun
from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.parts import ABSENT, Section, Sheet
from engine.ui.screens.parts.inputs import Part
from engine.ui.screens.parts.rows import Group, Pairs, Rows
from engine.ui.screens.parts.shapes import Flag, Flat, Given, Label, Shape

_TAB = "webforms"
# what makes a field fill itself
_FILLED = ("as", "rollup", "readonly", "default", "pick")


@dataclass(frozen=True, slots=True)
class WebformRow:
    """A web form in the list; ``address`` is empty where each record has a link of its own."""

    name: str
    title: str
    object: str
    address: str
    enabled: bool
    mark: str
    origin: str


@dataclass(frozen=True, slots=True)
class WebformsScreen:
    """All web forms."""

    bar: Bar
    rows: tuple[WebformRow, ...]


@dataclass(frozen=True, slots=True)
class WebformSettings:
    """One web form as a form; ``own``: no pack has it, so that it can go."""

    bar: Bar
    name: str
    title: str
    sections: tuple[Section, ...]
    problems: tuple[str, ...]
    action: str
    own: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that may be asked of somebody who has no account."""

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the name of the field."""
        yield name, "" if value is ABSENT else str(value)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a choice."""
        own = sheet.shop.fields(sheet.object)
        known = [(one, text) for one, text in sheet.fields(sheet.object, ASKED) if _is_asked(own.get(one, {}))]
        chosen = given.get(name, "")
        options = sheet.options(known, chosen, sheet.say("part.none"))
        yield Part("select", name, sheet.title(key, owner), chosen, options, error=sheet.errors.get(name, ""))

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the name."""
        return given.get(name, "") or ABSENT


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions in their order; one that says no more than its field stands as that."""

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the texts of each question."""
        yield from _ROWS.flat(name, _whole(value))

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a row for each question."""
        yield from _ROWS.draw(name, key, owner, given, sheet)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the questions."""
        found = _ROWS.read(name, given, _whole(before))
        if found is ABSENT:
            return ABSENT
        return [one["field"] if set(one) == {"field"} else one for one in found if one.get("field")] or ABSENT


def _question() -> Mapping[str, Shape]:
    return {"field": Asked(), "required": Flag(), "title": Label()}


_ROWS = Rows(lambda: Group(_question))
_SHAPES: Mapping[str, Shape] = {
    "title": Label(),
    "help": Label(long=True),
    "thanks": Label(long=True),
    "fields": Questions(),
    "set": Pairs(),
    "enabled": Flag(usual=True),
}
_SECTIONS: Mapping[str, Sequence[str]] = {
    "web_words": ("title", "help", "thanks", "enabled"),
    "web_fields": ("fields",),
    "web_set": ("set",),
}


def build_webforms(shop: Shop) -> WebformsScreen:
    """Return all web forms."""
    tenant = shop.desk.context.tenant
    rows = (
        WebformRow(
            one.id,
            shop.titled("webform", one.id),
            shop.titled("object", str(one.body.get("object", ""))),
            "" if one.body.get("transition") else f"/forms/{tenant}/{one.id}",
            one.body.get("enabled") is not False,
            shop.mark("webform", one.id),
            shop.origin("webform", one.id),
        )
        for one in shop.of_kind("webform")
    )
    return WebformsScreen(shop.bar(_TAB), tuple(rows))


def stored_webform(shop: Shop, name: str) -> dict[str, str]:
    """Return the texts of the form as the definition says."""
    body = shop.body("webform", name)
    return {text: value for key, shape in _SHAPES.items() for text, value in shape.flat(key, body.get(key, ABSENT))}


def webform_edits(shop: Shop, name: str, given: Mapping[str, str]) -> Iterator[Edit]:
    """Yield what the posted form means."""
    body = shop.body("webform", name)
    for key, shape in _SHAPES.items():
        before = body.get(key, ABSENT)
        value = shape.read(key, given, before)
        if value is ABSENT and before is not ABSENT:
            yield Edit("remove", "webform", name, (key,))
        elif value is not ABSENT and value != before and (key != "fields" or _whole(value) != _whole(before)):
            yield Edit("set", "webform", name, (key,), value)


def build_webform_settings(
    shop: Shop, name: str, given: Mapping[str, str], wrong: Sequence[Complaint] = ()
) -> WebformSettings:
    """Return one web form as a form, with what is wrong with it."""
    errors: dict[str, str] = {}
    problems: list[str] = []
    language = shop.desk.words.language
    for one in wrong:
        place = str(one.place[0]) if isinstance(one, Fault) and one.id == name and one.place else one.path
        if place in _SHAPES:
            errors.setdefault(place, " ".join(filter(None, (one.message(language), one.hint(language)))))
        problems.append(shop.said(one) if isinstance(one, Fault) else one.message(language))
    sheet = Sheet(shop, str(shop.body("webform", name).get("object", "")), {}, errors)
    sections = []
    for title, keys in _SECTIONS.items():
        parts = tuple(part for key in keys for part in _SHAPES[key].draw(key, key, "webform", given, sheet))
        sections.append(Section(title, sheet.say(f"part.section.{title}"), parts, folded=False))
    return WebformSettings(
        shop.bar(_TAB),
        name,
        shop.titled("webform", name),
        tuple(sections),
        tuple(dict.fromkeys(problems)),
        f"/customise/webforms/{name}",
        shop.mark("webform", name) == "new",
    )


def new_webform(shop: Shop, given: Mapping[str, str]) -> tuple[str, Sequence[Edit], Sequence[Complaint]]:
    """Return the name of a new web form, what makes it, and what is left out; it asks for what its object needs."""
    name, head, wrong = begun(shop, "webform", "form", given)
    body = {**head, "fields": list(_needed(shop, head["object"]))}
    return name, (Edit("insert", "webform", name, (), body),), wrong


def _needed(shop: Shop, object: str) -> Iterator[str]:
    display = str(shop.body("object", object).get("display", ""))
    for name, field in shop.fields(object).items():
        needed = field.get("required") is True and not any(key in field for key in _FILLED)
        if field.get("type") in ASKED and _is_asked(field) and (needed or name == display):
            yield name


def _is_asked(field: Mapping[str, Any]) -> bool:
    return not any(field.get(key) for key in ("as", "rollup", "readonly"))


def _whole(value: Any) -> Any:
    return [{"field": one} if isinstance(one, str) else one for one in value] if isinstance(value, list) else value
