"""Killed after any statement of a composite operation, a tenant is as before it or as after it, never between."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest

from engine.records import Operation
from engine.storage import faults
from tests.records.conftest import House
from tests.records.test_truth import TIER, assert_true

TABLES = (
    "client",
    "deal",
    "deal_line",
    "product",
    "tessera_audit",
    "tessera_outbox",
    "tessera_counter",
    "tessera_number",
)
# every statement in the long campaigns, every third in the short one
STRIDE = 3 if TIER == 1 else 1

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")


def picture(house: House) -> dict[str, Any]:
    """Return all rows, without the ids and times that differ from run to run."""
    found: dict[str, Any] = {}
    for table in TABLES:
        found[table] = house.rows(f"SELECT count(*) FROM {table}")[0][0]
    found["versions"] = (
        sorted(house.rows("SELECT id, version FROM deal")),
        sorted(house.rows("SELECT id, version FROM client")),
    )
    found["sums"] = sorted(house.rows("SELECT name, open_count, deal_total FROM client"))
    found["bin"] = house.rows("SELECT count(*) FROM deal WHERE deleted_at IS NOT NULL")
    return found


def killed_after(statements: int, act: Callable[[], None]) -> bool:
    """Do something in a child process that dies after so many statements; tell whether it got to its end."""
    child = os.fork()
    if child == 0:
        left = [statements]

        def count() -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        faults.after_statement = count
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status)


class Deeds:
    """The composite operations, each on records of its own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client = house.make("client", name="Acme")
        self.other = house.make("client", name="Beta")
        self.saw = house.make("product", name="Saw", price="2.50")
        self.deal = house.make("deal", client=self.client.id, lines=[self.line(1), self.line(2)])

    def line(self, quantity: int) -> dict[str, Any]:
        return {"product": self.saw.id, "quantity": quantity}

    def version(self) -> int:
        return int(self.house.records.get(self.house.admin, "deal", self.deal.id).version)

    def create(self) -> None:
        self.house.make("deal", client=self.client.id, lines=[self.line(3), self.line(4)])

    def change(self) -> None:
        lines = self.house.records.get(self.house.admin, "deal", self.deal.id).lines["lines"]
        given = {"client": self.other.id, "lines": [{"id": lines[0].id, "quantity": 9}, self.line(5)]}
        self.house.records.update(self.house.admin, "deal", self.deal.id, self.version(), given)

    def rename(self) -> None:
        now = self.house.records.get(self.house.admin, "client", self.client.id)
        self.house.records.update(self.house.admin, "client", self.client.id, now.version, {"name": "Acme Ltd"})

    def submit(self) -> None:
        self.house.workflow.perform(self.house.admin, "deal", self.deal.id, self.version(), "submit", {})

    def bulk(self) -> None:
        operations = [Operation("create", {"client": self.client.id, "lines": [self.line(n + 1)]}) for n in range(5)]
        operations.append(Operation("create", {"client": self.client.id, "day": "x"}))
        self.house.records.bulk(self.house.admin, "deal", operations, atomic=False)

    def delete(self) -> None:
        self.house.records.delete(self.house.admin, "deal", self.deal.id, self.version())

    def unit(self) -> None:
        with self.house.records.unit(self.house.admin):
            self.create()
            self.rename()
            self.delete()


@pytest.mark.campaign
@pytest.mark.parametrize("name", ["create", "change", "rename", "submit", "bulk", "delete", "unit"])
def test_a_killed_operation_is_done_wholly_or_not_at_all(house: House, name: str) -> None:
    deeds = Deeds(house)
    act: Callable[[], None] = getattr(deeds, name)
    before = picture(house)
    house.database.dispose()
    statements, kills = 1 + kills_offset(name), 0
    while True:
        finished = killed_after(statements, act)
        now = picture(house)
        house.database.dispose()
        if finished or now != before:
            break
        kills += 1
        statements += STRIDE

    assert kills >= 2
    assert_true(house)
    if not finished:
        # it died after the commit: the same again finds its work done
        assert sum(now[table] for table in TABLES) >= sum(before[table] for table in TABLES)
    changed = {table for table in TABLES if now[table] != before[table]}
    assert {"tessera_audit", "tessera_outbox"} <= changed
    assert now["tessera_audit"] == now["tessera_outbox"]


def kills_offset(name: str) -> int:
    """Return where the short campaign begins, so that different operations die at different statements."""
    return len(name) % STRIDE
