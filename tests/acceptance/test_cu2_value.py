"""CU-2: value models and rating schemes that a business user writes, tries and runs; levels with the reason why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import Firm

BANDS = {
    "hit": "FIRST",
    "inputs": [{"is": "value"}],
    "outputs": [{"name": "points"}],
    "rules": [[">= 2000", "100"], [">= 500", "60"], ["-", "10"]],
}
VISITS = {**BANDS, "rules": [[">= 2", "100"], [">= 1", "50"], ["-", "0"]]}
LEVELS = {
    "hit": "FIRST",
    "inputs": [{"is": "score"}],
    "outputs": [{"name": "level"}],
    "rules": [[">= 80", '"A"'], [">= 40", '"B"'], ["-", '"C"']],
}


def order(firm: Firm, customer: str, quantity: str) -> str:
    line = {"product": firm.ids["drill"], "quantity": quantity, "price": "100", "tax_rate": "13"}
    day = firm.clock.now().date().isoformat()
    made = firm.make(
        "amy", "sales_order", company=firm.ids["company"], customer=customer, delivery_date=day, lines=[line]
    )
    firm.move("amy", "sales_order", made, "submit")
    return made


def visit(firm: Firm, customer: str) -> None:
    made = firm.make("amy", "activity", subject="Visit", kind="visit", customer=customer)
    firm.move("amy", "activity", made, "complete", result="Well")


@pytest.fixture(scope="module")
def model(firm: Firm) -> dict[str, Any]:
    scheme = firm.make("lin", "rating_scheme", name="Three levels", levels=LEVELS)
    indicators = [
        {"name": "Orders", "weight": "70", "formula": "order_total", "bands": BANDS},
        {"name": "Visits", "weight": "30", "formula": "activity_count", "bands": VISITS},
    ]
    model = firm.make("lin", "value_model", name="Value 2026", scheme=scheme, indicators=indicators)
    customers = {}
    for name, quantity, visits in (("Big", "30", 2), ("Mid", "6", 1), ("Small", "", 0)):
        customers[name] = firm.make("amy", "customer", name=f"{name} of value")
        if quantity:
            order(firm, customers[name], quantity)
        for _ in range(visits):
            visit(firm, customers[name])
    return {"id": model, **customers}


def test_cu2_a_wrong_indicator_is_told_with_its_place(firm: Firm, model: dict[str, Any]) -> None:
    scheme = firm.read("lin", "value_model", model["id"])["scheme"]["id"]
    wrong = {"name": "Orders", "weight": "100", "formula": "order_totl", "bands": BANDS}

    answer = firm.ask("lin", "POST", "records/value_model", {"name": "Bad", "scheme": scheme, "indicators": [wrong]})

    assert answer.status_code == 422
    assert "order_total" in answer.get_data(as_text=True)
    assert firm.ask("amy", "PATCH", f"records/value_model/{model['id']}", {"name": "Mine"}, 1).status_code == 403


def test_cu2_a_model_is_tried_on_chosen_customers_before_it_runs(firm: Firm, model: dict[str, Any]) -> None:
    path = f"/o/value_model/{model['id']}/try/run"
    page = firm.page("lin", f"{path}?q=of value")

    assert all(f"{name} of value" in page for name in ("Big", "Mid", "Small"))
    assert all(text in page for text in ("600", "60", "42", "57"))  # what Mid gets, and why
    assert firm.found("lin", "value_model_score", "", "score") == []
    assert firm.read("amy", "customer", model["Big"])["level"] is None
    assert f'href="{path}"' in firm.page("lin", f"/o/value_model/{model['id']}")


def test_cu2_a_model_runs_over_all_and_tells_why_each_has_its_level(firm: Firm, model: dict[str, Any]) -> None:
    firm.move("lin", "value_model", model["id"], "activate")
    firm.move("lin", "value_model", model["id"], "run")
    firm.settle()

    levels = {name: firm.read("amy", "customer", model[name])["level"] for name in ("Big", "Mid", "Small")}
    assert levels == {"Big": "A", "Mid": "B", "Small": "C"}
    (score,) = firm.found("amy", "value_model_score", f'customer = "{model["Mid"]}"', "id")
    told = firm.read("amy", "value_model_score", score["id"])
    assert [(line["name"], line["value"], line["points"], line["weighted"]) for line in told["lines"]] == [
        ("Orders", "600.0000", "60.00", "42.0000"),
        ("Visits", "1.0000", "50.00", "15.0000"),
    ]
    assert (told["score"], told["level"], told["previous_level"]) == ("57.00", "B", None)
    ended = firm.read("lin", "value_model", model["id"])
    assert ended["last_count"] >= 3
    assert "Value 2026 has valued" in firm.told("lin")


def test_cu2_levels_have_a_history_and_a_model_in_use_is_locked(firm: Firm, model: dict[str, Any]) -> None:
    for _ in range(2):
        visit(firm, model["Mid"])
    order(firm, model["Mid"], "30")
    firm.move("lin", "value_model", model["id"], "run")
    firm.settle()

    scores = firm.found("amy", "value_model_score", f'customer = "{model["Mid"]}"', "level,previous_level")
    assert {(one["level"], one["previous_level"]) for one in scores} == {("B", None), ("A", "B")}
    version = firm.read("lin", "value_model", model["id"])["version"]
    locked = firm.ask("lin", "PATCH", f"records/value_model/{model['id']}", {"name": "Other"}, version)
    assert locked.status_code == 422
    assert firm.found("sue", "value_model_score", f'customer = "{model["Mid"]}"', "score") == []
