"""Rows of a file on their way to be saved: one input for each record, its lines with it, its key looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from engine.kernel.errors import Complaint
from engine.transfer.binding import BoundImport, BoundLines
from engine.transfer.cells import plain_text
from engine.transfer.files import Row
from engine.transfer.labels import Labels
from engine.transfer.lines import LineRows
from engine.transfer.rows import LocalKeys, MakeRun, Prepared, RowReader

_BETWEEN = "\x1f"


class Preparer:
    """Reads the records of a file, one after the other; touches no database.

    ``saved`` holds the keys of the records that are there by now: references to others of the same file are put off.
    """

    def __init__(self, bound: BoundImport, labels: Labels, make_run: MakeRun, local: LocalKeys | None = None) -> None:
        self.bound = bound
        self.saved: set[str] = set()
        self.deferred = False
        self._reader = RowReader(bound.sheet, labels, make_run, local)
        self._line_readers = {one.field: RowReader(one.sheet, labels, make_run, local) for one in bound.lines}
        self._line_rows = {one.field: LineRows(one) for one in bound.lines if one.parent is not None}
        self._first_seen: dict[str, int] = {}
        self.selves = self._self_references()
        rows = bound.sheet.table.rows() if self.selves else ()
        self._file_keys = frozenset(self.key_text(row) for row in rows)

    def records(self, after: int = 0) -> Iterator[list[Row]]:
        """Yield the rows of each record behind row ``after``; the keys of those passed over are remembered."""
        for rows in self._groups():
            if rows[-1].number <= after:
                self._first_seen.setdefault(self.key_text(rows[0]), rows[0].number)
            else:
                yield rows

    def prepare(self, rows: Sequence[Row]) -> Prepared:
        """Return the input that the rows of one record stand for."""
        prepared = self._reader.read(rows[0])
        prepared.last = rows[-1].number
        self._check_key(prepared, rows[0])
        for lines in self.bound.lines:
            self._add_lines(prepared, lines, rows)
        self._put_off(prepared)
        return prepared

    def prepare_rest(self, rows: Sequence[Row]) -> Prepared | None:
        """Return a record for the second pass, or None when it refers to nothing in the file."""
        prepared = self._reader.read(rows[0])
        prepared.last = rows[-1].number
        inside = any(self._refers_inside(prepared.input.get(name)) for name in self.selves)
        return prepared if inside and not prepared.problems else None

    def orphans(self) -> Iterator[tuple[BoundLines, str, Row]]:
        """Yield the lines whose record does not occur in the file."""
        for held in self._line_rows.values():
            own = held.lines.own
            assert own is not None
            known = {plain_text(row.cells[own]).strip(): row.number for row in self.bound.sheet.table.rows()}
            yield from ((held.lines, key, row) for key, row in held.orphans(known))

    def prefer(self, path: str, value: Any) -> None:
        """Remember by which key a reference was found."""
        self._reader.prefer(path, value)

    def key_text(self, row: Row) -> str:
        """Return what recognises the record of a row, as it is written; empty when nothing does."""
        return self._joined(row.cells)

    def key_of(self, prepared: Prepared) -> str:
        """Return the same of a prepared record."""
        return self._joined(prepared.cells)

    # --------------------------------------------------------------------------------------------------------------

    def _joined(self, cells: Sequence[Any]) -> str:
        if self.bound.key:
            return _BETWEEN.join(plain_text(cells[filler.place]).strip() for filler in self.bound.key)
        place = self.bound.sheet.id_place
        return "" if place is None else plain_text(cells[place]).strip()

    def _groups(self) -> Iterator[list[Row]]:
        rows = self.bound.sheet.table.rows()
        if not self.bound.flat:
            yield from ([row] for row in rows)
            return
        for _, group in groupby(rows, _following(self.key_text)):
            yield list(group)

    def _check_key(self, prepared: Prepared, row: Row) -> None:
        for filler in self.bound.key:
            if prepared.input.get(filler.field.name) in (None, ""):
                prepared.problems.append(Complaint(filler.field.name, "key_missing"))
                return
        text = self.key_text(row)
        first = self._first_seen.setdefault(text, row.number) if text else row.number
        if first != row.number:
            name = self.bound.key[0].field.name if self.bound.key else "id"
            prepared.problems.append(Complaint(name, "key_twice", {"row": first}))

    def _add_lines(self, prepared: Prepared, lines: BoundLines, rows: Sequence[Row]) -> None:
        reader = self._line_readers[lines.field]
        if lines.parent is not None and lines.own is not None:
            rows = self._line_rows[lines.field].of(plain_text(rows[0].cells[lines.own]).strip())
        given: list[dict[str, Any]] = []
        numbers: list[int] = []
        for row in rows:
            line = reader.read(row)
            if lines.parent is None and all(value in (None, "") for value in line.input.values()):
                continue
            place = f"{lines.field}[{len(given)}]"
            for problem in line.problems:
                path = f"{place}.{problem.path}" if problem.path else place
                prepared.problems.append(replace(problem, path=path))
            given.append(line.input)
            numbers.append(row.number)
        prepared.input[lines.field] = given
        prepared.line_rows[lines.field] = numbers

    def _self_references(self) -> tuple[str, ...]:
        if len(self.bound.key) != 1:
            return ()
        return tuple(
            filler.field.name
            for filler in self.bound.sheet.fillers
            if filler.field.references
            and filler.field.targets[0] == self.bound.object.name
            and not filler.field.required
        )

    def _put_off(self, prepared: Prepared) -> None:
        for name in self.selves:
            wanted: Any = prepared.input.get(name)
            if self._refers_inside(wanted) and next(iter(wanted.values())) not in self.saved:
                del prepared.input[name]
                prepared.offers.pop(name, None)
                self.deferred = True

    def _refers_inside(self, wanted: Any) -> bool:
        """Tell whether a reference names a record of this file by the key of the import."""
        return isinstance(wanted, Mapping) and wanted.get(self.bound.key[0].field.name) in self._file_keys


def _following(key: Callable[[Row], str]) -> Callable[[Row], str]:
    """Return a key under which a row without one belongs to the row above it."""
    last = ""

    def of(row: Row) -> str:
        nonlocal last
        last = key(row) or last
        return last

    return of
