"""Two people changed one record: what stands there now beside what was entered here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import ObjectModel
from engine.ui.desk import Desk
from engine.ui.screens.history import Entry, text_of_cell
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell
from engine.ui.widgets.references import parts_of


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with what is stored and what was entered."""

    title: str
    stored: str
    entered: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who came first, and every field that differs."""

    text: str
    differences: tuple[Difference, ...]


def build_comparison(
    desk: Desk, found: ObjectModel, stored: Mapping[str, Any], entered: Mapping[str, Any], last: Sequence[Entry]
) -> Comparison:
    """Return the comparison for a save that came second."""
    name = desk.title(found.title)
    who = last[0].actor_name if last else desk.say("history.somebody")
    when = desk.dates.since(last[0].at) if last else ""
    return Comparison(
        desk.say("stale.text", who=who, when=when, object=name), tuple(_differences(desk, found, stored, entered))
    )


def _differences(
    desk: Desk, found: ObjectModel, stored: Mapping[str, Any], entered: Mapping[str, Any]
) -> Iterator[Difference]:
    look = desk.look(found.name, {**stored, **entered})
    nothing = desk.say("value.none")
    for name, value in entered.items():
        field = found.fields.get(name)
        if field is None or field.type in ("lines", "secret"):
            continue
        draw = widget_of(field).show(field, look)
        before = text_of_cell(draw(stored.get(name)))
        after = text_of_cell(_drawn(draw, value))
        if _bare(before) != _bare(after):
            yield Difference(desk.title(field.title), before or nothing, after or nothing)


def _drawn(draw: Any, value: Any) -> Cell:
    if hasattr(value, "title") and hasattr(value, "id"):
        return Cell("text", parts_of(value)[1])
    cell: Cell = draw(value)
    return cell


def _bare(text: str) -> str:
    # an input sends 1000 and 2026-11-06T09:00+08:00 where the record shows 1,000.00 and 2026-11-06 09:00
    return text.replace(",", "").rstrip("0").rstrip(".").removesuffix("—")
