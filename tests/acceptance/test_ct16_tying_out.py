"""CT-16, CT-21: after any sequence of what people do, orders, receipts and commissions tie out to the cent."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.acceptance.conftest import Firm
from tests.acceptance.trading import Trade, cents, open_trade

STEPS = 24
ALLOWED = {200, 201, 409, 422}


@pytest.fixture(scope="module")
def trade(firm: Firm) -> Trade:
    return open_trade(firm)


class Walk:
    """A random walk over two orders, their deliveries and receipts; what is refused is refused, nothing else."""

    def __init__(self, trade: Trade, seed: int) -> None:
        self.trade, self.firm, self.chance = trade, trade.firm, random.Random(seed)
        self.orders = [trade.effective(("robot", 2, "777.77"), ("oil", 7, "19.99")) for _ in range(2)]
        self.plan = [row["id"] for order in self.orders for row in trade.rows("receivable", order, "step")]
        self.receipts: list[str] = []

    def step(self) -> None:
        act = self.chance.choice([self.receive, self.receive, self.reverse, self.refund, self.reallocate, self.deliver])
        assert act() in ALLOWED

    def receive(self) -> int:
        amount = Decimal(self.chance.randint(1, 90_000)) / 100
        line = {"receivable": self.chance.choice(self.plan), "amount": str(min(amount, Decimal(500)))}
        body = {"company": self.firm.ids["company"], "customer": self.trade.ids["customer"], "amount": str(amount)}
        made = self.firm.ask("fei", "POST", "records/receipt", {**body, "lines": [line]})
        if made.status_code == 201:
            self.receipts.append(made.get_json()["id"])
            return self.firm.try_move("fei", "receipt", self.receipts[-1], "post").status_code
        return made.status_code

    def reverse(self) -> int:
        if not self.receipts:
            return 200
        return self.firm.try_move(
            "fei", "receipt", self.chance.choice(self.receipts), "reverse", reason="x"
        ).status_code

    def refund(self) -> int:
        if not self.receipts:
            return 200
        asked = {"refund": {"amount": str(self.chance.randint(1, 300))}}
        receipt = self.chance.choice(self.receipts)
        made = self.trade.convert("fei", "receipt", receipt, "receipt_to_refund", fields=asked)
        if made.status_code == 201:
            return self.firm.try_move("fei", "receipt", made.get_json()["made"]["refund"]["id"], "post").status_code
        return made.status_code

    def reallocate(self) -> int:
        if not self.receipts:
            return 200
        now = self.firm.read("fei", "receipt", self.chance.choice(self.receipts))
        kept = [{"id": line["id"], "amount": str(self.chance.randint(1, 600))} for line in now["lines"]]
        lines = kept if self.chance.random() < 0.7 else []
        return self.firm.ask(
            "fei", "PATCH", f"records/receipt/{now['id']}", {"lines": lines}, now["version"]
        ).status_code

    def deliver(self) -> int:
        order = self.chance.choice(self.orders)
        some = {line["id"]: str(self.chance.randint(0, 3)) for line in self.trade.lines(order)}
        return self.trade.convert("ivy", "sales_order", order, "order_to_delivery", quantities=some).status_code


def assert_tied_out(walk: Walk) -> None:
    receipts = [walk.firm.read("fei", "receipt", id) for id in walk.receipts]
    posted = [one for one in receipts if one["status"] == "posted"]
    for one in posted:
        assert cents(one["amount"]) == sum(map(cents, (one["allocated"], one["refunded"], one["remaining"])))
        assert cents(one["remaining"]) >= 0
    for order in walk.orders:
        shown = walk.firm.read("fei", "sales_order", order)
        rows = {row["id"] for row in walk.trade.rows("receivable", order, "step")}
        paid = sum(cents(line["amount"]) for one in posted for line in one["lines"] if line["receivable"]["id"] in rows)
        assert cents(shown["received"]) == paid <= cents(shown["total"])
        assert cents(shown["open_amount"]) == cents(shown["total"]) - paid
        assert all(0 <= cents(line["scheduled"]) <= cents(line["quantity"]) for line in shown["lines"])
        for row in walk.trade.rows("commission", order, "kind,total,accrued,order_total"):
            assert cents(row["accrued"]) == owed(row, paid)


def owed(row: dict[str, Any], paid: Decimal) -> Decimal:
    """Return what a commission comes to at what was paid: a bonus all or nothing."""
    if row["kind"] == "bonus":
        return cents(row["total"]) if paid == cents(row["order_total"]) else Decimal(0)
    exact = cents(row["total"]) * paid / cents(row["order_total"])
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_ct16_everything_ties_out_after_any_sequence_of_operations(trade: Trade) -> None:
    walk = Walk(trade, seed=7)

    for _ in range(STEPS):
        walk.step()

    assert len(walk.receipts) > 5
    assert_tied_out(walk)
