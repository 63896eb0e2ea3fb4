"""``tessera user``: the accounts of a tenant."""

from __future__ import annotations

import secrets
import sys
from typing import Any

import click

from engine.cli.console import Console, verb
from engine.cli.house import opened

_TENANT = click.argument("tenant")
_LOGIN = click.argument("login")
_PASSWORD = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it."
)


@click.group()
def user() -> None:
    """Create and list users, set passwords."""


@user.command()
@_TENANT
@_LOGIN
@click.option("--name", default="", help="The name that others see.")
@click.option("--role", "roles", multiple=True, help="A role of the tenant's packs; may be given several times.")
@click.option("--administrator", is_flag=True, help="May do everything in this tenant.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--email", default=None)
@click.option("--phone", default=None)
@_PASSWORD
@click.option("--generate", is_flag=True, help="Make a password and print it.")
@verb
def create(console: Console, tenant: str, login: str, password_stdin: bool, generate: bool, **details: Any) -> None:
    """Create the user LOGIN in TENANT."""
    from engine.auth import NewUser

    password = _password(login, from_stdin=password_stdin, generate=generate)
    with opened() as engine:
        made = engine.auth.accounts.create(tenant, NewUser(login=login, password=password, **details))
    shown = {"id": made.id, "login": made.login, "roles": list(made.roles), "administrator": made.administrator}
    if generate:
        shown["password"] = password
    text = f"{made.login} can log in" + (f" with {password}" if generate else "")
    console.result(shown, text)


@user.command(name="list")
@_TENANT
@verb
def list_users(console: Console, tenant: str) -> None:
    """List the users of TENANT."""
    with opened() as engine:
        users = engine.auth.accounts.all(tenant)
    rows = [
        {
            "login": one.login,
            "name": one.name,
            "roles": list(one.roles),
            "administrator": one.administrator,
            "active": one.active,
            "locked_until": one.locked_until,
        }
        for one in users
    ]
    console.table(rows, ("login", "name", "roles", "administrator", "active", "locked_until"), "There are no users yet")


@user.command()
@_TENANT
@_LOGIN
@_PASSWORD
@click.option("--generate", is_flag=True, help="Make a password and print it.")
@verb
def password(console: Console, tenant: str, login: str, password_stdin: bool, generate: bool) -> None:
    """Set the password of LOGIN; his sessions end and his tokens are revoked."""
    text = _password(login, from_stdin=password_stdin, generate=generate)
    with opened() as engine:
        engine.auth.accounts.set_password(tenant, login, text)
    console.result(
        {"login": login, **({"password": text} if generate else {})},
        f"{login} has a new password" + (f": {text}" if generate else ""),
    )


@user.command()
@_TENANT
@_LOGIN
@click.option("--role", "roles", multiple=True, help="A role; may be given several times.")
@verb
def roles(console: Console, tenant: str, login: str, roles: tuple[str, ...]) -> None:
    """Let LOGIN hold exactly the roles given."""
    with opened() as engine:
        engine.auth.accounts.set_roles(tenant, login, roles)
    console.result({"login": login, "roles": list(roles)}, f"{login} holds {', '.join(roles) or 'no role'}")


@user.command()
@_TENANT
@_LOGIN
@click.option("--off", is_flag=True, help="Switch the account off instead of on.")
@verb
def activate(console: Console, tenant: str, login: str, off: bool) -> None:
    """Switch the account LOGIN on, or off: then its sessions end."""
    with opened() as engine:
        engine.auth.accounts.set_active(tenant, login, not off)
    console.result({"login": login, "active": not off}, f"{login} is {'off' if off else 'on'}")


def _password(login: str, *, from_stdin: bool, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(12)
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: object = click.prompt(f"Password of {login}", hide_input=True, confirmation_prompt=True)
    return f"{asked}"
