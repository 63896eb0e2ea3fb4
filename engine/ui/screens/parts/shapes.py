"""Shapes of single values: texts, figures, choices, rules, labels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.ui.screens.parts.inputs import Part
from engine.ui.screens.parts.sheet import ABSENT, Sheet

Given = Mapping[str, str]
Flat = Iterator[tuple[str, str]]
_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,10}")
_DIGITS_ONLY = re.compile(r"\d{1,9}")


class Shape(Protocol):
    """A kind of value: how it becomes texts, inputs, and a value again. ``owner`` is the verb that it belongs to."""

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the texts of a value, ABSENT for none."""

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield the inputs."""

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the value that was posted, ABSENT for none; ``before`` where it says the same."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text. ``digits``: one of digits is a number."""

    digits: bool = False
    width: int = 6

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the text."""
        yield name, "" if value is ABSENT else str(value)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield one input."""
        yield Part(
            "text",
            name,
            sheet.title(key, owner),
            given.get(name, ""),
            error=sheet.errors.get(name, ""),
            help=sheet.help(key, owner),
            width=self.width,
        )

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the text."""
        text = given.get(name, "")
        if self.digits and _DIGITS_ONLY.fullmatch(text):
            return int(text)
        return text or ABSENT


@dataclass(frozen=True, slots=True)
class Figure:
    """A number; what is none is left to the check of the definition."""

    width: int = 3

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the figure."""
        yield name, "" if value is ABSENT else str(value)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield one input."""
        value, error = given.get(name, ""), sheet.errors.get(name, "")
        hint = sheet.help(key, owner)
        yield Part("number", name, sheet.title(key, owner), value, error=error, help=hint, width=self.width)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the number."""
        text = given.get(name, "")
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        return text or ABSENT


@dataclass(frozen=True, slots=True)
class Rule:
    """A formula or condition. ``marked``: it begins with '=' in the definition, which nobody has to type."""

    marked: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the formula."""
        text = "" if value is ABSENT else "true" if value is True else "false" if value is False else str(value).strip()
        yield name, text.removeprefix("=").lstrip() if self.marked else text

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield an editor."""
        yield Part(
            "rule",
            name,
            sheet.title(key, owner),
            given.get(name, ""),
            error=sheet.errors.get(name, ""),
            help=sheet.help(key, owner),
            width=12,
        )

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the formula."""
        text = given.get(name, "").removeprefix("=").lstrip() if self.marked else given.get(name, "")
        if not text:
            return ABSENT
        if before is not ABSENT and dict(self.flat(name, before))[name] == text:
            return before
        return f"={text}" if self.marked else text


@dataclass(frozen=True, slots=True)
class Label:
    """A text per language. ``long``: for people to read, with places to fill in."""

    long: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the Chinese and the English text."""
        for language in ("zh", "en"):
            plain = value if isinstance(value, str) else ""
            yield f"{name}.{language}", str(value.get(language, "")) if isinstance(value, Mapping) else plain

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield an input for each language."""
        for language in ("zh", "en"):
            title = sheet.say(f"part.in_{language}", title=sheet.title(key, owner))
            error = sheet.errors.get(f"{name}.{language}", "") or (sheet.errors.get(name, "") * (language == "zh"))
            value = given.get(f"{name}.{language}", "")
            hint = sheet.help(key, owner) if language == "en" else ""
            yield Part("area" if self.long else "text", f"{name}.{language}", title, value, error=error, help=hint)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the texts; one that is left out is that of the other language."""
        zh, en = (given.get(f"{name}.{language}", "") for language in ("zh", "en"))
        if not zh and not en:
            return ABSENT
        if isinstance(before, str) and zh == en == before:
            return before
        kept = {key: text for key, text in before.items() if key not in ("zh", "en")} if _is_map(before) else {}
        return {"zh": zh or en, "en": en or zh, **kept}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words; none of them: as it usually is."""

    values: Sequence[str]
    word: str = ""

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the word."""
        yield name, "" if value is ABSENT else str(value)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a choice."""
        chosen = given.get(name, "")
        named = [(value, sheet.word(self.word or key, value)) for value in self.values]
        options = sheet.options(named, chosen, sheet.say("part.usual"))
        error, hint = sheet.errors.get(name, ""), sheet.help(key, owner)
        yield Part("select", name, sheet.title(key, owner), chosen, options, error=error, help=hint)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the word."""
        return given.get(name, "") or ABSENT


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no; what is usual is not said."""

    usual: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield a tick."""
        yield name, "true" if (self.usual if value is ABSENT else value is True) else ""

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a tick."""
        value, error = given.get(name, ""), sheet.errors.get(name, "")
        yield Part("tick", name, sheet.title(key, owner), value, error=error, help=sheet.help(key, owner))

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return yes or no."""
        on = given.get(name) == "true"
        return on if on != self.usual or before is on else ABSENT


@dataclass(frozen=True, slots=True)
class Named:
    """The name of another definition, of a step or of a field; a line of text where there is no list of them."""

    key: str

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the name."""
        yield name, "" if value is ABSENT else str(value)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a choice, or a line."""
        chosen, title = given.get(name, ""), sheet.title(key, owner)
        error, hint = sheet.errors.get(name, ""), sheet.help(key, owner)
        if not sheet.knows(self.key):
            yield Part("text", name, title, chosen, error=error, help=hint)
            return
        found = list(sheet.choices(self.key, sheet.object_at(name.rpartition(".")[0], given)))
        options = sheet.options(found, chosen, sheet.say("part.none"))
        yield Part("select", name, title, chosen, options, error=error, help=hint)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the name."""
        return given.get(name, "") or ABSENT


def literal(value: Any) -> str:
    """Return how a literal or a formula in a value position is typed: as text, JSON for what is none."""
    if isinstance(value, str):
        plain = not _WHOLE.fullmatch(value) and not _DECIMAL.fullmatch(value)
        return value if plain and value not in ("true", "false", "null", "") and value[0] not in '"[{' else _json(value)
    return _json(value)


def read_literal(text: str) -> Any:
    """Return the value that was typed in a value position."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) or text in ("true", "false", "null") or text[:1] in ('"', "[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)
