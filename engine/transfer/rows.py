"""A row of a file becomes the input of a save, as a page or a client would send it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.kernel.errors import Complaint
from engine.kernel.names import is_record_id
from engine.metamodel.model import FieldModel
from engine.rules import Run
from engine.transfer.binding import BoundSheet, Constant, Filler
from engine.transfer.cells import plain_text, read_cell, split_several
from engine.transfer.files import Cell, Row
from engine.transfer.labels import Labels

LocalKeys = Callable[[str, str], str | None]
MakeRun = Callable[[], Run]

_LINKS = frozenset({"reference", "department", "user"})
_MANY_LINKS = frozenset({"references", "users"})


@dataclass(slots=True)
class Prepared:
    """A row on its way to be saved. ``problems`` are complaints of the file itself; paths name fields.

    ``offers`` holds, for references, the values by other keys that may be meant when the first is not found.
    """

    number: int
    cells: tuple[Cell, ...]
    input: dict[str, Any]
    id: str | None = None
    problems: list[Complaint] = field(default_factory=list)
    offers: dict[str, list[Any]] = field(default_factory=dict)
    # field of lines -> the row of each line in its own file
    line_rows: dict[str, list[int]] = field(default_factory=dict)
    version: int | None = None
    # the last row of the record, where its lines stand in rows of their own
    last: int = 0


class RowReader:
    """Reads the rows of one sheet. It remembers by which key references were found last."""

    def __init__(self, sheet: BoundSheet, labels: Labels, make_run: MakeRun, local: LocalKeys | None = None) -> None:
        self.sheet = sheet
        self._labels = labels
        self._make_run = make_run
        self._local = local
        self._names = list(sheet.table.header)
        self._preferred: dict[str, int] = {}

    def read(self, row: Row) -> Prepared:
        """Return the input that a row stands for."""
        found = Prepared(row.number, row.cells, {})
        if row.spare:
            found.problems.append(Complaint("", "too_many_cells"))
        if self.sheet.id_place is not None:
            found.id = plain_text(row.cells[self.sheet.id_place]).strip() or None
        names = self._row_names(row) if self.sheet.reads_row else {}
        for constant in self.sheet.constants:
            self._set(found, constant.field, constant.keys, self._constant(constant, names))
        for filler in self.sheet.fillers:
            self._fill(found, filler, row.cells[filler.place], names)
        return found

    def prefer(self, path: str, value: Any) -> None:
        """Remember that a reference was found by the key of ``value``."""
        for filler in self.sheet.fillers:
            if filler.field.name == path and isinstance(value, Mapping):
                key = next(iter(value))
                if key in filler.keys:
                    self._preferred[path] = filler.keys.index(key)

    def _fill(self, found: Prepared, filler: Filler, cell: Cell, names: Mapping[str, Any]) -> None:
        if filler.exchange is not None and (text := plain_text(cell).strip()):
            exchanged = filler.exchange.values.get(text)
            if exchanged is None:
                told = {"file": filler.exchange.file, "key": text}
                found.problems.append(Complaint(filler.field.name, "lookup_missing", told))
                return
            cell = exchanged or None
        if filler.formula is not None:
            value = plain_text(cell) or None
            run = self._make_run()
            result = filler.formula.evaluate({"value": value, **names}, run)
            if result is None and value is not None and run.warnings:
                reason = run.warnings[0].message
                found.problems.append(Complaint(filler.field.name, "no_value", {"reason": reason}))
                return
            self._set(found, filler.field, filler.keys, _plain(result))
            return
        self._set(found, filler.field, filler.keys, cell)

    def _constant(self, constant: Constant, names: Mapping[str, Any]) -> Any:
        if constant.formula is None:
            return constant.value
        return _plain(constant.formula.evaluate(names, self._make_run()))

    def _set(self, found: Prepared, one: FieldModel, keys: tuple[str, ...], value: Any) -> None:
        if one.type in _LINKS:
            self._link(found, one, keys, plain_text(value).strip())
        elif one.type in _MANY_LINKS:
            parts = value if isinstance(value, list) else split_several(value)
            found.input[one.name] = [self._choices(one, keys, str(part))[0] for part in parts]
        elif one.type == "choices":
            codes = value if isinstance(value, list) else split_several(value)
            found.input[one.name] = [self._labels.code(one.dictionary or "", str(code)) for code in codes]
        elif one.type == "choice":
            text = plain_text(value).strip()
            found.input[one.name] = self._labels.code(one.dictionary or "", text) if text else None
        elif isinstance(value, Mapping | list):
            found.input[one.name] = value
        else:
            found.input[one.name] = read_cell(one.type, value)

    def _link(self, found: Prepared, one: FieldModel, keys: tuple[str, ...], text: str) -> None:
        if not text:
            found.input[one.name] = None
            return
        first, *others = self._choices(one, keys, text)
        found.input[one.name] = first
        if others:
            found.offers[one.name] = others

    def _choices(self, one: FieldModel, keys: tuple[str, ...], text: str) -> list[Any]:
        """Return what a reference may mean, the likeliest first."""
        if self._local is not None and one.targets:
            known = self._local(one.targets[0], text)
            if known is not None:
                return [{"id": known}]
        if is_record_id(text) or not keys:
            return [{"id": text}]
        start = self._preferred.get(one.name, 0)
        return [{key: text} for key in (*keys[start:], *keys[:start])]

    def _row_names(self, row: Row) -> Mapping[str, Any]:
        texts = {name: plain_text(cell) or None for name, cell in zip(self._names, row.cells, strict=True) if name}
        return {"row": texts}


def _plain(value: Any) -> Any:
    """Return what a formula gave in the form of plain input."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"PT{int(value.total_seconds())}S"
    return value
