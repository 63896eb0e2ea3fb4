"""R23: what is taken away in one process is gone in another, whose caches are warm, with the very next request.

The other process may remember what it knows for a minute (``TESSERA_STATE_SECONDS=60``); it looks all the same when
somebody comes to the door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.access.tables.shares import remove_share
from tests.conftest import DATABASES
from tests.security.second_process import Second, start
from tests.security.world import House, open_world

V1 = "/api/v1"


@dataclass
class Both:
    """The process of the test, and another one over the same database."""

    house: House
    second: Second
    home: Path

    def sees(self, login: str, object: str = "client") -> set[str]:
        status, told = self.second.ask(self.house.tokens[login], f"{V1}/records/{object}?limit=200&fields=id")
        return {one["id"] for one in told["records"]} if status == 200 else set()

    def should_see(self, login: str, object: str = "client") -> set[str]:
        world = self.house.dump()
        rows = world.rows[object]
        return {id for id in world.rows_of(self.house.users[login], object) if rows[id].get("deleted_at") is None}

    def status(self, login: str, path: str = f"{V1}/records/client?limit=1") -> int:
        return self.second.ask(self.house.tokens[login], path)[0]


@pytest.fixture(scope="module", params=DATABASES)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    home = tmp_path_factory.mktemp("both")
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{home}/{{tenant}}.db", home)
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url:
        yield from opened(url, home)


def opened(url: str, home: Path) -> Iterator[Both]:
    house = open_world(url, home, "shared_rows", 3, 10, untouched=True)
    second = start(home, url, 60.0)
    for login in house.users:
        # warm: the other process has met everybody
        second.ask(house.tokens[login], f"{V1}/records/client?limit=1")
    yield Both(house, second, home)
    second.close()
    house.close()


def test_r23_a_share_that_was_withdrawn(both: Both) -> None:
    before = both.sees("bob")
    assert before == both.should_see("bob")
    share = both.house.shares
    database, _ = both.house.engine.shelf.current("acme")

    with database.writing() as session:
        for number in range(12):
            remove_share(session, f"00000000-0000-7000-8000-{number:012d}")
    both.house.shares = ()

    assert share
    assert both.sees("bob") == both.should_see("bob")


def test_r23_a_move_to_another_unit(both: Both) -> None:
    before = both.sees("cid", "deal")
    records, system = both.house.engine.records, both.house.system
    units = both.house.ids_of("unit")
    (person,) = [one for one in both.house.dump().rows["person"].values() if one["user"] == both.house.users["cid"].id]
    for unit in units[:3]:
        version = records.get(system, "person", person["id"]).version
        records.update(system, "person", person["id"], version, {"unit": unit})
        assert both.sees("cid", "deal") == both.should_see("cid", "deal")
    assert before is not None


def test_r23_a_role_that_was_taken(both: Both) -> None:
    accounts = both.house.engine.auth.accounts
    assert both.status("ann") == 200

    accounts.set_roles("acme", "ann", [])
    assert both.status("ann") == 404

    accounts.set_roles("acme", "ann", ["a"])
    assert both.status("ann") == 200


def test_r23_a_field_that_was_hidden_by_a_new_version_of_the_pack(both: Both) -> None:
    status, told = both.second.ask(both.house.tokens["ann"], f"{V1}/objects/client")
    assert "score" in {one["name"] for one in told["fields"]}

    overlay = "change: role a\nset: {grants: {client: {fields: {score: hidden}}}}\n"
    both.house.engine.tenancy.set_overlay("acme", overlay)

    status, told = both.second.ask(both.house.tokens["ann"], f"{V1}/records/client?sort=score")
    assert (status, told["code"]) == (400, "field_not_available")
    status, told = both.second.ask(both.house.tokens["ann"], f"{V1}/objects/client")
    assert "score" not in {one["name"] for one in told["fields"]}
    both.house.engine.tenancy.set_overlay("acme", "")


def test_r23_a_write_by_one_whose_role_was_taken_changes_nothing(both: Both) -> None:
    accounts, token = both.house.engine.auth.accounts, both.house.tokens["eve"]
    path = f"{V1}/records/client"
    accounts.set_roles("acme", "eve", [], administrator=True)
    made, _ = both.second.ask(token, path, "POST", {"name": "Before"})
    count = both.house.engine.records.count(both.house.system, "client").value

    accounts.set_roles("acme", "eve", [], administrator=False)
    refused, _ = both.second.ask(token, path, "POST", {"name": "After"})

    assert (made, refused) == (201, 404)
    assert both.house.engine.records.count(both.house.system, "client").value == count


@pytest.mark.parametrize("how", ["token", "account"])
def test_r23_an_account_or_a_token_that_was_ended(both: Both, how: str) -> None:
    auth = both.house.engine.auth
    login = {"token": "dan", "account": "fay"}[how]
    assert both.status(login, f"{V1}/me") == 200
    end: dict[str, Callable[[], object]] = {
        "token": lambda: auth.tokens.revoke(
            "acme", auth.tokens.of("acme", auth.accounts.by_login("acme", "dan"))[0].id
        ),
        "account": lambda: auth.accounts.set_active("acme", "fay", False),
    }
    end[how]()

    assert both.status(login, f"{V1}/me") == 401
    assert both.status(login) == 401
