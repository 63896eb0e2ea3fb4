"""``tessera pack``: check, plan, install, upgrade and uninstall packs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import FAILED, Console, verb
from engine.cli.house import opened
from engine.cli.pack_tests import test

if TYPE_CHECKING:
    from engine.tenancy import InstallPlan

_FOLDERS = click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
_TENANT = click.argument("tenant")
_DECIDE = click.option(
    "--decide",
    "decisions",
    multiple=True,
    metavar="WISH=pack|overlay",
    help="Who wins where the tenant's own layer and the pack disagree; may be given several times.",
)


@click.group()
def pack() -> None:
    """Check, test, plan, install and upgrade packs."""


pack.add_command(test)


@pack.command()
@_FOLDERS
@click.option("--overlay", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A layer on top.")
@verb
def check(console: Console, folders: tuple[Path, ...], overlay: Path | None) -> None:
    """Check packs by themselves; every complaint is printed as file:line:column code message."""
    from engine.metamodel import Layer, check_packs, read_text

    above = []
    if overlay is not None:
        above.append(Layer("overlay", "1", read_text(overlay.read_text(encoding="utf-8"), overlay.name)))
    report = check_packs(folders, above=above)
    model = report.require_sound()
    found = {
        "ok": True,
        "packs": [{"name": one.identity.name, "version": one.identity.version} for one in report.sources],
        "objects": len(model.objects),
        "fields": sum(len(object.fields) for object in model.objects.values()),
        "fingerprint": model.fingerprint,
        "warnings": [warning.as_dict() for warning in report.warnings],
    }
    names = ", ".join(f"{one.identity.name} {one.identity.version}" for one in report.sources)
    told = [f"{warning} (warning)" for warning in report.warnings]
    sentence = f"{names}: {found['objects']} objects, {found['fields']} fields, no errors"
    console.result(found, "\n".join([*told, sentence]))


@pack.command()
@_TENANT
@_FOLDERS
@_DECIDE
@verb
def plan(console: Console, tenant: str, folders: tuple[Path, ...], decisions: tuple[str, ...]) -> int:
    """Show what installing or upgrading packs in TENANT would do; nothing is changed."""
    from engine.tenancy import AddPacks
    from engine.tenancy.intents import read_packs

    with opened() as engine:
        made = engine.tenancy.plan(tenant, AddPacks(read_packs(folders), _decided(decisions)))
        console.result(made.as_dict(), "\n".join(plan_lines(made)))
    return 0 if made.fits else FAILED


@pack.command()
@_TENANT
@_FOLDERS
@_DECIDE
@verb
def install(console: Console, tenant: str, folders: tuple[Path, ...], decisions: tuple[str, ...]) -> None:
    """Install packs in TENANT, or upgrade those that are there: wholly, or not at all."""
    _apply(console, tenant, folders, decisions)


@pack.command()
@_TENANT
@_FOLDERS
@_DECIDE
@verb
def upgrade(console: Console, tenant: str, folders: tuple[Path, ...], decisions: tuple[str, ...]) -> None:
    """Upgrade packs of TENANT; the tenant's own layer is kept."""
    _apply(console, tenant, folders, decisions)


@pack.command()
@_TENANT
@click.argument("name")
@_DECIDE
@verb
def uninstall(console: Console, tenant: str, name: str, decisions: tuple[str, ...]) -> None:
    """Remove the pack NAME from TENANT; its data are kept until they are purged."""
    with opened() as engine:
        done = engine.tenancy.uninstall(tenant, name, decisions=_decided(decisions))
    console.result({"version": done.version, **done.plan.as_dict()}, "\n".join(done_lines(done.plan, done.version)))


@pack.command(name="return")
@_TENANT
@click.argument("version", type=int)
@verb
def return_to(console: Console, tenant: str, version: int) -> None:
    """Bring back the definitions that TENANT had in VERSION."""
    with opened() as engine:
        done = engine.tenancy.return_to(tenant, version)
    console.result({"version": done.version, **done.plan.as_dict()}, "\n".join(done_lines(done.plan, done.version)))


def _apply(console: Console, tenant: str, folders: Sequence[Path], decisions: Sequence[str]) -> None:
    with opened() as engine, console.progress("installing"):
        done = engine.tenancy.install(tenant, folders, decisions=_decided(decisions))
    console.result({"version": done.version, **done.plan.as_dict()}, "\n".join(done_lines(done.plan, done.version)))


def _decided(decisions: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in decisions:
        wish, _, winner = text.rpartition("=")
        if not wish or winner not in ("pack", "overlay"):
            raise click.UsageError(f"--decide {text}: write WISH=pack or WISH=overlay")
        found[wish] = winner
    return found


def plan_lines(plan: InstallPlan) -> Iterator[str]:
    """Yield what a plan will do, for people."""
    shown: dict[str, Any] = plan.as_dict()
    yield f"{plan.tenant}: " + ", ".join(f"{one['name']} {one['version']}" for one in shown["packs"])
    if plan.changes_nothing:
        yield "nothing to do"
    for change in shown["changes"]:
        place = ".".join(part for part in (change["object"], change["field"]) if part)
        yield f"  {change['kind']:<24} {place}" + (f"  [{change['risk']}]" if change["risk"] else "")
    if shown["steps"]:
        yield f"{len(shown['steps'])} steps on the tables"
    for misfit in shown["misfits"]:
        yield f"! {misfit['say'].get('en', misfit['code'])}"
    for wish in shown["overlay"]["undecided"]:
        yield f"? {wish}: decide with --decide {wish}=pack or {wish}=overlay"


def done_lines(plan: InstallPlan, version: int) -> Iterator[str]:
    """Yield what was done, for people."""
    yield from plan_lines(plan)
    yield f"version {version} is active"
