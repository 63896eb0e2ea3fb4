"""CU-5: the customer's page has one timeline of everything, by kind, as far as its reader may see it."""

from __future__ import annotations

import re

from engine.messaging import Incoming
from tests.acceptance.conftest import Firm
from tests.acceptance.test_cu2_value import order, visit
from tests.acceptance.test_op1_ways_in import Stranger
from tests.acceptance.trading import open_trade
from tests.support.branch import TENANT


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


def kinds(firm: Firm, login: str, customer: str) -> str:
    return firm.page(login, f"/o/customer/{customer}/timeline")


def sent_to(firm: Firm, address: str) -> list[str]:
    """Return what went out to an address, the oldest first."""
    database, _ = firm.engine.shelf.current(TENANT)
    with database.reading() as session:
        rows = session.raw_rows(f"SELECT body FROM tessera_delivery WHERE address = '{address}' ORDER BY id")
    return [str(body) for (body,) in rows]


def reached(firm: Firm, name: str, **more: str) -> tuple[str, str]:
    """Make a customer with a contact that can be reached."""
    customer = firm.make("amy", "customer", name=name)
    return customer, firm.make("amy", "contact", name=f"Mr {name}", customer=customer, **more)


def test_cu5_mails_and_texts_of_a_contact_stand_on_the_timeline_in_and_out(firm: Firm) -> None:
    customer, contact = reached(firm, "Grebe", email="grebe@example.com", mobile="13812349001")
    letter = firm.make(
        "amy", "customer_letter", subject="Our offer", body="As we said", customer=customer, contact=contact
    )
    firm.move("amy", "customer_letter", letter, "send")
    intake = firm.engine.messages.intake
    intake.take(TENANT, Incoming("email", "imap", "Grebe@example.com", "Yes please", "<1@x>", subject="Re: Our offer"))
    intake.take(TENANT, Incoming("sms", "http", "+8613812349001", "Call me at noon", "t-1"))
    stranger = intake.take(TENANT, Incoming("sms", "http", "+8613812349999", "Who are you", "t-2"))
    firm.settle()

    told = kinds(firm, "amy", customer)
    mails = firm.page("amy", f"/o/customer/{customer}/timeline?kind=mails")

    assert sent_to(firm, "grebe@example.com") == ["As we said"]
    assert all(text in told for text in ("Our offer", "Re: Our offer", "Call me at noon"))
    assert "Call me at noon" not in mails
    assert (stranger.outcome, stranger.reply) == ("event", "")
    assert len(firm.found("ada", "customer_letter", 'direction = "in"', "id,status,owner")) == 2
    assert "From Mr Grebe: Re: Our offer" in firm.told("amy")


def test_cu5_service_complaint_and_survey_follow_each_other_on_the_timeline(firm: Firm) -> None:
    open_trade(firm)
    customer, contact = reached(firm, "Coot", email="coot@example.com")
    request = firm.make("amy", "service_request", subject="Arm is stuck", customer=customer, contact=contact)
    firm.move("amy", "service_request", request, "start", due="2040-01-01")
    firm.move("amy", "service_request", request, "resolve", resolution="Oiled")
    firm.move("amy", "service_request", request, "close")
    firm.settle()
    (invitation,) = sent_to(firm, "coot@example.com")
    path = re.search(r"/forms/\S+", invitation)
    assert path
    stranger = Stranger(firm)
    page = stranger.open(path.group())
    firm.pass_time(seconds=20)

    sent = stranger.send(page, path.group(), overall="1", recommend="0", comment="It took a week")
    again = stranger.send(page, path.group(), overall="5")
    firm.settle()

    assert "Arm is stuck" in page.get_data(as_text=True)
    assert sent.status_code == 303
    assert "we take what you say to heart" in again.get_data(as_text=True)
    assert stranger.open(f"{path.group()[:-1]}x").status_code == 404
    (answer,) = firm.found("amy", "satisfaction", f'customer = "{customer}"', "status,overall,recommend,score")
    assert (answer["status"], answer["overall"], answer["recommend"]) == ("answered", "1", 0)
    told = kinds(firm, "amy", customer)
    assert all(text in told for text in ("Service requests", "Complaints", "Satisfaction surveys", "It took a week"))
    assert "Serious complaint" in firm.told("lin")
    assert "It took a week" not in kinds(firm, "fei", customer)


def test_cu5_changes_of_the_customer_stand_among_the_rest_without_what_the_reader_may_not_see(firm: Firm) -> None:
    customer = firm.make("amy", "customer", name="Diver")
    firm.change("lin", "customer", customer, level="A", bank_account="6222 0000 1111")
    firm.settle()

    changes = firm.page("amy", f"/o/customer/{customer}/timeline?kind=-changes")
    others = firm.page("sue", "/o/customer")

    assert "Lin" in changes
    assert "Level" in changes
    assert "→ A" in changes
    assert "Diver" not in others
