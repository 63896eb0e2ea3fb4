"""API tokens: bound to one tenant and user, hashed, scoped, expiring, revocable."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.kernel.errors import LimitExceeded, Missing, Refused, Rejected, Unauthenticated
from tests.auth.conftest import Door


def test_a_token_says_its_tenant_and_is_its_user(door: Door):
    door.add()

    token = str(door.auth.tokens.create("acme", "wei", "for tests", ["read", "write"], None))

    assert token.startswith("tsr_acme_")
    caller = door.auth.tokens.caller(token)
    assert (caller.tenant, caller.actor.login, caller.via) == ("acme", "wei", "token")
    caller.require("write")


def test_a_token_for_reading_does_not_write(door: Door):
    door.add()
    caller = door.auth.tokens.caller(str(door.auth.tokens.create("acme", "wei", "t", ["read"], None)))

    with pytest.raises(Refused):
        caller.require("write")


def test_only_a_hash_of_the_secret_is_stored(door: Door):
    door.add()
    token = door.auth.tokens.create("acme", "wei", "t", ["read"], None)
    database, _ = door.shelf.current("acme")

    with database.reading() as session:
        stored = str(session.raw_rows("SELECT * FROM tessera_token"))

    assert token.secret not in stored
    assert token.secret not in repr(token)


def test_a_token_expires(door: Door):
    door.add()
    token = str(door.auth.tokens.create("acme", "wei", "t", ["read"], 30))
    door.clock.advance(timedelta(days=29, hours=23))
    door.auth.tokens.caller(token)

    door.clock.advance(timedelta(hours=1))

    with pytest.raises(Unauthenticated):
        door.auth.tokens.caller(token)


def test_a_revoked_token_is_dead_at_once_and_not_listed(door: Door):
    door.add()
    token = door.auth.tokens.create("acme", "wei", "t", ["read"], None)
    door.auth.tokens.caller(str(token))

    door.auth.tokens.revoke("acme", token.id)

    with pytest.raises(Unauthenticated):
        door.auth.tokens.caller(str(token))
    assert door.auth.tokens.of("acme") == []
    with pytest.raises(Missing):
        door.auth.tokens.revoke("acme", token.id)


def test_a_token_with_another_part_is_nobody(door: Door):
    door.add()
    good = door.auth.tokens.create("acme", "wei", "t", ["read"], None)
    other = door.auth.tokens.create("acme", "wei", "t", ["read"], None)

    for text in (
        str(good)[:-1] + ("A" if str(good)[-1] != "A" else "B"),
        f"tsr_other_{good.id}_{good.secret}",
        f"tsr_acme_{other.id}_{good.secret}",
        f"tsr_acme_{'0' * 16}_{good.secret}",
        str(good).upper(),
        str(good) + "x",
        "tsr_acme__",
        "",
        "é" * 80,
    ):
        with pytest.raises(Unauthenticated):
            door.auth.tokens.caller(text)


def test_what_is_wrong_with_a_new_token_is_said(door: Door):
    door.add()

    with pytest.raises(Missing):
        door.auth.tokens.create("acme", "nobody", "t", ["read"], None)
    with pytest.raises(Rejected) as caught:
        door.auth.tokens.create("acme", "wei", "t", ["admin"], 0)
    assert {complaint.path for complaint in caught.value.complaints} == {"scopes", "days"}


def test_the_number_of_tokens_of_a_user_is_bounded(door: Door):
    door.add()
    for _ in range(door.settings.limits.tokens):
        door.auth.tokens.create("acme", "wei", "t", ["read"], 1)

    with pytest.raises(LimitExceeded) as caught:
        door.auth.tokens.create("acme", "wei", "t", ["read"], 1)

    assert caught.value.status == 409
    door.clock.advance(timedelta(days=1))
    assert door.auth.tokens.create("acme", "wei", "t", ["read"], 1)
