"""The page on which a rule is tried on a few records before it runs over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.metamodel.model import FieldModel, ObjectModel
from engine.records import Record
from engine.ui.desk import Desk
from engine.ui.screens.grids import Grid, build_grid
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, plain_cell
from engine.workflow.automations import Tried

# where a record belongs is known; what it comes to is told
_UNTOLD = frozenset({"lines", "reference", "references", "any_reference", "secret"})


@dataclass(frozen=True, slots=True)
class Turned:
    """A field with what it holds, and held before where it changed."""

    title: str
    before: Cell | None
    after: Cell


@dataclass(frozen=True, slots=True)
class MadeBox:
    """A record that would be made: its fields and its lines."""

    title: str
    fields: tuple[Turned, ...]
    grids: tuple[tuple[str, Grid], ...]


@dataclass(frozen=True, slots=True)
class TriedBox:
    """What would come of one record."""

    title: str
    href: str
    acted: bool
    changes: tuple[Turned, ...]
    made: tuple[MadeBox, ...]


@dataclass(frozen=True, slots=True)
class TryScreen:
    """The page: what is tried, which records were looked for, and what would come of them."""

    title: str
    action: str
    back: str
    list_title: str
    list_href: str
    record: str
    objects: str
    quick: str
    boxes: tuple[TriedBox, ...]


def tried_boxes(desk: Desk, object: str, tried: Sequence[Tried]) -> tuple[TriedBox, ...]:
    """Return what would come of records."""
    found = desk.model.objects[object]
    return tuple(
        TriedBox(
            desk.name_of(one.before),
            f"/o/{object}/{one.before.id}",
            one.acted,
            tuple(_changes(desk, found, one)),
            tuple(_made(desk, record) for record in one.made if desk.model.objects[record.object].parent is None),
        )
        for one in tried
    )


def _changes(desk: Desk, found: ObjectModel, one: Tried) -> Iterator[Turned]:
    look = desk.look(found.name, one.after.values)
    for name, field in found.fields.items():
        before, after = one.before.values.get(name), one.after.values.get(name)
        if not field.system and field.type != "lines" and before != after and name in one.after.values:
            draw = widget_of(field).show(field, look)
            yield Turned(desk.title(field.title), plain_cell(draw(before)), plain_cell(draw(after)))


def _made(desk: Desk, record: Record) -> MadeBox:
    found = desk.model.objects[record.object]
    look = desk.look(found.name, record.values)
    fields = [
        Turned(desk.title(field.title), None, plain_cell(widget_of(field).show(field, look)(value)))
        for name, field in found.fields.items()
        if not field.system and field.type not in _UNTOLD and (value := record.values.get(name)) is not None
    ]
    shown = [(found.fields[name], [line.values for line in rows]) for name, rows in record.lines.items() if rows]
    grids = [(desk.title(field.title), build_grid(desk, field, _columns(desk, field), rows)) for field, rows in shown]
    return MadeBox(desk.title(found.title), tuple(fields), tuple(grids))


def _columns(desk: Desk, field: FieldModel) -> tuple[str, ...]:
    """Return the figures and words of a line; what it points to is no outcome."""
    child = desk.model.objects[field.lines_of or ""]
    return tuple(name for name, one in child.fields.items() if not one.system and one.type not in _UNTOLD)
