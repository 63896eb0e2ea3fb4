"""An office: the standard pack in a whole house, people with shipped roles at their desks, by REST and by pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from engine.api import configure_logs
from engine.auth import NewUser
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.settings import Limits, Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.support.branch import TENANT, fill_with_pack
from tests.support.postgres import PostgresServer
from tests.ui.visitor import PASSWORD, Visitor

# login -> (role, department, superior)
STAFF: Mapping[str, tuple[str, str, str]] = {
    "gao": ("director", "HQ", ""),
    "lin": ("sales_manager", "EAST", "gao"),
    "amy": ("salesperson", "EAST1", "lin"),
    "bob": ("salesperson", "EAST1", "lin"),
    "ivy": ("sales_assistant", "EAST", "lin"),
    "sue": ("salesperson", "SOUTH", "gao"),
    "fei": ("finance", "F", "gao"),
    "pia": ("product_manager", "P", "gao"),
    "zoe": ("salesperson", "P", "pia"),
}
ADMINISTRATOR = "ada"
# code -> (name, the one above)
DEPARTMENTS: Mapping[str, tuple[str, str]] = {
    "HQ": ("Head office", ""),
    "EAST": ("East", "HQ"),
    "EAST1": ("East one", "EAST"),
    "SOUTH": ("South", "HQ"),
    "F": ("Finance", "HQ"),
    "P": ("Products", "HQ"),
}
V1 = "/api/v1"


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
        return self.client.open(f"{V1}{path}", method=method, headers=sent, data=data)

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
            f"{V1}/records/{object}", query_string=query, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
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
    """The house with its people; ``ids`` are records that most work needs.

    A person works as ``office["amy"]``; the verbs that name the person first say the same in one call. What somebody
    may not do answers with a status that the test looks at.
    """

    engine: Engine
    app: Any
    clock: FrozenClock
    users: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    tenant: str = TENANT

    def __getitem__(self, login: str) -> Staff:
        return Staff(self, login, self.tokens[login], Client(self.app, use_cookies=False))

    @property
    def system(self) -> Context:
        return Context(self.tenant, SYSTEM, "en", clock=self.clock)

    def context(self, login: str) -> Context:
        """Return the context in which somebody works."""
        user = self.engine.auth.accounts.by_login(self.tenant, login)
        database, catalog = self.engine.shelf.current(self.tenant)
        with database.reading() as session:
            actor = self.engine.auth.actors.of(session, catalog, user, self.clock.now())
        return Context(self.tenant, actor, "en", clock=self.clock)

    def given(self, object: str, **values: Any) -> str:
        """Create a record as the system does."""
        return self.engine.records.create(self.system, object, values).id

    def ask(self, login: str, method: str, path: str, body: Any = None, version: int = 0) -> TestResponse:
        headers = {"If_Match": f'"{version}"'} if version else {}
        return self[login].send(method, f"/{path}", body, **headers)

    def make(self, login: str, object: str, **values: Any) -> str:
        answer = self.ask(login, "POST", f"records/{object}", values)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(_said(answer)["id"])

    def read(self, login: str, object: str, id: str) -> dict[str, Any]:
        return self[login].read(object, id)

    def change(self, login: str, object: str, id: str, **values: Any) -> dict[str, Any]:
        answer = self[login].change(object, id, **values)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return _said(answer)

    def try_move(self, login: str, object: str, id: str, name: str, **fields: Any) -> TestResponse:
        version = self.engine.records.get(self.system, object, id, ("version",)).version
        return self.ask(login, "POST", f"records/{object}/{id}/transitions/{name}", fields, version)

    def move(self, login: str, object: str, id: str, name: str, **fields: Any) -> dict[str, Any]:
        answer = self.try_move(login, object, id, name, **fields)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return _said(answer)

    def found(self, login: str, object: str, where: str = "", fields: str = "name") -> list[dict[str, Any]]:
        return self[login].find(object, where, fields=fields, limit="200")

    def page(self, login: str, path: str) -> str:
        answer = self[login].page().client.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        return answer.get_data(as_text=True)

    def told(self, login: str) -> str:
        """Return everything that a person was told in the product."""
        return self.ask(login, "GET", "messages").get_data(as_text=True)

    def settle(self) -> None:
        """Do what is due in the background, to its end."""
        self.engine.background.settle(self.tenant)

    def pass_time(self, **length: float) -> None:
        """Let time pass and everything happen that is due then."""
        self.clock.advance(timedelta(**length))
        self.settle()


def _said(answer: TestResponse) -> dict[str, Any]:
    return dict(answer.json or {})


@dataclass(frozen=True)
class Founded:
    """The database of an office in which nobody works, to be copied, and who its people are."""

    url: str
    users: Mapping[str, str]
    tokens: Mapping[str, str]
    ids: Mapping[str, str]

    @contextmanager
    def opened(self, folder: Path, postgres: PostgresServer, clock: FrozenClock, **settings: Any) -> Iterator[Office]:
        """Open a copy as an office of its own; ``folder`` becomes its home."""
        with ExitStack() as stack:
            if self.url.startswith("sqlite"):
                (folder / "database").mkdir()
                path = folder / "database" / "office.db"
                shutil.copyfile(self.url.removeprefix("sqlite:///"), path)
                url = f"sqlite:///{path}"
            else:
                url = stack.enter_context(postgres.copied_database(self.url))
            engine = _engine(folder, url, clock, **settings)
            stack.callback(engine.close)
            yield Office(engine, web_app_of(engine), clock, dict(self.users), dict(self.tokens), dict(self.ids))


@contextmanager
def found_office(kind: str, folder: Path, postgres: PostgresServer, clock: FrozenClock) -> Iterator[Founded]:
    """Install the pack on a kind of database and give its people their accounts, desks and a first product."""
    with ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'founded.db'}"
        else:
            url = stack.enter_context(postgres.fresh_database())
        fill_with_pack(url)
        engine = _engine(folder, url, clock)
        office = Office(engine, None, clock)
        _people(office)
        office.settle()
        if kind == "sqlite":
            with engine.shelf.database(TENANT).reading() as session:
                session.raw_rows("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.close()
        yield Founded(url, office.users, office.tokens, office.ids)


def _engine(folder: Path, url: str, clock: FrozenClock, **more: Any) -> Engine:
    settings = Settings(
        home=folder,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        synchronous="NORMAL",
        log_level="ERROR",
        language="en",
        state_seconds=0.0,
        limits=Limits(sessions=100),
        **more,
    )
    configure_logs(settings)
    engine = build_engine(settings, clock)
    engine.tenancy.create(TENANT, "Acme", url, adopt=True)
    return engine


def _people(office: Office) -> None:
    accounts, tokens = office.engine.auth.accounts, office.engine.auth.tokens
    company = office.ids["company"] = office.given("company", code="HQ", name="华信科技", short_name="华信")
    for code, (name, above) in DEPARTMENTS.items():
        parent = office.ids[f"unit_{above}"] if above else None
        office.ids[f"unit_{code}"] = office.given("department", code=code, name=name, company=company, parent=parent)
    posts: dict[str, str] = {}
    for login in (*STAFF, ADMINISTRATOR):
        role, unit, superior = STAFF.get(login, ("", "", ""))
        user = NewUser(login, login.title(), PASSWORD, (role,) if role else (), administrator=not role, language="en")
        office.users[login] = accounts.create(TENANT, user).id
        office.tokens[login] = str(tokens.create(TENANT, login, "tests", ["read", "write"], None))
        if role:
            post = {"name": login.title(), "user": office.users[login], "department": office.ids[f"unit_{unit}"]}
            posts[login] = office.given("employee", **post, superior=posts.get(superior))
    category = office.given("product_category", code="T", name="Tools")
    office.ids["drill"] = office.given("product", name="电钻 Drill", category=category, list_price="100")
    office.engine.workflow.perform(office.system, "product", office.ids["drill"], 1, "launch", {})
