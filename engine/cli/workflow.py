"""``tessera workflow``: what must be true of all processes, checked; lists worked out anew; old rows archived."""

from __future__ import annotations

from dataclasses import asdict

import click

from engine.cli.console import FAILED, OK, Console, verb
from engine.cli.house import opened, operator


@click.group()
def workflow() -> None:
    """Check the processes of a tenant, rebuild what lists rest on, and archive what is old."""


@workflow.command()
@click.argument("tenant")
@click.option("--instance", default="", help="Only this instance.")
@verb
def check(console: Console, tenant: str, instance: str) -> int:
    """Check every invariant of the processes of TENANT: tokens, tasks, clocks, holds, trails and their hashes."""
    from engine.workflow.approvals.trail.checking import check as breaches_of

    with opened() as engine:
        found = breaches_of(engine.approvals.kernel, operator(engine, tenant), instance)
    console.table([asdict(one) for one in found], ["rule", "instance", "says"], "every invariant holds")
    return FAILED if found else OK


@workflow.command()
@click.argument("tenant")
@verb
def rebuild(console: Console, tenant: str) -> int:
    """Work out anew who may take which task of TENANT; people may go on working meanwhile."""
    from engine.workflow.approvals.rebuilding import rebuild as put_right

    with opened() as engine:
        count = put_right(engine.approvals.kernel, operator(engine, tenant))
    console.result({"rebuilt": count}, f"put right in {count} instances")
    return OK


@workflow.command()
@click.argument("tenant")
@click.option("--months", type=click.IntRange(1, 1200), help="Keep so many months in the trail; otherwise what is set.")
@verb
def archive(console: Console, tenant: str, months: int | None) -> int:
    """Move old rows of the trail of TENANT into its archive, where timelines show them on demand."""
    from engine.workflow.approvals.trail.archiving import archive_trail

    with opened() as engine:
        kept = engine.settings.trail_months if months is None else months
        moved = archive_trail(engine.shelf, operator(engine, tenant), kept) if kept else 0
    console.result({"archived": moved}, f"moved {moved} rows into the archive")
    return OK
