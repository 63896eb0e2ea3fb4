"""CU-6: care rules make care records, give them to people and tell them; once a year, also for 29 February."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.acceptance.conftest import Firm
from tests.acceptance.test_cu2_value import order


def test_cu6_birthdays_are_recalled_days_before_and_once_a_year(firm: Firm) -> None:
    customer = firm.make("amy", "customer", name="Pelican")
    year = firm.clock.now().year + 1
    while year % 4 == 0:
        year += 1
    firm.clock.instant = datetime(year, 2, 20, 1, 30, tzinfo=UTC)
    firm.settle()
    for name, birthday in (("Leap", "1988-02-29"), ("Last", "1990-02-28"), ("March", "1990-03-01")):
        mobile = f"1380000{birthday[:4]}"
        firm.make("amy", "contact", name=name, customer=customer, mobile=mobile, birthday=birthday)
    rule = firm.make(
        "lin",
        "care_rule",
        name="Birthdays",
        occasion="birthday",
        days=7,
        subject="Birthday call",
        channels=["inbox"],
    )

    firm.pass_time(days=1)
    assert made(firm, rule) == {"Birthday call · Leap", "Birthday call · Last"}
    assert "Birthday call" in firm.told("amy")
    firm.pass_time(days=3)
    firm.change("lin", "care_rule", rule, days=3)
    firm.pass_time(days=3)

    found = firm.found("amy", "care", f'rule = "{rule}"', "subject,due,owner,contact")
    assert sorted(one["subject"] for one in found) == [f"Birthday call · {name}" for name in ("Last", "Leap", "March")]
    assert {one["owner"]["id"] for one in found} == {firm.users["amy"]}
    firm.pass_time(days=366)
    assert len(firm.found("gao", "care", f'rule = "{rule}"', "subject")) == 6


def test_cu6_a_first_order_brings_care_that_is_done_and_noted(firm: Firm) -> None:
    rule = firm.make(
        "lin",
        "care_rule",
        name="Welcome",
        occasion="first_order",
        days=5,
        subject="Welcome",
        channels=["inbox"],
    )
    customer = firm.make("amy", "customer", name="Quail")
    order(firm, customer, "1")
    order(firm, customer, "1")
    firm.settle()

    (care,) = firm.found("amy", "care", f'rule = "{rule}"', "due,status")
    assert care["due"] == (firm.clock.now() + timedelta(days=5)).date().isoformat()
    firm.move("amy", "care", care["id"], "complete", result="They are glad")
    assert firm.read("amy", "care", care["id"])["status"] == "done"


def made(firm: Firm, rule: str) -> set[str]:
    return {one["subject"] for one in firm.found("amy", "care", f'rule = "{rule}"', "subject")}
