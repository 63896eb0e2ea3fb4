"""``tessera jobs``: what is done in the background of a tenant, seen and replayed from the terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

import click

from engine.cli.console import Console, verb
from engine.cli.house import opened, operator
from engine.kernel.errors import Missing
from engine.storage.outbox import Standing

_LIMIT = click.option("--limit", type=click.IntRange(1, 500), default=50, help="How many at most.")


@click.group()
def jobs() -> None:
    """See and replay jobs, events and deliveries of a tenant."""


@jobs.command(name="list")
@click.argument("tenant")
@click.option(
    "--what",
    type=click.Choice(["jobs", "events", "deliveries"]),
    default="jobs",
    help="Long work, what has happened and is still to be heard, or messages on their way.",
)
@click.option("--in", "state", default=None, help="Only those in this state, e.g. failed, dead, waiting.")
@_LIMIT
@verb
def list_work(console: Console, tenant: str, what: str, state: str | None, limit: int) -> None:
    """List what is done in the background, the newest first."""
    with opened() as engine:
        ctx = operator(engine, tenant)
        if what == "jobs":
            columns = ["id", "kind", "status", "done", "total", "attempts", "created_at", "error"]
            rows = [asdict(job) for job in engine.jobs.jobs(ctx, state, limit)]
        elif what == "events":
            columns = ["id", "name", "object", "record", "standing", "attempts", "at", "next_at", "error"]
            rows = [asdict(entry) for entry in engine.jobs.events(ctx, cast("Standing | None", state), limit)]
        else:
            columns = ["id", "channel", "address", "state", "attempts", "at", "due_at", "error"]
            rows = [asdict(one) for one in engine.jobs.deliveries(ctx, state, limit)]
    console.table([{name: row[name] for name in columns} for row in rows], columns, f"no {what}")


@jobs.command()
@click.argument("tenant")
@click.argument("id")
@verb
def show(console: Console, tenant: str, id: str) -> None:
    """Show one job or event with all that is known of it."""
    with opened() as engine:
        ctx = operator(engine, tenant)
        try:
            found = asdict(engine.jobs.job(ctx, id))
        except Missing:
            found = asdict(engine.jobs.event(ctx, id))
    console.result(found, "\n".join(f"{name:<14} {value}" for name, value in found.items() if value is not None))


@jobs.command()
@click.argument("tenant")
@click.argument("id")
@verb
def retry(console: Console, tenant: str, id: str) -> None:
    """Try again what failed, was set aside, was cancelled or is dead."""
    with opened() as engine:
        engine.jobs.retry(operator(engine, tenant), id)
    console.result({"ok": True, "id": id}, f"{id} is tried again")


@jobs.command()
@click.argument("tenant")
@click.argument("id")
@verb
def cancel(console: Console, tenant: str, id: str) -> None:
    """Stop a job; give up an event or a delivery."""
    with opened() as engine:
        engine.jobs.cancel(operator(engine, tenant), id)
    console.result({"ok": True, "id": id}, f"{id} is given up")


@jobs.command()
@click.argument("tenant")
@verb
def work(console: Console, tenant: str) -> None:
    """Do in this process everything that is due now, and stop."""
    with opened() as engine:
        engine.shelf.current(tenant)
        engine.background.settle(tenant, most=100_000)
        tally = asdict(engine.jobs.tally(operator(engine, tenant)))
    console.result(tally, "; ".join(f"{name}: {counts}" for name, counts in tally.items()))
