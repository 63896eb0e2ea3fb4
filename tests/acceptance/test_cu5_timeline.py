"""CU-5: the customer's page has one timeline of everything, by kind, as far as its reader may see it."""

from __future__ import annotations

from tests.acceptance.conftest import Firm
from tests.acceptance.test_cu2_value import order, visit


def test_cu5_the_timeline_tells_all_kinds_and_only_what_the_reader_may_see(firm: Firm) -> None:
    customer = firm.make("amy", "customer", name="Bittern")
    visit(firm, customer)
    order(firm, customer, "1")
    firm.make(
        "amy", "task", subject="Send the drawing", assignee=firm.users["amy"], due="2040-01-01", customer=customer
    )
    path = f"/o/customer/{customer}/timeline"

    told = firm.page("amy", path)
    alone = firm.page("amy", f"{path}?kind=activities")
    finance = firm.page("fei", path)

    assert all(text in told for text in ("Visit", "SO", "Send the drawing"))
    assert "Visit" in alone
    assert "Send the drawing" not in alone
    assert "SO" in finance
    assert "Send the drawing" not in finance
