"""Shapes that one key only has: the ways of a block, what happens when nobody is found, a list of paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.ui.screens.parts.inputs import Part
from engine.ui.screens.parts.names import free_name, name_from
from engine.ui.screens.parts.rows import indexes
from engine.ui.screens.parts.shapes import Flat, Given, Label, Rule, Shape
from engine.ui.screens.parts.sheet import ABSENT, Sheet

_WORDS = ("admin", "block", "pass", "fail")
_LABEL, _RULE = Label(), Rule()


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of a block: title and condition of each; their steps stay as they are. ``named``: a map by name."""

    named: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield title and condition of each way."""
        for at, (key, way) in enumerate(_ways(value)):
            yield f"{name}.{at}", key
            body = way if isinstance(way, Mapping) else {}
            yield f"{name}.{at}.otherwise", "true" if body.get("else") is True else ""
            yield from _LABEL.flat(f"{name}.{at}.title", body.get("title", ABSENT))
            yield from _RULE.flat(f"{name}.{at}.when", body.get("when", ABSENT))

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a row for each way."""
        rows = []
        for number, at in enumerate(indexes(given, name), 1):
            row = f"{name}.{at}"
            parts = list(_LABEL.draw(f"{row}.title", "title", "way", given, sheet))
            if given.get(f"{row}.otherwise"):
                parts.append(Part("told", f"{row}.otherwise", sheet.say("part.otherwise"), "true"))
            elif owner != "parallel":
                parts += _RULE.draw(f"{row}.when", "when", "way", given, sheet)
            error = sheet.errors.get(row, "")
            title = sheet.say("part.row", what=sheet.title(key, owner), n=number)
            rows.append(Part("row", row, title, given.get(row, ""), parts=tuple(parts), error=error))
        title, error, hint = sheet.title(key, owner), sheet.errors.get(name, ""), sheet.help(key, owner)
        yield Part("rows", name, title, sheet.say("part.add"), (), tuple(rows), error, hint, 12)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the ways with the steps that they had; new ones have none yet."""
        old = dict(_ways(before))
        found: list[tuple[str, Any]] = []
        for at in indexes(given, name):
            key = given.get(f"{name}.{at}", "")
            found.append((key if key in old else "", self._way(f"{name}.{at}", given, old.get(key))))
        if not found:
            return ABSENT
        if self.named:
            return _by_name(found, given)
        last = [way for _, way in found if way.get("else") is True]
        return [way for _, way in found if way.get("else") is not True] + last

    def _way(self, name: str, given: Given, before: Any) -> Any:
        body: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
        said = {
            "title": _LABEL.read(f"{name}.title", given, body.get("title", ABSENT)),
            "when": _RULE.read(f"{name}.when", given, body.get("when", ABSENT)),
        }
        said = {key: value for key, value in said.items() if value is not ABSENT}
        if isinstance(before, list) and not said:
            return before
        if given.get(f"{name}.otherwise"):
            said = {**{key: value for key, value in said.items() if key != "when"}, "else": True}
        return {**said, "steps": before if isinstance(before, list) else body.get("steps", [])}


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What happens when no way fits: nothing, or steps of its own, which stay as they are."""

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the word."""
        yield name, "own" if isinstance(value, list) else "none"

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a choice."""
        chosen = given.get(name, "none")
        options = sheet.options([(one, sheet.word(key, one)) for one in ("none", "own")], chosen)
        error, hint = sheet.errors.get(name, ""), sheet.help(key, owner)
        yield Part("select", name, sheet.title(key, owner), chosen, options, error=error, help=hint)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the steps, or the word."""
        if given.get(name) == "own":
            return before if isinstance(before, list) else []
        return "none"


@dataclass(frozen=True, slots=True)
class Fallback:
    """What happens when nobody is found: one of the words, or other people."""

    people: Shape

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the word, and the people."""
        others = isinstance(value, Mapping)
        yield name, "to" if others else "" if value is ABSENT else str(value)
        yield from self.people.flat(f"{name}.to", value["to"] if others else ABSENT)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a choice, and the people that belong to its last one."""
        chosen = given.get(name, "")
        words = [(one, sheet.word(key, one)) for one in (*_WORDS, "to")]
        options = sheet.options(words, chosen, sheet.say("part.usual"))
        error = sheet.errors.get(name, "")
        yield Part("select", name, sheet.title(key, owner), chosen, options, error=error, help=sheet.help(key, owner))
        inside = tuple(self.people.draw(f"{name}.to", "by", "", given, sheet))
        yield Part("group", f"{name}.to", "", "", (), inside, width=12, shown_for=f"{name}=to")

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the word or the people."""
        chosen = given.get(name, "")
        if chosen != "to":
            return chosen or ABSENT
        old = before["to"] if isinstance(before, Mapping) else ABSENT
        people = self.people.read(f"{name}.to", given, old)
        return {"to": [] if people is ABSENT else people}


@dataclass(frozen=True, slots=True)
class Listed:
    """Several texts in one line, with commas between them."""

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the line."""
        yield name, "" if value is ABSENT else ", ".join(map(str, value))

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield one input."""
        value, error = given.get(name, ""), sheet.errors.get(name, "")
        yield Part("text", name, sheet.title(key, owner), value, error=error, help=sheet.help(key, owner))

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the texts."""
        return [one.strip() for one in given.get(name, "").replace("，", ",").split(",") if one.strip()] or ABSENT


def _ways(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), way) for key, way in value.items())
    elif isinstance(value, list):
        yield from ((str(at), way) for at, way in enumerate(value))


def _by_name(found: list[tuple[str, Any]], given: Given) -> dict[str, Any]:
    made: dict[str, Any] = {}
    taken = {key: True for key, _ in found if key}
    for key, way in found:
        title = way.get("title", {}) if isinstance(way, Mapping) else {}
        wish = name_from(title if isinstance(title, str) else str(title.get("en", "")))
        name = key or free_name(wish, {**taken, **made}, "way_1")
        made[name] = way
    return made
