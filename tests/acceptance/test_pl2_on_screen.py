"""PL-2 and PL-1: an administrator changes a numbering rule and the bar of steps of a form on screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.office import Office
from tests.ui.visitor import Page, Visitor

EDIT = "/customise/numbering/customer_number"


@pytest.fixture
def ada(office: Office) -> Visitor:
    return office["ada"].page()


def send(ada: Visitor, path: str, values: dict[str, Any]) -> Page:
    return ada.post(path, {"_csrf": ada.token(), **values})


def apply(ada: Visitor) -> None:
    (token,) = ada.get("/customise/plan").all("//input[@name='token']/@value")[:1]
    assert send(ada, "/customise/plan", {"_do": "apply", "token": token, "note": ""}).status == 303


def upcoming(ada: Visitor) -> str:
    page = ada.get("/customise/numbering")
    return page.texts(f"//tr[@data-href='{EDIT}']/td[contains(@class, 'ts-code')]")[0]


def test_pl2_a_rule_is_changed_on_screen_and_counts_once_the_plan_is_applied(office: Office, ada: Visitor) -> None:
    before = upcoming(ada)
    assert before.startswith("C0")

    given = ada.get(EDIT).form(EDIT)
    more = send(ada, EDIT, {**given, "_do": "add:segments"}).form(EDIT)
    dated = {**more, "segments.2.verb": "date", "segments.0.text": "KH", "reset": "year"}
    dated = send(ada, EDIT, {**dated, "_do": "draw"}).form(EDIT)
    dated = send(ada, EDIT, {**dated, "segments.2.date": "yyyy", "_do": "up:segments.2"}).form(EDIT)
    shown = send(ada, EDIT, {**dated, "_do": "draw"})
    year = office.engine.clock.now().year
    assert f"KH{year}00001" in shown.text, "an example of what is set up stands on the page"

    assert send(ada, EDIT, {**dated, "reset": "day", "_do": "save"}).status == 422, "a day must stand in the number"
    assert send(ada, EDIT, {**dated, "_do": "save"}).status == 303
    assert upcoming(ada) == before, "nothing holds before the plan is applied"
    apply(ada)
    assert upcoming(ada) == f"KH{year}00001"
    assert office["amy"].page().get("/customise/numbering").status == 404


def test_pl1_the_bar_of_steps_of_a_form_is_chosen_on_screen(office: Office, ada: Visitor) -> None:
    path = "/customise/o/opportunity/form"
    chosen = "//select[@name='steps']/option[@selected]/@value"
    assert ada.get(path).all(chosen) == ["stage|method"]

    assert send(ada, path, {"_do": "steps", "steps": "method|customer"}).status == 422, "that is not offered"
    assert send(ada, path, {"_do": "steps", "steps": "kind"}).status == 303
    assert ada.get(path).all(chosen) == ["kind"]
    apply(ada)
    _, catalog = office.engine.shelf.current(office.tenant)
    steps = catalog.model.forms["opportunity"].steps
    assert steps is not None
    assert steps.field == "kind"
