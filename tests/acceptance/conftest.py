"""A firm on each database with the standard pack and people who hold its roles; they work over REST and on pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from engine.api import configure_logs
from engine.auth import NewUser, Visitor
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.settings import Limits, Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.conftest import DATABASES
from tests.support.branch import TENANT, open_branch
from tests.support.office import Office, open_office
from tests.support.postgres import PostgresServer

V1 = "/api/v1"
PASSWORD = "correct horse battery"
# log-in -> the role and the department
PEOPLE = {
    "amy": ("salesperson", "EAST1"),
    "bob": ("salesperson", "EAST1"),
    "sue": ("salesperson", "SOUTH"),
    "lin": ("sales_manager", "EAST"),
    "ivy": ("sales_assistant", "EAST"),
    "fei": ("finance", "EAST"),
    "gao": ("director", "EAST"),
    "pia": ("product_manager", "EAST"),
}


@dataclass
class Firm:
    """A tenant at work. What a person may not do answers with a status that the test looks at."""

    engine: Engine
    app: Any
    clock: FrozenClock
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def ask(self, login: str, method: str, path: str, body: Any = None, version: int = 0) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        if version:
            headers["If-Match"] = f'"{version}"'
        return Client(self.app, use_cookies=False).open(f"{V1}/{path}", method=method, headers=headers, json=body)

    def make(self, login: str, object: str, **values: Any) -> str:
        answer = self.ask(login, "POST", f"records/{object}", values)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["id"])

    def read(self, login: str, object: str, id: str) -> dict[str, Any]:
        answer = self.ask(login, "GET", f"records/{object}/{id}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def change(self, login: str, object: str, id: str, **values: Any) -> dict[str, Any]:
        version = self.read(login, object, id)["version"]
        answer = self.ask(login, "PATCH", f"records/{object}/{id}", values, version)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        changed: dict[str, Any] = answer.get_json()
        return changed

    def try_move(self, login: str, object: str, id: str, name: str, **fields: Any) -> TestResponse:
        version = self.engine.records.get(self.system, object, id, ("version",)).version
        return self.ask(login, "POST", f"records/{object}/{id}/transitions/{name}", fields, version)

    def move(self, login: str, object: str, id: str, name: str, **fields: Any) -> dict[str, Any]:
        answer = self.try_move(login, object, id, name, **fields)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        moved: dict[str, Any] = answer.get_json()
        return moved

    def found(self, login: str, object: str, where: str = "", fields: str = "name") -> list[dict[str, Any]]:
        query = {"where": where, "fields": fields, "limit": "200"} if where else {"fields": fields, "limit": "200"}
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        answer = Client(self.app, use_cookies=False).get(f"{V1}/records/{object}", headers=headers, query_string=query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        records: list[dict[str, Any]] = answer.get_json()["records"]
        return records

    def page(self, login: str, path: str) -> str:
        cookie = self.engine.auth.log_in(TENANT, login, PASSWORD, Visitor("192.0.2.1"))
        client = Client(self.app, use_cookies=False)
        answer = client.get(path, headers={"Cookie": f"tessera={cookie}"}, follow_redirects=True)
        assert answer.status_code == 200, path
        return answer.get_data(as_text=True)

    def told(self, login: str) -> str:
        """Return everything that a person was told in the product."""
        return self.ask(login, "GET", "messages").get_data(as_text=True)

    @property
    def system(self) -> Context:
        return Context(TENANT, SYSTEM, "en", clock=self.clock)

    def settle(self) -> None:
        self.engine.background.settle(TENANT)

    def pass_time(self, **length: float) -> None:
        """Let time pass and everything happen that is due then."""
        self.clock.advance(timedelta(**length))
        self.settle()


@pytest.fixture(scope="package", params=DATABASES)
def firm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    home = tmp_path_factory.mktemp("firm")
    clock = FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    with ExitStack() as stack:
        if request.param == "sqlite":
            (home / "database").mkdir()
            url = f"sqlite:///{home / 'database' / 'acme.db'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.fresh_database())
        open_branch(home, url, clock).shelf.close()
        settings = Settings(
            home=home,
            secret=b"0123456789abcdef" * 3,
            password_cost="cheap",
            synchronous="NORMAL",
            log_level="ERROR",
            language="en",
            limits=Limits(sessions=100),
        )
        configure_logs(settings)
        engine = build_engine(settings, clock)
        made = Firm(engine, web_app_of(engine), clock)
        _fill(made)
        yield made
        engine.close()


def _fill(firm: Firm) -> None:
    def make(object: str, **values: Any) -> str:
        return firm.engine.records.create(firm.system, object, values).id

    firm.ids["company"] = make("company", code="HQ", name="Holding")
    for code, above in (("EAST", None), ("EAST1", "EAST"), ("SOUTH", None)):
        parent = {"code": above} if above else None
        make("department", code=code, name=code.title(), parent=parent, company={"code": "HQ"})
    accounts, new = firm.engine.auth.accounts, {"ada": NewUser("ada", "Ada", PASSWORD, (), administrator=True)}
    new |= {
        login: NewUser(login, login.title(), PASSWORD, (role,), language="en") for login, (role, _) in PEOPLE.items()
    }
    for login, account in new.items():
        firm.users[login] = accounts.create(TENANT, account).id
        if login in PEOPLE:
            make("employee", name=login.title(), user=firm.users[login], department={"code": PEOPLE[login][1]})
        firm.tokens[login] = str(firm.engine.auth.tokens.create(TENANT, login, "test", ["read", "write"], None))
    tools = make("product_category", code="T", name="Tools")
    firm.ids["drill"] = make("product", name="Drill", category=tools, list_price="100")
    firm.engine.workflow.perform(firm.system, "product", firm.ids["drill"], 1, "launch", {})
    firm.settle()


@pytest.fixture(scope="module", params=DATABASES)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Eight people at their desks on a Monday morning; tests leave each other's records alone."""
    clock = FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    folder: Path = tmp_path_factory.mktemp("office")
    with open_office(request.param, folder, request, clock) as opened:
        yield opened
