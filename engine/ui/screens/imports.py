"""An import, ready to be drawn: the file, what its columns mean, how far it is and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.metamodel.model import ObjectModel
from engine.transfer import ImportReport, Inspection, JobStatus
from engine.transfer.headers import importable, keys_of
from engine.transfer.mapping import ColumnDef, LinesDef, MappingDef, SheetDef
from engine.ui.desk import Desk
from engine.ui.widgets.base import Option

_LINE = "/"
_TONES = {"queued": "gray", "running": "blue", "done": "green", "failed": "red", "cancelled": "gray"}
_PHASES = {"queued": "waiting", "running": "active", "done": "done", "failed": "failed", "cancelled": "closed"}


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in the list of the newest."""

    id: str
    name: str
    object: str
    when: str
    status: str
    tone: str
    phase: str


@dataclass(frozen=True, slots=True)
class StartScreen:
    """Where an import begins."""

    objects: tuple[Option, ...]
    jobs: tuple[JobRow, ...]
    object: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of the file with the field that it fills."""

    index: int
    column: str
    sample: str
    targets: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A complaint about a row of the file."""

    row: int
    column: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class MappingScreen:
    """What the columns of a file mean."""

    upload: str
    object: str
    object_title: str
    name: str
    rows: int
    columns: tuple[ColumnRow, ...]
    keys: tuple[Option, ...]
    atomic: bool
    report: ReportScreen | None = None
    error: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportScreen:
    """What an import did or would do."""

    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    errors: tuple[ErrorRow, ...]


@dataclass(frozen=True, slots=True)
class JobScreen:
    """A running or finished import."""

    id: str
    name: str
    object: str
    object_title: str
    status: str
    tone: str
    phase: str
    over: bool
    percent: int
    progress: str
    report: ReportScreen
    error: str
    has_errors: bool


def build_start(desk: Desk, jobs: Sequence[JobStatus], chosen: str, error: str = "") -> StartScreen:
    """Return the page on which an import begins."""
    objects = tuple(
        Option(found.name, desk.title(found.title), found.name == chosen)
        for found in desk.model.objects.values()
        if not found.parent and desk.may(found.name, "import")
    )
    return StartScreen(objects, tuple(_job_row(desk, job) for job in jobs), chosen, error)


def build_mapping(
    desk: Desk, upload: tuple[str, str], found: ObjectModel, seen: Inspection, mapping: MappingDef, atomic: bool
) -> MappingScreen:
    """Return the page that shows and asks what the columns mean."""
    id, name = upload
    chosen = {one.column: one.field for one in mapping.sheet.columns}
    chosen |= {one.column: f"{lines.field}{_LINE}{one.field}" for lines in mapping.lines for one in lines.sheet.columns}
    fields = tuple(_targets(desk, found))
    columns = tuple(
        ColumnRow(
            index,
            column,
            next((row[index] for row in seen.sample if index < len(row) and row[index]), ""),
            tuple(Option(value, text, value == chosen.get(column, "")) for value, text in fields),
        )
        for index, column in enumerate(seen.columns)
    )
    keys = tuple(
        Option(
            ",".join(key),
            " + ".join(desk.title(found.fields[part].title) if part in found.fields else part for part in key),
            key == mapping.key,
        )
        for key in keys_of(found)
        if key != ("id",)
    )
    return MappingScreen(id, found.name, desk.title(found.title), name, seen.rows, columns, keys, atomic)


def chosen_mapping(
    found: ObjectModel, header: Sequence[str], guess: MappingDef, targets: Mapping[int, str], key: str
) -> MappingDef:
    """Return the mapping that was chosen; where the guess was kept, with all that it knew."""
    guessed = {one.column: one for one in guess.sheet.columns}
    guessed_lines = {one.column: one for lines in guess.lines for one in lines.sheet.columns}
    own: list[ColumnDef] = []
    lines: dict[str, list[ColumnDef]] = {}
    for index, column in enumerate(header):
        target = targets.get(index, "")
        holder, _, inner = target.partition(_LINE)
        if inner and holder in found.fields:
            known = guessed_lines.get(column)
            lines.setdefault(holder, []).append(
                known if known is not None and known.field == inner else ColumnDef(column, inner)
            )
        elif target:
            known = guessed.get(column)
            own.append(known if known is not None and known.field == target else ColumnDef(column, target))
    keys = tuple(part for part in key.split(",") if part)
    grids = tuple(LinesDef(name, SheetDef(tuple(columns)), "") for name, columns in lines.items())
    return MappingDef(found.name, SheetDef(tuple(own)), keys, grids)


def build_report(report: ImportReport) -> ReportScreen:
    """Return what an import did or would do."""
    errors = tuple(ErrorRow(one.row, one.column, one.message, one.code) for one in report.errors)
    return ReportScreen(report.rows, report.created, report.updated, report.unchanged, report.failed, errors)


def build_job(desk: Desk, job: JobStatus, report: ImportReport, has_errors: bool) -> JobScreen:
    """Return how far a job is."""
    object = str(job.parameters.get("mapping", {}).get("object", ""))
    total = job.total or int(job.parameters.get("total") or 0)
    share = 100 if job.status == "done" else min(99, 100 * job.done // total) if total else 0
    row = _job_row(desk, job)
    progress = desk.say("import.progress", done=f"{job.done:,}", total=f"{total:,}") if total else f"{job.done:,}"
    return JobScreen(
        job.id, row.name, object, row.object, row.status, row.tone, row.phase, job.over, share, progress,
        build_report(report), job.error, has_errors,
    )  # fmt: skip


def _job_row(desk: Desk, job: JobStatus) -> JobRow:
    object = str(job.parameters.get("mapping", {}).get("object", ""))
    found = desk.model.objects.get(object)
    return JobRow(
        job.id,
        str(job.parameters.get("name", "")),
        desk.title(found.title) if found is not None else object,
        desk.dates.instant_or_word(job.created_at) if job.created_at else "",
        desk.say(f"job.{job.status}"),
        _TONES.get(job.status, "gray"),
        _PHASES.get(job.status, "open"),
    )


def _targets(desk: Desk, found: ObjectModel) -> list[tuple[str, str]]:
    writable = desk.policy.writable(found.name, "create") | {"id"}
    fields = [("", desk.say("import.skip")), ("id", desk.say("import.id"))]
    fields += [(one.name, desk.title(one.title)) for one in importable(found) if one.name in writable]
    lifecycle = desk.model.lifecycle_of(found.name)
    if lifecycle is not None and (lifecycle.field, desk.title(found.fields[lifecycle.field].title)) not in fields:
        fields.append((lifecycle.field, desk.title(found.fields[lifecycle.field].title)))
    for holder in found.fields.values():
        if holder.type == "lines" and holder.lines_of:
            child = desk.model.objects[holder.lines_of]
            title = desk.title(holder.title)
            fields += [
                (f"{holder.name}{_LINE}{one.name}", f"{title} › {desk.title(one.title)}") for one in importable(child)
            ]
    return fields
