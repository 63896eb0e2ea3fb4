"""R22: the same requests in the same order are answered alike on SQLite and on PostgreSQL."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from tests.promises.conftest import TIER, Found
from tests.promises.product import Answer, Client

STEPS = {1: 150, 2: 6_000, 3: 90_000}[TIER]
NAMES = ["Straße", "STRASSE", "École", "ecole", "张三", "李四", "a_b", "a%b", "A", "a", "Z", " z", "ŉ", "10", "9", "İ"]
CODES = ["c1", "C1", "c 1", "ç1", None, "c2"]
MONEY = ["0", "0.005", "0.015", "1.10", "99999999.99", 3, "-1", "x", "1e3", "0.1"]
DATES = ["2026-02-28", "2024-02-29", "2026-02-30", "0001-01-01", "9999-12-31", None]
FIELDS = "name,code,limit,weight,count,since,posted,entries,room,number,grade"
WHERES = [
    'name = "a"',
    'contains(name, "a")',
    'starts with(name, "A")',
    "limit > 1",
    "limit / 3 > 1",
    "count = null",
    'since > date("2024-01-01")',
    'code in ("c1", "C1")',
    "not(limit > 1)",
    "weight * 3 = 1",
    'grade != "A"',
    "nonsense = 1",
    "limit > ",
]
SORTS = ["name", "-name", "code", "-code,name", "limit,name", "since,-name", "weight,number", "nothing"]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
PASSING = re.compile(r"20\d\d-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")


class Side:
    """One of the two products; ids are told apart by the order of their first appearance."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ids: list[str] = []
        self.versions: dict[str, int] = {}

    def ask(self, step: tuple[str, dict[str, Any]]) -> Any:
        """Carry out a step and return the answer, without what differs by nature."""
        what, given = step
        told = getattr(self, what)(**given)
        return told.status, plain(told.value, self.ids), told.headers.get("ETag")

    def make(self, object: str, values: dict[str, Any], account: int) -> Answer:
        """Create a record and remember it."""
        if object == "entry" and self.ids:
            values = {**values, "account": self.ids[account % len(self.ids)]}
        told = self.client.send("POST", f"records/{object}", values)
        if told.status == 201:
            self.ids.append(told.value["id"])
            self.versions[f"{object}/{told.value['id']}"] = 1
        return told

    def change(self, method: str, which: int, values: dict[str, Any], late: int) -> Answer:
        """Change, delete or post a record, now and then with a version of yesterday."""
        if not self.versions:
            return Answer(0, None, {})
        path = list(self.versions)[which % len(self.versions)]
        tail = "/transitions/post" if method == "POST" else ""
        body = None if method == "DELETE" else {} if method == "POST" else values
        version = self.versions[path] - late
        told = self.client.send(method, f"records/{path}{tail}", body, If_Match=f'"{version}"')
        if told.status == 200:
            self.versions[path] = told.value["version"]
        return told

    def show(self, which: int) -> Answer:
        """Read one record."""
        path = list(self.versions)[which % len(self.versions)] if self.versions else "account"
        return self.client.get(f"records/{path}")

    def list(self, **parameters: str) -> Answer:
        """Read a page."""
        return self.client.get("records/account", fields=FIELDS, count="exact", **parameters)

    def history(self, which: int) -> Answer:
        """Read who changed a record."""
        path = list(self.versions)[which % len(self.versions)] if self.versions else "account/x"
        return self.client.get(f"records/{path}/history")


def plain(value: Any, ids: list[str]) -> Any:
    """Replace ids by their place, moments by a word, and leave out the request's own id and the cursor."""
    if isinstance(value, dict):
        return {name: plain(part, ids) for name, part in value.items() if name not in ("request_id", "next")}
    if isinstance(value, list):
        return [plain(part, ids) for part in value]
    if isinstance(value, str):
        value = ID.sub(lambda found: f"id {ids.index(found[0])}" if found[0] in ids else "id", value)
        return PASSING.sub("moment", value)
    return value


def steps(chance: random.Random, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Return requests of all kinds; many are wrong on purpose."""
    return [
        chance.choice([an_account, an_entry, a_change, a_change, a_look, a_page, a_page])(chance) for _ in range(count)
    ]


def an_account(chance: random.Random) -> tuple[str, dict[str, Any]]:
    return "make", {"object": "account", "values": account_values(chance), "account": 0}


def account_values(chance: random.Random) -> dict[str, Any]:
    """Return some values of an account, some of them wrong."""
    whole = {
        "name": chance.choice([*NAMES, *NAMES, "", None, "x" * 81]),
        "code": chance.choice([*CODES, str(chance.randrange(1000))]),
        "grade": chance.choice(["A", "B", None, "a", "C"]),
        "limit": chance.choice(MONEY),
        "weight": chance.choice(["0.333", "0.3333", "1", "-5", None]),
        "count": chance.choice([0, 1, -1, 2**31, 2**53 - 1, None, "7", 1.5]),
        "since": chance.choice(DATES),
    }
    return {name: whole[name] for name in chance.sample(sorted(whole), chance.randrange(1, 4))} | {
        "name": whole["name"]
    }


def an_entry(chance: random.Random) -> tuple[str, dict[str, Any]]:
    lines = [
        {"text": chance.choice(NAMES), "quantity": chance.choice(["1", "0.333", 0]), "price": chance.choice(MONEY)}
        for _ in range(chance.randrange(3))
    ]
    return "make", {
        "object": "entry",
        "values": {"label": chance.choice(NAMES), "lines": lines},
        "account": chance.randrange(99),
    }


def a_change(chance: random.Random) -> tuple[str, dict[str, Any]]:
    method = chance.choice(["PATCH", "PATCH", "POST", "POST", "DELETE"])
    late = chance.choice([0, 0, 0, 0, 1])
    return "change", {"method": method, "which": chance.randrange(99), "values": account_values(chance), "late": late}


def a_look(chance: random.Random) -> tuple[str, dict[str, Any]]:
    return chance.choice(["show", "history"]), {"which": chance.randrange(99)}


def a_page(chance: random.Random) -> tuple[str, dict[str, Any]]:
    kind = chance.randrange(3)
    asked = {"sort": chance.choice(SORTS)}
    if kind == 1:
        asked["where"] = chance.choice(WHERES)
    if kind == 2:
        asked["q"] = chance.choice([*NAMES, "zs", "zhangsan", "_", "%", "A0"])
    return "list", asked


@pytest.mark.campaign
def test_r22_the_same_requests_are_answered_alike_on_both(copied: Found) -> None:
    products = [copied("sqlite"), copied("postgresql")]
    for product in products:
        product.serve()
    sides = [Side(product.client()) for product in products]
    seen: dict[int, int] = {}
    for number, step in enumerate(steps(random.Random(22), STEPS)):
        here, there = (side.ask(step) for side in sides)
        assert here == there, (number, step)
        seen[here[0]] = seen.get(here[0], 0) + 1

    assert min(seen.get(status, 0) for status in (200, 201, 412, 422)) >= 2, seen
    assert max(seen) < 500
    assert plain({"at": "2026-01-01T00:00:00Z"}, []) == {"at": "moment"}
