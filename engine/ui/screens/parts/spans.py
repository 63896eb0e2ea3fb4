"""Shapes of lengths of time, of people that a rule starts from, and of several words at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.ui.screens.parts.inputs import Part
from engine.ui.screens.parts.shapes import Flat, Given
from engine.ui.screens.parts.sheet import ABSENT, Sheet

_PLAIN = re.compile(r"(-?)P(?:(\d+)D|T(\d+)(H|M))")
_FORMS: Mapping[str, str] = {"D": "P{n}D", "H": "PT{n}H", "M": "PT{n}M"}
_WORDS = ("submitter", "owner", "assignee", "actor")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as a figure and a unit; ``signed``: before or after; ``formula``: or a formula that yields one.

    What has several units is kept as it was written. ``never``: that word may stand for it.
    """

    signed: bool = False
    formula: bool = False
    never: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield figure, unit and side; the whole text where it is neither."""
        text = "" if value is ABSENT else str(value)
        found = _PLAIN.fullmatch(text)
        sign, days, clock, unit = found.groups() if found else ("", "", "", "")
        other = "formula" if text.startswith("=") else "kept" if text and not found else ""
        other = "never" if text == "never" else other
        yield f"{name}.n", days or clock or ""
        yield f"{name}.unit", other or unit or "D"
        yield f"{name}.side", "before" if sign else "after"
        yield name, text.removeprefix("=") if other == "formula" else text

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield figure, unit and side as one."""
        unit = given.get(f"{name}.unit", "D")
        error = sheet.errors.get(name, "")
        title = sheet.title(key, owner)
        units = [(one, sheet.say(f"custom.unit_{one}")) for one in _FORMS]
        if self.formula:
            units.append(("formula", sheet.say("part.by_formula")))
        if self.never:
            units.append(("never", sheet.say("part.never")))
        if unit == "kept":
            units.append(("kept", given.get(name, "")))
        parts = [
            Part("number", f"{name}.n", title, given.get(f"{name}.n", ""), shown_for=f"{name}.unit=D,H,M"),
            Part("select", f"{name}.unit", sheet.say("custom.unit"), unit, sheet.options(units, unit)),
        ]
        if self.signed:
            side = given.get(f"{name}.side", "after")
            sides = [(one, sheet.say(f"part.side.{one}")) for one in ("before", "after")]
            parts.append(Part("select", f"{name}.side", sheet.say("part.side"), side, sheet.options(sides, side)))
        whole = Part("rule", name, title, given.get(name, ""), shown_for=f"{name}.unit=formula", width=12)
        kept = Part("hidden", name, "", given.get(name, ""))
        parts.append(whole if self.formula and unit != "kept" else kept)
        yield Part("span", name, title, "", (), tuple(parts), error, sheet.help(key, owner))

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the length of time."""
        unit, figure = given.get(f"{name}.unit", ""), given.get(f"{name}.n", "")
        if unit in ("kept", "formula"):
            text = given.get(name, "").removeprefix("=").strip()
            return (f"={text}" if unit == "formula" else text) if text else ABSENT
        if unit == "never":
            return unit
        if not figure or unit not in _FORMS:
            return ABSENT
        text = _FORMS[unit].format(n=figure)
        sign = "-" if self.signed and given.get(f"{name}.side") == "before" and figure.strip("0") else ""
        return sign + text


@dataclass(frozen=True, slots=True)
class Anchor:
    """A person that a rule starts from: one of the words, or a formula."""

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the word, or the formula."""
        text = "" if value is ABSENT else str(value)
        formula = text.startswith("=")
        yield name, "formula" if formula else text
        yield f"{name}.formula", text[1:].strip() if formula else ""

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a choice, and the editor that belongs to the last one."""
        chosen = given.get(name, "") or "submitter"
        words = [(one, sheet.say(f"part.{one}")) for one in _WORDS] + [("formula", sheet.say("part.by_formula"))]
        title, error = sheet.say("part.whose", what=sheet.title(key, owner)), sheet.errors.get(name, "")
        yield Part("select", name, title, chosen, sheet.options(words, chosen), error=error)
        told, formula = sheet.say("part.by_formula"), given.get(f"{name}.formula", "")
        yield Part("rule", f"{name}.formula", told, formula, shown_for=f"{name}=formula", width=12)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the word or the formula."""
        chosen = given.get(name, "") or "submitter"
        if chosen != "formula":
            return chosen
        formula = given.get(f"{name}.formula", "")
        if isinstance(before, str) and before.startswith("=") and before[1:].strip() == formula:
            return before
        return f"={formula}" if formula else ABSENT


@dataclass(frozen=True, slots=True)
class Ticks:
    """Several of some words. ``usual``: nothing said does not mean none, so that a choice stands before the ticks."""

    values: Sequence[str]
    usual: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield a tick for each."""
        yield f"{name}.how", "" if value is ABSENT else "own"
        chosen = () if value is ABSENT else value
        for one in self.values:
            yield f"{name}.{one}", "true" if one in chosen else ""

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield the ticks."""
        title, error = sheet.title(key, owner), sheet.errors.get(name, "")
        ticks = tuple(
            Part("tick", f"{name}.{one}", sheet.word(key, one), given.get(f"{name}.{one}", "")) for one in self.values
        )
        if self.usual:
            how = given.get(f"{name}.how", "")
            own = sheet.options([("own", sheet.say("part.only_these"))], how, sheet.say("part.usual"))
            yield Part("select", f"{name}.how", title, how, own, help=sheet.help(key, owner))
            yield Part("ticks", name, title, "", (), ticks, error, width=12, shown_for=f"{name}.how=own")
        else:
            yield Part("ticks", name, title, "", (), ticks, error, sheet.help(key, owner), 12)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the words in their order."""
        chosen = [one for one in self.values if given.get(f"{name}.{one}") == "true"]
        if isinstance(before, list) and sorted(map(str, before)) == sorted(chosen):
            chosen = before
        if self.usual:
            return chosen if given.get(f"{name}.how") == "own" else ABSENT
        return chosen or ABSENT


Offer = Callable[[str, Given, Sheet], Iterator[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Several:
    """Several of the names that ``offer`` yields. ``one``: a single one may stand alone in the definition."""

    offer: Offer
    one: bool = False

    def flat(self, name: str, value: Any) -> Flat:
        """Yield the names, and a tick for each."""
        chosen = [value] if isinstance(value, str) else [] if value is ABSENT else list(map(str, value))
        yield f"{name}.all", ",".join(chosen)
        for one in chosen:
            yield f"{name}.{one}", "true"

    def draw(self, name: str, key: str, owner: str, given: Given, sheet: Sheet) -> Iterator[Part]:
        """Yield a list to tick; what nobody knows stays among it."""
        known = list(self.offer(name, given, sheet))
        strange = [(one, one) for one in _listed(given, name) if one not in dict(known)]
        on = [(one, text) for one, text in (*known, *strange) if given.get(f"{name}.{one}") == "true"]
        parts = [
            Part("tick", f"{name}.{one}", text, given.get(f"{name}.{one}", "")) for one, text in (*known, *strange)
        ]
        parts.append(Part("hidden", f"{name}.all", "", ",".join(dict.fromkeys([*_listed(given, name)]))))
        told = sheet.say("value.joint").join(text for _, text in on) or sheet.say("part.none")
        error, hint = sheet.errors.get(name, ""), sheet.help(key, owner)
        yield Part("several", name, sheet.title(key, owner), told, (), tuple(parts), error, hint)

    def read(self, name: str, given: Given, before: Any) -> Any:
        """Return the names: those that stood there first, then the new ones."""
        prefix = f"{name}."
        ticked = [key.removeprefix(prefix) for key, value in given.items() if key.startswith(prefix) and value]
        ticked = [one for one in ticked if given[prefix + one] == "true" and "." not in one]
        old = [before] if isinstance(before, str) else list(before) if isinstance(before, list) else []
        found = [one for one in old if one in ticked] + [one for one in ticked if one not in old]
        if not found:
            return ABSENT
        return found[0] if self.one and len(found) == 1 and not isinstance(before, list) else found


def _listed(given: Given, name: str) -> list[str]:
    return [one for one in given.get(f"{name}.all", "").split(",") if one]
