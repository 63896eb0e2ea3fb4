"""Approvals decided by short message, from the notice that the approval leaves to the decision in its trail."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from engine.messaging import Incoming
from engine.storage import delivery_rows
from engine.storage.system import USER
from tests.workflow.org1.house import TENANT, Org1

PHONES = {"fei": "+8613800000011", "fu": "+8613800000012"}


@pytest.fixture
def line(org: Org1) -> Org1:
    """Org-1 with the phones of Fei and Fu."""
    with org.engine.shelf.database(TENANT).writing() as session:
        for login, phone in PHONES.items():
            session.execute(update(USER).where(USER.c.login == login).values(phone=phone, language="zh"))
    return org


def texts(org: Org1, login: str) -> list[str]:
    org.engine.background.settle(TENANT)
    with org.engine.shelf.database(TENANT).reading() as session:
        found = delivery_rows.read_deliveries(session, limit=100)
    return [one.body for one in reversed(found) if one.channel == "sms" and one.address == PHONES[login]]


def says(org: Org1, login: str, text: str, number: str) -> str:
    incoming = Incoming("sms", "smpp", PHONES[login], text, number)
    return org.engine.messages.intake.take(TENANT, incoming).outcome


def test_w_131_w_134_a_short_message_decides_a_task_once_and_the_trail_says_so(line: Org1) -> None:
    quotation = line.amy.quotation()
    instance = line.amy.start("fin_any", quotation)["instance"]
    (asked,) = texts(line, "fei")
    found = re.search(r"Y (\w{6})", asked)
    assert found is not None

    outcomes = [says(line, "fei", f"y {found[1].lower()} ok", "g1") for _ in range(2)]

    assert outcomes == ["approved", "repeated"]
    line.check()
    assert line.open_steps(instance) == {"g": ["gao"]}
    (decided,) = [event for event in line.events(instance) if event.get("decision") == "approve"]
    assert (decided["channel"], decided["comment"]) == ("sms", "ok")
    assert len(texts(line, "fei")) == 2
    assert says(line, "fu", f"Y {found[1]}", "g2") == "wrong_sender"
