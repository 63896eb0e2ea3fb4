"""An office: the standard pack in a whole house, people with shipped roles at their desks, by REST and by pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from engine.auth import NewUser
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.settings import Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.support.branch import PACK, TENANT, installed
from tests.ui.visitor import PASSWORD, Visitor

# login -> (roles, department, superior)
STAFF: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "gao": (("director",), "HQ", ""),
    "lin": (("sales_manager",), "S", "gao"),
    "amy": (("salesperson",), "S", "lin"),
    "bob": (("salesperson",), "S", "lin"),
    "fei": (("finance",), "F", "gao"),
    "ann": (("sales_assistant",), "S", "lin"),
    "pan": (("product_manager",), "P", "gao"),
    "zoe": (("salesperson",), "P", "pan"),
}
DEPARTMENTS = {"HQ": "Head office", "S": "Sales", "F": "Finance", "P": "Products"}


@dataclass
class Staff:
    """Somebody at a desk: speaks JSON with a token, or opens pages."""

    office: Office
    login: str
    token: str
    client: Client

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, data=data)

    def make(self, object: str, **values: Any) -> dict[str, Any]:
        """Create a record and return it as it is read back."""
        answer = self.send("POST", f"/records/{object}", values)
        assert answer.status_code == 201, answer.json
        return self.read(object, _said(answer)["id"])

    def read(self, object: str, id: str) -> dict[str, Any]:
        answer = self.send("GET", f"/records/{object}/{id}")
        assert answer.status_code == 200, answer.json
        return _said(answer)

    def change(self, object: str, id: str, **values: Any) -> TestResponse:
        version = f'"{self.read(object, id)["version"]}"'
        return self.send("PATCH", f"/records/{object}/{id}", values, If_Match=version)

    def do(self, object: str, id: str, transition: str, **values: Any) -> TestResponse:
        version = f'"{self.read(object, id)["version"]}"'
        return self.send("POST", f"/records/{object}/{id}/transitions/{transition}", values, If_Match=version)

    def done(self, object: str, id: str, transition: str, **values: Any) -> dict[str, Any]:
        """Perform a transition, which must be possible, and return the record after it."""
        answer = self.do(object, id, transition, **values)
        assert answer.status_code == 200, answer.json
        return self.read(object, id)

    def find(self, object: str, where: str = "", **more: str) -> list[dict[str, Any]]:
        query = {**({"where": where} if where else {}), **more}
        answer = self.client.get(
            f"/api/v1/records/{object}", query_string=query, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.json
        return list(_said(answer)["records"])

    def decide(self, about: str, verb: str = "approve", **given: Any) -> TestResponse:
        """Decide the task that waits for this person about a record; the test looks at the answer."""
        tasks = [one for one in _said(self.send("GET", "/tasks"))["items"] if about in one.values()]
        assert len(tasks) == 1, (self.login, tasks)
        return self.send("POST", f"/tasks/{tasks[0]['id']}/{verb}", given)

    def told(self) -> list[str]:
        """Return the subjects of this person's messages, after what is due in the background was done."""
        self.office.settle()
        return [one["subject"] for one in _said(self.send("GET", "/messages?limit=100"))["messages"]]

    def page(self, language: str = "en") -> Visitor:
        """Return a browser in which this person is logged in."""
        visitor = Visitor(Client(self.office.app))
        visitor.client.set_cookie("tessera-language", language)
        assert visitor.log_in(self.login).status == 303
        return visitor

    @property
    def id(self) -> str:
        return self.office.users[self.login]


@dataclass
class Office:
    """The house with its people; ``basics`` are records that most work needs."""

    engine: Engine
    app: Any
    clock: FrozenClock
    users: dict[str, str] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    basics: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, login: str) -> Staff:
        return self.staff[login]

    @property
    def system(self) -> Context:
        return Context(TENANT, SYSTEM, clock=self.clock)

    def context(self, login: str) -> Context:
        """Return the context in which somebody works."""
        user = self.engine.auth.accounts.by_login(TENANT, login)
        database, catalog = self.engine.shelf.current(TENANT)
        with database.reading() as session:
            actor = self.engine.auth.actors.of(session, catalog, user, self.clock.now())
        return Context(TENANT, actor, "en", clock=self.clock)

    def make(self, object: str, **values: Any) -> str:
        """Create a record as the system does."""
        return self.engine.records.create(self.system, object, values).id

    def settle(self) -> None:
        """Do what is due in the background, to its end."""
        self.engine.background.settle(TENANT)


def _said(answer: TestResponse) -> dict[str, Any]:
    return dict(answer.json or {})


@contextmanager
def open_office(kind: str, folder: Path, request: pytest.FixtureRequest, clock: FrozenClock) -> Iterator[Office]:
    """Open an office on either database; on SQLite by a copy of one that was installed before."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'office.db'}"
        shutil.copyfile(installed(), folder / "office.db")
        office = _opened(folder, url, clock, adopt=True)
        yield office
        office.engine.close()
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url:
        office = _opened(folder, url, clock, adopt=False)
        yield office
        office.engine.close()


def _opened(folder: Path, url: str, clock: FrozenClock, *, adopt: bool) -> Office:
    settings = Settings(
        home=folder,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        synchronous="NORMAL",
        log_level="ERROR",
        language="en",
        state_seconds=0.0,
    )
    engine = build_engine(settings, clock)
    engine.tenancy.create(TENANT, "Acme", url, adopt=adopt)
    if not adopt:
        engine.tenancy.install(TENANT, [PACK])
    office = Office(engine, web_app_of(engine), clock)
    _people(office)
    return office


def _people(office: Office) -> None:
    company = office.basics["company"] = office.make("company", code="HX", name="华信科技", short_name="华信")
    head = office.make("department", code="HQ", name=DEPARTMENTS["HQ"], company=company)
    units = {"HQ": head}
    for code, name in DEPARTMENTS.items():
        if code not in units:
            units[code] = office.make("department", code=code, name=name, company=company, parent=head)
    posts: dict[str, str] = {}
    for login, (roles, unit, superior) in STAFF.items():
        user = NewUser(login, login.title(), PASSWORD, roles, administrator=False, language="en")
        office.users[login] = office.engine.auth.accounts.create(TENANT, user).id
        post = {"name": login.title(), "user": office.users[login], "department": units[unit]}
        posts[login] = office.make("employee", **post, **({"superior": posts[superior]} if superior else {}))
        token = str(office.engine.auth.tokens.create(TENANT, login, "tests", ["read", "write"], None))
        office.staff[login] = Staff(office, login, token, Client(office.app, use_cookies=False))
    boss = NewUser("boss", "Boss", PASSWORD, (), administrator=True, language="en")
    office.users["boss"] = office.engine.auth.accounts.create(TENANT, boss).id
    token = str(office.engine.auth.tokens.create(TENANT, "boss", "tests", ["read", "write"], None))
    office.staff["boss"] = Staff(office, "boss", token, Client(office.app, use_cookies=False))
    office.basics.update({f"unit_{code}": id for code, id in units.items()})
    category = office.make("product_category", code="T", name="Tools")
    office.basics["product"] = office.make("product", name="电钻 Drill", category=category, list_price="100")
    office.engine.workflow.perform(office.system, "product", office.basics["product"], 1, "launch", {})
