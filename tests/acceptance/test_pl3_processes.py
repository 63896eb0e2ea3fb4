"""PL-3 审核流程 in the standard pack: what moves by itself, seen by ordinary users with shipped roles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import Client

from engine.auth import NewUser
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.settings import Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.support.branch import TENANT, open_branch

REGIONS = {"wang": "310000", "zhao": "110000"}
PEOPLE = {"wang": "salesperson", "zhao": "salesperson", "qian": "sales_manager", "portal": "sales_assistant"}


@dataclass
class Office:
    """The tenant with its people."""

    engine: Engine
    app: Any
    users: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, login: str, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        answer = Client(self.app, use_cookies=False).open(f"/api/v1/{path}", method=method, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.json
        return answer.json


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("office")
    clock = FrozenClock(datetime(2026, 9, 21, 1, 0, tzinfo=UTC))
    (home / "database").mkdir()
    open_branch(home, f"sqlite:///{home / 'database' / 'acme.db'}", clock).shelf.close()
    settings = Settings(
        home=home, secret=b"0123456789abcdef" * 3, password_cost="cheap", log_level="ERROR", language="en"
    )
    made = Office(engine := build_engine(settings, clock), web_app_of(engine))
    system = Context(TENANT, SYSTEM, "en", clock=clock)
    for object, name in (("company", "Huaxin"), ("department", "Sales")):
        made_of = {"code": name[:2].upper(), "name": name}
        engine.records.create(system, object, made_of | ({"company": {"code": "HU"}} if object == "department" else {}))
    for login, role in PEOPLE.items():
        new = NewUser(login, login.title(), "correct horse battery", (role,), language="en")
        made.users[login] = engine.auth.accounts.create(TENANT, new).id
        made.tokens[login] = str(engine.auth.tokens.create(TENANT, login, "test", ["read", "write"], None))
        post = {
            "name": login.title(),
            "user": made.users[login],
            "department": {"code": "SA"},
            "region": REGIONS.get(login),
        }
        engine.records.create(system, "employee", post)
    yield made
    engine.close()


def test_pl3_a_customer_from_the_website_finds_its_salesperson_by_region(office: Office) -> None:
    for n, region in enumerate(("310000", "110000", "310000")):
        office.ask("portal", "POST", "records/customer", {"name": f"C{n}", "source": "website", "region": region})
    office.ask("wang", "POST", "records/customer", {"name": "Own", "source": "website", "region": "110000"})

    office.engine.background.settle(TENANT)

    told = office.ask("wang", "GET", "records/customer?fields=name,owner")["records"]
    assert {one["name"]: one["owner"]["id"] for one in told} == {
        name: office.users[login] for name, login in (("C0", "wang"), ("C1", "zhao"), ("C2", "wang"), ("Own", "wang"))
    }
