"""The ten most travelled ways in Chromium: people with shipped roles, their buttons, and what stands there then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.office import Office
from tests.support.window import PATIENCE, Window, seat, served

# what a browser shows does not depend on the database
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("office", ["sqlite"], indirect=True)]

Seat = Callable[[str], Window]
TABLE = {
    "hit": "FIRST",
    "inputs": [{"is": "product.category.code"}, {"is": "beyond_policy"}],
    "outputs": [{"name": "role"}],
    "rules": [["-", "<= 5", '"salesperson"'], ["-", "<= 15", '"sales_manager"'], ["-", "-", '"director"']],
}
RATE = {"hit": "FIRST", "inputs": [{"is": "amount"}], "outputs": [{"name": "rate"}], "rules": [["-", "5"]]}


@pytest.fixture(scope="module")
def house(office: Office) -> Office:
    """An office that knows its sales method, its terms, who may give which discount, and what salespeople earn."""
    return furnished(office)


@pytest.fixture(scope="module")
def address(house: Office) -> Iterator[str]:
    with served(house.app) as address:
        yield address


@pytest.fixture
def at_desk(browser: Browser, house: Office, address: str) -> Iterator[Seat]:
    """Gives people a window each; no console complained by the end."""
    windows: list[Window] = []

    def opened(login: str) -> Window:
        windows.append(seat(browser, house, address, login))
        return windows[-1]

    yield opened
    for window in windows:
        window.page.context.close()
    assert not [text for window in windows for text in window.complaints]


def furnished(office: Office) -> Office:
    if "method" in office.ids:
        return office
    given = office.given
    method = office.ids["method"] = given("sales_method", code="STD", name="Standard", standard=True)
    for order, (name, chance) in enumerate((("First talk", 10), ("Offer", 50), ("Closing", 80)), 1):
        stage = {"code": f"S{order}", "name": name, "order": order, "probability": str(chance), "days": 14}
        office.ids[f"stage{order}"] = given("sales_stage", method=method, **stage)
    limits = given("quote_limit", name="Authority", table=TABLE)
    office["ada"].change("company", office.ids["company"], quote_limit=limits)
    parts = [
        {"name": "Advance", "percent": "30", "event": "effective", "days": 7},
        {"name": "Balance", "percent": "70", "event": "delivery", "days": 30},
    ]
    given("payment_term", name="30/70", code="three_stage", lines=parts)
    split = [{"role": "salesperson", "percent": "100"}]
    given("commission_model", name="Five percent", kind="sales", valid_from="2026-01-01", rate=RATE, lines=split)
    office.ids["customer"] = office["amy"].make("customer", name="Harbour Works", currency="CNY")["id"]
    return office


def ordered(office: Office, quantity: str, price: str = "100", **values: object) -> str:
    """Make an order of drills that has taken effect."""
    line = {"product": office.ids["drill"], "quantity": quantity, "price": price, "tax_rate": "13"}
    (seller,) = office.found("amy", "employee", 'name = "Amy"', "id")
    given = {"customer": office.ids["customer"], "company": office.ids["company"], "salesperson": seller["id"]}
    more = {"lines": [line], "delivery_date": "2026-12-20", **values}
    order = office.make("amy", "sales_order", **given, **more)
    office.move("amy", "sales_order", order, "submit")
    return order


def test_from_the_lead_to_the_cash(house: Office, at_desk: Seat) -> None:
    amy, ivy, fei = at_desk("amy"), at_desk("ivy"), at_desk("fei")
    follow_up_a_lead(amy)
    order = sell(amy)
    hand_over(ivy, order)
    fei.open(f"/o/sales_order/{order}")
    fei.ask("Enter a receipt")
    fei.answer("Enter a receipt")
    # it is for this order, so its receivable is paid with it
    fei.press("Post")
    fei.state("Posted")
    fei.look("receipt")

    amy.open(f"/o/sales_order/{order}")
    amy.state("Closed")
    found = house.read("fei", "sales_order", order)
    assert (found["delivery_status"], found["payment_status"], found["received"]) == ("delivered", "paid", "1000.00")


def follow_up_a_lead(amy: Window) -> None:
    amy.open("/o/lead")
    amy.press("New lead")
    amy.fill("Company", "Kite & Sons")
    amy.fill("Contact", "Ms Kite")
    amy.fill("Mobile", "13811112222")
    amy.save()
    amy.state("New")
    amy.ask("Record first contact")
    amy.fill("Notes of the first contact", "Wants ten drills")
    amy.answer("Record first contact")
    amy.ask("Qualify")
    amy.fill("Need", "Ten drills")
    amy.fill("Budget", "1000")
    amy.answer("Qualify")
    amy.state("Qualified")
    amy.ask("Convert to opportunity")
    amy.look("convert")
    amy.answer("Convert to opportunity")


def sell(amy: Window) -> str:
    """Go from the opportunity by a quote to an order that takes effect, and return its id."""
    # what was asked about is where one is now: the opportunity, with its customer and contact
    amy.state("Open")
    amy.see("Ms Kite")
    amy.press("Edit")
    amy.add_line(product="Drill", quantity="10")
    amy.save()
    amy.look("opportunity")
    amy.ask("Make a quote")
    amy.answer("Make a quote")
    amy.state("Draft")
    amy.press("Confirm")
    amy.state("Confirmed")
    amy.look("quote")
    amy.ask("Make a sales order")
    amy.fill("Delivery date", "2026-12-20")
    amy.look("quote-to-order")
    amy.answer("Make a sales order")
    amy.press("Make effective")
    amy.state("Effective")
    amy.look("order")
    return amy.id


def hand_over(ivy: Window, order: str, part: str = "") -> None:
    """Deliver an order, or a part of its only line, and have it received."""
    ivy.open(f"/o/sales_order/{order}")
    ivy.ask("Make a delivery")
    if part:
        ivy.dialog.get_by_label("How much of").first.fill(part)
        ivy.look("partial-delivery")
    ivy.answer("Make a delivery")
    for deed in ("Ship", "Confirm receipt"):
        ivy.ask(deed)
        ivy.answer(deed)
    ivy.look("delivery")


def test_a_discount_above_authority_goes_to_the_manager(house: Office, at_desk: Seat) -> None:
    amy, lin = at_desk("amy"), at_desk("lin")
    amy.open("/o/quote/new")
    amy.pick("Customer", "Harbour Works")
    amy.pick("Our company", "华信")
    amy.add_line(product="Drill", quantity="5", special_discount="12")
    amy.look("quote-form")
    amy.save()
    quote = amy.id
    amy.press("Confirm")
    amy.state("In approval")
    amy.look("quote-in-approval")

    lin.open("/work")
    number = house.read("amy", "quote", quote)["number"]
    lin.page.locator(".ts-main a").filter(has_text=number, visible=True).first.click()
    lin.ask("Approve")
    lin.look("approval")
    lin.answer("Approve")
    lin.open(f"/o/quote/{quote}")
    lin.state("Confirmed")
    house.settle()
    amy.open("/messages")
    amy.see("has been approved")


def test_a_part_is_delivered_and_a_part_is_paid(house: Office, at_desk: Seat) -> None:
    order = ordered(house, "10", payment_term="three_stage")
    ivy, fei = at_desk("ivy"), at_desk("fei")
    hand_over(ivy, order, part="4")
    ivy.open(f"/o/sales_order/{order}")
    ivy.see("Partly delivered")

    fei.open("/o/receivable?view=open")
    fei.look("receivables")
    fei.press(f"{house.read('fei', 'sales_order', order)['number']} Advance")
    fei.ask("Enter a receipt")
    fei.fill("Amount", "100")
    fei.look("receive")
    fei.answer("Enter a receipt")
    fei.press("Post")
    fei.state("Posted")
    found = house.read("fei", "sales_order", order)
    assert (found["delivery_status"], found["payment_status"], found["open_amount"]) == ("partly", "partly", "900.00")
    fei.open(f"/o/sales_order/{order}")
    fei.tab("Payment and commission")
    fei.see("300.00")
    fei.look("order-money")


def test_commissions_are_claimed_checked_and_paid_out(house: Office, at_desk: Seat) -> None:
    order = ordered(house, "20")
    (due,) = house.found("fei", "receivable", f'sales_order = "{order}"', "id,amount")
    line = {"receivable": due["id"], "amount": "2000"}
    given = {"company": house.ids["company"], "customer": house.ids["customer"], "amount": "2000", "lines": [line]}
    house.move("fei", "receipt", house.make("fei", "receipt", **given), "post")
    amy, lin, fei = at_desk("amy"), at_desk("lin"), at_desk("fei")

    amy.open("/o/commission_claim")
    amy.press("New commission claim")
    amy.save()
    amy.press("Take all that can be claimed")
    amy.see("100.00")
    amy.look("claim")
    amy.press("Submit")
    amy.state("In approval")
    claim = amy.id
    for window in (lin, fei):
        window.open(f"/o/commission_claim/{claim}")
        window.ask("Approve")
        window.answer("Approve")
    fei.state("To be paid out")
    fei.ask("Pay out")
    fei.fill("Paid on", "2026-11-30")
    fei.choose("Paid by", "Bank transfer")
    fei.answer("Pay out")
    fei.state("Paid out")
    amy.open("/o/commission")
    amy.look("commissions")
    (mine,) = house.found("amy", "commission", f'sales_order = "{order}"', "status,total")
    assert (mine["status"], mine["total"]) == ("paid", "100.00")


def test_an_order_above_the_credit_warns_and_is_decided_by_manager_and_finance(house: Office, at_desk: Seat) -> None:
    customer = house.make("amy", "customer", name="Tight Credit Ltd", currency="CNY")
    house.change("fei", "customer", customer, credit_limit="500", credit_fixed=True)
    amy, lin, fei = at_desk("amy"), at_desk("lin"), at_desk("fei")
    amy.open("/o/sales_order/new")
    amy.pick("Customer", "Tight Credit Ltd")
    amy.pick("Our company", "华信")
    amy.fill("Delivery date", "2026-12-20")
    amy.add_line(product="Drill", quantity="10")
    amy.see("above the credit")
    amy.look("above-credit")
    amy.save()
    order = amy.id
    amy.press("Make effective")
    amy.state("In approval")
    for window in (lin, fei):
        window.open(f"/o/sales_order/{order}")
        window.ask("Approve")
        window.look("credit-decision")
        window.answer("Approve")
    fei.state("Effective")


def test_duplicates_are_merged_and_nothing_is_lost(house: Office, at_desk: Seat) -> None:
    house.make("amy", "customer", name="Twin Mills")
    other = house.make("amy", "customer", name="Twin Mills Ltd", phone="021-55551111")
    house.make("amy", "contact", name="Mr Twin", customer=other, mobile="13900001111")
    lin = at_desk("lin")
    lin.open("/o/customer?q=Twin")
    for row in lin.page.get_by_role("checkbox", name="Twin Mills").all():
        row.check()
    lin.press("Merge")
    lin.look("merge")
    lin.press("Merge 2 into one")
    lin.see("Mr Twin")
    lin.look("merged")
    assert len(house.found("lin", "customer", 'contains(name, "Twin")')) == 1


def test_a_customer_of_the_pool_is_claimed(house: Office, at_desk: Seat) -> None:
    pool = house.make("lin", "customer_pool", name="East pool")
    customer = house.make("bob", "customer", name="Free Lake Foods")
    contact = house.make("bob", "contact", name="Mr Lake", customer=customer, mobile="13900002222")
    house.move("bob", "customer", customer, "release", pool=pool, pool_reason="no_answer")
    amy = at_desk("amy")
    amy.open("/o/customer?view=pool")
    amy.look("pool")
    amy.press("Free Lake Foods")
    amy.press("Claim")
    expect(amy.page.locator(".ts-head .sub")).to_contain_text("Amy", timeout=PATIENCE)
    amy.look("claimed")
    # whose customer it is, his are the people there
    amy.see("Mr Lake")
    for object, id in (("customer", customer), ("contact", contact)):
        assert house.read("amy", object, id)["owner"]["id"] == house.users["amy"]


def test_finance_sees_what_will_be_paid_and_when(house: Office, at_desk: Seat) -> None:
    ordered(house, "30", payment_term="three_stage")
    fei = at_desk("fei")
    fei.open("/dashboards/receivables")
    fei.look("payments")
    fei.open("/o/receivable/calendar")
    fei.look("payments-calendar")
    fei.see("Harbour Works")


def test_an_expense_from_the_request_to_the_payment(house: Office, at_desk: Seat) -> None:
    given = {"department": house.ids["unit_EAST1"], "name": "Entertaining", "year": 2026, "amount": "10000"}
    house.make("fei", "expense_limit", **given)
    amy, lin, fei = at_desk("amy"), at_desk("lin"), at_desk("fei")
    amy.open("/o/expense/new")
    amy.fill("Subject", "Dinner with Harbour Works")
    amy.pick("Customer", "Harbour Works")
    amy.pick("Budget", "Entertaining")
    amy.add_line(kind="Entertainment", description="Dinner for six", amount="800")
    amy.look("expense-form")
    amy.save()
    expense = amy.id
    amy.press("Submit the request")
    lin.open(f"/o/expense/{expense}")
    lin.ask("Approve")
    lin.answer("Approve")
    amy.open(f"/o/expense/{expense}/edit")
    amy.add_line("What was spent", kind="Entertainment", description="Dinner for five", amount="750")
    receipt = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 receipt"}
    amy.page.locator("[data-lines=claims] input[type=file]").last.set_input_files(receipt)
    amy.save()
    amy.press("Submit the claim")
    amy.look("expense-claim")
    for window in (lin, fei):
        window.open(f"/o/expense/{expense}")
        window.ask("Approve")
        window.answer("Approve")
    fei.ask("Record the payment")
    fei.fill("Paid on", "2026-11-30")
    fei.answer("Record the payment")
    fei.state("Paid")
    assert house.read("amy", "expense", expense)["claimed"] == "750.00"


def test_a_week_in_the_calendar(house: Office, at_desk: Seat) -> None:
    amy = at_desk("amy")
    amy.open("/o/activity/calendar?day=2026-11-25&span=week")
    amy.look("calendar")
    amy.press("New activity")
    amy.fill("Subject", "Visit to Harbour Works")
    amy.pick("Customer", "Harbour Works")
    amy.save()
    amy.open("/o/activity/calendar?day=2026-11-25&span=week")
    amy.see("Visit to Harbour Works")


def test_where_the_policy_blocks_it_an_order_above_the_credit_stays_a_draft(house: Office, at_desk: Seat) -> None:
    policy = "change: params sales\nset: {fields: {credit_policy: {value: block}}}\n"
    house.engine.tenancy.set_overlay(house.tenant, policy)
    customer = house.make("amy", "customer", name="No Credit Ltd", currency="CNY")
    house.change("fei", "customer", customer, credit_limit="500", credit_fixed=True)
    lines = [{"product": house.ids["drill"], "quantity": "10", "price": "100", "tax_rate": "13"}]
    given = {"company": house.ids["company"], "customer": customer, "delivery_date": "2026-12-20"}
    order = house.make("amy", "sales_order", lines=lines, **given)
    amy = at_desk("amy")
    amy.open(f"/o/sales_order/{order}")
    amy.button("Make effective").click()
    amy.see("the credit policy does not allow it")
    amy.look("blocked")

    assert house.read("amy", "sales_order", order)["status"] == "draft"
    house.change("amy", "sales_order", order, lines=[{**lines[0], "quantity": "5"}])
    house.move("amy", "sales_order", order, "submit")
    assert house.read("amy", "sales_order", order)["status"] == "effective"
    assert amy.complaints == [one for one in amy.complaints if "422" in one]
    amy.complaints.clear()
