"""Texts: one line, many lines, e-mail, phone, link, code, JSON, colour and secret."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import nh3

from engine.metamodel.model import FieldModel
from engine.ui.widgets.base import ABSENT, NOTHING, Cell, Draw, Input, Look, Posted, Spot, text_of

_MODES = {"phone": "tel", "email": "email", "url": "url"}
_RICH_TAGS = {
    "p",
    "br",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "ul",
    "ol",
    "li",
    "a",
    "blockquote",
    "h3",
    "h4",
    "code",
    "pre",
}
_SHORT, _LONG = 40, 200


@dataclass(frozen=True, slots=True)
class TextWidget:
    """A text on one line."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        return text_of(posted, name)

    def show(self, field: FieldModel, look: Look) -> Draw:
        kind = field.type

        def draw(value: Any) -> Cell:
            if value is None or value == "":
                return NOTHING
            text = str(value)
            if kind == "url" and text.startswith(("http://", "https://")):
                return Cell("link", _bare(text), href=text)
            if kind == "email":
                return Cell("link", text, href=f"mailto:{text}")
            if kind == "phone":
                return (
                    Cell("link", text, href=f"tel:{text.replace(' ', '')}") if "*" not in text else Cell("code", text)
                )
            return Cell("code" if kind in ("phone", "code") else "text", text)

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return Input(
            "text",
            spot,
            value="" if value is None else str(value),
            mode=_MODES.get(field.type, "text"),
            length=field.length,
        )

    def width(self, field: FieldModel) -> int:
        if field.type in ("email", "url"):
            return 6
        if field.type in ("phone", "region"):
            return 4
        return 4 if field.length <= _SHORT else 6 if field.length <= _LONG else 12


@dataclass(frozen=True, slots=True)
class LongTextWidget:
    """A text of many lines."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: Cell("long", str(value)) if value else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return Input(
            "area",
            spot,
            value="" if value is None else str(value),
            mode="rich" if field.type == "richtext" else "",
            length=field.length if field.type == "multiline" else 0,
        )

    def width(self, field: FieldModel) -> int:
        return 12


@dataclass(frozen=True, slots=True)
class RichTextWidget(LongTextWidget):
    """A text with a little structure, kept as clean HTML."""

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = LongTextWidget.read(self, posted, name, look)
        return clean_html(value) if isinstance(value, str) else value

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: Cell("rich", clean_html(str(value))) if value else NOTHING


@dataclass(frozen=True, slots=True)
class JsonWidget(LongTextWidget):
    """A JSON value in an editor of plain text."""

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        text = LongTextWidget.read(self, posted, name, look)
        if not isinstance(text, str):
            return text
        try:
            return json.loads(text)
        except ValueError:
            return text

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: Cell("code", json.dumps(value, ensure_ascii=False)) if value is not None else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        text = value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False, indent=2)
        return replace(LongTextWidget.ask(self, field, text, look, spot), mode="mono")


@dataclass(frozen=True, slots=True)
class SecretWidget:
    """A secret: written, never shown again; an empty input keeps what is there."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        return posted.one(name) or ABSENT

    def show(self, field: FieldModel, look: Look) -> Draw:
        kept = Cell("masked", "••••••")
        return lambda value: kept

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return Input(
            "secret",
            spot,
            placeholder=look.words.say("form.secret_kept"),
        )

    def width(self, field: FieldModel) -> int:
        return 6


@dataclass(frozen=True, slots=True)
class ColorWidget:
    """A colour, #rrggbb."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        return text_of(posted, name)

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: Cell("color", str(value)) if value else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return Input(
            "color",
            spot,
            value=str(value or ""),
        )

    def width(self, field: FieldModel) -> int:
        return 3


def clean_html(text: str) -> str:
    """Return rich text with nothing left that could act: no scripts, no styles, no foreign attributes."""
    return nh3.clean(
        text,
        tags=_RICH_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def _bare(url: str) -> str:
    return url.split("://", 1)[1].rstrip("/")
