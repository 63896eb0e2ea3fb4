"""CT-16, CT-21: after any sequence of what people do, orders, receipts and commissions tie out to the cent.

Hypothesis thinks up the sequences: some every day, many more in a campaign (``TESSERA_CAMPAIGN``).
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.acceptance.conftest import Firm
from tests.acceptance.trading import Trade, cents, open_trade

CAMPAIGN = bool(os.environ.get("TESSERA_CAMPAIGN"))
WALKS, STEPS = (60, 50) if CAMPAIGN else (2, 14)
CLIENTS = 16
# percent: what an order may give without an approval
FREE_DISCOUNT = 10
# what may come of a deed; where many are at one record at once also that it has changed, or is busy
ALLOWED = {200, 201, 409, 422}
BUSY = ALLOWED | {412, 503}
MONEY = st.integers(1, 90_000).map(lambda figure: Decimal(figure) / 100)
PLACES = st.integers(0, 11)


@pytest.fixture(scope="module")
def trade(firm: Firm) -> Trade:
    return open_trade(firm)


class Books:
    """Two orders with all that belongs to them, and what people do about them; each deed answers with its status."""

    def __init__(self, trade: Trade) -> None:
        self.trade, self.firm = trade, trade.firm
        self.orders: list[str] = []
        self.receipts: list[str] = []
        self.deliveries: list[str] = []
        self.invoices: list[str] = []
        self.claims: list[str] = []

    def order(self, price: Decimal, discount: int, term: str | None) -> None:
        lines = (("robot", 2, price), ("oil", 7, "19.99"))
        more: dict[str, Any] = {"discount": str(discount), **({"payment_term": term} if term else {})}
        order = self.trade.order(*lines, **more)
        self.orders.append(order)
        self.firm.move("amy", "sales_order", order, "submit")
        if discount > FREE_DISCOUNT:
            assert self.firm.read("amy", "sales_order", order)["status"] == "in_approval"
            assert self.firm["lin"].decide(order).status_code == 200
        assert self.firm.read("amy", "sales_order", order)["status"] == "effective"

    def plan(self) -> list[str]:
        return [row["id"] for order in self.orders for row in self.trade.rows("receivable", order, "step")]

    def receive(self, place: int, amount: Decimal, part: Decimal) -> int:
        """Enter and post a receipt of which a part is allocated to one receivable."""
        plan = self.plan()
        if not plan:
            return 422  # both orders are drafts again
        line = {"receivable": plan[place % len(plan)], "amount": str(min(amount, part))}
        body = {"company": self.firm.ids["company"], "customer": self.trade.ids["customer"], "amount": str(amount)}
        made = self.firm.ask("fei", "POST", "records/receipt", {**body, "lines": [line]})
        if made.status_code != 201:
            return made.status_code
        self.receipts.append(str((made.json or {})["id"]))
        return self.move("receipt", self.receipts[-1], "post")

    def collect(self, place: int) -> int:
        """Enter and post all that an order still owes, by the button on its page."""
        made = self.trade.convert("fei", "sales_order", self.orders[place % len(self.orders)], "order_to_receipt")
        if made.status_code != 201:
            return int(made.status_code)
        self.receipts.append(made.get_json()["made"]["receipt"]["id"])
        return self.move("receipt", self.receipts[-1], "post")

    def allocate(self, place: int) -> int:
        """Let the rest of a receipt find the oldest receivables."""
        return self.move("receipt", self._one(self.receipts, place), "allocate")

    def reallocate(self, place: int, amount: Decimal) -> int:
        now = self.firm.read("fei", "receipt", self._one(self.receipts, place))
        lines = [{"id": line["id"], "amount": str(amount)} for line in now["lines"]][: place % 3]
        path = f"records/receipt/{now['id']}"
        return self.firm.ask("fei", "PATCH", path, {"lines": lines}, now["version"]).status_code

    def reverse(self, place: int) -> int:
        return self.move("receipt", self._one(self.receipts, place), "reverse", reason="Bounced")

    def refund(self, place: int, amount: Decimal) -> int:
        asked = {"refund": {"amount": str(amount)}}
        made = self.trade.convert("fei", "receipt", self._one(self.receipts, place), "receipt_to_refund", fields=asked)
        if made.status_code != 201:
            return int(made.status_code)
        return self.move("receipt", made.get_json()["made"]["refund"]["id"], "post")

    def deliver(self, place: int, some: int) -> int:
        order = self.orders[place % len(self.orders)]
        parts = {line["id"]: str(some) for line in self.trade.lines(order)}
        made = self.trade.convert("ivy", "sales_order", order, "order_to_delivery", quantities=parts)
        if made.status_code == 201:
            self.deliveries.append(made.get_json()["made"]["delivery"]["id"])
        return int(made.status_code)

    def call_off(self, place: int) -> int:
        return self.move("delivery", self._one(self.deliveries, place), "cancel", login="ivy")

    def invoice(self, place: int) -> int:
        order = self.orders[place % len(self.orders)]
        return int(self.trade.convert("amy", "sales_order", order, "order_to_invoice").status_code)

    def claim(self) -> int:
        """Claim all commission that there is to claim, and have it approved and paid out."""
        made = self.firm.ask("amy", "POST", "records/commission_claim", {"employee": self.trade.ids["amy"]})
        if made.status_code != 201:
            return made.status_code
        claim = str((made.json or {})["id"])
        self.claims.append(claim)
        filled = self.move("commission_claim", claim, "fill", login="amy")
        if filled != 200 or self.move("commission_claim", claim, "submit", login="amy") != 200:
            return self.move("commission_claim", claim, "withdraw", login="amy")
        for login in ("lin", "fei"):
            assert self.firm[login].decide(claim).status_code == 200
        return self.move("commission_claim", claim, "pay", paid_on=self.trade.day(), method="transfer")

    def take_back(self) -> int:
        """Settle what was paid out and has to come back, since receipts were reversed."""
        open_ones = self.firm.found("fei", "commission_claim", 'kind = "clawback" and status = "approved"', "id")
        codes = [
            self.move("commission_claim", one["id"], "pay", paid_on=self.trade.day(), method="transfer")
            for one in open_ones
        ]
        return max(codes, default=200)

    def reopen(self, place: int) -> int:
        """Take an order back to a draft, which nothing that happened to it allows."""
        return self.move("sales_order", self.orders[place % len(self.orders)], "reopen", login="lin")

    def _one(self, ids: list[str], place: int) -> str:
        return ids[place % len(ids)]

    def move(self, object: str, id: str, name: str, login: str = "fei", **fields: Any) -> int:
        return self.firm.try_move(login, object, id, name, **fields).status_code


def assert_tied_out(books: Books) -> None:
    """Look at every balance and compute it again from what it is made of."""
    firm, trade = books.firm, books.trade
    receipts = [firm.read("fei", "receipt", id) for id in books.receipts]
    posted = [one for one in receipts if one["status"] == "posted"]
    for one in posted:
        assert cents(one["amount"]) == sum(map(cents, (one["allocated"], one["refunded"], one["remaining"])))
        assert cents(one["remaining"]) >= 0
    for order in books.orders:
        shown = firm.read("fei", "sales_order", order)
        total = cents(shown["total"])
        rows = trade.rows("receivable", order, "step,amount,received,open")
        ids = {row["id"] for row in rows}
        paid = sum(
            (cents(line["amount"]) for one in posted for line in one["lines"] if line["receivable"]["id"] in ids),
            Decimal(0),
        )
        if shown["status"] != "draft":
            assert sum(cents(row["amount"]) for row in rows) == total
        assert all(cents(row["received"]) + cents(row["open"]) == cents(row["amount"]) for row in rows)
        assert all(cents(row["open"]) >= 0 for row in rows)
        assert cents(shown["received"]) == paid <= total
        assert cents(shown["open_amount"]) == total - paid
        assert cents(shown["invoiced"]) <= total
        assert all(0 <= cents(line["scheduled"]) <= cents(line["quantity"]) for line in shown["lines"])
        for row in trade.rows("commission", order, "kind,total,accrued,order_total,claimed,paid,claimable"):
            assert cents(row["accrued"]) == owed(row, paid) <= cents(row["total"])
            assert cents(row["claimable"]) == cents(row["accrued"]) - cents(row["claimed"]) >= 0
            assert cents(row["paid"]) <= cents(row["total"])


def owed(row: dict[str, Any], paid: Decimal) -> Decimal:
    """Return what a commission comes to at what was paid: a bonus all or nothing."""
    if row["kind"] == "bonus":
        return cents(row["total"]) if paid == cents(row["order_total"]) else Decimal(0)
    exact = cents(row["total"]) * paid / cents(row["order_total"])
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


class Trading(RuleBasedStateMachine):
    """Its steps are the deeds of people; what is refused is refused, nothing else."""

    trade: ClassVar[Trade]

    @initialize(
        prices=st.tuples(MONEY, MONEY),
        # above ten percent it waits until the manager has approved it
        discounts=st.tuples(st.integers(0, 10), st.integers(11, 20)),
        terms=st.tuples(*[st.sampled_from(("three_stage", "prepaid", None))] * 2),
    )
    def two_orders(
        self, prices: tuple[Decimal, ...], discounts: tuple[int, ...], terms: tuple[str | None, ...]
    ) -> None:
        self.books = Books(self.trade)
        for price, discount, term in zip(prices, discounts, terms, strict=True):
            self.books.order(price, discount, term)

    @rule(place=PLACES, amount=MONEY, part=MONEY)
    def receive(self, place: int, amount: Decimal, part: Decimal) -> None:
        assert self.books.receive(place, amount, part) in ALLOWED

    @rule(place=PLACES)
    def collect(self, place: int) -> None:
        assert self.books.collect(place) in ALLOWED

    @precondition(lambda self: self.books.receipts)
    @rule(place=PLACES)
    def allocate(self, place: int) -> None:
        assert self.books.allocate(place) in ALLOWED

    @precondition(lambda self: self.books.receipts)
    @rule(place=PLACES, amount=MONEY)
    def reallocate(self, place: int, amount: Decimal) -> None:
        assert self.books.reallocate(place, amount) in ALLOWED

    @precondition(lambda self: self.books.receipts)
    @rule(place=PLACES)
    def reverse(self, place: int) -> None:
        assert self.books.reverse(place) in ALLOWED

    @precondition(lambda self: self.books.receipts)
    @rule(place=PLACES, amount=MONEY)
    def refund(self, place: int, amount: Decimal) -> None:
        assert self.books.refund(place, amount) in ALLOWED

    @rule(place=PLACES, some=st.integers(0, 3))
    def deliver(self, place: int, some: int) -> None:
        assert self.books.deliver(place, some) in ALLOWED

    @precondition(lambda self: self.books.deliveries)
    @rule(place=PLACES)
    def call_off(self, place: int) -> None:
        assert self.books.call_off(place) in ALLOWED

    @rule(place=PLACES)
    def invoice(self, place: int) -> None:
        assert self.books.invoice(place) in ALLOWED

    @precondition(lambda self: self.books.receipts)
    @rule()
    def claim(self) -> None:
        assert self.books.claim() in ALLOWED

    @rule()
    def take_back(self) -> None:
        assert self.books.take_back() in ALLOWED

    @rule(place=PLACES)
    def reopen(self, place: int) -> None:
        assert self.books.reopen(place) in ALLOWED

    def teardown(self) -> None:
        if hasattr(self, "books"):
            assert_tied_out(self.books)


def test_ct16_everything_ties_out_after_any_sequence_of_operations(trade: Trade) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        type("Trading", (Trading,), {"trade": trade}),
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not CAMPAIGN,
            database=None,
            # each step is true work in a database, so a failure is told as it was found
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_ct16_sixteen_people_at_once_leave_balances_that_tie_out(trade: Trade) -> None:
    books = Books(trade)
    for term in ("three_stage", None):
        books.order(Decimal("333.33"), 5, term)
    books.receive(0, Decimal(500), Decimal(100))

    def work(seed: int) -> list[int]:
        chance = random.Random(seed)
        amounts = [Decimal(chance.randint(1, 40_000)) / 100 for _ in range(4)]
        deeds = [
            lambda: books.receive(seed, amounts[0], amounts[1]),
            lambda: books.collect(seed),
            lambda: books.deliver(seed, 1),
            lambda: books.refund(0, amounts[2]),
            lambda: books.reallocate(0, amounts[3]),
            lambda: books.invoice(seed),
        ]
        return [deed() for deed in chance.sample(deeds, 4 if CAMPAIGN else 2)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        told = [status for statuses in pool.map(work, range(CLIENTS)) for status in statuses]

    assert set(told) <= BUSY
    assert {200, 201} & set(told)
    assert_tied_out(books)


def test_ct18_a_claim_that_sixteen_pay_out_at_once_is_paid_once(trade: Trade) -> None:
    books, firm = Books(trade), trade.firm
    books.order(Decimal("1000"), 0, None)
    books.take_back()
    assert books.collect(0) == 200
    claim = firm.make("amy", "commission_claim", employee=trade.ids["amy"])
    firm.move("amy", "commission_claim", claim, "fill")

    with ThreadPoolExecutor(CLIENTS) as pool:
        submitted = list(pool.map(lambda _: books.move("commission_claim", claim, "submit", "amy"), range(CLIENTS)))
    for login in ("lin", "fei"):
        assert firm[login].decide(claim).status_code == 200
    given = {"paid_on": trade.day(), "method": "transfer"}
    with ThreadPoolExecutor(CLIENTS) as pool:
        paid = list(pool.map(lambda _: books.move("commission_claim", claim, "pay", **given), range(CLIENTS)))

    assert (submitted.count(200), paid.count(200)) == (1, 1)
    assert set(submitted) | set(paid) <= BUSY
    assert_tied_out(books)
