"""After any operations, formulas and roll-ups equal what one would calculate from the rows; parts add up."""

from __future__ import annotations

import contextlib
import os
import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from engine.kernel.errors import Rejected, TesseraError
from engine.records import Listing, Operation
from tests.records.conftest import House

# 1, 2 or 3: how long the campaigns are
TIER = int(os.environ.get("TESSERA_CAMPAIGN", "1"))
STEPS = 60 * TIER**2


def everything(house: House, object: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    after = None
    fields = tuple(n for n, f in house.records.model(house.admin).objects[object].fields.items() if f.stored)
    fields = tuple(name for name in fields if name != "password")
    while True:
        page = house.records.list(house.admin, Listing(object, fields=fields, sort=("id",), limit=200, after=after))
        found.update({record.id: dict(record.values) for record in page.records})
        after = page.after
        if after is None:
            return found


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def assert_true(house: House) -> None:
    """Recalculate everything in plain Python, from the values that people gave."""
    clients, deals = everything(house, "client"), everything(house, "deal")
    lines, products = everything(house, "deal_line"), everything(house, "product")
    amounts: dict[str, list[Decimal]] = {}
    for line in lines.values():
        deal_id = line["deal"].id
        assert line["amount"] == cents(line["quantity"] * line["price"])
        assert line["product_name"] == products[line["product"].id]["name"]
        amounts.setdefault(deal_id, []).append(line["amount"])
    for id, deal in deals.items():
        net = sum(amounts.get(id, []), Decimal(0))
        assert deal["net"] == net
        assert deal["total"] == cents(net * (100 - deal["discount"]) / 100)
        assert deal["client_name"] == clients[deal["client"].id]["name"]
        assert deal["label"] == f"{deal['number']} / {deal['client_name']}"
    for line in lines.values():
        net = deals[line["deal"].id]["net"]
        assert line["share"] == (cents(line["amount"] * 100 / net) if net else 0)
    for id, client in clients.items():
        mine = [deal for deal in deals.values() if deal["client"].id == id]
        counted = [deal for deal in mine if deal["status"] != "dropped"]
        assert client["open_count"] == len(counted)
        assert client["deal_total"] == sum((deal["total"] for deal in counted), Decimal(0))
        assert client["last_deal"] == max((deal["day"] for deal in mine), default=None)
        assert client["room"] == client["limit"] - client["deal_total"]


class Walk:
    """Random operations through every door of the counter."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random = house, random.Random(seed)
        self.products = [house.make("product", name=f"P{n}", price=self.price()).id for n in range(3)]
        self.clients = [house.make("client", name=f"C{n}").id for n in range(3)]

    def price(self) -> str:
        return str(Decimal(self.random.randrange(1, 100_000)) / 100)

    def line(self) -> dict[str, Any]:
        quantity = str(Decimal(self.random.randrange(1, 5_000)) / 1000)
        line = {"product": self.random.choice(self.products), "quantity": quantity}
        if self.random.random() < 0.3:
            line["price"] = self.price()
        return line

    def some(self, object: str, **asked: Any) -> Any:
        page = self.house.records.list(self.house.admin, Listing(object, fields=("id",), limit=200, **asked))
        return self.random.choice(page.records) if page.records else None

    def step(self) -> None:
        act = self.random.choice(
            (
                *(self.create, self.create, self.bulk, self.lines, self.discount, self.move, self.transition),
                *(self.rename, self.reprice, self.drop_line, self.delete, self.restore, self.together),
            )
        )
        with contextlib.suppress(TesseraError):
            act()

    def create(self) -> None:
        lines = [self.line() for _ in range(self.random.randrange(4))]
        day = f"2026-0{self.random.randrange(1, 9)}-01"
        given = {"client": self.random.choice(self.clients), "lines": lines, "day": day}
        self.house.records.create(self.house.admin, "deal", given)

    def bulk(self) -> None:
        lines = [{"lines": [self.line()], "client": self.random.choice(self.clients)} for _ in range(4)]
        lines.append({"lines": [{"quantity": -1}], "client": self.clients[0]})
        operations = [Operation("create", given) for given in lines]
        self.house.records.bulk(self.house.admin, "deal", operations, atomic=self.random.random() < 0.2)

    def lines(self) -> None:
        found = self.some("deal")
        if found:
            now = self.house.records.get(self.house.admin, "deal", found.id)
            kept = [{"id": line.id} for line in now.lines["lines"] if self.random.random() < 0.6]
            for line in kept:
                if self.random.random() < 0.5:
                    line["quantity"] = str(self.random.randrange(1, 9))
            self.update("deal", found.id, now.version, lines=[*kept, self.line()])

    def discount(self) -> None:
        self.touch("deal", discount=self.random.randrange(0, 101))

    def move(self) -> None:
        self.touch("deal", client=self.random.choice(self.clients))

    def rename(self) -> None:
        self.touch("client", name=f"C{self.random.randrange(1000)}", limit=self.random.randrange(5000))

    def reprice(self) -> None:
        self.touch("product", name=f"P{self.random.randrange(1000)}", price=self.price())

    def transition(self) -> None:
        found = self.some("deal")
        if found:
            name = self.random.choice(["submit", "finish", "drop", "raise"])
            self.house.workflow.perform(
                self.house.admin, "deal", found.id, self.version("deal", found.id), name,
                {"why": "x"} if name == "drop" else {},
            )  # fmt: skip

    def drop_line(self) -> None:
        found = self.some("deal_line")
        if found:
            self.house.records.delete(self.house.admin, "deal_line", found.id, self.version("deal_line", found.id))

    def delete(self) -> None:
        object = self.random.choice(["deal", "client"])
        found = self.some(object)
        if found:
            self.house.records.delete(self.house.admin, object, found.id, self.version(object, found.id))

    def restore(self) -> None:
        object = self.random.choice(["deal", "client"])
        found = self.some(object, deleted=True)
        if found:
            self.house.records.restore(self.house.admin, object, found.id)

    def together(self) -> None:
        with self.house.records.unit(self.house.admin):
            self.create()
            self.reprice()
            self.move()
            if self.random.random() < 0.4:
                raise TesseraError("invalid", count=0)

    def version(self, object: str, id: str) -> int:
        return self.house.records.get(self.house.admin, object, id).version

    def touch(self, object: str, **given: Any) -> None:
        found = self.some(object)
        if found:
            self.update(object, found.id, self.version(object, found.id), **given)

    def update(self, object: str, id: str, version: int, **given: Any) -> None:
        self.house.records.update(self.house.admin, object, id, version, given)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(3 * TIER))
def test_after_any_operations_everything_computed_is_true(house: House, seed: int) -> None:
    walk = Walk(house, seed)
    for step in range(STEPS):
        walk.step()
        if step % 20 == 19:
            assert_true(house)

    versions = house.rows("SELECT object, record, max(version), count(*) FROM tessera_audit GROUP BY object, record")
    assert [row for row in versions if row[2] != row[3]] == []
    numbers = [row[0] for row in house.rows("SELECT value FROM tessera_number ORDER BY period, value")]
    assert numbers


def test_what_must_always_hold_refuses_the_change_elsewhere_that_would_break_it(house: House) -> None:
    product = house.make("product", name="Drill", price="10")
    client = house.make("client", name="Alpha", cap="100")
    line = {"product": product.id, "quantity": "10"}
    deal = house.make("deal", client=client.id, lines=[line])

    with pytest.raises(Rejected) as refused:
        house.make("deal", client=client.id, lines=[{**line, "quantity": "1"}])
    with pytest.raises(Rejected):
        house.change(client, cap="99")

    complaint = refused.value.complaints[0]
    assert (complaint.code, complaint.params["object"], complaint.params["id"]) == ("check_failed", "client", client.id)
    assert complaint.message("en").startswith("Above the cap")
    assert house.now(client)["deal_total"] == house.now(deal)["total"] == 100
    assert house.now(client)["open_count"] == 1
