"""Numbering rules on screen: all of them with the number that comes next, and one as a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.kernel.errors import Complaint
from engine.metamodel.layers.edits import Edit
from engine.records import format_date
from engine.tenancy import Fault
from engine.ui.screens.custom.shop import Bar, Shop
from engine.ui.screens.parts import ABSENT, Section, Sheet
from engine.ui.screens.parts.inputs import Part
from engine.ui.screens.parts.rows import Pairs, Rows, Verbed
from engine.ui.screens.parts.shapes import Choice, Figure, Flat, Given, Label, Shape, Text

_TAB = "numbering"
_RESETS = ("never", "day", "month", "quarter", "year")
_MODES = ("fast", "dense", "gapless")
_DIGITS = ("mod10", "mod11", "mod97")
_DATES = ("date", "datetime")
_SHOWN = ("text", "code", "choice", "integer")
_SHARED = ("reference", "choice", "department", "user")
# what a part shows whose text only a record has
_OPEN = "…"


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A rule in the list: what it numbers, its parts in words, an example, and the number that comes next."""

    name: str
    title: str
    object: str
    parts: tuple[str, ...]
    reset: str
    next: str
    mark: str
    origin: str


@dataclass(frozen=True, slots=True)
class NumbersScreen:
    """All rules."""

    bar: Bar
    rows: tuple[NumberRow, ...]


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """One rule as a form; ``next`` is the number by the rule in force, ``example`` what is written would make."""

    bar: Bar
    name: str
    title: str
    objects: str
    next: str
    example: str
    sections: tuple[Section, ...]
    problems: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A field of the record, or one behind a reference."""

    types: Sequence[str]
    beyond: bool = False
    none: str = "part.none"

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the path."""
        yield name, "" if value is ABSENT else str(value)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a choice."""
        chosen = given.get(name, "")
        options = sheet.options(list(self._known(sheet)), chosen, sheet.say(self.none))
        error, hint = sheet.errors.get(name, ""), sheet.help(key, owner)
        yield Part("select", name, sheet.title(key, owner), chosen, options, error=error, help=hint)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the path."""
        return given.get(name, "") or ABSENT

    def _known(self, sheet: Sheet) -> Iterator[tuple[str, str]]:
        own = sheet.shop.fields(sheet.object)
        for name, title in sheet.fields(sheet.object):
            field = own.get(name, {})
            if field.get("type") in self.types:
                yield name, title
            if self.beyond and field.get("type") == "reference":
                for inner, there in sheet.fields(str(field.get("to", "")), ("text", "code", "choice")):
                    yield f"{name}.{inner}", f"{title} › {there}"


def _segments() -> Mapping[str, Mapping[str, Shape]]:
    return {
        "text": {"text": Text()},
        "date": {"date": Text(), "of": _Place(_DATES, none="part.date.of.none")},
        "field": {"field": _Place(_SHOWN, beyond=True), "width": Figure(), "map": Pairs(fields=False)},
        "counter": {"counter": Figure()},
        "check": {"check": Choice(_DIGITS, "check_digit")},
    }


_SHAPES: Mapping[str, Shape] = {
    "title": Label(),
    "segments": Rows(lambda: Verbed(_segments, usual="text", besides=("map",), words="segment")),
    "reset": Choice(_RESETS, "reset"),
    "scope": _Place(_SHARED, none="part.scope.none"),
    "start": Figure(),
    "mode": Choice(_MODES, "numbering_mode"),
}
_SECTIONS: Mapping[str, Sequence[str]] = {
    "number_parts": ("title", "segments"),
    "number_counter": ("reset", "scope", "start", "mode"),
}

# the number that a record of an object would get in a field, None when that depends on what nobody has entered yet
Next = Callable[[str, str], str | None]


def numbered_by(shop: Shop, name: str) -> Iterator[tuple[str, str]]:
    """Yield the objects and fields that a rule numbers."""
    for one in shop.of_kind("object"):
        uses = one.body.get("numbering", ())
        for use in [uses] if isinstance(uses, Mapping) else uses:
            if use.get("rule") == name:
                yield one.id, str(use.get("field", ""))


def build_numbers(shop: Shop, following: Next) -> NumbersScreen:
    """Return all rules."""
    return NumbersScreen(shop.bar(_TAB), tuple(_row(shop, one.id, one.body, following) for one in shop.of_kind(_KIND)))


def build_number(
    shop: Shop, name: str, given: Mapping[str, str], following: Next, wrong: Sequence[Complaint] = ()
) -> NumberSettings:
    """Return one rule as a form, with what is wrong with it."""
    errors: dict[str, str] = {}
    problems: list[str] = []
    language = shop.desk.words.language
    for one in wrong:
        at_home = isinstance(one, Fault) and one.id == name and one.place
        place = ".".join(map(str, one.place)) if isinstance(one, Fault) and at_home else one.path
        text = " ".join(filter(None, (one.message(language), one.hint(language))))
        errors.setdefault(place, text)
        problems.append(shop.said(one) if isinstance(one, Fault) else text)
    uses = list(numbered_by(shop, name))
    sheet = Sheet(shop, uses[0][0] if uses else "", {}, errors)
    sections = tuple(
        Section(
            title,
            sheet.say(f"part.section.{title}"),
            tuple(part for key in keys for part in _SHAPES[key].draw(key, key, _KIND, given, sheet)),
        )
        for title, keys in _SECTIONS.items()
    )
    return NumberSettings(
        shop.bar(_TAB),
        name,
        shop.titled(_KIND, name),
        shop.desk.say("value.joint").join(shop.titled("object", object) for object, _ in uses),
        _next(shop, uses, following),
        _example(shop, {**shop.body(_KIND, name), **_read(shop, name, given)}, shop.desk.dates.today),
        sections,
        tuple(dict.fromkeys(problems)),
        f"/customise/numbering/{name}",
    )


def stored_number(shop: Shop, name: str) -> dict[str, str]:
    """Return the texts of the form as the definition says."""
    body = shop.body(_KIND, name)
    return {text: value for key, shape in _SHAPES.items() for text, value in shape.flat(key, body.get(key, ABSENT))}


def number_edits(shop: Shop, name: str, given: Mapping[str, str]) -> Iterator[Edit]:
    """Yield what the posted form means."""
    body, said = shop.body(_KIND, name), _read(shop, name, given)
    for key in _SHAPES:
        if key not in said and key in body:
            yield Edit("remove", _KIND, name, (key,))
        elif key in said and said[key] != body.get(key):
            yield Edit("set", _KIND, name, (key,), said[key])


# ----------------------------------------------------------------------------------------------------------------------

_KIND = "numbering"


def _row(shop: Shop, name: str, body: Mapping[str, Any], following: Next) -> NumberRow:
    uses = list(numbered_by(shop, name))
    reset = str(body.get("reset", "never"))
    return NumberRow(
        name,
        shop.titled(_KIND, name),
        shop.desk.say("value.joint").join(shop.titled("object", object) for object, _ in uses),
        tuple(_in_words(shop, uses[0][0] if uses else "", one) for one in body.get("segments", ())),
        shop.desk.say(f"part.reset.is.{reset}"),
        _next(shop, uses, following),
        shop.mark(_KIND, name),
        shop.origin(_KIND, name),
    )


def _next(shop: Shop, uses: Sequence[tuple[str, str]], following: Next) -> str:
    known = shop.desk.model.objects
    found = (following(object, field) for object, field in uses if object in known)
    return next((text for text in found if text), "")


def _read(shop: Shop, name: str, given: Mapping[str, str]) -> dict[str, Any]:
    body = shop.body(_KIND, name)
    read = {key: shape.read(key, given, body.get(key, ABSENT)) for key, shape in _SHAPES.items()}
    return {key: value for key, value in read.items() if value is not ABSENT}


def _in_words(shop: Shop, object: str, segment: Mapping[str, Any]) -> str:
    """Return a part of a pattern as somebody reads it."""
    if "field" in segment:
        return shop.field_title(object, str(segment["field"]))
    if "date" in segment:
        return str(segment["date"])
    if "counter" in segment:
        return shop.desk.say("number.digits", n=segment["counter"])
    return shop.desk.say("part.segment.check") if "check" in segment else str(segment.get("text", ""))


def _example(shop: Shop, body: Mapping[str, Any], today: date) -> str:
    """Return the first number of a day, with a mark in the places that a record fills."""
    text, start = "", body.get("start", 1)
    for segment in body.get("segments", ()):
        if "date" in segment:
            text += format_date(str(segment["date"]), today)
        elif "counter" in segment and isinstance(segment["counter"], int):
            text += str(start).zfill(min(segment["counter"], 18))
        else:
            text += str(segment.get("text", _OPEN))
    return text
