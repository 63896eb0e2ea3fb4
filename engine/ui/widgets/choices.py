"""Choices: items of a dictionary, states of a life-cycle, yes and no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.metamodel.model import DictionaryItem, FieldModel, LifecycleModel, StateModel
from engine.ui.widgets.base import ABSENT, NOTHING, Cell, Draw, Input, Look, Option, Posted, Spot, text_of

PHASE_TONES: Mapping[str, str] = {
    "open": "gray",
    "active": "blue",
    "waiting": "amber",
    "done": "green",
    "failed": "red",
    "closed": "gray",
}
_INDENT = "\u3000"


@dataclass(frozen=True, slots=True)
class ChoiceWidget:
    """One item of a dictionary, or the state of a life-cycle."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        return text_of(posted, name)

    def show(self, field: FieldModel, look: Look) -> Draw:
        cells = _cells(field, look)
        return lambda value: NOTHING if value is None else cells.get(value) or Cell("text", str(value))

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        chosen = "" if value is None else str(value)
        waits = _waits_for(field, look)
        options = () if waits else tuple(_options(field, look, (chosen,)))
        empty = waits or look.words.say("value.choose" if spot.required else "value.none")
        return Input("select", spot, value=chosen, options=(Option("", empty), *options), mode="off" if waits else "")

    def width(self, field: FieldModel) -> int:
        return 4


@dataclass(frozen=True, slots=True)
class ChoicesWidget:
    """Several items of a dictionary."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        values = posted.many(name)
        return [value for value in values if value] if values else ABSENT

    def show(self, field: FieldModel, look: Look) -> Draw:
        cells = _cells(field, look)

        def draw(value: Any) -> Cell:
            if not value:
                return NOTHING
            return Cell("tags", parts=tuple(cells.get(code) or Cell("tag", str(code)) for code in value))

        return draw

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        chosen = (
            tuple(str(code) for code in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
        )
        waits = _waits_for(field, look)
        options = () if waits else tuple(_options(field, look, chosen))
        return Input("checks", spot, options=options, placeholder=waits)

    def width(self, field: FieldModel) -> int:
        return 6


@dataclass(frozen=True, slots=True)
class BooleanWidget:
    """Yes or no, as a switch."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value

    def show(self, field: FieldModel, look: Look) -> Draw:
        yes = Cell("switch", look.words.say("value.yes"), tone="green")
        no = Cell("switch", look.words.say("value.no"))
        return lambda value: NOTHING if value is None else yes if value else no

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return Input("switch", spot, value="true" if value in (True, "true") else "", text=look.words.say("value.yes"))

    def width(self, field: FieldModel) -> int:
        return 3


def state_cell(state: StateModel, look: Look) -> Cell:
    """Return the pill of a state; its phase gives tone and glyph."""
    return Cell("state", look.title(state.title), tone=PHASE_TONES[state.phase], phase=state.phase)


def lifecycle_on(field: FieldModel, look: Look) -> LifecycleModel | None:
    """Return the life-cycle whose state the field holds, if it holds one."""
    lifecycle = look.model.lifecycle_of(look.object)
    return lifecycle if lifecycle is not None and lifecycle.field == field.name else None


def options_of(field: FieldModel, look: Look) -> tuple[Option, ...]:
    """Return everything that a choice field may hold, for filters."""
    lifecycle = lifecycle_on(field, look)
    if lifecycle is not None:
        return tuple(Option(state.name, look.title(state.title)) for state in lifecycle.states.values())
    items = look.items(field.dictionary or "")
    return tuple(Option(item.code, look.title(item.title), tone=item.tone) for item, _ in in_tree_order(items))


def is_open(item: DictionaryItem, today: date) -> bool:
    """Tell whether an item may be chosen today."""
    started = item.valid_from is None or item.valid_from <= today
    return item.active and started and (item.valid_to is None or today <= item.valid_to)


def _cells(field: FieldModel, look: Look) -> dict[str, Cell]:
    lifecycle = lifecycle_on(field, look)
    if lifecycle is not None:
        return {state.name: state_cell(state, look) for state in lifecycle.states.values()}
    items = look.items(field.dictionary or "")
    return {code: _item_cell(item, look) for code, item in items.items()}


def _item_cell(item: DictionaryItem, look: Look) -> Cell:
    return Cell("tag" if item.tone else "text", look.title(item.title), tone=item.tone)


def _options(field: FieldModel, look: Look, chosen: Sequence[str]) -> Iterator[Option]:
    lifecycle = lifecycle_on(field, look)
    if lifecycle is not None:
        for state in lifecycle.states.values():
            yield Option(state.name, look.title(state.title), state.name in chosen)
        return
    items = look.items(field.dictionary or "")
    parent = look.around.get(field.depends_on) if field.depends_on else None
    for item, depth in in_tree_order(items):
        fits = is_open(item, look.dates.today) and (field.depends_on is None or item.parent == parent)
        if fits or item.code in chosen:
            yield Option(item.code, _INDENT * depth + look.title(item.title), item.code in chosen, item.tone)


def _waits_for(field: FieldModel, look: Look) -> str:
    """Return what to say while the choice above this one is still open, else nothing."""
    if not field.depends_on or look.around.get(field.depends_on) not in (None, ""):
        return ""
    above = look.model.objects[look.object].fields[field.depends_on]
    return look.words.say("value.choose_first", field=look.title(above.title))


def in_tree_order(items: Mapping[str, DictionaryItem]) -> list[tuple[DictionaryItem, int]]:
    """Return the items in their order with their depth, each branch of a tree under its parent."""
    below: dict[str | None, list[DictionaryItem]] = {}
    for item in sorted(items.values(), key=lambda item: item.order):
        below.setdefault(item.parent if item.parent in items else None, []).append(item)
    found: list[tuple[DictionaryItem, int]] = []
    stack = [(item, 0) for item in reversed(below.get(None, []))]
    while stack:
        item, depth = stack.pop()
        found.append((item, depth))
        stack.extend((child, depth + 1) for child in reversed(below.get(item.code, [])))
    return found
