"""CT-13, CT-14 and CT-20: what a delivery starts, what an accepted stage makes due, who approves which claim."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.acceptance.conftest import Firm
from tests.acceptance.trading import TABLE, Trade, cents, open_trade


@pytest.fixture(scope="module")
def trade(firm: Firm) -> Trade:
    return open_trade(firm)


def test_ct13_a_delivery_completes_the_assets_of_the_order_and_starts_the_warranty_of_each_product(
    firm: Firm, trade: Trade
) -> None:
    order = trade.effective(("robot", 1, "1000"), ("drill", 2, "100"))
    planned = {row["id"]: row for row in trade.rows("asset", order, "product,status,warranty_start,warranty_end")}
    delivery = trade.deliver(order)
    serial = f"W{firm.clock.now().timestamp()}"

    trade.complete(delivery, robot=serial)
    again = firm.try_move("ivy", "delivery", delivery, "complete")

    fields = "product,status,serial_number,warranty_start,warranty_end"
    kept = {row["product"]["title"]: row for row in trade.rows("asset", order, fields)}
    today = date.fromisoformat(trade.day())
    until = today.replace(year=today.year + 1) - timedelta(days=1)
    drill = firm.read("fei", "product", trade.ids["drill"])["name"]
    assert {(row["status"], row["warranty_start"], row["warranty_end"]) for row in planned.values()} == {
        ("planned", None, None)
    }
    assert {row["id"] for row in kept.values()} == planned.keys()
    assert (kept["Robot"]["serial_number"], kept["Robot"]["status"]) == (serial, "in_use")
    assert (kept["Robot"]["warranty_start"], kept["Robot"]["warranty_end"]) == (f"{today}", f"{until}")
    assert (kept[drill]["status"], kept[drill]["warranty_end"]) == ("in_use", None)  # it has no terms of warranty
    assert again.status_code in (409, 422)
    shown = firm.page("amy", f"/o/asset/{kept['Robot']['id']}")
    assert f"{until}" in shown
    assert serial in shown


def test_ct14_only_an_accepted_stage_makes_its_receivable_due_by_its_days(firm: Firm, trade: Trade) -> None:
    order = trade.effective(("drill", 3, "100"), payment_term="three_stage")
    (execution,) = firm.found("amy", "execution", f'sales_order = "{order}"', "id")
    stages = {
        step: firm.make("amy", "execution_stage", name=name, english_name=called, step=step, execution=execution["id"])
        for step, name, called in ((1, "设计", "Design"), (2, "试运行", "Trial run"))
    }
    (last,) = [row for row in trade.rows("receivable", order, "id,event") if row["event"] == "stage"]
    firm.change("fei", "receivable", last["id"], days=10)

    def due(step: int, *moves: str, **said: Any) -> tuple[Any, Any]:
        for move in moves:
            firm.move("amy", "execution_stage", stages[step], move, **(said if move in ("accept", "return") else {}))
        row = firm.read("fei", "receivable", last["id"])
        return row["status"], row["due_date"]

    seen = [
        due(1, "start", "finish", "accept", acceptance="Fine"),  # another stage than that of the receivable
        due(2, "start", "finish"),
        due(2, "return", acceptance="Once more"),
        due(2, "finish"),
        due(2, "accept", acceptance="It runs", accepted_on="2026-12-20"),
    ]

    assert seen == [*[("waiting", None)] * 4, ("open", "2026-12-30")]
    firm.settle()
    assert "Trial run" in firm.told("amy")
    assert "2026-12-30" in firm.page("amy", f"/o/sales_order/{order}")


def test_ct20_amount_and_kind_say_who_approves_a_claim(firm: Firm, trade: Trade) -> None:
    for kind, name in (("sales", "Large"), ("customer", "Partner")):
        more = {"applies": 'subject = "CT-20"', "priority": 9, "valid_from": "2026-01-01"}
        role = "salesperson" if kind == "sales" else "customer"
        firm.make(
            "fei", "commission_model", name=f"CT-20 {name}", kind=kind, rate={**TABLE, "rules": [["-", "50"]]},
            lines=[{"role": role, "percent": "100"}], **more,
        )  # fmt: skip
    order = trade.effective(("drill", 1, "50000"), subject="CT-20")
    (plan,) = trade.rows("receivable", order, "id")
    trade.receive(50000, lines=[{"receivable": plan["id"], "amount": "50000"}])
    earned = {row["kind"]: row for row in trade.rows("commission", order, "kind,claimable")}

    def way(login: str, kind: str, amount: str) -> tuple[str, ...]:
        """Return who approves a claim over a part of a commission, one after the other, until it is to be paid out."""
        to = {"contact": trade.ids["contact"]} if kind == "customer" else {"employee": trade.ids["amy"]}
        line = {"commission": earned[kind]["id"], "amount": amount}
        claim = firm.make(login, "commission_claim", lines=[line], **to)
        firm.move(login, "commission_claim", claim, "submit")
        asked = []
        while firm.read("fei", "commission_claim", claim)["status"] == "in_approval":
            person = next(one for one in ("lin", "fei", "gao") if waits_for(firm, one, claim))
            assert firm[person].decide(claim).status_code == 200
            asked.append(person)
        assert firm.read("fei", "commission_claim", claim)["status"] == "approved"
        return tuple(asked)

    assert cents(earned["sales"]["claimable"]) == 25000
    filled = firm.make("amy", "commission_claim", employee=trade.ids["amy"])
    firm.move("amy", "commission_claim", filled, "fill")
    page = firm["amy"].page().get(f"/o/commission_claim/{filled}")
    history = page.texts("//ol[@class='ts-time']/li[not(@class='day')]")
    firm.move("amy", "commission_claim", filled, "withdraw")
    assert len(history) == 2, history  # it was created, and filled: one act, whatever it brought
    assert way("amy", "sales", "4000") == ("lin", "fei")
    assert way("amy", "sales", "20000.01") == ("lin", "fei", "gao")
    assert way("lin", "customer", "10") == ("gao", "fei", "gao")


def waits_for(firm: Firm, login: str, record: str) -> bool:
    """Tell whether somebody is to decide about a record."""
    return any(record in task.values() for task in firm.ask(login, "GET", "tasks").get_json()["items"])
