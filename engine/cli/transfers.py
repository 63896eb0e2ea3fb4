"""``tessera import`` and ``tessera export``: records from and to CSV and XLSX files."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from engine.cli.console import FAILED, Console, verb
from engine.cli.house import opened, operator

if TYPE_CHECKING:
    from engine.kernel.context import Context
    from engine.transfer import ImportReport
    from engine.wiring import Engine

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_AS = click.option("--as", "login", default=None, help="Do it with the rights of this user; without, with all rights.")


@click.command(name="import")
@click.argument("tenant")
@_FILE
@click.option("--object", "object", default=None, help="The object; its columns are recognised by their names.")
@click.option("--mapping", type=click.Path(dir_okay=False, path_type=Path), help="A mapping file (YAML or JSON).")
@click.option("--key", multiple=True, help="With --object: the field that recognises a record again.")
@click.option("--dry-run", is_flag=True, help="Do all checks, change nothing.")
@click.option("--atomic", is_flag=True, help="All rows or none.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the rows that fail.")
@_AS
@verb
def import_file(console: Console, tenant: str, file: Path, object: str | None, mapping: Path | None, **how: Any) -> int:
    """Import FILE (CSV or XLSX) into TENANT."""
    from engine.transfer import read_mapping

    if (object is None) == (mapping is None):
        raise click.UsageError("give either --mapping or --object")
    with opened() as engine:
        ctx = _context(engine, tenant, how["login"])
        if mapping is not None:
            meant = read_mapping(mapping)
        else:
            inspected = engine.transfer.inspect(ctx, str(object), file)
            meant = replace(inspected.mapping, key=how["key"] or inspected.mapping.key)
        with console.progress(file.name) as advance:

            def progress(report: ImportReport) -> None:
                advance(report.rows)

            if how["dry_run"]:
                report = engine.transfer.dry_run(ctx, meant, file, progress)
            else:
                report = engine.transfer.import_file(
                    ctx, meant, file, atomic=how["atomic"], errors=how["errors"], progress=progress
                )
    console.result({"dry_run": how["dry_run"], **report.as_json()}, "\n".join(_lines(report)))
    return FAILED if report.failed else 0


@click.command(name="export")
@click.argument("tenant")
@click.argument("object")
@_FILE
@click.option("--where", default=None, help="A FEEL condition.")
@click.option("--fields", default="", help="Only these fields: a,b,c.")
@click.option("--codes", is_flag=True, help="Codes and ids instead of titles, to import them again.")
@_AS
@verb
def export_file(console: Console, tenant: str, object: str, file: Path, **how: Any) -> None:
    """Export the records of OBJECT in TENANT to FILE (.csv or .xlsx; - for CSV on standard output)."""
    from engine.records import Listing

    fields = tuple(part.strip() for part in how["fields"].split(",") if part.strip())
    listing = Listing(object, how["where"], fields=fields)
    with opened() as engine:
        ctx = _context(engine, tenant, how["login"])
        kind: Literal["csv", "xlsx"] = "xlsx" if file.suffix.lower() == ".xlsx" else "csv"
        made = engine.transfer.export(ctx, listing, kind, "codes" if how["codes"] else "labels")
        if str(file) == "-":
            for block in made.blocks:
                sys.stdout.buffer.write(block)
            return
        with file.open("wb") as out, console.progress(file.name):
            size = sum(out.write(block) for block in made.blocks)
    console.result({"file": str(file), "bytes": size}, f"{file}: {size:,} bytes")


def _context(engine: Engine, tenant: str, login: str | None) -> Context:
    ctx = operator(engine, tenant)
    if login is None:
        return ctx
    user = engine.auth.accounts.by_login(tenant, login)
    return replace(ctx, actor=engine.auth.actor_of(tenant, user.id) or ctx.actor)


def _lines(report: ImportReport) -> list[str]:
    first = f"{report.rows:,} records: {report.created:,} created, {report.updated:,} changed, "
    lines = [first + f"{report.unchanged:,} as they were, {report.failed:,} failed"]
    lines += [f"  row {error.row} {error.column}: {error.message} ({error.code})" for error in report.errors[:20]]
    if len(report.errors) > 20:
        lines.append(f"  and {len(report.errors) - 20:,} more; --errors FILE writes all")
    return lines
