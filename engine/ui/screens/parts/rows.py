"""Shapes that hold others: groups, rows, maps, and what begins with a verb."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.ui.screens.parts.inputs import Part
from engine.ui.screens.parts.shapes import Flat, Given, Shape, literal, read_literal
from engine.ui.screens.parts.sheet import ABSENT, Sheet

_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Group:
    """A map with fixed keys; absent when nothing in it is said. ``besides`` are keys that few need."""

    parts: Callable[[], Mapping[str, Shape]]
    besides: Sequence[str] = ()

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the texts of each part."""
        for key, shape in self.parts().items():
            yield from shape.flat(_in(name, key), value.get(key, ABSENT) if isinstance(value, Mapping) else ABSENT)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield the inputs under one heading."""
        drawn = {
            own: tuple(shape.draw(_in(name, own), own, key or owner, given, sheet))
            for own, shape in self.parts().items()
        }
        inside = [part for own, parts in drawn.items() if own not in self.besides for part in parts]
        rest = tuple(part for own, parts in drawn.items() if own in self.besides for part in parts)
        if rest:
            inside.append(_besides(name, rest, sheet))
        yield Part("group", name, sheet.title(key, owner), "", (), tuple(inside), sheet.errors.get(name, ""), "", 12)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the map."""
        old: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
        found = {key: shape.read(_in(name, key), given, old.get(key, ABSENT)) for key, shape in self.parts().items()}
        said = {key: value for key, value in found.items() if value is not ABSENT}
        return _in_order(said, old) or ABSENT


@dataclass(frozen=True, slots=True)
class Rows:
    """A list; ``empty`` tells whether none at all is still a list. A single element may stand for a list of one."""

    item: Callable[[], Shape]
    empty: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the texts of each element, with the place that it had."""
        for at, one in enumerate(_elements(value)):
            yield f"{name}.{at}", str(at)
            yield from self.item().flat(f"{name}.{at}", one)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a row for each element."""
        item = self.item()
        rows = tuple(
            Part(
                "row",
                f"{name}.{at}",
                sheet.say("part.row", what=sheet.title(key, owner), n=number),
                given.get(f"{name}.{at}", ""),
                parts=tuple(item.draw(f"{name}.{at}", "", key, given, sheet)),
                error=sheet.errors.get(f"{name}.{at}", ""),
            )
            for number, at in enumerate(indexes(given, name), 1)
        )
        title, error, hint = sheet.title(key, owner), sheet.errors.get(name, ""), sheet.help(key, owner)
        yield Part("rows", name, title, sheet.say("part.add"), (), rows, error, hint, 12)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the list in the order of its rows."""
        old, item, found = _elements(before), self.item(), []
        for at in indexes(given, name):
            place = given.get(f"{name}.{at}", "")
            kept = old[int(place)] if place.isdigit() and int(place) < len(old) else ABSENT
            one = item.read(f"{name}.{at}", given, kept)
            if one is not ABSENT:
                found.append(one)
        if isinstance(before, Mapping) and found == [before]:
            return before
        return found if found or (self.empty and before == []) else ABSENT


@dataclass(frozen=True, slots=True)
class Pairs:
    """A map whose keys authors choose. ``fields``: they are fields of a record, and the values are literals."""

    item: Callable[[], Shape] | None = None
    fields: bool = True

    def flat(self, name: str, value: Any) -> Flat:
        """Yield key and value of each pair."""
        for at, (key, one) in enumerate(value.items() if isinstance(value, Mapping) else ()):
            yield f"{name}.{at}", str(at)
            yield f"{name}.{at}.key", str(key)
            if self.item is None:
                yield f"{name}.{at}.value", literal(one)
            else:
                yield from self.item().flat(f"{name}.{at}.value", one)

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a row for each pair."""
        rows = tuple(
            Part(
                "row",
                f"{name}.{at}",
                sheet.say("part.row", what=sheet.title(key, owner), n=number),
                given.get(f"{name}.{at}", ""),
                parts=tuple(self._pair(f"{name}.{at}", key, given, sheet)),
                error=self._error(name, at, given, sheet),
            )
            for number, at in enumerate(indexes(given, name), 1)
        )
        title, error, hint = sheet.title(key, owner), sheet.errors.get(name, ""), sheet.help(key, owner)
        yield Part("rows", name, title, sheet.say("part.add"), (), rows, error, hint, 12)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the map; a pair without a key says nothing."""
        old: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
        found: dict[str, Any] = {}
        for at in indexes(given, name):
            key = given.get(f"{name}.{at}.key", "")
            if not key:
                continue
            if self.item is not None:
                found[key] = self.item().read(f"{name}.{at}.value", given, old.get(key, ABSENT))
            else:
                text = given.get(f"{name}.{at}.value", "")
                found[key] = old[key] if key in old and literal(old[key]) == text else read_literal(text)
        return {key: value for key, value in found.items() if value is not ABSENT} or ABSENT

    def _pair(self, name: str, key: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        chosen = given.get(f"{name}.key", "")
        known = list(sheet.fields(sheet.object_at(name, given))) if self.fields and key != "with_free" else []
        title = sheet.say("part.field" if self.fields else "part.name")
        if known:
            options = sheet.options(known, chosen, sheet.say("part.none"))
            yield Part("select", f"{name}.key", title, chosen, options, width=4)
        else:
            yield Part("text", f"{name}.key", title, chosen, width=4)
        if self.item is not None:
            yield from self.item().draw(f"{name}.value", "value", key, given, sheet)
        else:
            value, hint = given.get(f"{name}.value", ""), sheet.say("part.value.help")
            yield Part("text", f"{name}.value", sheet.say("part.value"), value, help=hint, width=8)

    def _error(self, name: str, at: int, given: Given, sheet: Sheet) -> str:
        return sheet.errors.get(f"{name}.{given.get(f'{name}.{at}.key', '')}", "") or sheet.errors.get(
            f"{name}.{at}", ""
        )


@dataclass(frozen=True, slots=True)
class Verbed:
    """A map that begins with a verb, and its settings; some verbs are ``plain`` words that may stand alone.

    ``formula``: a text that begins with '=' stands for this verb. ``usual`` is the verb of a new one, ``besides`` are
    settings that few need, ``words`` the texts that call the verbs.
    """

    verbs: Callable[[], Mapping[str, Mapping[str, Shape]]]
    plain: Sequence[str] = ()
    formula: str = ""
    usual: str = ""
    besides: Sequence[str] = ()
    words: str = "verb"

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the verb, its value and its settings."""
        verb, said = self._taken(value)
        yield f"{name}.verb", verb
        for key, shape in self.verbs().get(verb, {}).items():
            yield from shape.flat(_in(name, key), said.get(key, ABSENT))

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield the choice of a verb, and the inputs that belong to it."""
        verb = given.get(f"{name}.verb", "") or self.usual
        names = [(one, sheet.say(f"part.{self.words}.{one}")) for one in self.verbs()]
        yield Part("verb", f"{name}.verb", sheet.title("verb", owner), verb, sheet.options(names, verb))
        drawn = {own: tuple(shape.draw(_in(name, own), own, verb, given, sheet)) for own, shape in self._of(verb)}
        for own, parts in drawn.items():
            if own == verb or own not in self.besides:
                yield from parts
        rest = tuple(part for own in drawn if own != verb and own in self.besides for part in drawn[own])
        if rest:
            yield _besides(name, rest, sheet)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the map, or the word."""
        verb = given.get(f"{name}.verb", "") or self.usual
        known, old = self._taken(before)
        if known != verb:
            old = {}
        settings = self.verbs().get(verb, {})
        found = {key: shape.read(_in(name, key), given, old.get(key, ABSENT)) for key, shape in settings.items()}
        said = {key: value for key, value in found.items() if value is not ABSENT}
        if verb in self.plain and not said:
            return before if before == {verb: True} else verb
        if isinstance(before, str) and said == old:
            return before
        own = said.pop(verb, "" if verb in settings else True)
        return _in_order({verb: own, **said}, old)

    def _of(self, verb: str) -> Iterator[tuple[str, Shape]]:
        yield from self.verbs().get(verb, {}).items()

    def _taken(self, value: Any) -> tuple[str, Mapping[str, Any]]:
        """Return the verb of a value and what it says."""
        if isinstance(value, Mapping):
            verbs = self.verbs()
            return next((str(key) for key in value if key in verbs), str(next(iter(value), ""))), value
        if isinstance(value, str) and value.startswith("=") and self.formula:
            return self.formula, {self.formula: value[1:].strip()}
        return ("" if value is ABSENT else str(value)), {}


def _besides(name: str, rest: tuple[Part, ...], sheet: Sheet) -> Part:
    # the value of rows is what their button says
    said = any(part.error or (part.parts if part.kind == "rows" else part.value) for part in rest)
    told = "open" if said else ""
    return Part("fold", f"{name}.besides", sheet.say("part.besides"), told, (), rest, width=12)


def indexes(given: Given, name: str) -> list[int]:
    """Return the numbers of the rows that a form has, in their order."""
    prefix = f"{name}."
    found = {key[len(prefix) :] for key in given if key.startswith(prefix)}
    return sorted(int(one) for one in found if one.isascii() and one.isdigit() and len(one) <= len(str(_MOST_ROWS)))


def arranged(given: Given, wish: str) -> dict[str, str]:
    """Return a form after a row was added, taken away or moved: ``add:name``, ``drop:name.2``, ``up:name.2``."""
    verb, _, name = wish.partition(":")
    if verb == "add":
        at = max(indexes(given, name), default=-1) + 1
        return {**given, f"{name}.{at}": "new"} if at < _MOST_ROWS else dict(given)
    rows, _, row = name.rpartition(".")
    order = indexes(given, rows)
    if not row.isdigit() or int(row) not in order:
        return dict(given)
    if verb == "drop":
        return {key: text for key, text in given.items() if not _within(key, name)}
    place = order.index(int(row)) + (-1 if verb == "up" else 1)
    if verb not in ("up", "down") or not 0 <= place < len(order):
        return dict(given)
    other = f"{rows}.{order[place]}"
    return {_swapped(key, name, other): text for key, text in given.items()}


def _swapped(key: str, one: str, other: str) -> str:
    if _within(key, one):
        return other + key[len(one) :]
    return one + key[len(other) :] if _within(key, other) else key


def _within(key: str, name: str) -> bool:
    return key == name or key.startswith(f"{name}.")


def _elements(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, Mapping | str) else []


def _in(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _in_order(said: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said in the order in which it stood."""
    return {key: said[key] for key in (*(one for one in old if one in said), *(one for one in said if one not in old))}
