"""CA-4 活动费用: from the request over budget, approval, claim with receipts and approval to the payment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.office import Office, Staff


@pytest.fixture
def budget(office: Office) -> Iterator[str]:
    """Ten thousand a year for the sales department, of this test's own."""
    given = {"department": office.ids["unit_EAST1"], "name": "销售部费用", "year": 2026, "amount": "10000"}
    made = office["fei"].make("expense_limit", **given)["id"]
    yield made
    office["fei"].change("expense_limit", made, active=False)


def wanted(by: Staff, budget: str, amount: str, **more: Any) -> dict[str, Any]:
    lines = [{"kind": "dinner", "description": "答谢晚宴", "amount": amount}]
    return by.make("expense", subject="客户答谢", budget=budget, plan=lines, **more)


def receipt(by: Staff) -> str:
    """Send a receipt and return its id."""
    answer = by.client.post(
        "/api/v1/files?object=expense_claim_line&field=receipt&name=fapiao.txt",
        data=b"fapiao",
        headers={"Authorization": f"Bearer {by.token}", "Content-Type": "text/plain"},
    )
    assert answer.status_code == 201, answer.json
    return str((answer.json or {})["id"])


def claimed(by: Staff, id: str, amount: str) -> dict[str, Any]:
    line = {"kind": "dinner", "amount": amount, "spent_on": "2026-11-23", "receipt": {"id": receipt(by)}}
    assert by.change("expense", id, claims=[line]).status_code == 200
    return by.read("expense", id)


def test_ca4_an_expense_goes_from_request_to_payment_and_reaches_deal_and_customer(office: Office, budget: str) -> None:
    amy, fei = office["amy"], office["fei"]
    customer = amy.make("customer", name="苏州测试", currency="CNY")["id"]
    activity = amy.make("activity", subject="答谢", kind="dinner", customer=customer)["id"]
    id = wanted(amy, budget, "3000", activity=activity)["id"]

    assert amy.done("expense", id, "submit")["status"] == "in_approval"
    assert fei.read("expense_limit", budget)["left"] == "7000.00"
    # what is being approved is not offered for change, and why a step was left out is said in words
    assert "update" not in amy.read("expense", id)["_allowed"]
    shown = amy.page("en").get(f"/o/expense/{id}")
    assert shown.all("//main//a[contains(@href, '/edit')]") == []
    assert "not the case: Asked for > 5,000" in shown.text
    assert office["lin"].decide(id).status_code == 200
    lines = amy.page("en").get(f"/o/expense/{id}").all("//main//a[contains(@href, '/edit#lines-')]/@href")
    assert [href.partition("#")[2] for href in lines] == ["lines-claims"]
    assert amy.do("expense", id, "claim").status_code == 422  # nothing was spent yet
    claimed(amy, id, "2680")
    assert amy.done("expense", id, "claim")["status"] == "checking"
    assert office["lin"].decide(id).status_code == 200
    assert fei.decide(id).status_code == 200
    assert amy.do("expense", id, "pay", paid_on="2026-11-23").status_code == 403
    paid = fei.done("expense", id, "pay", paid_on="2026-11-23", payment_reference="YH-88")

    assert (paid["status"], paid["claimed"], paid["customer"]["id"]) == ("paid", "2680.00", customer)
    assert amy.read("customer", customer)["expense_total"] == "2680.00"
    assert amy.read("activity", activity)["expense_total"] == "2680.00"
    left = fei.read("expense_limit", budget)
    assert (left["committed"], left["spent"], left["left"]) == ("2680.00", "2680.00", "7320.00")
    assert any("2680" in text or "paid" in text for text in amy.told())


def test_ca4_the_budget_and_the_approved_sum_are_limits(office: Office, budget: str) -> None:
    amy = office["amy"]
    much = wanted(amy, budget, "10000.01")["id"]
    some = wanted(amy, budget, "800")["id"]

    refused = amy.do("expense", much, "submit")
    amy.done("expense", some, "submit")
    office["lin"].decide(some)
    over = claimed(amy, some, "801")
    beyond = amy.do("expense", over["id"], "claim")
    bare = {"kind": "dinner", "amount": "10", "spent_on": "2026-11-23"}
    assert amy.change("expense", some, claims=[bare]).status_code == 200
    without = amy.do("expense", some, "claim")

    assert [one["path"] for one in refused.json["errors"]] == ["budget"]
    assert [one["path"] for one in beyond.json["errors"]] == ["claims"]
    assert [one["path"] for one in without.json["errors"]] == ["claims"]


def test_ca4_large_expenses_ask_the_director_and_a_refusal_frees_the_budget(office: Office, budget: str) -> None:
    amy = office["amy"]
    id = wanted(amy, budget, "6000")["id"]
    amy.done("expense", id, "submit")

    office["lin"].decide(id)
    assert amy.read("expense", id)["status"] == "in_approval"
    assert office["gao"].decide(id, "reject", comment="太多").status_code == 200

    assert amy.read("expense", id)["status"] == "draft"
    assert office["fei"].read("expense_limit", budget)["left"] == "10000.00"
    assert office["bob"].send("GET", f"/records/expense/{id}").status_code == 404


def test_ca4_many_requests_at_once_do_not_overdraw_the_budget(office: Office, budget: str) -> None:
    amy = office["amy"]
    ids = [wanted(amy, budget, "4000")["id"] for _ in range(5)]

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda id: amy.do("expense", id, "submit").status_code, ids))

    assert sorted(answers) == [200, 200, 422, 422, 422]
    assert office["fei"].read("expense_limit", budget)["left"] == "2000.00"
