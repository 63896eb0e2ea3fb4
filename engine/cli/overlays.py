"""``tessera overlay``: a tenant's own layer as a YAML file."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.console import FAILED, Console, verb
from engine.cli.house import opened


@click.group()
def overlay() -> None:
    """Import and export a tenant's own layer."""


@overlay.command(name="export")
@click.argument("tenant")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@verb
def export_overlay(console: Console, tenant: str, file: Path | None) -> None:
    """Write the layer of TENANT to FILE, or print it."""
    with opened() as engine:
        text = engine.tenancy.export_overlay(tenant)
    if file is not None:
        file.write_text(text, encoding="utf-8")
    console.result({"tenant": tenant, "overlay": text}, text if file is None else f"written to {file}")


@overlay.command(name="import")
@click.argument("tenant")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what it would do; change nothing.")
@verb
def import_overlay(console: Console, tenant: str, file: Path, dry_run: bool) -> int:
    """Replace the layer of TENANT by what FILE says; an empty file removes it."""
    from engine.cli.packs import done_lines, plan_lines
    from engine.tenancy import SetOverlay

    intent = SetOverlay(file.read_text(encoding="utf-8"), file.name)
    with opened() as engine:
        if dry_run:
            plan = engine.tenancy.plan(tenant, intent)
            console.result(plan.as_dict(), "\n".join(plan_lines(plan)))
            return 0 if plan.fits else FAILED
        done = engine.tenancy.change(tenant, intent)
    console.result({"version": done.version, **done.plan.as_dict()}, "\n".join(done_lines(done.plan, done.version)))
    return 0
