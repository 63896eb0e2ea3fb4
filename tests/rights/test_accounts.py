"""Delegated administration: within a branch accounts are made and kept and roles given, over REST and on pages;
beyond it nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from engine.auth import NewUser
from engine.kernel.context import SYSTEM, Context
from engine.settings import Limits, Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.ui.visitor import PASSWORD, Visitor

ACCOUNTS = "/api/v1/access/accounts"
ADMINISTERS = "assignments: {scope: department_and_below, roles: [seller]}, users: {scope: department_and_below}"
PACK = f"""
pack: branches
version: 1.0.0
title: {{zh: 分支, en: Branches}}
engine: ">=0.1"
languages: [zh, en]
---
object: unit
title: {{zh: 部门, en: Unit}}
display: name
organisation: {{unit: {{parent: parent}}}}
fields:
  name: {{type: text, title: {{zh: 名称, en: Name}}, required: true}}
  parent: {{type: reference, to: unit, title: {{zh: 上级, en: Above}}}}
---
object: staff
title: {{zh: 员工, en: Staff}}
display: name
organisation: {{person: {{user: user, unit: unit}}}}
fields:
  name: {{type: text, title: {{zh: 姓名, en: Name}}, required: true}}
  user: {{type: user, title: {{zh: 账号, en: Account}}, unique: true}}
  unit: {{type: reference, to: unit, title: {{zh: 部门, en: Unit}}}}
checks:
  unit_first: {{that: user = null or unit != null, field: unit, say: {{zh: 先定部门, en: A unit comes first}}}}
---
role: seller
title: {{zh: 销售, en: Seller}}
grants: {{unit: {{read: {{}}}}, staff: {{read: {{}}}}}}
---
role: keeper
title: {{zh: 主管, en: Keeper}}
grants: {{unit: {{read: {{}}}}, staff: {{read: {{}}}}}}
administration: {{{ADMINISTERS}}}
---
role: desk
title: {{zh: 服务台, en: Desk}}
grants: {{unit: {{read: {{}}}}, staff: {{read: {{}}}}}}
administration: {{users: {{}}}}
"""


@dataclass
class Firm:
    """Two branches under one roof; ``kim`` keeps the east, ``eve`` sells there, ``sam`` sells in the south."""

    engine: Engine
    app: Any
    people: dict[str, str]

    def ask(self, login: str, method: str, path: str, body: Any = None) -> TestResponse:
        token = str(self.engine.auth.tokens.create("acme", login, "tests", ["read", "write"], None))
        client = Client(self.app, use_cookies=False)
        return client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}"})

    def visitor(self, login: str) -> Visitor:
        visitor = Visitor(Client(self.app))
        visitor.client.set_cookie("tessera-language", "en")
        assert visitor.log_in(login).status == 303
        return visitor

    def active(self, login: str) -> bool:
        return self.engine.auth.accounts.by_login("acme", login).active

    def record(self, login: str) -> list[str]:
        """Return what was done with an account, as it is on record."""
        user = self.engine.auth.accounts.by_login("acme", login).id
        database, _ = self.engine.shelf.current("acme")
        with database.reading() as session:
            rows = session.raw_rows(f"SELECT action FROM tessera_audit WHERE record = '{user}' ORDER BY at")
        return [row[0] for row in rows]


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text(PACK, encoding="utf-8")
    settings = Settings(
        home=tmp_path,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        synchronous="NORMAL",
        log_level="ERROR",
        language="en",
        state_seconds=0.0,
        limits=Limits(sessions=1_000),
    )
    engine = build_engine(settings)
    engine.tenancy.create("acme", "Acme")
    engine.tenancy.install("acme", [pack])
    system, people = Context("acme", SYSTEM, "en"), {}

    def made(object: str, **values: Any) -> str:
        return engine.records.create(system, object, values).id

    head = made("unit", name="Head")
    units = {name: made("unit", name=name, parent=head) for name in ("East", "South")}
    units["Shop"] = made("unit", name="Shop", parent=units["East"])
    for login, role, unit in (
        ("kim", "keeper", "East"),
        ("eve", "seller", "Shop"),
        ("sam", "seller", "South"),
        ("dee", "desk", "East"),
        ("boss", "", "East"),
    ):
        roles = (role,) if role else ()
        new = NewUser(login, login.title(), PASSWORD, roles, administrator=not role, language="en")
        user = engine.auth.accounts.create("acme", new).id
        made("staff", name=login.title(), user=user, unit=units[unit])
    for name, unit in (("Newton", "Shop"), ("Norton", "South")):
        people[name] = made("staff", name=name, unit=units[unit])
    yield Firm(engine, web_app_of(engine), people)
    engine.close()


def test_a_branch_is_administered_over_rest_and_nothing_beyond_it(firm: Firm) -> None:
    listed = firm.ask("kim", "GET", ACCOUNTS).get_json()["accounts"]
    assert [one["login"] for one in listed] == ["eve", "kim"]  # neither the south, nor who administers more, nor a boss
    for login in ("sam", "dee", "boss"):
        assert firm.ask("kim", "GET", f"{ACCOUNTS}/{login}").status_code == 403
        for body in ({"active": False}, {"password": "another long phrase"}):
            assert firm.ask("kim", "PATCH", f"{ACCOUNTS}/{login}", body).status_code == 403
        assert firm.active(login)
    assert firm.ask("eve", "GET", ACCOUNTS).status_code == 403

    assert firm.ask("kim", "PATCH", f"{ACCOUNTS}/eve", {"active": False}).get_json()["active"] is False
    assert not firm.active("eve")
    assert firm.ask("kim", "PATCH", f"{ACCOUNTS}/eve", {"active": True}).status_code == 200
    assert firm.ask("kim", "PATCH", f"{ACCOUNTS}/eve", {"password": "short"}).status_code == 422
    assert firm.ask("kim", "PATCH", f"{ACCOUNTS}/eve", {"password": "another long phrase"}).status_code == 200
    assert firm.record("eve") == ["account_off", "account_on", "password_set"]
    assert firm.ask("kim", "PATCH", f"{ACCOUNTS}/kim", {"active": False}).status_code == 403
    assert firm.ask("kim", "PATCH", f"{ACCOUNTS}/eve", {"roles": ["keeper"]}).status_code == 400

    assert firm.ask("kim", "PUT", "/api/v1/access/assignments/eve", {"roles": []}).status_code == 200
    assert firm.ask("kim", "PUT", "/api/v1/access/assignments/eve", {"roles": ["keeper"]}).status_code == 403
    assert firm.ask("kim", "PUT", "/api/v1/access/assignments/sam", {"roles": []}).status_code == 403


def test_an_account_is_made_for_an_employee_of_the_branch(firm: Firm) -> None:
    listed = firm.ask("kim", "GET", "/api/v1/access/employees").get_json()["employees"]
    assert [one["title"] for one in listed] == ["Newton"]
    new = {"login": "newton", "name": "Newton", "password": PASSWORD}

    assert firm.ask("kim", "POST", ACCOUNTS, new).status_code == 422  # for nobody in particular: not in a branch
    assert firm.ask("kim", "POST", ACCOUNTS, {**new, "employee": firm.people["Norton"]}).status_code == 403
    assert firm.ask("kim", "POST", ACCOUNTS, {**new, "employee": "nobody"}).status_code == 403
    made = firm.ask("kim", "POST", ACCOUNTS, {**new, "employee": firm.people["Newton"]})
    assert made.status_code == 201
    assert made.get_json()["roles"] == []
    assert firm.ask("kim", "PUT", "/api/v1/access/assignments/newton", {"roles": ["seller"]}).status_code == 200
    staff = firm.ask("newton", "GET", f"/api/v1/records/staff/{firm.people['Newton']}").get_json()
    assert staff["user"]["title"] == "Newton"
    assert firm.ask("kim", "GET", "/api/v1/access/employees").get_json()["employees"] == []
    assert firm.record("newton")[0] == "account_made"


def test_an_account_whose_employee_cannot_be_written_is_not_made_either(firm: Firm) -> None:
    nomad = firm.engine.records.create(Context("acme", SYSTEM, "en"), "staff", {"name": "Nomad"}).id
    boss = firm.visitor("boss")
    new = {"login": "nomad", "name": "Nomad", "password": PASSWORD, "employee": nomad}

    refused = firm.ask("boss", "POST", ACCOUNTS, new)
    shown = boss.submit("/users/+new", **new)

    assert refused.status_code == 422
    assert "A unit comes first" in refused.text
    assert shown.status == 422
    assert "A unit comes first" in shown.text
    listed = firm.ask("boss", "GET", ACCOUNTS).get_json()["accounts"]
    assert "nomad" not in [one["login"] for one in listed]
    assert firm.ask("boss", "POST", ACCOUNTS, {**new, "employee": firm.people["Newton"]}).status_code == 201


def test_the_same_holds_on_pages(firm: Firm) -> None:
    kim = firm.visitor("kim")

    assert kim.get("/users").texts("//td[contains(@class,'name')]") == ["E Eve", "K Kim"]
    assert [kim.get(f"/users/{login}").status for login in ("sam", "dee", "boss")] == [404, 404, 404]
    assert [kim.get(f"/assignments/{login}").status for login in ("sam", "boss")] == [404, 404]
    assert kim.get("/users/eve").all("//a[@href='/assignments/eve']")
    assert kim.post("/users/sam", {"_csrf": kim.token(), "_do": "off"}).status == 404
    form = kim.get("/users/+new")
    assert form.texts("//select[@name='employee']/option") == ["Choose", "Newton"]
    new = {"login": "newton", "name": "Newton", "password": PASSWORD}
    refused = kim.submit("/users/+new", **new)
    assert refused.status == 422
    assert refused.texts("//*[@class='ts-err']")
    assert kim.submit("/users/+new", **new, employee=firm.people["Norton"]).status == 404
    assert kim.submit("/users/+new", **new, employee=firm.people["Newton"]).status == 303
    assert kim.submit("/assignments/newton", roles=["seller"]).status == 303
    assert firm.visitor("newton").get("/o/staff").status == 200
    assert "newton" in kim.get("/users").text


def test_how_far_an_area_reaches_and_what_it_gives_is_edited(firm: Firm) -> None:
    boss = firm.visitor("boss")
    page = boss.get("/roles/keeper/edit")
    assert page.all("//select[@name='area.users']/option[@selected]/@value") == ["department_and_below"]
    assert page.all("//input[@name='gives'][@checked]/@value") == ["seller"]
    assert boss.submit("/roles/keeper/edit").answer.headers["Location"] == "/roles/keeper/edit"  # nothing changed

    drafted = boss.submit(
        "/roles/keeper/edit", **{"area.users": "", "area.assignments": "all", "gives": ["seller", "desk"]}
    )
    assert drafted.status == 303
    assert boss.submit("/roles/changes", _do="apply").status == 303

    assert firm.ask("kim", "GET", ACCOUNTS).status_code == 403
    held = firm.ask("kim", "PUT", "/api/v1/access/assignments/sam", {"roles": ["desk"]})
    assert held.get_json() == {"roles": ["desk"]}
    exported = boss.get("/roles/+export").html
    assert "change: role keeper" in exported
    assert "field: desk" in exported
