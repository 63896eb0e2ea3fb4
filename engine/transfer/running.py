"""A whole file, chunk by chunk: for show, in one go, or as a job that goes on where it was killed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from engine.kernel.context import Context
from engine.kernel.errors import TesseraError
from engine.records import RecordService, Unit
from engine.rules import Run
from engine.transfer import limits
from engine.transfer.binding import BoundImport
from engine.transfer.errors_file import ErrorFile, RowError
from engine.transfer.importing import Failure, Saver, Tally
from engine.transfer.labels import Labels
from engine.transfer.preparing import Preparer
from engine.transfer.rows import LocalKeys, Prepared

T = TypeVar("T")
Act = Callable[[Unit, Sequence[Prepared]], Tally]
Progress = Callable[["ImportReport"], None]
# errors that a report shows; all of them stand in the error file
SHOWN = 200


@dataclass(slots=True)
class ImportReport:
    """What became of a file so far. ``rows`` counts records; ``last`` is the last row that was looked at."""

    rows: int = 0
    last: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list)
    passes: int = 1
    deferred: bool = False
    errors_length: int = 0
    ids: dict[int, str] = field(default_factory=dict)

    def take(self, tally: Tally) -> None:
        """Add a chunk of the first pass."""
        self.created += tally.created
        self.updated += tally.updated
        self.unchanged += tally.unchanged
        self.take_failures(tally.failures)

    def take_failures(self, failures: Sequence[Failure]) -> None:
        """Add rows that failed."""
        self.failed += len(failures)
        room = max(SHOWN - len(self.errors), 0)
        self.errors += [error for _, errors in failures for error in errors][:room]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form, which ``report_of`` reads again."""
        numbers = ("rows", "last", "created", "updated", "unchanged", "failed", "passes", "deferred", "errors_length")
        return {**{name: getattr(self, name) for name in numbers}, "errors": [one.as_json() for one in self.errors]}


def report_of(value: Any) -> ImportReport:
    """Return the report that a job has noted, an empty one when it has noted nothing."""
    if not value:
        return ImportReport()
    errors = [RowError(e["row"], e["column"], e["code"], e["message"], e["file"]) for e in value.get("errors", ())]
    return ImportReport(**{**value, "errors": errors})


class Course:
    """One import on its way. ``keep_ids``: the report tells the record of each row."""

    def __init__(
        self,
        records: RecordService,
        ctx: Context,
        bound: BoundImport,
        report: ImportReport | None = None,
        *,
        local: LocalKeys | None = None,
    ) -> None:
        self.records = records
        self.ctx = ctx
        self.bound = bound
        self.report = report or ImportReport()
        with records.opener.reading(ctx) as unit:
            labels = Labels(dict(unit.books))
        self.preparer = Preparer(bound, labels, lambda: Run(ctx.now(), ctx.zone), local)
        self.preparer.deferred = self.report.deferred
        self.saver = Saver(records, ctx, bound, self.preparer)

    def steps(self) -> Iterator[tuple[list[Prepared], Act]]:
        """Yield what is left to do: chunks, and what is to be done with each."""
        yield from ((rows, self.first_pass) for rows in self.chunks())
        yield from ((rows, self.second_pass) for rows in self.rest())

    def chunks(self) -> Iterator[list[Prepared]]:
        """Yield what is left of the first pass."""
        if self.report.passes > 1:
            return
        rows = (self.preparer.prepare(rows) for rows in self.preparer.records(self.report.last))
        yield from _pieces(rows, limits.CHUNK)

    def rest(self) -> Iterator[list[Prepared]]:
        """Yield what is left of the second pass: references within the file that the first one put off."""
        if not self.preparer.deferred or self.report.passes > 2:
            return
        if self.report.passes == 1:
            self.report.passes, self.report.last = 2, 0
        candidates = (self.preparer.prepare_rest(rows) for rows in self.preparer.records(self.report.last))
        yield from _pieces((row for row in candidates if row is not None), limits.CHUNK)

    def first_pass(self, unit: Unit, rows: Sequence[Prepared]) -> Tally:
        """Save a chunk of the first pass."""
        return self.saver.save(unit, rows)

    def second_pass(self, unit: Unit, rows: Sequence[Prepared]) -> Tally:
        """Fill in a chunk of the second pass."""
        return self.saver.fill_in(unit, rows)

    def note(self, rows: Sequence[Prepared], tally: Tally) -> None:
        """Take a chunk that is saved into the report."""
        self.report.last = rows[-1].last
        self.report.deferred = self.preparer.deferred
        if self.report.passes == 1:
            self.report.rows += len(rows)
            self.report.take(tally)
        else:
            self.report.take_failures(tally.failures)


class _Undo(Exception):
    """Ends a unit whose changes are not to stay."""


def try_out(course: Course, progress: Progress) -> ImportReport:
    """Say what an import would do, by doing it and undoing it, a chunk at a time."""
    for rows in course.chunks():
        tallies: list[Tally] = []
        try:
            with course.records.unit(course.ctx) as unit:
                tallies.append(course.first_pass(unit, rows))
                raise _Undo
        except _Undo:
            course.note(rows, tallies[0])
        progress(course.report)
    course.report.take_failures(course.saver.orphans())
    return course.report


def run_whole(
    course: Course,
    progress: Progress,
    errors: Path | None = None,
    end: Callable[[Unit, ImportReport], None] | None = None,
) -> ImportReport:
    """Import everything in one transaction, or nothing when a single row fails. ``end`` belongs to it."""
    kept = _errors_file(course, errors)
    try:
        with course.records.unit(course.ctx) as unit:
            for rows, act in course.steps():
                tally = act(unit, rows)
                _keep(course, kept, rows, tally)
                course.report.ids |= tally.ids
                # a chunk's changes are told by then; kept to the end they would fill the memory
                unit.changes.clear()
                progress(course.report)
            _add_orphans(course, kept)
            if course.report.failed:
                raise _Undo
            if end is not None:
                end(unit, course.report)
    except _Undo:
        course.report.created = course.report.updated = course.report.unchanged = 0
        course.report.ids.clear()
    return course.report


def run_in_chunks(
    course: Course,
    progress: Progress,
    errors: Path | None = None,
    note: Callable[[Unit, ImportReport], None] | None = None,
) -> ImportReport:
    """Import chunk by chunk; ``note`` keeps the report in the transaction of each chunk. ``progress`` may raise."""
    kept = _errors_file(course, errors)
    for rows, act in course.steps():
        before = _Mark(course, kept)

        def chunk(unit: Unit, rows: Sequence[Prepared] = rows, act: Act = act, before: _Mark = before) -> None:
            before.go_back()
            _keep(course, kept, rows, act(unit, rows))
            if note is not None:
                note(unit, course.report)

        course.records.opener.within(course.ctx, chunk)
        progress(course.report)
    _add_orphans(course, kept)
    return course.report


class _Mark:
    """Where a report stood before a chunk that may have to be done again."""

    def __init__(self, course: Course, kept: ErrorFile | None) -> None:
        self._course = course
        self._kept = kept
        self._report = course.report.as_json()

    def go_back(self) -> None:
        self._course.report = report_of(self._report)
        if self._kept is not None:
            self._kept.length = self._course.report.errors_length


def _errors_file(course: Course, path: Path | None) -> ErrorFile | None:
    if path is None:
        return None
    kept = ErrorFile(path, course.bound.sheet.table.header, course.report.errors_length)
    course.report.errors_length = kept.length
    return kept


def _keep(course: Course, kept: ErrorFile | None, rows: Sequence[Prepared], tally: Tally) -> None:
    course.note(rows, tally)
    if kept is not None:
        kept.add(tally.failures)
        course.report.errors_length = kept.length


def _add_orphans(course: Course, kept: ErrorFile | None) -> None:
    failures = course.saver.orphans()
    course.report.take_failures(failures)
    if kept is not None:
        kept.add(failures)
        course.report.errors_length = kept.length


def _pieces(source: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(source)
    while piece := list(islice(iterator, size)):
        yield piece


def reason_of(error: TesseraError, language: str) -> str:
    """Return why an import could not go on, in one text."""
    parts = [error.message(language), *(f"{c.path}: {c.message(language)}" for c in error.complaints)]
    return "; ".join(parts)
