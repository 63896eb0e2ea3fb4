"""OP-1: an administrator sets web forms up on screen; strangers meet them once the plan is applied."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from tests.support.branch import TENANT
from tests.support.office import Office
from tests.ui.visitor import Page, Visitor

EDIT = "/customise/webforms/fair_visitors"
PAGE = f"/forms/{TENANT}/fair_visitors"


@pytest.fixture
def ada(office: Office) -> Visitor:
    return office["ada"].page()


def send(ada: Visitor, path: str, values: dict[str, Any]) -> Page:
    return ada.post(path, {"_csrf": ada.token(), **values})


def apply(ada: Visitor) -> None:
    (token,) = ada.get("/customise/plan").all("//input[@name='token']/@value")[:1]
    assert send(ada, "/customise/plan", {"_do": "apply", "token": token, "note": ""}).status == 303


def stranger(office: Office) -> Page:
    return Page(Client(office.app).get(PAGE, query_string={"language": "en"}, follow_redirects=True))


def test_op1_a_web_form_is_made_changed_and_switched_off_on_screen(office: Office, ada: Visitor) -> None:
    assert send(ada, "/customise/new-webform", {"title.zh": "", "title.en": ""}).status == 422
    made = send(ada, "/customise/new-webform", {"title.zh": "展会登记", "title.en": "Fair visitors", "object": "lead"})
    assert made.status == 303, made.text

    shown = ada.get(EDIT)
    given = shown.form(EDIT)
    assert given["fields.0.field"] == "company_name", "it asks for what its object needs"
    assert "owner" not in shown.all("//select[@name='fields.0.field']/option/@value"), "nobody else is shown"
    more = send(ada, EDIT, {**given, "_do": "add:fields"})
    assert more.all("//select[@name='fields.1.field']")
    asked = {**more.form(EDIT), "_do": "save", "fields.1.field": "mobile", "fields.1.required": "true"}
    asked |= {"fields.1.title.zh": "您的手机", "fields.1.title.en": "Your number", "thanks.en": "See you"}
    assert send(ada, EDIT, asked).status == 303
    assert stranger(office).status == 404, "nothing holds before the plan is applied"
    apply(ada)

    page = stranger(office)
    assert page.texts("//h1") == ["Fair visitors"]
    assert {"Company *", "Your number *"} <= set(page.texts("//label"))

    wrong = send(ada, EDIT, {**ada.get(EDIT).form(EDIT), "_do": "save", "fields.0.field": "email"})
    assert wrong.status == 422, "a form without what its object needs is refused"
    closed = {name: text for name, text in ada.get(EDIT).form(EDIT).items() if name != "enabled"}
    assert send(ada, EDIT, {**closed, "_do": "save"}).status == 303
    apply(ada)
    assert stranger(office).status == 404

    assert send(ada, EDIT, {"_do": "remove"}).status == 303
    apply(ada)
    assert ada.get(EDIT).status == 404
    assert office["amy"].page().get("/customise/webforms").status == 404
