"""``tessera tenant``: create, list and drop tenants."""

from __future__ import annotations

import click

from engine.cli.console import Console, verb
from engine.cli.house import opened


@click.group()
def tenant() -> None:
    """Create, list and drop tenants."""


@tenant.command()
@click.argument("name")
@click.option("--title", default="", help="What people call it.")
@click.option("--url", default=None, help="The address of its database, where the template will not do.")
@click.option("--pack", "packs", multiple=True, type=click.Path(exists=True, file_okay=False), help="Install at once.")
@click.option("--adopt", is_flag=True, help="Take over a place that holds a tenant's data already.")
@verb
def create(console: Console, name: str, title: str, url: str | None, packs: tuple[str, ...], adopt: bool) -> None:
    """Create the tenant NAME."""
    from pathlib import Path

    with opened() as engine:
        made = engine.tenancy.create(name, title, url, adopt=adopt)
        installed = engine.tenancy.install(name, [Path(pack) for pack in packs]) if packs else None
    version = installed.version if installed is not None else 0
    console.result(
        {"name": made.name, "title": made.title, "version": version},
        f"tenant {made.name} is there" + (f", version {version} of its definitions" if version else ""),
    )


@tenant.command(name="list")
@verb
def list_tenants(console: Console) -> None:
    """List the tenants and what is installed in each."""
    with opened() as engine:
        rows = [
            {
                "name": one.name,
                "title": one.title,
                "packs": [f"{layer.name} {layer.version}" for layer in engine.tenancy.layers(one.name)],
                "created_at": one.created_at,
            }
            for one in engine.tenancy.list()
        ]
    console.table(rows, ("name", "title", "packs", "created_at"), "There are no tenants yet")


@tenant.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@verb
def drop(console: Console, name: str, yes: bool) -> None:
    """Remove the tenant NAME with all its data."""
    with opened() as engine:
        engine.tenancy.get(name)
        if not yes:
            click.confirm(f"Remove {name} with all its data for good?", abort=True)
        engine.tenancy.drop(name)
    console.result({"name": name, "dropped": True}, f"tenant {name} is gone")


@tenant.command()
@click.argument("name")
@verb
def versions(console: Console, name: str) -> None:
    """List the versions of the definitions of NAME."""
    with opened() as engine:
        rows = [
            {"version": one.version, "at": one.created_at, "by": one.created_by, "note": one.note}
            for one in engine.tenancy.versions(name)
        ]
    console.table(rows, ("version", "at", "by", "note"), "Nothing is installed yet")
