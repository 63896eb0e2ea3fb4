"""Import and export: a file is looked at, tried out, imported in the background; records leave as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from flask import Response

from engine.kernel.errors import BadDefinition, Malformed, Missing, Rejected, TesseraError
from engine.metamodel.model import ObjectModel
from engine.records import Listing
from engine.transfer import Inspection, MappingDef
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.addresses import read_address
from engine.ui.screens.columns import column_specs
from engine.ui.screens.imports import MappingScreen, build_job, build_mapping, build_report, build_start, chosen_mapping
from engine.ui.views.finding import found_object
from engine.ui.views.lists import chosen_columns, condition_of

_TRIED_AT_ONCE = 20_000
_JOBS_SHOWN = 10
_BLOCK = 1 << 16


def show_import(call: Call) -> Response:
    """Draw the page on which an import begins."""
    _require_import(call)
    jobs = call.services.transfer.jobs(call.context, _JOBS_SHOWN)
    return call.page("import", build_start(call.desk, jobs, call.argument("object")))


def send_file(call: Call) -> Response:
    """Take a file and look at it."""
    _require_import(call)
    found = _importable(call, call.form.one("object") or "")
    sent = call.request.files.get("file")
    if sent is None or not sent.filename:
        return _again(call, found, call.desk.say("import.no_file"))
    uploads, context = call.services.transfer.uploads, call.context
    id = uploads.keep(context, sent.filename, iter(lambda: sent.stream.read(_BLOCK), b""))
    try:
        call.services.transfer.inspect(context, found.name, uploads.find(context, id))
    except Malformed as error:
        uploads.drop(context, id)
        language = call.desk.words.language
        return _again(call, found, " ".join((error.message(language), error.complaint.hint(language))))
    return call.go(f"/import/to/{found.name}/{id}")


def send_template(call: Call) -> Response:
    """Send an empty file with the columns that may be filled."""
    found = _importable(call, call.argument("object"))
    content = call.services.transfer.template(call.context, found.name)
    return _download(content, f"{call.desk.title(found.title)}.xlsx")


def show_mapping(call: Call) -> Response:
    """Draw what the columns of a file seem to mean."""
    path, found, seen = _seen(call)
    return call.page("import_file", _mapping(call, path, found, seen, seen.mapping, False))


def import_file(call: Call) -> Response:
    """Try a file out, or import it in the background."""
    path, found, seen = _seen(call)
    form = call.form
    targets = {index: form.one(f"target.{index}") or "" for index in range(len(seen.columns))}
    mapping = chosen_mapping(found, seen.columns, seen.mapping, targets, form.one("key") or "")
    atomic = form.one("atomic") == "true"
    screen = _mapping(call, path, found, seen, mapping, atomic)
    transfer, context, desk = call.services.transfer, call.context, call.desk
    try:
        if form.one("_do") == "start":
            job = transfer.start_import(context, mapping, path, name=path.name, atomic=atomic)
            transfer.uploads.drop(context, call.place["upload"])
            return call.go(f"/import/jobs/{job}")
        if seen.rows > _TRIED_AT_ONCE:
            return call.page("import_file", replace(screen, error=desk.say("import.too_long", n=f"{_TRIED_AT_ONCE:,}")))
        report = transfer.dry_run(context, mapping, path)
    except (Rejected, BadDefinition) as error:
        wrongs = error.diagnostics if isinstance(error, BadDefinition) else ()
        said = [one.line(desk.words.language) for one in wrongs] or _said(call, error)
        wrong = replace(screen, error=error.message(desk.words.language), errors=tuple(said))
        return call.page("import_file", wrong, 422)
    return call.page("import_file", replace(screen, report=build_report(report)))


def show_job(call: Call) -> Response:
    """Draw how far an import is."""
    transfer, context = call.services.transfer, call.context
    job = transfer.status(context, call.place["job"])
    report = transfer.report(context, job.id)
    screen = build_job(call.desk, job, report, bool(report.failed))
    if call.by_htmx:
        return call.fragment("parts/job", s=screen)
    return call.page("import_job", screen)


def cancel_job(call: Call) -> Response:
    """Stop an import; what was imported by then stays."""
    call.services.transfer.cancel(call.context, call.place["job"])
    return call.go(f"/import/jobs/{call.place['job']}", Toast(call.desk.say("import.cancelled")))


def send_errors(call: Call) -> Response:
    """Send the rows that failed, each with what is wrong beside it."""
    path = call.services.transfer.errors_file(call.context, call.place["job"])
    return _download(path.read_bytes(), "errors.csv", "text/csv; charset=utf-8")


def export(call: Call) -> Response:
    """Send the records of a list as a file, with the columns that it shows."""
    desk = call.desk
    found = found_object(call)
    model = desk.model.lists[found.name]
    address = read_address(found.name, list(call.request.args.items(multi=True)))
    listing = Listing(
        found.name,
        condition_of(call, model, address),
        address.quick,
        address.sort,
        tuple(spec.path for spec in column_specs(desk, model, chosen_columns(call))),
        view=address.view or None,
        deleted=address.deleted,
    )
    made = call.services.transfer.export(call.context, listing, "csv" if call.argument("as") == "csv" else "xlsx")
    return Response(made.blocks, content_type=made.type, headers={"Content-Disposition": _attachment(made.name)})


def _require_import(call: Call) -> None:
    if not any(call.desk.may(name, "import") for name in call.desk.model.objects):
        raise Missing("no_such_page")


def _importable(call: Call, name: str) -> ObjectModel:
    found = call.desk.model.objects.get(name)
    if found is None or not call.desk.may(name, "import"):
        raise Missing("no_such_page")
    return found


def _seen(call: Call) -> tuple[Path, ObjectModel, Inspection]:
    found = _importable(call, call.place["object"])
    path = call.services.transfer.uploads.find(call.context, call.place["upload"])
    return path, found, call.services.transfer.inspect(call.context, found.name, path)


def _mapping(
    call: Call, path: Path, found: ObjectModel, seen: Inspection, mapping: MappingDef, atomic: bool
) -> MappingScreen:
    return build_mapping(call.desk, (call.place["upload"], path.name), found, seen, mapping, atomic)


def _again(call: Call, found: ObjectModel, error: str) -> Response:
    jobs = call.services.transfer.jobs(call.context, _JOBS_SHOWN)
    return call.page("import", build_start(call.desk, jobs, found.name, error), 422)


def _said(call: Call, error: TesseraError) -> list[str]:
    language = call.desk.words.language
    return [f"{one.path}: {one.message(language)}" for one in error.complaints]


def _download(content: bytes, name: str, kind: str = "") -> Response:
    kind = kind or "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, content_type=kind, headers={"Content-Disposition": _attachment(name)})


def _attachment(name: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


ROUTES = (
    Route("GET", "/import", show_import),
    Route("POST", "/import", send_file),
    Route("GET", "/import/template", send_template),
    Route("GET", "/import/to/<object>/<upload>", show_mapping),
    Route("POST", "/import/to/<object>/<upload>", import_file),
    Route("GET", "/import/jobs/<job>", show_job),
    Route("POST", "/import/jobs/<job>/cancel", cancel_job),
    Route("GET", "/import/jobs/<job>/errors", send_errors),
    Route("GET", "/o/<object>/export", export),
)
