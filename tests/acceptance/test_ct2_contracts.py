"""CT-2, CT-4 for contracts: approval by amount, discount and kind; orders called off within it; states that follow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.acceptance.conftest import Firm
from tests.acceptance.trading import Trade, open_trade


@pytest.fixture(scope="module")
def trade(firm: Firm) -> Trade:
    return open_trade(firm)


def contract(firm: Firm, trade: Trade, quantity: int, price: str, **values: Any) -> str:
    line = {"product": trade.ids["drill"], "quantity": str(quantity), "price": price, "tax_rate": "13"}
    made = firm.make(
        "amy",
        "contract",
        **{"subject": "Drills", "company": firm.ids["company"], "customer": trade.ids["customer"], **values},
        lines=[line],
    )
    firm.move("amy", "contract", made, "draft")
    return made


def approvers(firm: Firm, id: str) -> list[str]:
    """Approve until nobody is asked any more; return who was."""
    asked = []
    while firm.read("amy", "contract", id)["status"] == "in_approval":
        waiting = [
            (login, task["id"])
            for login in ("lin", "fei", "gao")
            for task in firm.ask(login, "GET", "tasks").get_json()["items"]
            if id in str(task)
        ]
        login, task = waiting[0]
        assert firm.ask(login, "POST", f"tasks/{task}/approve", {"comment": "ok"}).status_code == 200
        asked.append(login)
    return asked


@pytest.mark.parametrize(
    ("quantity", "values", "asked"),
    [
        (10, {}, []),
        (600, {}, ["lin"]),
        (10, {"discount": "8"}, ["lin", "fei"]),
        (10, {"kind": "framework"}, ["lin", "fei"]),
        (6000, {"discount": "8"}, ["lin", "fei", "gao"]),
    ],
)
def test_ct2_amount_discount_and_kind_say_who_approves(
    firm: Firm, trade: Trade, quantity: int, values: dict[str, Any], asked: list[str]
) -> None:
    made = contract(firm, trade, quantity, "100", **values)

    firm.move("amy", "contract", made, "submit", signed_on="2026-12-01")

    assert approvers(firm, made) == asked
    assert firm.read("amy", "contract", made)["status"] == "effective"


def test_ct4_a_contract_is_called_off_within_its_quantities_and_ends_by_itself(firm: Firm, trade: Trade) -> None:
    made = contract(firm, trade, 10, "100")
    firm.move("amy", "contract", made, "submit", signed_on="2026-12-01")
    (line,) = firm.read("amy", "contract", made)["lines"]

    def call_off(_: int) -> int:
        return trade.convert("amy", "contract", made, "contract_to_order", quantities={line["id"]: "5"}).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(call_off, range(8)))
    orders = firm.found("amy", "sales_order", f'contract = "{made}"', "id,total")
    running = firm.read("amy", "contract", made)["status"]
    for order in orders:
        firm.change("amy", "sales_order", order["id"], salesperson=trade.ids["amy"])
        firm.move("amy", "sales_order", order["id"], "submit")
        trade.complete(trade.deliver(order["id"]))
        (due,) = trade.rows("receivable", order["id"], "open")
        trade.receive(due["open"], lines=[{"receivable": due["id"], "amount": due["open"]}])

    assert codes.count(201) == 2
    assert (len(orders), running) == (2, "executing")
    now = firm.read("amy", "contract", made)
    assert (now["status"], now["delivery_status"], now["payment_status"]) == ("closed", "delivered", "paid")
