"""``tessera explain`` and ``tessera access``: why, who may what, delegations, leavers, separation of duties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import FAILED, OK, Console, verb
from engine.cli.house import opened, operator

if TYPE_CHECKING:
    from engine.kernel.context import Context
    from engine.wiring import Engine

_TENANT = click.argument("tenant")
_LOGIN = click.argument("login")


@click.command()
@_TENANT
@_LOGIN
@click.argument("object", metavar="OBJECT")
@click.argument("action", default="read")
@click.option("--record", default=None, help="The id of a record.")
@click.option("--field", default=None, help="A field: how it is seen, and whether it may be written.")
@verb
def explain(console: Console, tenant: str, login: str, object: str, action: str, **more: str | None) -> int:
    """Say why LOGIN may, or may not, do ACTION with OBJECT in TENANT, and what would help."""
    from engine.api.rights_drawing import draw_answer
    from engine.rights.explaining import Question

    with opened() as engine:
        question = Question(object, action, more["record"], more["field"], login)
        found = engine.rights.explaining.explain(_as_operator(engine, tenant), question)
    told = draw_answer(found)
    console.result(told, "\n".join(_lines(login, told)))
    return OK


def _lines(login: str, told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{login} {'may' if told['allowed'] else 'may not'} {told['action']} {told['object']}: {told['outcome']}"
    if told["decided_by"]:
        yield f"decided by {told['decided_by']}"
    for rule in told["rules"]:
        yield f"  rule {rule['rule']}: {rule['holds']}  ({rule['condition']})  {rule['values'] or ''}"
    for grant in told["grants"]:
        scopes = ", ".join(f"{one['scope']}: {one['holds']}{_shared(one['by'])}" for one in grant["scopes"])
        when = f"; when {grant['condition']}: {grant['condition_holds']}" if grant["condition"] else ""
        yield f"  role {grant['role']}: {grant['covers']}  ({scopes}{when})  {grant['values'] or ''}"
    if told["field"]:
        seen = told["field"]
        yield f"  field {seen['field']}: {seen['sight']}, writable: {seen['writable']}"
        yield from (f"    role {role}: {mode}" for role, mode in seen["said"].items())
    for one in told["remedies"]:
        by = f" by {', '.join(one['givers'])}" if one["givers"] else ""
        yield f"  remedy: {one['kind']} {one['name'] or one['level']}{by}"


def _shared(by: list[str]) -> str:
    """Return in which ways a record is shared."""
    return f" by {', '.join(name or 'hand' for name in by)}" if by else ""


@click.group()
def access() -> None:
    """Rights of users: what they may do, separation of duties, leavers."""


@access.command()
@_TENANT
@verb
def check(console: Console, tenant: str) -> int:
    """Find what separation of duties forbids and yet is so."""
    from engine.api.rights_drawing import draw_breaches

    with opened() as engine:
        found = engine.rights.foreseeing.check(_as_operator(engine, tenant))
    console.table(draw_breaches(found), ("rule", "login", "what", "count"), "Nothing is held together")
    return FAILED if found else OK


@access.command()
@_TENANT
@_LOGIN
@verb
def effective(console: Console, tenant: str, login: str) -> None:
    """Show everything that LOGIN may do in TENANT."""
    from engine.api.rights_drawing import draw_effective

    with opened() as engine:
        found = engine.rights.explaining.effective(_as_operator(engine, tenant), login)
    told = draw_effective(found)
    lines = []
    for one in told:
        lines.append(one["object"])
        for action, grants in one["actions"].items():
            lines.append(f"  {action}: " + "; ".join(f"{grant['scope']} ({grant['role']})" for grant in grants))
    console.result(told, "\n".join(lines))


@access.command()
@_TENANT
@_LOGIN
@click.option("--to", default=None, help="Who gets the records; without it they are only counted.")
@click.option("--object", "objects", multiple=True, help="Only records of this object.")
@verb
def leaver(console: Console, tenant: str, login: str, to: str | None, objects: tuple[str, ...]) -> None:
    """Count the records that LOGIN owns, or hand them over to another user."""
    with opened() as engine:
        ctx = _as_operator(engine, tenant)
        handing = engine.rights.handing
        found = handing.belongings(ctx, login) if to is None else handing.hand_over(ctx, login, to, objects or None)
    rows = [{"object": name, "records": count} for name, count in found.items()]
    console.table(rows, ("object", "records"), "There are none")


def _as_operator(engine: Engine, tenant: str) -> Context:
    return operator(engine, tenant)
