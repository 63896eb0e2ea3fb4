"""Prepared records are saved through the counter, many at once; what is wrong is said per row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, TesseraError
from engine.records import Operation, Outcome, RecordService, Unit
from engine.transfer.binding import BoundImport, BoundSheet
from engine.transfer.errors_file import RowError, message_of
from engine.transfer.files import Cell
from engine.transfer.matching import known_ids, line_ids
from engine.transfer.preparing import Preparer
from engine.transfer.rows import Prepared

_LINE = re.compile(r"([a-z][a-z0-9_]*)\[(\d+)\](?:\.(.+))?")
_NOT_FOUND = frozenset({"reference_not_found", "not_a_key"})

Failure = tuple[Sequence[Cell], Sequence[RowError]]


@dataclass(slots=True)
class Tally:
    """What became of rows. ``ids`` is the record of each row that was saved."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failures: list[Failure] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)

    def count(self, row: Prepared, outcome: Outcome) -> None:
        """Count a row that was saved."""
        self.ids[row.number] = outcome.id or ""
        if outcome.action == "create":
            self.created += 1
        elif outcome.action == "unchanged":
            self.unchanged += 1
        else:
            self.updated += 1


class Saver:
    """Saves inside the caller's unit. Each row stands or falls by itself."""

    def __init__(self, records: RecordService, ctx: Context, bound: BoundImport, preparer: Preparer) -> None:
        self._records = records
        self._ctx = ctx
        self._bound = bound
        self._preparer = preparer
        self._object = bound.object

    def save(self, unit: Unit, rows: Sequence[Prepared]) -> Tally:
        """Save prepared rows."""
        unit.importing = unit.careful = True
        tally = Tally()
        good = [row for row in rows if not row.problems]
        tally.failures += [(row.cells, self._errors(row, self._all_wrong(row))) for row in rows if row.problems]
        self._recognise(unit, good)
        self._try(good, tally, tries=1 + max((len(o) for row in good for o in row.offers.values()), default=0))
        return tally

    def fill_in(self, unit: Unit, rows: Sequence[Prepared]) -> Tally:
        """Fill references between records of the same file, now that all of them are there."""
        unit.importing = unit.careful = True
        tally = Tally()
        there = known_ids(unit, self._bound, [row.input for row in rows])
        known = [(row, found) for row, found in zip(rows, there, strict=True) if found is not None]
        selves = self._preparer.selves
        operations = [
            Operation("update", {n: row.input[n] for n in selves if row.input.get(n)}, found.id, found.version)
            for row, found in known
        ]
        for (row, _), outcome in zip(known, self._bulk(operations), strict=True):
            if outcome.error is None:
                tally.count(row, outcome)
            else:
                tally.failures.append((row.cells, self._errors(row, outcome.error)))
        return tally

    def orphans(self) -> list[Failure]:
        """Return the lines whose record does not occur in the file."""
        empty = (None,) * len(self._bound.sheet.table.header)
        failures: list[Failure] = []
        for lines, key, row in self._preparer.orphans():
            complaint = Complaint(lines.field, "no_parent_row", {"key": key})
            column = lines.sheet.table.header[lines.parent or 0]
            failures.append(
                (empty, [RowError(row.number, column, complaint.code, self._say(complaint), lines.sheet.file)])
            )
        return failures

    # --------------------------------------------------------------------------------------------------------------

    def _try(self, rows: Sequence[Prepared], tally: Tally, tries: int) -> None:
        """Save rows; where a reference was not found, try the next key that it may have been given by."""
        again = []
        for row, outcome in zip(rows, self._bulk([self._operation(row) for row in rows]), strict=True):
            if outcome.error is None:
                self._preparer.saved.add(self._preparer.key_of(row))
                tally.count(row, outcome)
            elif tries > 1 and self._next_offer(row, outcome.error):
                again.append(row)
            else:
                tally.failures.append((row.cells, self._errors(row, outcome.error)))
        if again:
            self._try(again, tally, tries - 1)

    def _bulk(self, operations: list[Operation]) -> Sequence[Outcome]:
        if not operations:
            return ()
        return self._records.bulk(self._ctx, self._object.name, operations, atomic=False).outcomes

    def _operation(self, row: Prepared) -> Operation:
        key = tuple(one.field.name for one in self._bound.key)
        if row.id is not None:
            return Operation("update", row.input, row.id, row.version)
        return Operation("upsert", row.input, key=key) if key else Operation("create", row.input)

    def _next_offer(self, row: Prepared, error: TesseraError) -> bool:
        moved = False
        for complaint in error.complaints:
            offers = row.offers.get(complaint.path)
            if complaint.code in _NOT_FOUND and offers:
                row.input[complaint.path] = offers.pop(0)
                self._preparer.prefer(complaint.path, row.input[complaint.path])
                moved = True
        return moved

    def _recognise(self, unit: Unit, rows: Sequence[Prepared]) -> None:
        """Note the versions of records given by id, and give lines the ids of those that are there, in their order:
        what is the same again is not written again."""
        if not (any(row.id for row in rows) or (self._bound.lines and self._bound.key)):
            return
        there = known_ids(unit, self._bound, [{**row.input, "id": row.id} for row in rows])
        for row, found in zip(rows, there, strict=True):
            row.version = found.version if found else None
        for lines in self._bound.lines:
            ids = line_ids(unit, self._object, lines.field, [found.id for found in there if found])
            for row, found in zip(rows, there, strict=True):
                kept = ids.get(found.id, ()) if found else ()
                for given, id in zip(row.input.get(lines.field, ()), kept, strict=False):
                    given["id"] = id

    # -- complaints ------------------------------------------------------------------------------------------------

    def _all_wrong(self, row: Prepared) -> list[Complaint]:
        """Return what the file is wrong about, and what the save would say besides."""
        known = {problem.path for problem in row.problems}
        found = self._records.preview(self._ctx, self._object.name, row.input).complaints
        return [*row.problems, *(complaint for complaint in found if complaint.path not in known)]

    def _errors(self, row: Prepared, wrong: TesseraError | Iterable[Complaint]) -> list[RowError]:
        if isinstance(wrong, TesseraError):
            wrong = wrong.complaints or [wrong.complaint]
        return [self._error(row, complaint) for complaint in wrong]

    def _error(self, row: Prepared, complaint: Complaint) -> RowError:
        said = self._say(complaint)
        found = _LINE.fullmatch(complaint.path)
        if found and found[1] in row.line_rows and int(found[2]) < len(row.line_rows[found[1]]):
            lines = next(one for one in self._bound.lines if one.field == found[1])
            number = row.line_rows[found[1]][int(found[2])]
            return RowError(number, _column(lines.sheet, found[3] or ""), complaint.code, said, lines.sheet.file)
        return RowError(row.number, _column(self._bound.sheet, complaint.path), complaint.code, said)

    def _say(self, complaint: Complaint) -> str:
        return message_of(complaint, self._ctx.language)


def _column(sheet: BoundSheet, path: str) -> str:
    """Return the column that fills what a complaint is about; the field itself when no column does."""
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    return sheet.columns.get(name, name)
