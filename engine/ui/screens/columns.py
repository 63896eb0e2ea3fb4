"""The columns of a list: resolved against the model and the rights, drawn one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from engine.metamodel.model import ColumnModel, FieldModel, ListModel, ObjectModel
from engine.ui.desk import Desk
from engine.ui.screens.grids import draw_column
from engine.ui.widgets.base import Cell, plain_cell
from engine.ui.widgets.references import parts_of

_FIGURES_ON_CARD = ("money", "decimal", "integer", "percent", "date", "datetime")


class Row(Protocol):
    """A row of a page, as the records floor gives it."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def values(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column resolved against the model: its dotted path, the field at its end, and whose field that is."""

    path: str
    field: FieldModel
    object: str
    title: str
    width: int | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row ready to be drawn. ``slots`` says which place of the card each cell takes on a phone."""

    id: str
    key: str
    title: str
    href: str
    cells: tuple[Cell, ...]


def column_specs(desk: Desk, model: ListModel, chosen: Sequence[str] = ()) -> tuple[ColumnSpec, ...]:
    """Return the columns to show: those the reader chose, else those of the list, as far as he may read them."""
    declared = [spec for column in model.columns if (spec := _spec(desk, model.object, column)) is not None]
    if not chosen:
        return tuple(declared)
    known = {spec.path: spec for spec in declared}
    wanted = (known.get(path) or resolve(desk, model.object, path) for path in chosen)
    return tuple(spec for spec in wanted if spec is not None) or tuple(declared)


def resolve(desk: Desk, object: str, path: str) -> ColumnSpec | None:
    """Return the column of a dotted path; None when there is none or the reader may not read it."""
    holder = object
    steps = path.split(".")
    for step in steps[:-1]:
        field = desk.model.objects[holder].fields.get(step)
        if field is None or len(field.targets) != 1 or step not in desk.policy.readable(holder):
            return None
        holder = field.targets[0]
    field = desk.model.objects[holder].fields.get(steps[-1])
    if field is None or field.type in ("lines", "secret") or steps[-1] not in desk.policy.readable(holder):
        return None
    return ColumnSpec(path, field, holder, desk.title(field.title))


def draw_rows(desk: Desk, found: ObjectModel, specs: Sequence[ColumnSpec], rows: Sequence[Row]) -> tuple[ListRow, ...]:
    """Return all cells, drawn column by column: one closure per column, nothing looked up per row."""
    columns = []
    for index, spec in enumerate(specs):
        told = spec.path == found.display
        values = [desk.title_of(found.name, row.values) if told else row.values.get(spec.path) for row in rows]
        cells = draw_column(spec.field, replace(desk.look(spec.object), near=True), values)
        # only the first column leads anywhere; further references open from the record
        columns.append(cells if index == 0 else [plain_cell(cell) for cell in cells])
    lines = zip(*columns, strict=True) if columns else [() for _ in rows]
    return tuple(
        ListRow(
            row.id,
            f"{row.id}@{row.version}",
            _title(desk, found, row, cells),
            f"/o/{found.name}/{row.id}",
            tuple(cells),
        )
        for row, cells in zip(rows, lines, strict=True)
    )


def card_slots(specs: Sequence[ColumnSpec], found: ObjectModel) -> tuple[int, ...]:
    """Return for each column its place on a phone's card: 1 name, 2 figure, 3 state, 4 second field, 0 none."""
    slots = [1] + [0] * (len(specs) - 1) if specs else []

    def take(slot: int, fits: Any) -> None:
        for index, spec in enumerate(specs):
            if slots[index] == 0 and fits(spec.field):
                slots[index] = slot
                return

    take(3, lambda field: field.type == "choice")
    for type_ in _FIGURES_ON_CARD:
        if 2 not in slots:
            take(2, lambda field, type_=type_: field.type == type_)
    if 3 not in slots:
        take(3, lambda field: True)
    take(4, lambda field: True)
    return tuple(slots)


def _spec(desk: Desk, object: str, column: ColumnModel) -> ColumnSpec | None:
    spec = resolve(desk, object, ".".join(column.path))
    if spec is None:
        return None
    return replace(spec, title=desk.title(column.title) or spec.title, width=column.width)


def _title(desk: Desk, found: ObjectModel, row: Row, cells: Sequence[Cell]) -> str:
    shown = desk.title_of(found.name, row.values)
    if isinstance(shown, str) and shown:
        return shown
    text = cells[0].text if cells else ""
    return text or parts_of(shown)[1] or row.id[-8:]
