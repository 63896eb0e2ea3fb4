"""R23: what is taken away in one process is gone in the others with the next request, whatever they remember."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from engine.auth import AuthService
from engine.kernel.errors import Missing, Unauthenticated
from engine.storage import Shelf
from tests.auth.conftest import Door

REMEMBERED = 60.0


@pytest.fixture
def other(door: Door, database_url: str) -> Iterator[AuthService]:
    """A second process's auth service: its own shelf and memory over the same database."""
    settings = replace(door.settings, state_seconds=REMEMBERED)

    def locate(tenant: str) -> str:
        if tenant != "acme":
            raise Missing("no_such_tenant", tenant=tenant)
        return database_url

    shelf = Shelf(settings, locate, lambda layers: layers)
    yield AuthService(settings, shelf, door.clock)
    shelf.close()


def refused(use: Callable[[], object]) -> bool:
    try:
        use()
    except Unauthenticated:
        return True
    return False


@pytest.mark.parametrize("how", ["log out", "end others", "switch off", "new password"])
def test_a_session_that_was_ended_elsewhere(door: Door, other: AuthService, how: str):
    door.add()
    cookie, here = door.log_in(), door.log_in()
    other.sessions.caller(cookie)
    me = door.auth.sessions.caller(here)

    {
        "log out": lambda: door.auth.log_out(door.auth.sessions.caller(cookie)),
        "end others": lambda: door.auth.sessions.end_others(me),
        "switch off": lambda: door.auth.accounts.set_active("acme", "wei", False),
        "new password": lambda: door.auth.accounts.set_password("acme", "wei", "another good sentence"),
    }[how]()

    assert refused(lambda: other.sessions.caller(cookie))


def test_a_token_that_was_revoked_elsewhere(door: Door, other: AuthService):
    door.add()
    token = door.auth.tokens.create("acme", "wei", "t", ["read"], None)
    other.tokens.caller(str(token))

    door.auth.tokens.revoke("acme", token.id)

    assert refused(lambda: other.tokens.caller(str(token)))


def test_a_right_that_was_given_elsewhere(door: Door, other: AuthService):
    door.add()
    token = str(door.auth.tokens.create("acme", "wei", "t", ["read"], None))
    assert not other.tokens.caller(token).actor.administrator

    door.auth.accounts.set_roles("acme", "wei", [], administrator=True)

    assert other.tokens.caller(token).actor.administrator
    assert door.auth.tokens.caller(token).actor.administrator
