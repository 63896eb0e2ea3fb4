"""CU-4: grade and limit follow the model; orders above the limit warn, are marked, and are blocked or approved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.acceptance.conftest import Firm

GRADES = {
    "hit": "FIRST",
    "inputs": [{"is": "order_total"}],
    "outputs": [{"name": "grade"}],
    "rules": [[">= 5000", '"AA"'], ["-", '"B"']],
}


def draft(firm: Firm, customer: str, quantity: int) -> dict[str, Any]:
    line = {"product": firm.ids["drill"], "quantity": str(quantity), "price": "100", "tax_rate": "13"}
    values = {
        "company": firm.ids["company"],
        "customer": customer,
        "delivery_date": firm.clock.now().date().isoformat(),
        "lines": [line],
    }
    answer = firm.ask("amy", "POST", "records/sales_order", values)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made: dict[str, Any] = answer.get_json()
    return made


@pytest.fixture
def customer(firm: Firm, request: pytest.FixtureRequest) -> str:
    made = firm.make("amy", "customer", name=f"Credit {request.node.name}")
    firm.change("fei", "customer", made, credit_limit="1000", credit_fixed=True)
    return made


def test_cu4_grade_and_limit_follow_the_model_unless_set_by_hand(firm: Firm, customer: str) -> None:
    other = firm.make("amy", "customer", name="Credit by model")
    model = firm.make(
        "fei", "credit_model", name="Credit 2026", grade=GRADES, limit='if credit_grade = "AA" then 9000 else 500'
    )
    assert firm.try_move("amy", "credit_model", model, "activate").status_code == 403
    firm.move("fei", "credit_model", model, "activate")
    firm.move("fei", "credit_model", model, "run")
    firm.settle()

    assert firm.read("fei", "customer", other)["credit_limit"] == "500.00"
    fixed = firm.read("fei", "customer", customer)
    assert (fixed["credit_grade"], fixed["credit_limit"]) == ("B", "1000.00")
    (score,) = firm.found("amy", "credit_model_score", f'customer = "{other}"', "grade,limit,previous_grade")
    assert (score["grade"], score["limit"], score["previous_grade"]) == ("B", "500.00", None)


def test_cu4_an_order_above_the_limit_warns_before_saving_is_marked_and_goes_to_approval(
    firm: Firm, customer: str
) -> None:
    within = draft(firm, customer, 10)
    firm.move("amy", "sales_order", within["id"], "submit")
    assert firm.read("amy", "customer", customer)["credit_used"] == "1000.00"
    over = draft(firm, customer, 1)
    asked = firm.page("amy", f"/o/sales_order/{over['id']}/do/submit")
    untouched = firm.read("amy", "sales_order", over["id"])
    firm.move("amy", "sales_order", over["id"], "submit")

    # who will be asked is foreseen with what submitting computes, of which nothing stays
    assert "ts-path" in asked
    assert (untouched["over_credit"], untouched["version"]) == (None, over["version"])
    assert "warnings" not in within or not within["warnings"]
    assert "above the credit" in str(over["warnings"])
    assert "above the credit" in firm.page("amy", f"/o/sales_order/new?from={over['id']}")
    found = firm.read("amy", "sales_order", over["id"])
    assert (found["over_credit"], found["status"]) == (True, "in_approval")
    assert firm.read("amy", "sales_order", within["id"])["status"] == "effective"


def test_cu4_two_orders_at_once_cannot_both_slip_under_the_limit(firm: Firm, customer: str) -> None:
    drafts = [draft(firm, customer, 6)["id"] for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda id: firm.try_move("amy", "sales_order", id, "submit").status_code, drafts))

    states = sorted(firm.read("amy", "sales_order", id)["status"] for id in drafts)
    assert answers == [200] * 4
    assert states == ["effective", *["in_approval"] * 3]
