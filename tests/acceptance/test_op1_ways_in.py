"""OP-1: leads come in by web form, import, SMS and REST; each finds its salesperson by rule or waits in the pool."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import Client, TestResponse

from engine.auth.strangers import FROM_ONE_ADDRESS
from engine.kernel.context import Context
from engine.messaging import Incoming
from engine.storage.system import USER
from tests.acceptance.conftest import Firm
from tests.support.branch import TENANT

FORM = f"/forms/{TENANT}/lead_enquiry"
WHO = {"company_name": "Heron Ltd", "contact_name": "Ms Reed", "mobile": "13812340001", "need": "Two robots"}


class Stranger:
    """Somebody with a browser and no account."""

    def __init__(self, firm: Firm, address: str = "198.51.100.7") -> None:
        self.firm, self.client, self.address = firm, Client(firm.app), address

    def open(self, path: str = FORM, **more: str) -> TestResponse:
        return self.client.get(path, environ_base={"REMOTE_ADDR": self.address}, query_string=more)

    def send(self, page: TestResponse, path: str = FORM, **values: str) -> TestResponse:
        token = re.search(r'name="_token" value="([^"]+)"', page.get_data(as_text=True))
        assert token
        given = {"_token": token.group(1), **values}
        return self.client.post(path, data=given, environ_base={"REMOTE_ADDR": self.address})


def salespeople(firm: Firm) -> set[str]:
    held = {login: firm.engine.auth.actor_of(TENANT, id) for login, id in firm.users.items()}
    return {firm.users[login] for login, actor in held.items() if actor is not None and "salesperson" in actor.roles}


def leads(firm: Firm, company: str) -> list[dict[str, Any]]:
    return firm.found("ada", "lead", f'company_name = "{company}"', "id,source,owner,status,need,respond_by,number")


def test_op1_a_stranger_fills_in_the_web_form_and_a_salesperson_gets_the_lead(firm: Firm) -> None:
    stranger = Stranger(firm)
    page = stranger.open()
    firm.pass_time(seconds=20)

    sent = stranger.send(page, **WHO, region="310000", owner=firm.users["gao"], budget="9999")
    again = stranger.send(page, **WHO, region="310000", owner=firm.users["gao"], budget="9999")
    firm.settle()

    assert "Get in touch" in page.get_data(as_text=True)
    assert (sent.status_code, again.status_code) == (303, 303)
    assert "we have received your enquiry" in stranger.open(done="1").get_data(as_text=True)
    (lead,) = leads(firm, "Heron Ltd")
    assert (lead["source"], lead["status"], lead["need"]) == ("website", "new", "Two robots")
    assert lead["owner"]["id"] in salespeople(firm)
    assert lead["respond_by"] is not None
    assert firm.read("ada", "lead", lead["id"])["budget"] is None


def test_op1_what_is_wrong_on_the_web_form_is_told_and_nothing_of_the_house_is(firm: Firm) -> None:
    stranger = Stranger(firm)
    page = stranger.open()
    firm.pass_time(seconds=20)

    wrong = stranger.send(page, company_name="", contact_name="Ms Reed", mobile="abc", email="nowhere")
    text = wrong.get_data(as_text=True)

    assert wrong.status_code == 422
    assert "Ms Reed" in text
    assert text.count('class="ts-err"') >= 4
    for secret in ("Amy", "Holding", firm.users["amy"]):
        assert secret not in text
    assert stranger.open(f"/forms/{TENANT}/nothing").status_code == 404
    assert stranger.open("/forms/nobody/lead_enquiry").status_code == 404


@pytest.mark.parametrize("trick", ["trap", "at once", "no token", "another form's token", "a day later"])
def test_op1_robots_make_no_lead(firm: Firm, trick: str) -> None:
    stranger, company = Stranger(firm, "203.0.113.9"), f"Robot {trick}"
    page = stranger.open()
    if trick != "at once":
        firm.pass_time(hours=25 if trick == "a day later" else 0, seconds=20)

    if trick in ("no token", "another form's token"):
        token = "" if trick == "no token" else "1.x.y"
        sent = stranger.client.post(FORM, data={**WHO, "company_name": company, "_token": token})
    else:
        values = {**WHO, "company_name": company, **({"_web": "http://spam"} if trick == "trap" else {})}
        sent = stranger.send(page, **values)

    assert sent.status_code == (303 if trick == "trap" else 422)
    assert leads(firm, company) == []
    if trick in ("at once", "a day later"):
        # a person who was only too quick, or too slow, presses the button once more
        firm.pass_time(seconds=20)
        assert stranger.send(sent, **{**WHO, "company_name": company}).status_code == 303
        assert len(leads(firm, company)) == 1


def test_op1_one_address_may_not_flood_the_web_form(firm: Firm) -> None:
    stranger = Stranger(firm, "203.0.113.77")
    page = stranger.open()
    firm.pass_time(seconds=20)

    statuses = {stranger.send(page, company_name="").status_code for _ in range(FROM_ONE_ADDRESS + 1)}

    assert statuses == {422, 429}
    assert Stranger(firm, "203.0.113.78").send(page, company_name="").status_code == 422


def test_op1_leads_come_by_text_message_from_a_colleague(firm: Firm) -> None:
    database, _ = firm.engine.shelf.current(TENANT)
    with database.writing() as session:
        mine = update(USER).where(USER.c.login == "amy")
        session.execute(mine.values(phone="+8613900001111"))

    text = "线索 白鹭机械 王工 13812340002 两台机器人"
    taken = firm.engine.messages.intake.take(TENANT, Incoming("sms", "http", "+8613900001111", text, "m-1"))
    firm.settle()

    assert taken.outcome.startswith("rule:")
    (lead,) = leads(firm, "白鹭机械")
    assert (lead["source"], lead["owner"]["id"], lead["need"]) == ("sms", firm.users["amy"], "两台机器人")


def test_op1_a_purchased_list_is_imported_and_given_out_in_turn(firm: Firm, tmp_path: Path) -> None:
    lin = firm.engine.auth.actor_of(TENANT, firm.users["lin"])
    assert lin is not None
    ctx = Context(TENANT, lin, "en", clock=firm.clock)
    path = tmp_path / "leads.csv"
    rows = "".join(f"Turn {number},1391234{number:04d},Purchased list\n" for number in range(6))
    path.write_text(f"Company,Mobile,Source\n{rows}Turn 9,,Purchased list\n", encoding="utf-8")

    firm.engine.tenancy.set_overlay(TENANT, "change: params leads\nset: {fields: {assign: {default: in_turn}}}\n")
    transfer = firm.engine.transfer
    report = transfer.import_file(ctx, transfer.inspect(ctx, "lead", path).mapping, path)
    firm.settle()
    firm.engine.tenancy.set_overlay(TENANT, "")

    assert (report.created, [error.code for error in report.errors]) == (6, ["check_failed"])
    found = firm.found("ada", "lead", 'source = "purchase" and starts with(company_name, "Turn")', "owner")
    owners = Counter(row["owner"]["id"] for row in found)
    assert {firm.users[login] for login in ("amy", "bob", "sue")} <= owners.keys()
    assert max(owners.values()) - min(owners.values()) <= 1
