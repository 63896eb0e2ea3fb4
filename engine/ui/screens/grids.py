"""Tables inside a record: its lines with their totals, and records that point to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.metamodel.model import FieldModel, ObjectModel
from engine.ui.desk import Desk
from engine.ui.formatting import as_decimal, grouped
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, Look
from engine.ui.widgets.numbers import places_of

_SUMMED = frozenset({"money"})
# money with more places is the price of one thing: such do not add up
_PLACES = 2


@dataclass(frozen=True, slots=True)
class GridHead:
    """The head of a column."""

    title: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of cells; ``href`` leads to the record, if it has a page."""

    cells: tuple[Cell, ...]
    href: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``totals`` has one text per column, or is empty."""

    heads: tuple[GridHead, ...]
    rows: tuple[GridRow, ...]
    totals: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()


def line_fields(desk: Desk, field: FieldModel, columns: Sequence[str]) -> tuple[FieldModel, ...]:
    """Return the columns of a grid of lines: those the form names, else every field a person fills or reads."""
    child = desk.model.objects[field.lines_of or ""]
    readable = desk.policy.readable(child.name)
    names = columns or [name for name, found in child.fields.items() if not found.system and name != field.lines_by]
    return tuple(
        child.fields[name]
        for name in names
        if name in readable and name in child.fields and child.fields[name].type not in ("lines", "secret")
    )


def build_grid(desk: Desk, field: FieldModel, columns: Sequence[str], lines: Sequence[Mapping[str, Any]]) -> Grid:
    """Return the lines of a record as a table with totals."""
    child = desk.model.objects[field.lines_of or ""]
    # what the lines are called elsewhere is for those who edit them
    fields = [one for one in line_fields(desk, field, columns) if one.name not in child.names.values()]
    return table_of(desk, child, fields, lines)


def table_of(desk: Desk, found: ObjectModel, fields: Sequence[FieldModel], rows: Sequence[Mapping[str, Any]]) -> Grid:
    """Return rows of an object as a table, drawn column by column."""
    look = desk.look(found.name)
    widgets = [widget_of(one) for one in fields]
    # a row is called as its reader's language has it, unless that name has a column of its own
    called = "" if any(one.name in found.names.values() for one in fields) else found.display
    columns = [
        draw_column(one, look, [desk.title_of(found.name, r) if one.name == called else r.get(one.name) for r in rows])
        for one in fields
    ]
    heads = tuple(GridHead(desk.title(one.title), widget.numeric) for one, widget in zip(fields, widgets, strict=True))
    cells = zip(*columns, strict=True) if columns else ()
    explosion = desk.model.explosion_of(found.name)
    inside = [explosion is not None and row.get(explosion.link) is not None for row in rows]
    drawn = tuple(GridRow(tuple(row), inside=within) for row, within in zip(cells, inside, strict=False))
    return Grid(heads, drawn, totals_of(fields, rows))


def draw_column(field: FieldModel, look: Look, values: Sequence[Any]) -> list[Cell]:
    """Return the cells of a column; figures all get the places that one of them needs."""
    widget = widget_of(field)
    if widget.numeric:
        numbers = [number for value in values if (number := as_decimal(value)) is not None]
        look = replace(look, places=places_of(field, *numbers))
    draw = widget.show(field, look)
    return [draw(value) for value in values]


def totals_of(fields: Sequence[FieldModel], rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the sums of the columns of money; empty when there is none or nothing to add."""
    summed = [field.type in _SUMMED and field.computed and field.scale <= _PLACES for field in fields]
    if len(rows) < 2 or not any(summed):
        return ()
    return tuple(_sum(field, rows) if adds_up else "" for field, adds_up in zip(fields, summed, strict=True))


def _sum(field: FieldModel, rows: Sequence[Mapping[str, Any]]) -> str:
    values = [as_decimal(row.get(field.name)) for row in rows]
    total = sum((value for value in values if value is not None), Decimal(0))
    return grouped(total, places_of(field, total))
