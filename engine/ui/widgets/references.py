"""References to records and people, picked by a live search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import FieldModel
from engine.ui.widgets.base import ABSENT, NOTHING, Cell, Draw, Input, Look, Option, Posted, Spot

_PEOPLE = frozenset({"user", "users"})
# red says that something is wrong, so nobody wears it
_AVATAR_TONES = ("blue", "green", "amber", "violet", "teal")


@dataclass(frozen=True, slots=True)
class Pick:
    """A picked record as a form sends it: its id, and the text that stood in the search input."""

    id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceWidget:
    """One record, one department or one person."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = posted.one(name)
        if value is None:
            return ABSENT
        text = (posted.one(f"{name}.text") or "").strip()
        if value and text:
            return Pick(value, text)
        # typed but not picked: the text goes on, so that it can be looked up or complained about
        return Pick("", text) if text else None

    def show(self, field: FieldModel, look: Look) -> Draw:
        people = field.type in _PEOPLE
        target = field.targets[0] if field.targets else ""

        def draw(value: Any) -> Cell:
            if value is None:
                return NOTHING
            identity, title = parts_of(value)
            if not title:
                return Cell("masked", look.words.say("value.unseen"))
            if people:
                return person_cell(identity, title)
            return Cell("link", title, href=f"/o/{target}/{identity}") if target else Cell("text", title)

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        identity, title = parts_of(value)
        target = field.targets[0] if field.targets else ""
        return Input(
            "picker",
            spot,
            value=identity,
            text=title or (look.words.say("value.unseen") if identity else ""),
            mode="user" if field.type in _PEOPLE else "",
            icon=look.model.objects[target].icon if target in look.model.objects else "user",
            create=target if target and not spot.label and look.may_create(target) else "",
        )

    def width(self, field: FieldModel) -> int:
        return 6 if field.type == "reference" else 4


@dataclass(frozen=True, slots=True)
class ReferencesWidget:
    """Several records or people."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        values = posted.many(name)
        if not values:
            return ABSENT
        # each is "id title", so that the form can be drawn again without asking for titles
        return [Pick(*_split(value)) for value in values if value]

    def show(self, field: FieldModel, look: Look) -> Draw:
        one = ReferenceWidget().show(field, look)
        return lambda value: Cell("tags", parts=tuple(one(part) for part in value)) if value else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        chosen = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
        pairs = [parts_of(part) for part in chosen]
        options = tuple(Option(f"{identity} {title}", title, chosen=True) for identity, title in pairs)
        return Input("pickers", spot, options=options, mode="user" if field.type in _PEOPLE else "", icon="search")

    def width(self, field: FieldModel) -> int:
        return 6


@dataclass(frozen=True, slots=True)
class AnyReferenceWidget:
    """One record of one of several objects: first the object, then the record."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = posted.one(name)
        if value is None:
            return ABSENT
        return (
            {"object": posted.one(f"{name}.object") or "", "id": value, "title": posted.one(f"{name}.text") or ""}
            if value
            else None
        )

    def show(self, field: FieldModel, look: Look) -> Draw:
        def draw(value: Any) -> Cell:
            if value is None:
                return NOTHING
            identity, title = parts_of(value)
            target = object_of(value)
            return Cell("link", title, href=f"/o/{target}/{identity}") if target else Cell("text", title)

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        identity, title = parts_of(value)
        chosen = object_of(value) or (field.targets[0] if field.targets else "")
        objects = tuple(
            Option(name, look.title(look.model.objects[name].title), name == chosen) for name in field.targets
        )
        return Input("any_picker", spot, value=identity, text=title, options=objects, icon="search")

    def width(self, field: FieldModel) -> int:
        return 8


def parts_of(value: Any) -> tuple[str, str]:
    """Return id and title of a reference, however it comes: from the model, from JSON or from a form."""
    if value is None:
        return "", ""
    if isinstance(value, dict):
        return str(value.get("id") or ""), str(value.get("title") or "")
    if isinstance(value, str):
        return value, ""
    return str(value.id), str(value.title or "")


def object_of(value: Any) -> str:
    """Return the object that an any_reference points into, or an empty text."""
    if isinstance(value, dict):
        return str(value.get("object") or "")
    return getattr(value, "object", "") or ""


def person_cell(identity: str, name: str) -> Cell:
    """Return a person with the avatar that belongs to his id."""
    return Cell("person", name, tone=tone_of(identity), note=initial_of(name))


def tone_of(identity: str) -> str:
    """Return a tone that is always the same for the same id."""
    return _AVATAR_TONES[sum(identity.encode()) % len(_AVATAR_TONES)]


def initial_of(name: str) -> str:
    """Return the letter of an avatar: the last character of a Chinese name, the initials of another."""
    name = name.strip()
    if not name:
        return "?"
    if ord(name[-1]) > 0x2E80:
        return name[-1]
    return "".join(word[0] for word in _words(name)).upper()


def _words(name: str) -> Iterable[str]:
    parts = name.split()
    return parts[:1] + parts[1:][-1:]


def _split(value: str) -> tuple[str, str]:
    identity, _, title = value.partition(" ")
    return identity, title
