"""PL-1 in Chromium: the standard customer gets fields, a tab and a condition by mouse and keys, and sales sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.office import Office
from tests.support.window import PATIENCE, seat, served

# what a browser shows does not depend on the database
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("office", ["sqlite"], indirect=True)]


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    with served(office.app) as address:
        yield address


def add(page: Page, address: str, kind: str, title: str) -> None:
    page.goto(f"{address}/customise/o/customer/new?type={kind}")
    page.get_by_label("Name in Chinese").fill(title)
    page.get_by_label("Name in English").fill(title)


def keep(page: Page) -> None:
    page.get_by_role("button", name="Add to the draft").click()
    expect(page.get_by_role("status").filter(has_text="Added to the draft")).to_be_visible(timeout=PATIENCE)


def add_fields(page: Page, address: str) -> None:
    add(page, address, "money", "Drug budget")
    page.get_by_label("Show in the list").check()
    keep(page)
    add(page, address, "reference", "Head of ward")
    page.get_by_label("Points to").select_option(label="Contact")
    keep(page)
    add(page, address, "choices", "Wards")
    page.get_by_label("Dictionary").select_option(label="+ New dictionary")
    page.get_by_label("Items").fill("Cardiology\nOrthopaedics")
    keep(page)
    add(page, address, "formula", "Monthly budget")
    page.locator("#r-as .cm-content").click()
    page.keyboard.type("drug_budget / 12")
    keep(page)


def arrange(page: Page, address: str) -> None:
    """Put two fields into a new tab, a third by dragging it there, and move that one by keys."""
    page.set_viewport_size({"width": 1440, "height": 3000})  # a page that scrolls while one drags lets another go
    page.goto(f"{address}/customise/o/customer/form")
    for name in ("drug_budget", "wards"):
        page.locator(f"[data-chip={name}] input").check()
    page.get_by_label("Move those chosen to").select_option(label="A new tab")
    page.get_by_placeholder("Name in English").fill("Hospital")
    page.get_by_role("button", name="Move", exact=True).click()
    hospital = page.locator("[data-group='tabs.hospital.sections.fields']")
    expect(hospital.locator("[data-chip]")).to_have_count(2, timeout=PATIENCE)
    page.locator("[data-chip=head_of_ward]").drag_to(hospital.locator("header"))
    expect(hospital.locator("[data-chip]")).to_have_count(3, timeout=PATIENCE)
    hospital.locator("[data-chip=head_of_ward]").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(hospital.locator("[data-chip]").nth(1)).to_have_attribute("data-chip", "head_of_ward", timeout=PATIENCE)


def look(sales: Page, address: str, customer: str) -> None:
    sales.goto(f"{address}/o/customer/{customer}/edit")
    sales.get_by_role("tab", name="Hospital").click()
    expect(sales.get_by_label("Drug budget")).to_be_visible()
    expect(sales.get_by_label("Head of ward")).to_be_visible()
    sales.goto(f"{address}/o/customer")
    expect(sales.get_by_role("columnheader", name="Drug budget")).to_be_visible()
    sales.goto(f"{address}/o/customer/new")
    sales.get_by_role("tab", name="Hospital").click()
    expect(sales.get_by_text("Wards", exact=True)).to_be_visible()
    expect(sales.get_by_label("Drug budget")).to_have_count(0)


def test_pl1_an_administrator_adapts_the_customer_with_the_mouse_and_sales_sees_it(
    browser: Browser, office: Office, address: str
) -> None:
    at_work = seat(browser, office, address, "ada")
    page = at_work.page
    add_fields(page, address)
    arrange(page, address)

    page.goto(f"{address}/customise/o/customer/fields/drug_budget")
    page.get_by_role("combobox", name="Shown", exact=True).select_option('level = "A"')
    keep(page)
    page.get_by_role("link", name="Check and apply").click()
    page.get_by_role("button", name="Apply changes").click()
    expect(page.get_by_role("status").filter(has_text="The changes are active")).to_be_visible(timeout=PATIENCE)

    customer = office.given("customer", name="River hospital", level="A", owner=office["amy"].id)
    in_sales = seat(browser, office, address, "amy")
    look(in_sales.page, address, customer)
    assert at_work.complaints + in_sales.complaints == []
