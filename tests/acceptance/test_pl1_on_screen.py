"""PL-1, PL-3 and PL-5 on screen: an administrator adapts the standard customer by pages; everything follows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine.transfer.files import open_table
from tests.acceptance.test_pl1_overlay import newer_pack
from tests.support.branch import PACK, TENANT
from tests.support.office import Office
from tests.ui.visitor import Page, Visitor

NEW = "/customise/o/customer/new"


@dataclass
class Screen:
    """The office as two people see it: its administrator, and somebody in sales; by page and by REST."""

    office: Office
    visitors: dict[str, Visitor]

    def get(self, login: str, path: str) -> Page:
        return self.visitors[login].get(path)

    def post(self, login: str, path: str, values: Mapping[str, Any]) -> Page:
        visitor = self.visitors[login]
        return visitor.post(path, {"_csrf": visitor.token(), **values})

    def ask(self, login: str, path: str) -> TestResponse:
        return self.office[STAFF[login]].send("GET", f"/{path}")

    def make(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Make a customer of the one in sales, who sees its level and does not set it."""
        sales = self.office[STAFF["rep"]]
        return sales.read("customer", self.office.given("customer", owner=sales.id, **values))


STAFF = {"ada": "ada", "rep": "amy"}


@pytest.fixture(scope="module")
def screen(office: Office) -> Screen:
    return Screen(office, {name: office[login].page() for name, login in STAFF.items()})


@pytest.fixture(scope="module")
def old(screen: Screen) -> str:
    """Return a customer that is there before anything is adapted."""
    assert "Drug budget" not in screen.get("rep", "/o/customer/new").text
    return str(screen.make({"name": "临江市中心医院", "level": "A", "fax": "021-55550100"})["id"])


@pytest.fixture(scope="module")
def adapted(screen: Screen, old: str) -> Screen:
    """Do everything that PL-1 shows, and apply it."""
    adapt(screen)
    return screen


def add_fields(screen: Screen) -> None:
    """Add a money field, a reference, a multi-choice field with a new dictionary, a formula and a text."""
    money = {
        "type": "money",
        "title.zh": "药品预算",
        "title.en": "Drug budget",
        "name": "drug_budget",
        "listed": "true",
    }
    person = {"type": "reference", "title.zh": "科主任", "title.en": "Head", "name": "head", "to": "contact"}
    many = {"type": "choices", "title.zh": "科室", "title.en": "Wards", "name": "wards", "of": "+", "filtered": "true"}
    many |= {"items": "heart=Cardiology\nbones=Orthopaedics\nSkin"}
    formula = {"type": "formula", "title.zh": "月预算", "title.en": "Monthly budget", "name": "monthly"}
    formula |= {"result": "money", "as": "round half up(drug_budget / 12, 2)"}
    text = {"type": "text", "title.zh": "院区", "title.en": "Campus", "name": "campus", "search": "true"}
    place = {"place": "tabs.main.sections.base"}
    for given in (money, person, many, formula, text):
        answer = screen.post("ada", NEW, {**place, **given})
        assert answer.status == 303, answer.texts("//*[contains(@class, 'ts-err')]|//*[@data-summary]")


def apply(screen: Screen, note: str = "") -> None:
    values = screen.get("ada", "/customise/plan").form("/customise/plan")
    forms = screen.get("ada", "/customise/plan").tree.xpath("//input[@name='token']/@value")
    answer = screen.post("ada", "/customise/plan", {"_do": "apply", "token": forms[0], "note": note})
    assert answer.status == 303, (values, answer.text)


def adapt(screen: Screen) -> None:
    """Do everything that PL-1 shows, and apply it."""
    add_fields(screen)
    into_tab = {
        "_do": "move",
        "item": ["drug_budget", "wards"],
        "to": "+tab",
        "title.zh": "医院",
        "title.en": "Hospital",
    }
    assert screen.post("ada", "/customise/o/customer/form", into_tab).status == 303
    page = screen.get("ada", "/customise/o/customer/fields/drug_budget")
    given = {name: text for name, text in page.form("/customise/o/customer/fields").items() if isinstance(text, str)}
    answer = screen.post("ada", "/customise/o/customer/fields/drug_budget", {**given, "visible.when": 'level = "A"'})
    assert answer.status == 303, answer.text
    apply(screen, "Hospitals")


def test_pl1_what_is_wrong_stands_beside_the_input_and_leaves_the_draft_as_it_was(screen: Screen) -> None:
    formula = {"type": "formula", "title.zh": "错", "title.en": "Wrong", "result": "money", "as": "credit_limt * 2"}

    refused = screen.post("ada", NEW, formula)

    assert refused.status == 422
    assert any("credit_limit" in one for one in refused.texts("//*[@id='r-as-e']"))
    assert screen.get("ada", "/customise/plan").texts("//h2")[0] == "Nothing waits to be applied"
    missing = screen.post("ada", NEW, {"type": "reference", "title.zh": "", "title.en": ""})
    assert missing.texts("//*[@id='p-title.zh-e']") == ["Required"]
    assert screen.get("rep", "/customise").status == 404
    assert screen.post("rep", NEW, formula).status == 404


def test_pl1_fields_added_on_screen_are_in_form_list_filter_template_schema_and_search(
    adapted: Screen, old: str
) -> None:
    form = adapted.get("rep", "/o/customer/new")
    assert {"Head", "Monthly budget", "Campus", "Wards"} <= set(form.texts("//label|//*[@class='lbl']"))
    assert "Hospital" in form.texts("//*[@role='tab']")
    assert "Drug budget" not in form.text, "shown only when the level is A"
    assert "Drug budget" in adapted.get("rep", f"/o/customer/{old}/edit").text
    sales = adapted.office[STAFF["rep"]]
    given = {"drug_budget": "36000000", "wards": ["heart"], "campus": "Riverside"}
    assert sales.change("customer", old, **given).status_code == 200
    told = sales.read("customer", old)
    assert (told["name"], told["level"], told["monthly"]) == ("临江市中心医院", "A", "3000000.00")
    listed = adapted.get("rep", "/o/customer")
    assert "Drug budget" in listed.texts("//thead//th")
    found = sales.find("customer", 'list contains(wards, "heart") and drug_budget > 1')
    assert [one["id"] for one in found] == [old]
    filtered = adapted.get("rep", "/o/customer?f=wards:in:heart")
    assert "临江市中心医院" in filtered.text
    assert "Wards" in filtered.text, "the filter is told by its name"
    assert "临江市中心医院" in adapted.get("rep", "/search?q=Riverside").text
    schema = adapted.ask("rep", "openapi.json").json["components"]["schemas"]["customer"]["properties"]
    assert {"drug_budget", "head", "wards", "monthly", "campus"} <= schema.keys()
    template = adapted.office.engine.settings.home / "template.xlsx"
    template.write_bytes(adapted.office.engine.transfer.template(adapted.office.system, "customer"))
    assert {"Drug budget", "Head", "Wards", "Campus"} <= set(open_table(template).header)


def test_pl5_a_dictionary_made_on_screen_works_for_a_field_that_the_user_added(adapted: Screen) -> None:
    item = {"code": "eyes", "title.en": "Eyes", "title.zh": "眼科"}
    assert adapted.post("ada", "/dictionaries/wards/new", item).status == 303
    transfer, system = adapted.office.engine.transfer, adapted.office.system
    path = adapted.office.engine.settings.home / "more.csv"
    path.write_text("Customer name,Wards\nFirst,eyes\nSecond,Orthopaedics\nThird,nothing\n", encoding="utf-8")

    report = transfer.import_file(system, transfer.inspect(system, "customer", path).mapping, path)

    assert report.created == 2, "by code and by label"
    assert [(one.row, one.code) for one in report.errors] == [(4, "unknown_item")]
    found = adapted.office["ada"].find("customer", 'list contains(wards, "eyes")')
    assert [one["name"] for one in found] == ["First"]
    assert "Eyes" in adapted.get("ada", "/o/customer/new").text
    assert "Eyes" in adapted.get("ada", f"/o/customer/{found[0]['id']}").text


def test_pl1_a_field_of_the_pack_is_taken_away_with_its_places_and_comes_back_with_its_data(
    adapted: Screen, old: str
) -> None:
    sales = adapted.office[STAFF["rep"]]
    before = adapted.ask("ada", "overlay/versions").json["versions"][0]["version"]

    assert adapted.post("ada", "/customise/o/customer/fields/fax", {"_do": "remove"}).status == 303
    shown = adapted.get("ada", "/customise/o/customer/fields/status").form("/customise/o/customer/fields")
    renamed = adapted.post("ada", "/customise/o/customer/fields/status", {**shown, "title.en": "Standing"})
    assert renamed.status == 303, "a life-cycle brings the items of its field"
    plan = adapted.get("ada", "/customise/plan")
    assert "Customer no longer has “Fax”; its values are kept" in plan.texts("//li")
    apply(adapted)
    assert "Standing" in adapted.get("rep", "/o/customer").text
    assert "fax" not in sales.read("customer", old)
    adapted.post("ada", "/customise/versions", {"_do": "recall", "version": str(before)})
    apply(adapted)

    assert sales.read("customer", old)["fax"] == "021-55550100"


def test_pl3_levels_set_up_on_screen_count_for_new_submissions_and_those_in_flight_finish_on_theirs(
    adapted: Screen,
) -> None:
    office, flow = adapted.office, "/customise/approvals/order_over_credit"
    first = submitted(office)
    assert steps_ahead(office, first) == ["manager", "finance"]
    assert adapted.post("ada", flow, {"_do": "remove", "step": "finance"}).status == 303
    level = {
        "title.en": "Head of department",
        "title.zh": "部门负责人",
        "name": "head",
        "place": "|manager",
        "kind": "approve",
    }
    level |= {"by.0": "new", "by.0.verb": "role", "by.0.role": "director", "mode": "any"}
    level |= {"when": "record.base_total > 100", "sla.within.n": "2", "sla.within.unit": "D"}
    assert adapted.post("ada", f"{flow}/level", level).status == 303
    wrong = adapted.post("ada", f"{flow}/level/manager", {**level, "when": "record.totl > 1"})
    assert wrong.status == 422
    assert wrong.texts("//*[@id='p-when-e']")

    tried = adapted.get("ada", f"{flow}?record={first}")
    apply(adapted, "One level fewer")
    second = submitted(office)

    assert "Head of department" in tried.text
    assert steps_ahead(office, second) == ["manager", "head"]
    assert steps_ahead(office, first) == ["manager", "finance"], "it finishes on the version that it began with"
    page = adapted.get("ada", flow).text
    assert page.count("Active") == 1
    for order in (first, second):
        assert office["lin"].find("sales_order", f'id = "{order}"')


def submitted(office: Office) -> str:
    """Return an order over the credit limit, in approval."""
    customer = office.given("customer", name="Over the limit", owner=office["amy"].id, credit_limit="1")
    line = {"product": office.ids["drill"], "quantity": 10}
    given = {"company": office.ids["company"], "delivery_date": "2026-12-01", "lines": [line]}
    order = office["amy"].make("sales_order", customer=customer, **given)
    office["amy"].done("sales_order", order["id"], "submit")
    return str(order["id"])


def steps_ahead(office: Office, order: str) -> list[str]:
    """Return the steps that the running approval of an order has, in the order in which they come."""
    told = office["ada"].send("GET", f"/records/sales_order/{order}/approvals").json
    (instance,) = told["items"]
    drawn = office["ada"].send("GET", f"/instances/{instance['id']}").json["diagram"]
    return [one["step"] for one in drawn if one["state"] != "possible" and one["state"] != "skipped"]


def test_pl1_another_tenant_sees_nothing_and_an_upgrade_keeps_it(adapted: Screen, tmp_path: Path) -> None:
    tenancy = adapted.office.engine.tenancy
    made = adapted.make({"name": "省立医院", "level": "A", "drug_budget": 1200})
    tenancy.create("other", url=f"sqlite:///{tmp_path / 'other.db'}")
    tenancy.install("other", [PACK])

    tenancy.install(TENANT, [newer_pack(tmp_path)])

    other = tenancy.current("other")[1].model
    assert "drug_budget" not in other.objects["customer"].fields
    assert "wards" not in other.dictionaries
    model = tenancy.current(TENANT)[1].model
    assert {"drug_budget", "tax_office"} <= model.objects["customer"].fields.keys()
    assert "hospital" in {tab.name for tab in model.forms["customer"].tabs}
    assert adapted.office[STAFF["rep"]].read("customer", str(made["id"]))["monthly"] == "100.00"
