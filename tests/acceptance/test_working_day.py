"""A working day with approvals in Chromium, on the standard pack's own order flow: predict, submit, approve on a phone,
return, resubmit, urge, hand over, ask for an opinion, be away, answer by short message over a real SMPP session,
withdraw."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from engine.kernel.clock import FrozenClock
from tests.support.branch import TENANT
from tests.support.office import Founded, Office
from tests.support.postgres import PostgresServer
from tests.support.smsc import Smsc
from tests.support.window import DESK, PATIENCE, PHONE, Window, seat, served

pytestmark = pytest.mark.browser

expect.set_options(timeout=PATIENCE)
LIN = "+8613800000001"


@dataclass
class Day:
    """The office, its address, the centre of short messages, and a window for each person."""

    office: Office
    address: str
    smsc: Smsc
    browser: Browser
    windows: list[Window] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Return what the consoles of all windows complained of."""
        return [text for window in self.windows for text in window.complaints]

    def seat(self, login: str, size: tuple[int, int] = DESK) -> Page:
        self.windows.append(seat(self.browser, self.office, self.address, login, size))
        return self.windows[-1].page

    def order(self, name: str) -> tuple[str, str]:
        """Make an order above the credit limit of its customer; return its id and number."""
        amy = self.office["amy"]
        customer = self.office.given("customer", name=name, owner=amy.id, credit_limit="1")
        line = {"product": self.office.ids["drill"], "quantity": 10}
        given = {"company": self.office.ids["company"], "delivery_date": "2026-12-01", "lines": [line]}
        made = amy.make("sales_order", customer=customer, **given)
        return str(made["id"]), str(made["number"])

    def state(self, order: str) -> str:
        return str(self.office["ada"].read("sales_order", order)["status"])


@pytest.fixture(scope="module")
def day(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    founded: Callable[[str], Founded],
    browser: Browser,
) -> Iterator[Day]:
    clock = FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    smsc = Smsc()
    folder: Path = tmp_path_factory.mktemp("day")
    with founded("sqlite").opened(folder, postgres_server, clock, sms=smsc.url) as office:
        with office.engine.shelf.database(TENANT).writing() as session:
            session.execute(text("UPDATE tessera_user SET phone = :phone WHERE login = 'lin'"), {"phone": LIN})
        office.engine.listen()
        smsc.wait_bound()
        with served(office.app) as address:
            yield Day(office, address, smsc, browser)
    smsc.stop()


def fits(page: Page) -> None:
    """Check that nothing is wider than the window."""
    size: Any = page.viewport_size
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url


def answer(page: Page, button: str, comment: str = "") -> None:
    """Fill in the dialog that is open and press its button."""
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    if comment:
        dialog.get_by_label(re.compile("^Comment")).fill(comment)
    dialog.locator("footer button").filter(has_text=button).click()
    expect(dialog).to_have_count(0)
    page.wait_for_load_state("networkidle")


def choose(page: Page, deed: str) -> None:
    """Choose a deed of the panel, from its menu where it stands there."""
    panel = page.locator(".ts-turn").first
    found = panel.locator(".acts").locator("a, button").filter(has_text=re.compile(rf"^\s*{deed}\s*$"))
    if not found.first.is_visible():
        panel.locator("summary").click()
    found.first.click()


def test_the_path_is_seen_before_submission_and_a_phone_returns_and_approves(day: Day) -> None:
    order, number = day.order("Lake Foods")
    amy, lin, fei = day.seat("amy"), day.seat("lin", PHONE), day.seat("fei")

    # Amy looks who will approve it, and submits it from there
    amy.goto(f"{day.address}/o/sales_order/{order}")
    amy.get_by_role("link", name="Who approves").click()
    path = amy.locator("dialog[open] .ts-path")
    expect(path).to_contain_text("Lin")
    expect(path).to_contain_text("Fei")
    answer(amy, "Make effective")
    expect(amy.locator("h1 .ts-state")).to_have_text("In approval")
    expect(amy.locator(".ts-turn")).to_contain_text("Line manager")

    # she urges; Lin finds it on her phone and returns it with a reason
    choose(amy, "Urge")
    lin.goto(f"{day.address}/work")
    fits(lin)
    lin.get_by_role("link", name=re.compile(number)).click()
    fits(lin)
    choose(lin, "Return")
    answer(lin, "Return", "The delivery is too late")

    # Amy resubmits, and Lin approves on her phone
    amy.reload()
    expect(amy.locator(".ts-flow-time").first).to_contain_text("The delivery is too late")
    choose(amy, "Submit again")
    answer(amy, "Submit again", "It cannot be earlier")
    lin.goto(f"{day.address}/work")
    lin.get_by_role("link", name=re.compile(number)).click()
    choose(lin, "Approve")
    answer(lin, "Approve")

    # finance sees the way so far and approves; the order is effective
    fei.goto(f"{day.address}/work")
    fei.get_by_role("link", name=re.compile(number)).click()
    expect(fei.locator(".ts-path [aria-current=step]")).to_contain_text("Finance")
    choose(fei, "Approve")
    answer(fei, "Approve")
    assert day.state(order) == "effective"

    assert day.complaints == []


def test_an_answer_to_a_short_message_decides_and_the_next_person_hands_over(day: Day) -> None:
    fei = day.seat("fei")
    second, called = day.order("River Foods")
    day.office["amy"].done("sales_order", second, "submit")
    before = len(day.smsc.submitted)
    day.office.settle()
    told = "".join(one.text for one in day.smsc.wait(before + 1)[before:])
    code = re.search(r"Y (\w{6})", told)
    assert code is not None, told
    assert called in told
    day.smsc.send(LIN.removeprefix("+"), f"Y {code[1]} fine")
    waited = time.monotonic() + 20
    while not day.office["fei"].send("GET", "/tasks").json["items"] and time.monotonic() < waited:
        time.sleep(0.05)

    # finance sees the answer on the timeline, and hands over
    fei.goto(f"{day.address}/work")
    fei.get_by_role("link", name=re.compile(called)).click()
    expect(fei.locator(".ts-flow-time")).to_contain_text("fine")
    ask_gao(fei, "Hand over", "You know them")
    assert "gao" in str(day.office["gao"].send("GET", "/tasks").json).lower()
    assert day.complaints == []


def at_finance(day: Day, name: str) -> tuple[str, str]:
    """Make an order that the line manager has approved; return its id and number."""
    order, number = day.order(name)
    day.office["amy"].done("sales_order", order, "submit")
    (task,) = day.office["lin"].send("GET", "/tasks").json["items"]
    assert day.office["lin"].send("POST", f"/tasks/{task['id']}/approve", {}).status_code == 200
    return order, number


def ask_gao(page: Page, deed: str, comment: str) -> None:
    """Name Gao in the dialog of a deed and send it."""
    choose(page, deed)
    page.locator("dialog[open]").get_by_label(re.compile("^Who")).last.fill("gao")
    page.get_by_role("option").filter(has_text="Gao").first.click()
    answer(page, deed, comment)


def test_an_opinion_is_asked_for_and_given_on_a_phone_before_the_decision(day: Day) -> None:
    fei, gao = day.seat("fei"), day.seat("gao", PHONE)
    order, number = at_finance(day, "Hill Foods")
    fei.goto(f"{day.address}/work")
    fei.get_by_role("link", name=re.compile(number)).click()
    ask_gao(fei, "Ask for an opinion", "Do you know them?")
    # the decision is hers, but not before she has the answer
    expect(fei.locator(".ts-turn").first).to_contain_text("Gao")

    gao.goto(f"{day.address}/work")
    fits(gao)
    gao.get_by_role("link", name=re.compile(number)).click()
    expect(gao.locator(".ts-flow-time")).to_contain_text("Do you know them?")
    fits(gao)
    choose(gao, "Approve")
    answer(gao, "Approve", "Since ten years")
    assert day.state(order) == "in_approval"

    fei.reload()
    expect(fei.locator(".ts-flow-time")).to_contain_text("Since ten years")
    choose(fei, "Approve")
    answer(fei, "Approve")
    assert day.state(order) == "effective"
    assert day.complaints == []


def test_somebody_away_is_stood_in_for_by_name_until_she_is_back(day: Day) -> None:
    fei, gao = day.seat("fei"), day.seat("gao")
    order, number = at_finance(day, "Wood Foods")

    # she arranges it herself, and hands over what waits
    fei.goto(f"{day.address}/profile/substitutions")
    fei.get_by_label(re.compile("^Substitute")).last.fill("gao")
    fei.get_by_role("option").filter(has_text="Gao").first.click()
    fei.get_by_label(re.compile("^From")).fill("2026-11-23T09:00")
    fei.get_by_label(re.compile("^Until")).fill("2026-11-27T18:00")
    fei.get_by_label("Hand over what waits for me now").check()
    fei.get_by_role("button", name="Arrange").click()
    expect(fei.locator(".ts-grid")).to_contain_text("In force")

    # he finds it under her name, and the timeline tells both
    gao.goto(f"{day.address}/work")
    expect(gao.locator("tr").filter(has_text=number)).to_contain_text("for Fei")
    gao.get_by_role("link", name=re.compile(number)).click()
    choose(gao, "Approve")
    answer(gao, "Approve", "She knows")
    assert day.state(order) == "effective"
    gao.goto(f"{day.address}/o/sales_order/{order}")
    expect(gao.locator(".ts-flow-time")).to_contain_text("for Fei")

    # back early, she ends it
    fei.reload()
    fei.get_by_role("button", name="End now").click()
    expect(fei.locator(".ts-grid")).to_contain_text("Over")
    assert day.complaints == []


def test_whoever_submitted_takes_it_back_before_anybody_decided(day: Day) -> None:
    amy = day.seat("amy")
    third, _ = day.order("Sea Foods")
    day.office["amy"].done("sales_order", third, "submit")
    amy.goto(f"{day.address}/o/sales_order/{third}")
    choose(amy, "Withdraw")
    answer(amy, "Withdraw", "Entered twice")
    expect(amy.locator("h1 .ts-state")).to_have_text("Draft")

    assert day.complaints == []
