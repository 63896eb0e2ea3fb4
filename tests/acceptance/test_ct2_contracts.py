"""CT-2, CT-4 for contracts: approval by amount, discount, kind and department; orders called off; states follow."""

from __future__ import annotations

from collections.abc import Iterator
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


def approvers(firm: Firm, id: str, object: str = "contract") -> list[str]:
    """Approve until nobody is asked any more; return who was."""
    asked = []
    while firm.read("amy", object, id)["status"] == "in_approval":
        waiting = [
            (login, task["id"])
            for login in ("lin", "bob", "pia", "fei", "gao")
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


@pytest.fixture
def limited(firm: Firm, trade: Trade) -> Iterator[None]:
    """The department of Amy has limits and a head of its own for a while."""
    unit = firm.found("ada", "department", 'code = "EAST1"', "id")[0]["id"]
    bob = firm.found("ada", "employee", 'name = "Bob"', "id")[0]["id"]
    firm.change("ada", "department", unit, head=bob, order_limit="5000", contract_limit="5000")
    yield
    firm.change("ada", "department", unit, head=None, order_limit=None, contract_limit=None)


def test_ct2_a_department_has_limits_of_its_own_above_which_its_head_decides(
    firm: Firm, trade: Trade, limited: None
) -> None:
    small, large = trade.order(("drill", 40, "100")), trade.order(("drill", 60, "100"))
    made = contract(firm, trade, 60, "100")

    for order in (small, large):
        firm.move("amy", "sales_order", order, "submit")
    firm.move("amy", "contract", made, "submit", signed_on="2026-12-01")

    assert firm.read("amy", "sales_order", small)["status"] == "effective"
    assert approvers(firm, large, "sales_order") == ["lin", "bob"]
    assert approvers(firm, made) == ["lin", "bob"]


@pytest.mark.parametrize(
    ("values", "quantity", "asked"),
    [({"discount": "8"}, 10, []), ({"discount": "12"}, 10, ["lin"]), ({"kind": "sample"}, 60, ["lin", "pia"])],
)
def test_ct2_discount_and_kind_of_an_order_say_who_approves(
    firm: Firm, trade: Trade, values: dict[str, Any], quantity: int, asked: list[str]
) -> None:
    made = trade.order(("drill", quantity, "100"), **values)

    firm.move("amy", "sales_order", made, "submit")

    assert approvers(firm, made, "sales_order") == asked
    assert firm.read("amy", "sales_order", made)["status"] == "effective"


def test_ct2_a_change_of_an_effective_contract_counts_once_it_is_approved(firm: Firm, trade: Trade) -> None:
    made = contract(firm, trade, 10, "100", payment_term="prepaid")
    firm.move("amy", "contract", made, "submit", signed_on="2026-12-01")
    start = f"records/contract/{made}/approvals/contract_change"
    wanted = {"end": "2027-12-31", "terms": "Delivered free", "payment_term": "three_stage"}

    assert 'name="terms"' in firm.page("amy", f"/o/contract/{made}/approve/contract_change")
    assert firm.ask("fei", "POST", start, {"values": wanted}).status_code in (403, 404)
    begun = firm.ask("amy", "POST", start, {"values": wanted})
    assert begun.status_code == 201, begun.get_json()
    before = firm.read("amy", "contract", made)
    reserved = firm.ask("amy", "PATCH", f"records/contract/{made}", {"terms": "Mine"}, before["version"])
    for login in ("lin", "fei"):
        tasks = firm.ask(login, "GET", "tasks?flow=contract_change").get_json()["items"]
        (task,) = [task["id"] for task in tasks if task["record"] == made]
        assert firm.ask(login, "POST", f"tasks/{task}/approve", {}).status_code == 200

    assert (before["status"], before["end"], before["terms"]) == ("effective", None, None)
    assert (reserved.status_code, reserved.get_json()["code"]) == (423, "reserved")
    now = firm.read("amy", "contract", made)
    assert {name: now[name] for name in wanted} == wanted
    assert (now["status"], now["version"]) == ("effective", before["version"] + 1)


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
