"""Import and export for the doors: look at a file, try it out, import it, take records away as a file."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.kernel.catalogue import code_of
from engine.kernel.context import SYSTEM, Actor, Context
from engine.kernel.errors import Conflict, Missing, TesseraError
from engine.records import Listing, RecordService, Unit
from engine.storage import Job
from engine.transfer import limits
from engine.transfer.binding import BoundImport, bind
from engine.transfer.cells import plain_text
from engine.transfer.exporting import Export, export_listing
from engine.transfer.files import Table, open_table, sheets_of
from engine.transfer.files.writing import FileFormat
from engine.transfer.headers import guess_mapping
from engine.transfer.jobs import Fenced, Jobs, JobStatus, new_job_id, status_of
from engine.transfer.mapping import MappingDef, mapping_of
from engine.transfer.outgoing import Style
from engine.transfer.running import (
    Course,
    ImportReport,
    Progress,
    reason_of,
    report_of,
    run_in_chunks,
    run_whole,
    try_out,
)
from engine.transfer.templates import template_of
from engine.transfer.uploads import Uploads

ERRORS = "errors.csv"
# the account of a job's owner as it is now; None when there is none any more
ActorOf = Callable[[str, str], Actor | None]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A file before it is imported: its sheets, its columns, its first rows, and what they seem to mean."""

    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    sample: tuple[tuple[str, ...], ...]
    mapping: MappingDef
    unknown: Mapping[str, str] = field(default_factory=dict)


class Cancelled(Exception):
    """The owner of a job wants it to stop."""


class Stopped(Exception):
    """The process that works on a job is about to end."""


class TransferService:
    """Verbs take the caller's Context first. ``folder`` holds the files of jobs, a folder for each tenant; ``uploads``
    keeps what a user has sent until he says what is to be done with it."""

    def __init__(self, records: RecordService, folder: Path, actor_of: ActorOf) -> None:
        self._records = records
        self._folder = folder
        self._actor_of = actor_of
        self._jobs = Jobs(records)
        self.uploads = Uploads(folder)
        self._unwanted: set[str] = set()

    # -- before an import ------------------------------------------------------------------------------------------

    def template(self, ctx: Context, object: str) -> bytes:
        """Return an empty XLSX file with the columns that the actor may fill."""
        with self._records.opener.reading(ctx) as unit:
            unit.policy.require(object, "import")
            return template_of(unit, object)

    def inspect(self, ctx: Context, object: str, path: Path, sheet: str = "") -> Inspection:
        """Return what is in a file and what its columns seem to mean."""
        model = self._require(ctx, object, "import").model
        table = open_table(path, sheet)
        guess = guess_mapping(table.header, model, object)
        sample: list[tuple[str, ...]] = []
        count = 0
        for row in table.rows():
            count += 1
            if len(sample) < limits.SAMPLE:
                sample.append(tuple(plain_text(cell) for cell in row.cells))
        return Inspection(sheets_of(path), table.header, count, tuple(sample), guess.mapping, guess.unknown)

    def dry_run(
        self, ctx: Context, mapping: MappingDef, path: Path, progress: Progress = lambda _: None
    ) -> ImportReport:
        """Say what an import would do, by the real checks; nothing stays of it."""
        return try_out(self._course(ctx, mapping, path), progress)

    # -- importing -------------------------------------------------------------------------------------------------

    def import_file(
        self,
        ctx: Context,
        mapping: MappingDef,
        path: Path,
        *,
        atomic: bool = False,
        errors: Path | None = None,
        progress: Progress = lambda _: None,
    ) -> ImportReport:
        """Import a file at once, in this thread. ``atomic``: everything or nothing."""
        course = self._course(ctx, mapping, path)
        if atomic:
            return run_whole(course, progress, errors)
        return run_in_chunks(course, progress, errors)

    def start_import(
        self, ctx: Context, mapping: MappingDef, path: Path, *, name: str = "", atomic: bool = False
    ) -> str:
        """Put an import into the queue and return the job's id. The files are copied; the caller may delete his."""
        bound = self._course(ctx, mapping, path).bound
        id = new_job_id()
        folder = self._place(ctx.tenant, id)
        folder.mkdir(parents=True)
        shutil.copyfile(path, folder / "rows")
        for file in _files_of(mapping):
            shutil.copyfile(path.parent / file, folder / Path(file).name)
        total = sum(1 for _ in bound.sheet.table.rows())
        told = {
            "mapping": mapping.as_json(),
            "name": name or path.name,
            "atomic": atomic,
            "language": ctx.language,
            "total": total,
        }
        self._jobs.add(ctx, id, told)
        return id

    def run(
        self,
        ctx: Context,
        job: str,
        progress: Progress = lambda _: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> JobStatus:
        """Carry out a queued job, or go on with one whose process is gone. ``ctx`` tells tenant and clock.

        ``stop`` is asked after each chunk; the job then goes back into the queue and is gone on with later.
        """
        return self._run_claimed(ctx, self._jobs.claim(ctx, job), progress, stop)

    def run_claimed(self, ctx: Context, job: Job, stop: Callable[[], bool]) -> None:
        """Carry out a job that the queue has given to the caller."""
        self._run_claimed(ctx, status_of(job), lambda _: None, stop)

    def _run_claimed(self, ctx: Context, claimed: JobStatus, progress: Progress, stop: Callable[[], bool]) -> JobStatus:
        own = self._owner(ctx, claimed)
        with contextlib.suppress(Fenced):
            if own is None:
                reason = code_of("job_owner_gone").sentence({})
                self._jobs.finish(ctx, claimed, "failed", error=reason.in_language(ctx.language))
            else:
                self._try(own, claimed, progress, stop)
        found = self._found(ctx, claimed.id)
        if found.over and found.status != "quarantined":
            self._tidy(self._place(ctx.tenant, claimed.id))
        return found

    def _try(self, own: Context, claimed: JobStatus, progress: Progress, stop: Callable[[], bool]) -> None:
        try:
            report = self._carry_out(own, claimed, progress, stop)
            if not claimed.parameters.get("atomic") or report.failed:
                self._finish(own, claimed, report)
        except Cancelled:
            self._jobs.finish(own, claimed, "cancelled")
        except Stopped:
            self._jobs.give_back(own, claimed)
        except TesseraError as error:
            self._jobs.finish(own, claimed, "failed", error=reason_of(error, own.language))

    def _finish(self, own: Context, job: JobStatus, report: ImportReport) -> None:
        with self._records.unit(own) as unit:
            self._note_end(unit, job, report)

    def _note_end(self, unit: Unit, job: JobStatus, report: ImportReport) -> None:
        now = unit.ctx.now()
        self._jobs.note(unit.session, job, now, (report.rows, job.parameters.get("total"), report.as_json()))
        self._jobs.finish_here(unit.session, job, "done", now, (None, None))

    def status(self, ctx: Context, job: str) -> JobStatus:
        """Return how far a job is; the actor's own, or anybody's for an administrator."""
        return self._jobs.get(ctx, job)

    def report(self, ctx: Context, job: str) -> ImportReport:
        """Return what became of the rows so far."""
        return report_of(self._jobs.get(ctx, job).result)

    def jobs(self, ctx: Context, limit: int = 20) -> Sequence[JobStatus]:
        """Return the newest jobs."""
        return self._jobs.of_actor(ctx, limit)

    def waiting(self, ctx: Context) -> Sequence[str]:
        """Return the jobs that nobody works on, the oldest first."""
        return self._jobs.waiting(ctx)

    def cancel(self, ctx: Context, job: str) -> JobStatus:
        """Ask a job to stop; what was imported by then stays."""
        if self._jobs.get(ctx, job).over:
            raise Conflict("job_over")
        # a job in one transaction keeps the database to itself: this process is told directly
        self._unwanted.add(job)
        return self._jobs.cancel(ctx, job)

    def errors_file(self, ctx: Context, job: str) -> Path:
        """Return the CSV file of the rows that failed: each with what is wrong beside it, to mend and import again."""
        self._jobs.get(ctx, job)
        path = self._place(ctx.tenant, job) / ERRORS
        if not path.is_file():
            raise Missing("no_such_file", name=ERRORS)
        return path

    # -- exporting -------------------------------------------------------------------------------------------------

    def export(self, ctx: Context, listing: Listing, format: FileFormat = "xlsx", style: Style = "labels") -> Export:
        """Return the records of a listing as a file, as far as the actor may take them away."""
        return export_listing(self._records, ctx, listing, format, style)

    # --------------------------------------------------------------------------------------------------------------

    def _carry_out(self, ctx: Context, job: JobStatus, progress: Progress, stop: Callable[[], bool]) -> ImportReport:
        folder = self._place(ctx.tenant, job.id)
        mapping = mapping_of(job.parameters["mapping"])
        report = report_of(job.result)
        course = self._course(ctx, mapping, folder / "rows", report)

        def note(unit: Unit, so_far: ImportReport) -> None:
            told = (so_far.rows, job.parameters.get("total"), so_far.as_json())
            self._jobs.note(unit.session, job, ctx.now(), told)

        def watch(so_far: ImportReport) -> None:
            progress(so_far)
            if job.id in self._unwanted or self._jobs.is_cancelled(ctx, job.id):
                raise Cancelled
            if stop():
                raise Stopped

        errors = folder / ERRORS
        if job.parameters.get("atomic"):
            # the job ends in the transaction of its rows: whoever lost the lease meanwhile undoes them
            return run_whole(course, watch, errors, lambda unit, whole: self._note_end(unit, job, whole))
        return run_in_chunks(course, watch, errors, note)

    def _course(self, ctx: Context, mapping: MappingDef, path: Path, report: ImportReport | None = None) -> Course:
        return Course(self._records, ctx, self._bound(ctx, mapping, path), report)

    def _bound(self, ctx: Context, mapping: MappingDef, path: Path) -> BoundImport:
        model = self._require(ctx, mapping.object, "import").model

        def beside(name: str) -> Table:
            # a mapping names files beside its own, never a path
            return open_table(path.parent / Path(name).name)

        return bind(mapping, model, open_table(path), beside)

    def _require(self, ctx: Context, object: str, action: str) -> Unit:
        with self._records.opener.reading(ctx) as unit:
            unit.policy.require(object, action)
            return unit

    def _owner(self, ctx: Context, job: JobStatus) -> Context | None:
        """Return the context of the job's owner, with his rights of now."""
        actor = SYSTEM if job.actor == SYSTEM.user else self._actor_of(ctx.tenant, job.actor)
        if actor is None:
            return None
        return replace(ctx, actor=actor, language=str(job.parameters.get("language", ctx.language)))

    def _found(self, ctx: Context, job: str) -> JobStatus:
        found = self._jobs.find(ctx, job)
        if found is None:
            raise Missing("unknown_job")
        return found

    def _tidy(self, folder: Path) -> None:
        """Remove what a job that is over needs no more: everything but the rows that failed."""
        for path in folder.iterdir():
            if path.name != ERRORS:
                path.unlink()

    def _place(self, tenant: str, job: str) -> Path:
        return self._folder / tenant / job


def _files_of(mapping: MappingDef) -> Iterator[str]:
    """Yield the names of the files that a mapping reads besides its main one."""
    sheets = [mapping.sheet, *(lines.sheet for lines in mapping.lines)]
    names: dict[str, Any] = {lines.sheet.file: None for lines in mapping.lines if lines.sheet.file}
    names |= {column.lookup.file: None for sheet in sheets for column in sheet.columns if column.lookup}
    yield from names
