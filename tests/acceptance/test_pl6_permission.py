"""PL-6: function, special and data permission over a group of companies, on every path, with the shipped roles."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from engine.auth import NewUser, Visitor
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.records import Listing
from engine.settings import Limits, Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.support.branch import TENANT, open_branch

V1 = "/api/v1"
PASSWORD = "correct horse battery"
# log-in -> the role and the department
PEOPLE = {
    "rep": ("salesperson", "EAST1"),
    "colleague": ("salesperson", "EAST1"),
    "manager": ("sales_manager", "EAST"),
    "south": ("salesperson", "SOUTH"),
}
# customer -> its owner
CUSTOMERS = {"Kestrel": "rep", "Lapwing": "colleague", "Merlin": "manager", "Nightjar": "south"}
SEEN = {
    "rep": {"Kestrel", "Lapwing"},
    "colleague": {"Kestrel", "Lapwing"},
    "manager": {"Kestrel", "Lapwing", "Merlin"},
    "south": {"Nightjar"},
    "boss": set(CUSTOMERS),
}
TAKEN_AWAY = {"rep": {"Kestrel"}, "manager": {"Kestrel", "Lapwing", "Merlin"}, "south": {"Nightjar"}}


@dataclass
class Group:
    engine: Engine
    app: Any
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def ask(self, login: str, path: str, method: str = "GET", body: Any = None, version: int = 0) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        if version:
            headers["If-Match"] = f'"{version}"'
        return Client(self.app, use_cookies=False).open(f"{V1}/{path}", method=method, headers=headers, json=body)

    def page(self, login: str, path: str) -> str:
        headers = {"Cookie": f"tessera={self.cookies[login]}"}
        return Client(self.app, use_cookies=False).get(path, headers=headers).get_data(as_text=True)

    def named(self, answer: TestResponse) -> set[str]:
        return {one["name"] for one in answer.get_json()["records"]}


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    home = tmp_path_factory.mktemp("group")
    clock = FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    (home / "database").mkdir()
    open_branch(home, f"sqlite:///{home / 'database' / 'acme.db'}", clock).shelf.close()
    settings = Settings(
        home=home,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        synchronous="NORMAL",
        log_level="ERROR",
        language="en",
        limits=Limits(sessions=100),
    )
    engine = build_engine(settings, clock)
    made = Group(engine, web_app_of(engine))
    _fill(made, Context(TENANT, SYSTEM, "en", clock=clock))
    yield made
    engine.close()


def _fill(group: Group, system: Context) -> None:
    def make(object: str, **values: Any) -> str:
        return group.engine.records.create(system, object, values).id

    make("company", code="HQ", name="Holding")
    for code in ("EA", "SO"):
        make("company", code=code, name=f"Company {code}", parent={"code": "HQ"})
    for code, above, company in (("EAST", None, "EA"), ("EAST1", "EAST", "EA"), ("SOUTH", None, "SO")):
        parent = {"code": above} if above else None
        make("department", code=code, name=code.title(), parent=parent, company={"code": company})
    users = {
        "boss": group.engine.auth.accounts.create(TENANT, NewUser("boss", "Boss", PASSWORD, (), administrator=True)).id
    }
    for login, (role, department) in PEOPLE.items():
        new = NewUser(login, login.title(), PASSWORD, (role,), language="en")
        users[login] = group.engine.auth.accounts.create(TENANT, new).id
        make("employee", name=login.title(), user=users[login], department={"code": department})
    for login in users:
        group.tokens[login] = str(group.engine.auth.tokens.create(TENANT, login, "test", ["read", "write"], None))
        group.cookies[login] = str(group.engine.auth.log_in(TENANT, login, PASSWORD, Visitor("192.0.2.1")))
    for name, owner in CUSTOMERS.items():
        group.ids[name] = make("customer", name=name, owner=users[owner], bank_account=f"62220000{len(name)}12345678")


def test_pl6_each_sees_the_customers_of_his_part_of_the_group_on_every_path(group: Group) -> None:
    for login, seen in SEEN.items():
        listed = group.ask(login, "records/customer?fields=name&count=exact")
        assert group.named(listed) == seen, login
        assert listed.get_json()["count"] == len(seen)
        assert group.named(group.ask(login, "records/customer?fields=name&sort=-name&limit=200")) == seen
        page = group.page(login, "/o/customer")
        found = group.page(login, "/search?q=i") + group.page(login, "/search?q=e")
        picker = group.page(login, "/o/sales_order/lookup/customer")
        for name, id in group.ids.items():
            told = group.ask(login, f"records/customer/{id}").status_code
            assert told == (200 if name in seen else 404), (login, name)
            assert group.ask(login, f"records/customer/{id}/history").status_code == told
            assert (name in page) == (name in picker) == (name in seen), (login, name)
            assert name in seen or name not in found, (login, name)
            hits = group.named(group.ask(login, f"records/customer?q={name}&fields=name"))
            assert hits == ({name} & seen)


def test_pl6_what_is_not_seen_answers_like_what_is_not_there(group: Group) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        told = []
        for id in (group.ids["Nightjar"], nobody):
            answer = group.ask("rep", f"records/customer/{id}", method, body, 1)
            told.append((answer.status_code, re.sub(r'"request_id":"\w+"', "", answer.text)))
        assert told[0] == told[1]
        assert told[0][0] == 404


def test_pl6_who_may_take_records_away_takes_those_of_his_scope_only(group: Group) -> None:
    for login, expected in TAKEN_AWAY.items():
        rows = list(csv.reader(io.StringIO(group.page(login, "/o/customer/export?as=csv").lstrip("\ufeff"))))
        taken = {name for row in rows[1:] for name in CUSTOMERS if name in row}
        assert taken == expected, login


def test_pl6_a_function_is_refused_to_whom_it_was_not_granted(group: Group) -> None:
    assert group.ask("rep", "records/product", "POST", {"name": "x"}).status_code == 403
    assert group.ask("rep", "records/nosuch", "POST", {"name": "x"}).status_code == 404
    lapwing = group.ask("rep", f"records/customer/{group.ids['Lapwing']}").get_json()
    assert "update" not in lapwing["_allowed"]
    assert (
        group.ask("rep", f"records/customer/{lapwing['id']}", "PATCH", {"name": "y"}, lapwing["version"]).status_code
        == 403
    )
    mine = group.ask("rep", f"records/customer/{group.ids['Kestrel']}").get_json()
    assert "update" in mine["_allowed"]
    changed = group.ask("rep", f"records/customer/{mine['id']}", "PATCH", {"short_name": "K"}, mine["version"])
    assert changed.status_code == 200


def test_pl6_special_permissions_hide_mask_and_lock_fields_row_by_row(group: Group) -> None:
    mine = group.ask("rep", f"records/customer/{group.ids['Kestrel']}").get_json()
    other = group.ask("rep", f"records/customer/{group.ids['Lapwing']}").get_json()
    assert mine["bank_account"].startswith("6222")
    assert "****" not in mine["bank_account"]
    assert "****" in other["bank_account"]
    assert other["_masked"] == ["bank_account"]
    refused = group.ask("rep", "records/customer?sort=bank_account")
    assert (refused.status_code, refused.get_json()["code"]) == (400, "field_not_available")
    unknown = group.ask("rep", "records/customer?sort=nosuch")
    assert unknown.get_json()["code"] == refused.get_json()["code"]
    locked = group.ask("rep", f"records/customer/{mine['id']}", "PATCH", {"credit_limit": "9"}, mine["version"])
    assert locked.status_code == 422
    assert [one["code"] for one in locked.get_json()["errors"]] == ["field_not_writable"]
    fields = {one["name"] for one in group.ask("rep", "objects/product").get_json()["fields"]}
    assert not {"cost", "margin"} & fields
    assert {"cost", "margin"} <= {one["name"] for one in group.ask("boss", "objects/product").get_json()["fields"]}
    assert group.ask("rep", "records/product?where=cost%20%3E%201").status_code == 400


def test_pl6_a_move_to_another_company_takes_effect_at_once(group: Group) -> None:
    system = Context(TENANT, SYSTEM, "en", clock=group.engine.clock)
    (person,) = group.engine.records.list(system, Listing("employee", 'user.login = "south"', fields=("name",))).records
    moved = group.engine.records.update(
        system, "employee", person.id, person.version, {"department": {"code": "EAST1"}}
    )

    seen = group.named(group.ask("south", "records/customer?fields=name"))
    assert {"Kestrel", "Lapwing"} <= seen
    group.engine.records.update(system, "employee", person.id, moved.version, {"department": {"code": "SOUTH"}})
    assert group.named(group.ask("south", "records/customer?fields=name")) == {"Nightjar"}


@pytest.mark.skipif(find_spec("engine.rights") is None, reason="reasons are told by engine.rights")
def test_pl6_the_product_says_why(group: Group) -> None:
    lapwing = group.ids["Lapwing"]

    allowed = group.ask("rep", f"access/explain?object=customer&record={lapwing}&action=read")
    refused = group.ask("rep", f"access/explain?object=customer&record={lapwing}&action=update")
    unseen = group.ask("rep", f"access/explain?object=customer&record={group.ids['Nightjar']}&action=read")
    for_other = group.ask("manager", f"access/explain?object=customer&record={lapwing}&action=update&user=rep")

    assert allowed.status_code == refused.status_code == for_other.status_code == 200
    assert allowed.get_json()["allowed"] is True
    assert refused.get_json()["allowed"] is False
    assert "salesperson" in refused.text
    assert unseen.status_code == 404
    assert for_other.get_json()["allowed"] is False


def test_pl6_a_manager_hands_over_what_a_leaver_of_his_branch_had_and_nobody_elses(group: Group) -> None:
    assert group.ask("manager", "access/belongings/colleague").get_json() == {"objects": {"customer": 1}}
    assert group.ask("manager", "access/belongings/south").status_code == 403
    assert group.ask("rep", "access/belongings/colleague").status_code == 403

    moved = group.ask("manager", "access/belongings/colleague/hand-over", "POST", {"to": "rep"})

    assert moved.get_json() == {"objects": {"customer": 1}}
    lapwing = group.ask("manager", f"records/customer/{group.ids['Lapwing']}").get_json()
    assert lapwing["owner"]["title"] == "Rep"
    assert "Owns nothing" in group.page("manager", "/users/colleague/leave")


@pytest.mark.parametrize(("scope", "gained"), [("company", 1), ("group", 2)])
def test_pl6_a_changed_role_shows_whom_it_touches_before_it_holds(group: Group, scope: str, gained: int) -> None:
    grant = ["grants", "customer", "read"]
    wider = {"verb": "set", "kind": "role", "id": "salesperson", "path": grant, "value": {"scope": scope}}
    before = group.named(group.ask("rep", "records/customer?fields=name"))

    assert group.ask("boss", "overlay/draft/edits", "POST", {"edits": [wider]}).status_code == 200
    page = group.page("boss", "/roles/changes")

    row = re.search(r"<tr><td[^>]*>[^<]*\bRep</td><td>Customers</td><td>Read</td>.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert f"+{gained}<" in row[0]
    assert group.named(group.ask("rep", "records/customer?fields=name")) == before
    assert group.ask("boss", "overlay/draft", "DELETE").status_code == 204
    assert group.ask("rep", "overlay").status_code == 403
