"""CT-15 to CT-18, CT-20, CT-21: receipts, advances, refunds and reversals; commissions that follow them to payout."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.conftest import Firm
from tests.acceptance.trading import Trade, cents, open_trade

ORDER = (("robot", 3, "1000"), ("drill", 1, "333.33"))


@pytest.fixture(scope="module")
def trade(firm: Firm) -> Trade:
    return open_trade(firm)


def plan_of(trade: Trade, order: str) -> list[dict[str, Any]]:
    return trade.rows("receivable", order, "step,amount,received,open,status,due_date", "step")


def commissions(trade: Trade, order: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Return total and accrued by role."""
    found = trade.rows("commission", order, "kind,role,total,accrued")
    return {f"{row['kind']} {row['role']}": (cents(row["total"]), cents(row["accrued"])) for row in found}


def test_ct16_a_receipt_is_allocated_over_several_and_the_rest_stays_an_advance(firm: Firm, trade: Trade) -> None:
    first, second = trade.effective(*ORDER, payment_term="prepaid"), trade.effective(("drill", 1, "500"))
    (one,), (two,) = plan_of(trade, first), plan_of(trade, second)

    receipt = trade.receive(
        5000,
        lines=[{"receivable": one["id"], "amount": "3333.33"}, {"receivable": two["id"], "amount": "200"}],
    )
    advance = firm.read("fei", "receipt", receipt)["remaining"]
    lines = firm.read("fei", "receipt", receipt)["lines"]
    kept = [{"id": line["id"], "amount": line["amount"]} for line in lines]
    kept[1]["amount"] = "500"
    firm.change("fei", "receipt", receipt, lines=kept)
    answer = trade.convert("fei", "receipt", receipt, "receipt_to_refund", fields={"refund": {"amount": "900"}})
    refund = answer.get_json()["made"]["refund"]["id"]
    firm.move("fei", "receipt", refund, "post")

    now = firm.read("fei", "receipt", receipt)
    assert cents(advance) == cents("1466.67")
    assert (cents(now["allocated"]), cents(now["refunded"])) == (cents("3833.33"), cents(900))
    assert cents(now["remaining"]) == cents("266.67")
    assert [row["status"] for row in plan_of(trade, first) + plan_of(trade, second)] == ["paid", "paid"]


def test_ct16_nothing_is_allocated_or_refunded_twice(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("drill", 1, "100"))
    (row,) = plan_of(trade, order)
    receipt = trade.receive(150, lines=[{"receivable": row["id"], "amount": "100"}])

    over = {"company": firm.ids["company"], "customer": trade.ids["customer"], "amount": "50"}
    more = firm.make("fei", "receipt", **over, lines=[{"receivable": row["id"], "amount": "1"}])
    too_much = firm.try_move("fei", "receipt", more, "post")
    refund = firm.make("fei", "receipt", **{**over, "amount": "51"}, kind="refund", refund_of=receipt)
    too_high = firm.try_move("fei", "receipt", refund, "post")

    assert (too_much.status_code, too_high.status_code) == (422, 422)
    assert "More is allocated than is open" in too_much.get_data(as_text=True)
    assert cents(plan_of(trade, order)[0]["received"]) == 100
    assert cents(firm.read("fei", "receipt", receipt)["refunded"]) == 0


def test_ct16_an_advance_is_used_later_for_the_oldest_first(firm: Firm, trade: Trade) -> None:
    other = firm.make("amy", "customer", name=f"Early {firm.clock.now().timestamp()}", currency="CNY")
    early = trade.receive(700, customer=other, kind="advance")
    orders = [trade.effective(("drill", 1, price), customer=other, contact=None) for price in ("300", "600")]

    firm.move("fei", "receipt", early, "allocate")

    assert [cents(plan_of(trade, order)[0]["open"]) for order in orders] == [0, 200]
    assert cents(firm.read("fei", "receipt", early)["remaining"]) == 0


def test_ct21_each_allocation_adds_its_share_and_the_whole_is_the_total_to_the_cent(firm: Firm, trade: Trade) -> None:
    order = trade.effective(*ORDER)
    (row,) = plan_of(trade, order)

    seen = []
    for amount in ("1000.01", "0.02", "1111.11", "1222.19"):
        trade.receive(amount, lines=[{"receivable": row["id"], "amount": amount}])
        seen.append(commissions(trade, order))

    assert seen[0]["sales salesperson"] == (cents("46.67"), cents("14.00"))
    assert all(total == accrued for total, accrued in seen[-1].values())
    (mine,) = [
        one
        for one in trade.rows("commission", order, "role,kind")
        if one["role"] == "salesperson" and one["kind"] == "sales"
    ]
    accruals = firm.read("fei", "commission", mine["id"])["accruals"]
    assert len(accruals) == 4
    assert sum(cents(one["amount"]) for one in accruals) == cents("46.67")


def test_ct17_full_collection_gives_the_bonus_once_and_a_reversal_takes_it_back(firm: Firm, trade: Trade) -> None:
    order = trade.effective(*ORDER)
    (row,) = plan_of(trade, order)
    trade.receive(1000, lines=[{"receivable": row["id"], "amount": "1000"}])
    before = commissions(trade, order)
    last = trade.receive("2333.33", lines=[{"receivable": row["id"], "amount": "2333.33"}])
    paid = commissions(trade, order)

    firm.move("fei", "receipt", last, "reverse", reason="Bounced")
    back = commissions(trade, order)
    trade.receive("2333.33", lines=[{"receivable": row["id"], "amount": "2333.33"}])
    again = commissions(trade, order)

    assert "bonus salesperson" not in before
    assert paid["bonus salesperson"] == (cents("16.67"), cents("16.67"))
    assert back["bonus salesperson"] == (cents("16.67"), 0)
    assert back["sales salesperson"] == before["sales salesperson"]
    assert again == paid
    assert firm.read("fei", "sales_order", order)["payment_status"] == "paid"


def test_ct18_ct20_a_claim_over_several_is_approved_paid_out_and_not_paid_twice(firm: Firm, trade: Trade) -> None:
    orders = [trade.effective(*ORDER) for _ in range(2)]
    receipts = []
    for order in orders:
        (row,) = plan_of(trade, order)
        receipts.append(trade.receive("3333.33", lines=[{"receivable": row["id"], "amount": "3333.33"}]))
    claim = firm.make("amy", "commission_claim", employee=trade.ids["amy"])
    firm.move("amy", "commission_claim", claim, "fill")
    taken = firm.read("amy", "commission_claim", claim)
    mine = [
        one
        for order in orders
        for one in trade.rows("commission", order, "role,claimable")
        if one["role"] == "salesperson"
    ]
    twice = firm.ask(
        "amy",
        "POST",
        "records/commission_claim",
        {"employee": trade.ids["amy"], "lines": [{"commission": mine[0]["id"], "amount": "1"}]},
    )

    firm.move("amy", "commission_claim", claim, "submit")
    decide(firm, "lin")
    decide(firm, "fei")
    approved = firm.read("fei", "commission_claim", claim)["status"]
    firm.move("fei", "commission_claim", claim, "pay", paid_on="2026-12-01", method="transfer")

    assert twice.status_code == 422
    assert {one["commission"]["id"] for one in taken["lines"]} >= {one["id"] for one in mine}
    assert all(cents(one["claimable"]) == 0 for one in mine)
    assert approved == "approved"
    states = [
        row["status"]
        for order in orders
        for row in trade.rows("commission", order, "role,status")
        if row["role"] == "salesperson"
    ]
    assert set(states) == {"paid"}

    firm.move("fei", "receipt", receipts[0], "reverse", reason="Bounced")
    claws = firm.found("fei", "commission_claim", 'kind = "clawback" and status = "approved"', "id,total")
    assert sum(cents(one["total"]) for one in claws) == cents("-63.34")


def decide(firm: Firm, login: str) -> None:
    (task,) = firm.ask(login, "GET", "tasks").get_json()["items"][:1]
    answer = firm.ask(login, "POST", f"tasks/{task['id']}/approve", {"comment": "ok"})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def test_ct15_what_is_due_is_recalled_to_the_salesperson_then_to_the_manager(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("drill", 1, "100"))
    number = firm.read("amy", "sales_order", order)["number"]

    told = []
    for days in (2, 5, 23):
        firm.pass_time(days=days)
        told.append([number in firm.told(login) for login in ("amy", "lin", "gao")])

    assert told == [[True, False, False], [True, True, False], [True, True, True]]
    assert firm.found("fei", "receivable", f'sales_order = "{order}" and open > 0 and due_date < today()', "id")
