"""``tessera token``: API tokens."""

from __future__ import annotations

import click

from engine.cli.console import Console, verb
from engine.cli.house import opened


@click.group()
def token() -> None:
    """Create, list and revoke API tokens."""


@token.command()
@click.argument("tenant")
@click.argument("login")
@click.option("--name", default="", help="What it is for.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(["read", "write"]), help="Default: read and write.")
@click.option("--days", type=int, default=365, show_default=True, help="Until it expires; 0 for never.")
@verb
def create(console: Console, tenant: str, login: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for the user LOGIN of TENANT and print it; it cannot be printed again."""
    with opened() as engine:
        made = engine.auth.tokens.create(tenant, login, name or login, scopes or ("read", "write"), days or None)
    console.result({"id": made.id, "token": str(made)}, str(made))


@token.command(name="list")
@click.argument("tenant")
@click.argument("login", required=False)
@verb
def list_tokens(console: Console, tenant: str, login: str | None) -> None:
    """List the tokens of TENANT, or of one user."""
    with opened() as engine:
        users = {one.id: one for one in engine.auth.accounts.all(tenant)}
        chosen = engine.auth.accounts.by_login(tenant, login) if login else None
        found = engine.auth.tokens.of(tenant, chosen)
    rows = [
        {
            "id": one.id,
            "user": users[one.user].login if one.user in users else one.user,
            "name": one.name,
            "scopes": list(one.scopes),
            "expires_at": one.expires_at,
            "used_at": one.used_at,
        }
        for one in found
    ]
    console.table(rows, ("id", "user", "name", "scopes", "expires_at", "used_at"), "There are no tokens")


@token.command()
@click.argument("tenant")
@click.argument("id")
@verb
def revoke(console: Console, tenant: str, id: str) -> None:
    """Revoke the token ID; its next request is refused."""
    with opened() as engine:
        engine.auth.tokens.revoke(tenant, id)
    console.result({"id": id, "revoked": True}, f"{id} is revoked")
