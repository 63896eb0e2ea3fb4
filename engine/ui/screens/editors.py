"""The editor for the lines of a record: a grid of inputs with totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.metamodel.model import FieldModel
from engine.ui.desk import Desk
from engine.ui.screens.grids import totals_of
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import Cell, Input, Look, Spot, plain_cell

BLANK_KEY = "__key__"
# how the keys begin of rows that nobody typed: they are shown, and not sent
MADE = "made-"


@dataclass(frozen=True, slots=True)
class EditorHead:
    """The head of a column."""

    title: str
    numeric: bool
    required: bool
    wide: str


@dataclass(frozen=True, slots=True)
class EditorCell:
    """A cell: an input, or a value that the engine gives."""

    name: str
    numeric: bool
    error: str = ""
    error_id: str = ""
    input: Input | None = None
    shown: Cell | None = None


@dataclass(frozen=True, slots=True)
class EditorRow:
    """A row; ``key`` keeps its name while the form is redrawn, ``id`` is the line's own once it was saved."""

    key: str
    number: int
    id: str
    cells: tuple[EditorCell, ...]
    error: str = ""
    made: bool = False


@dataclass(frozen=True, slots=True)
class LineEditor:
    """The whole editor; ``blank`` is the row that new ones are made from."""

    name: str
    title: str
    heads: tuple[EditorHead, ...]
    rows: tuple[EditorRow, ...]
    blank: EditorRow
    totals: tuple[str, ...]
    errors: tuple[str, ...]
    writable: bool


def build_editor(
    desk: Desk,
    field: FieldModel,
    fields: Sequence[FieldModel],
    lines: Sequence[Mapping[str, Any]],
    errors: Mapping[str, tuple[str, ...]],
    writable: bool,
) -> LineEditor:
    """Return the editor of a field of lines with these columns."""
    drawer = _Drawer(desk, field, fields, errors, writable)
    return LineEditor(
        field.name,
        desk.title(field.title),
        tuple(_head(desk, one, writable) for one in fields),
        tuple(drawer.row(index, line) for index, line in enumerate(lines)),
        drawer.row(0, {}, BLANK_KEY),
        totals_of(fields, lines),
        errors.get(field.name, ()),
        writable,
    )


def _head(desk: Desk, field: FieldModel, writable: bool) -> EditorHead:
    picked = field.type in ("reference", "user", "any_reference", "references")
    wide = "wide" if picked or (field.type in ("text", "multiline") and not field.computed) else ""
    wide = "mid" if not wide and field.type in ("money", "date", "datetime", "text") else wide
    numeric = widget_of(field).numeric
    return EditorHead(desk.title(field.title), numeric, writable and field.required and not field.computed, wide)


@dataclass(frozen=True, slots=True)
class _Drawer:
    desk: Desk
    field: FieldModel
    fields: Sequence[FieldModel]
    errors: Mapping[str, tuple[str, ...]]
    writable: bool

    def row(self, index: int, line: Mapping[str, Any], key: str = "") -> EditorRow:
        child = self.field.lines_of or ""
        key = key or str(line.get("_key") or index)
        look = self.desk.look(child, line)
        path = f"{self.field.name}[{line.get('_at', index)}]" if key != BLANK_KEY else BLANK_KEY
        cells = tuple(self.cell(one, line, look, key, path) for one in self.fields)
        whole = " ".join(self.errors.get(path, ()))
        return EditorRow(key, index + 1, str(line.get("id") or ""), cells, whole, key.startswith(MADE))

    def cell(self, field: FieldModel, line: Mapping[str, Any], look: Look, key: str, path: str) -> EditorCell:
        widget = widget_of(field)
        child = self.field.lines_of or ""
        value = line.get(field.name)
        free = self.writable and not field.computed and not field.readonly and not key.startswith(MADE)
        if not free or field.name not in self.desk.policy.writable(child):
            return EditorCell(field.name, widget.numeric, shown=plain_cell(widget.show(field, look)(value)))
        error = " ".join(self.errors.get(f"{path}.{field.name}", ()))
        identity = f"f-{self.field.name}-{key}-{field.name}"
        spot = Spot(
            f"{self.field.name}.{key}.{field.name}",
            identity,
            label=self.desk.title(field.title),
            required=field.required,
            invalid=bool(error),
            described=f"{identity}-e" if error else "",
            lookup=f"/o/{child}/lookup/{field.name}",
        )
        return EditorCell(field.name, widget.numeric, error, f"{identity}-e", widget.ask(field, value, look, spot))
