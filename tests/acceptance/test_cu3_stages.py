"""CU-3: customers move through stages by themselves; each stage has its products, services and care actions."""

from __future__ import annotations

from tests.acceptance.conftest import Firm
from tests.acceptance.test_cu2_value import order


def test_cu3_customers_change_their_stage_by_its_condition_and_the_history_stays(firm: Firm) -> None:
    product = [{"product": firm.ids["drill"], "reason": "Goes well with it"}]
    care = [{"subject": "Say thanks", "kind": "call", "days": 2}]
    new = firm.make("lin", "customer_stage", code="S1", name="Newcomer", order=1, condition="true")
    grown = firm.make(
        "lin",
        "customer_stage",
        code="S2",
        name="Buyer",
        order=2,
        condition="order_count > 0",
        products=product,
        actions=care,
    )
    quiet = firm.make(
        "lin",
        "customer_stage",
        code="S3",
        name="Quiet",
        order=3,
        condition='last_order_date < today() - duration("P180D")',
    )
    customer = firm.make("amy", "customer", name="Osprey")
    assert firm.read("amy", "customer", customer)["stage"]["id"] == new

    order(firm, customer, "1")
    firm.settle()

    found = firm.read("amy", "customer", customer)
    assert found["stage"]["id"] == grown
    page = firm.page("amy", f"/o/customer/{customer}")
    assert all(text in page for text in ("Drill", "Goes well with it", "Say thanks"))
    assert [one["subject"] for one in firm.found("amy", "care", f'customer = "{customer}"', "subject")] == [
        "Say thanks"
    ]

    firm.pass_time(days=182)

    found = firm.read("gao", "customer", customer)
    assert found["stage"]["id"] == quiet
    passed = [(line["stage"]["title"], line["previous"] and line["previous"]["title"]) for line in found["stages"]]
    assert passed == [("Newcomer", None), ("Buyer", "Newcomer"), ("Quiet", "Buyer")]
    assert found["stages"][-1]["days"] >= 180


def test_cu3_only_those_who_may_change_stages(firm: Firm) -> None:
    stage = firm.found("amy", "customer_stage", 'code = "S1"')[0]["id"]

    assert firm.ask("amy", "PATCH", f"records/customer_stage/{stage}", {"name": "X"}, 1).status_code == 403
