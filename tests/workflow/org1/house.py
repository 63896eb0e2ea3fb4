"""Org-1: the tenant of all process tests, with its people and clients that speak REST; emptied between tests.

The company Huaxin of the scenarios: Amy and Bob sell under Lin, Lin under Sun, Sun under Gao; Fang, Fei and Fu are
finance, Luo and Lea legal, Shen with Tom, Tina and Tao service; Ada administers the flows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from werkzeug.test import Client, TestResponse

from engine.auth import NewUser
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.settings import Settings
from engine.wiring import Engine, build_engine, web_app_of
from engine.workflow.approvals.trail.checking import check
from tests.support.emptying import delete_rows

PACK = Path(__file__).parent / "pack"
TENANT = "t1"
SMS_SECRET = "a secret of the gateway"
HERE = (ip_network("127.0.0.0/8"),)
ZONE = ZoneInfo("Asia/Shanghai")
V1 = "/api/v1"
# login -> (department, position, manager, roles)
PEOPLE: Mapping[str, tuple[str, str, str, tuple[str, ...]]] = {
    "gao": ("office", "general_manager", "", ()),
    "sun": ("sales", "sales_director", "gao", ()),
    "lin": ("sales_east", "", "sun", ()),
    "amy": ("sales_east", "", "lin", ()),
    "bob": ("sales_east", "", "lin", ()),
    "fang": ("finance", "cfo", "gao", ("finance_reviewer",)),
    "fei": ("finance", "", "fang", ("finance_reviewer",)),
    "fu": ("finance", "", "fang", ("finance_reviewer", "cashier")),
    "luo": ("legal", "", "gao", ("legal_counsel",)),
    "lea": ("legal", "", "luo", ("legal_counsel",)),
    "shen": ("service", "", "gao", ()),
    "tom": ("service", "", "shen", ()),
    "tina": ("service", "", "shen", ()),
    "tao": ("service", "", "shen", ()),
    "ada": ("it", "", "gao", ("flow_admin",)),
}
# code -> (parent, head)
UNITS: Mapping[str, tuple[str, str]] = {
    "office": ("", "gao"),
    "sales": ("office", "sun"),
    "sales_east": ("sales", "lin"),
    "finance": ("office", "fang"),
    "legal": ("office", "luo"),
    "service": ("office", "shen"),
    "it": ("office", "ada"),
}
AUTHORITY = {"lin": 50_000, "sun": 500_000, "gao": None}
TEAMS = {"support": ("tom", "tina", "tao"), "repair": ("tom", "tina", "tao")}
MORNING = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
KEPT = frozenset({"tessera_state", "tessera_model", "tessera_schema", "tessera_migration", "tessera_tombstone"})
# what the organisation is made of stays from test to test
STAYS = frozenset({"tessera_user", "tessera_user_role", "tessera_token", "tessera_flow"})
STAYING = ("company", "department", "position", "employee", "team", "team_member", "authority")


@dataclass
class Desk:
    """A person at a client: speaks REST, keeps the invariants in sight after every command."""

    org: Org1
    login: str
    client: Client

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; after one that may change something the invariants must hold."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {self.org.tokens[self.login]}"
        data = None
        if body is not None:
            data = json.dumps(body, default=str).encode()
            sent["Content-Type"] = "application/json"
        answer = self.client.open(V1 + path, method=method, headers=sent, data=data)
        assert answer.status_code != 500, answer.get_data(as_text=True)
        if method != "GET" and self.org.watching:
            self.org.check()
        return answer

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.send("GET", path)
        assert answer.status_code == status, answer.json
        return answer.json

    def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        answer = self.send("POST", path, {} if body is None else body, **headers)
        assert answer.status_code == status, (answer.status_code, answer.json)
        return answer.json

    # -- records -------------------------------------------------------------------------------------------------------

    def make(self, object: str, **values: Any) -> str:
        """Create a record and return its id."""
        return str(self.post(f"/records/{object}", values, 201)["id"])

    def read(self, object: str, id: str) -> dict[str, Any]:
        return dict(self.get(f"/records/{object}/{id}"))

    def change(self, object: str, id: str, status: int = 200, **values: Any) -> Any:
        version = self.org.version(object, id)
        answer = self.send("PATCH", f"/records/{object}/{id}", values, If_Match=f'"{version}"')
        assert answer.status_code == status, (answer.status_code, answer.json)
        return answer.json

    def quotation(self, **values: Any) -> str:
        """Make the quotation Q1 of the scenarios."""
        given = {"number": "Q1", "discount": 10, "total": 100_000, "payment_days": 30, "order_number": "O1", **values}
        return self.make("quotation", **given)

    # -- processes -----------------------------------------------------------------------------------------------------

    def start(self, flow: str, record: str, object: str = "quotation", status: int = 201, **given: Any) -> Any:
        """Start an approval; return the answer of the command."""
        return self.post(f"/records/{object}/{record}/approvals/{flow}", given, status)

    def predict(self, flow: str, record: str, object: str = "quotation", **given: Any) -> Any:
        return self.post(f"/records/{object}/{record}/approvals/{flow}/predict", given)

    def todo(self, flow: str = "") -> list[dict[str, Any]]:
        """Return what waits for the person."""
        return list(self.get(f"/tasks?list=todo&limit=200{f'&flow={flow}' if flow else ''}")["items"])

    def task(self, step: str = "") -> str:
        """Return the id of the person's only open task (of a step)."""
        found = [item["id"] for item in self.todo() if not step or item["step"] == step]
        assert len(found) == 1, (self.login, step, found)
        return str(found[0])

    def act(self, verb: str, task: str = "", status: int = 200, **given: Any) -> Any:
        """Carry out a command on the only open task, or on the one given."""
        headers = {"Idempotency_Key": given.pop("key")} if "key" in given else {}
        return self.post(f"/tasks/{task or self.task()}/{verb}", given, status, **headers)

    def approve(self, task: str = "", status: int = 200, **given: Any) -> Any:
        return self.act("approve", task, status, **given)

    def reject(self, task: str = "", status: int = 200, **given: Any) -> Any:
        return self.act("reject", task, status, **{"comment": "no", **given})

    def back(self, to: str, task: str = "", status: int = 200, **given: Any) -> Any:
        """Return a case to a step or to the submitter."""
        return self.act("return", task, status, **{"comment": "again", "to": to, **given})

    def command(self, instance: str, verb: str, status: int = 200, **given: Any) -> Any:
        """Carry out a command on an instance."""
        return self.post(f"/instances/{instance}/{verb}", given, status)

    def allowed(self, task: str) -> dict[str, Any]:
        """Return what the person may do with a task, by verb."""
        return {one["verb"]: one for one in self.get(f"/tasks/{task}")["allowed"]}


@dataclass
class Org1:
    """The tenant, its engine and its people."""

    engine: Engine
    app: Any
    url: str
    clock: FrozenClock
    users: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    watching: bool = True
    _number: int = 0

    def __getattr__(self, login: str) -> Desk:
        if login in PEOPLE:
            return Desk(self, login, Client(self.app, use_cookies=False))
        raise AttributeError(login)

    def desk(self, login: str) -> Desk:
        """Return a person at a client of his own."""
        return Desk(self, login, Client(self.app, use_cookies=False))

    @property
    def system(self) -> Context:
        return Context(TENANT, SYSTEM, "en", ZONE, self.clock)

    @property
    def approvals(self) -> Any:
        return self.engine.approvals

    def settle(self) -> None:
        """Do everything that waits in the background."""
        self.engine.background.settle(TENANT)

    def check(self) -> None:
        """Assert the invariants Q5 of everything that there is."""
        breaches = check(self.engine.approvals.kernel, self.system)
        assert not breaches, breaches

    def at(self, moment: str) -> None:
        """Set the clock to a moment of the tenant's zone."""
        self.clock.instant = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)

    def later(self, **span: float) -> None:
        """Move the clock on."""
        self.clock.advance(timedelta(**span))

    def instance(self, id: str) -> dict[str, Any]:
        """Return an instance as Ada sees it."""
        return dict(self.desk("ada").get(f"/instances/{id}"))

    def events(self, id: str, type: str = "") -> list[dict[str, Any]]:
        """Return the trail of an instance, of one type if one is given."""
        return [event for event in self.instance(id)["timeline"] if not type or event["type"] == type]

    def open_steps(self, id: str) -> dict[str, list[str]]:
        """Return who holds open tasks of an instance, by step."""
        found: dict[str, list[str]] = {}
        for task in self.instance(id)["tasks"]:
            if task["state"] in ("open", "ready"):
                holder = task["assignee"]["name"].lower() if task["assignee"] else "pool"
                found.setdefault(task["step"], []).append(holder)
        return {step: sorted(people) for step, people in found.items()}

    def version(self, object: str, id: str) -> int:
        """Return the version of a record."""
        return int(self.engine.records.get(self.system, object, id, ("id",)).version)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what a statement of the test finds in the database."""
        database, _ = self.engine.shelf.current(TENANT)
        with database.reading() as session:
            return session.raw_rows(statement)

    def employee(self, login: str) -> str:
        """Return the record of a person."""
        found = self.rows(f"SELECT id FROM employee WHERE \"user\" = '{self.users[login]}'")
        return str(found[0][0])

    def move_person(self, login: str, **values: Any) -> None:
        """Change the record of a person as the system."""
        self._set("employee", self.employee(login), **values)

    def set_head(self, unit: str, login: str) -> None:
        """Put somebody at the head of a department."""
        id = str(self.rows(f"SELECT id FROM department WHERE code = '{unit}'")[0][0])
        self._set("department", id, head=self.employee(login))

    def _set(self, object: str, id: str, **values: Any) -> None:
        self.engine.records.update(self.system, object, id, self.version(object, id), values)

    def leave(self, login: str) -> None:
        """Deactivate a person, and let the engine find others for what he held."""
        self.engine.auth.accounts.set_active(TENANT, login, False)
        self.engine.approvals.running.person_left(self.system, self.users[login])

    def come_back(self) -> None:
        """Activate everybody."""
        for (login,) in self.rows("SELECT login FROM tessera_user WHERE NOT active AND login <> 'system'"):
            self.engine.auth.accounts.set_active(TENANT, login, True)

    @contextmanager
    def with_pack(self, folder: Path, **edits: tuple[str, str]) -> Iterator[None]:
        """Work with a changed pack: in each file a text is replaced by another; the pack comes back after."""
        changed = shutil.copytree(PACK, folder / f"pack{len(list(folder.iterdir()))}")
        for name, (old, new) in edits.items():
            path = changed / f"{name}.yaml"
            text_there = path.read_text(encoding="utf-8")
            assert old in text_there, old
            path.write_text(text_there.replace(old, new), encoding="utf-8")
        self.engine.tenancy.install(TENANT, [self.newer(changed)])
        try:
            yield
        finally:
            with_all_closed(self)
            back = shutil.copytree(PACK, folder / f"back{self._number}")
            self.engine.tenancy.install(TENANT, [self.newer(back)])

    def newer(self, folder: Path) -> Path:
        """Give a copy of the pack a version that was not installed yet."""
        self._number += 1
        manifest = folder / "pack.yaml"
        text_there = manifest.read_text(encoding="utf-8")
        manifest.write_text(text_there.replace("1.0.0", f"1.0.{self._number}"), encoding="utf-8")
        return folder

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Leave the invariants unchecked for a while, for races."""
        self.watching = False
        try:
            yield
        finally:
            self.watching = True


def open_org1(url: str, home: Path, **settings: Any) -> Org1:
    """Make the tenant with everybody in it."""
    org = reopen_org1(url, home, **settings)
    org.engine.tenancy.create(TENANT, "Huaxin")
    org.engine.tenancy.install(TENANT, [PACK])
    people_it(org)
    return org


def reopen_org1(url: str, home: Path, **settings: Any) -> Org1:
    """Open an engine over a tenant that was made before."""
    clock = FrozenClock(MORNING)
    made = Settings(
        home=home,
        database=url,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        **{
            "synchronous": "OFF",
            "log_level": "ERROR",
            "language": "en",
            "state_seconds": 0.0,
            "outbound_allow": HERE,
            "sms": f"file://{home / 'sms'}",
            "sms_secret": SMS_SECRET,
            **settings,
        },
    )
    # a fault in a test is told plainly; drawing every local of the engine would take minutes
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])
    engine = build_engine(made, clock)
    return Org1(engine, web_app_of(engine), url, clock)


def people_it(org: Org1) -> None:
    """Make accounts, posts, departments, teams and limits."""
    engine = org.engine
    for login, (_, _, _, roles) in PEOPLE.items():
        new = NewUser(login, login.title(), "correct horse battery", ("staff", *roles), language="en")
        org.users[login] = engine.auth.accounts.create(TENANT, new).id
        org.tokens[login] = str(engine.auth.tokens.create(TENANT, login, "tests", ["read", "write"], None))
    with engine.records.unit(org.system):
        make = lambda object, **values: engine.records.create(org.system, object, values).id  # noqa: E731
        company = make("company", code="hx", name="Huaxin")
        positions = {
            code: make("position", code=code, name=code) for code in ("general_manager", "sales_director", "cfo")
        }
        units: dict[str, str] = {}
        for code, (parent, _) in UNITS.items():
            units[code] = make("department", code=code, name=code, company=company, parent=units.get(parent))
        posts: dict[str, str] = {}
        for login, (unit, position, manager, _) in PEOPLE.items():
            posts[login] = make(
                "employee",
                name=login.title(),
                user=org.users[login],
                department=units[unit],
                position=positions.get(position),
                manager=posts.get(manager),
            )
        for code, (_, head) in UNITS.items():
            engine.records.update(org.system, "department", units[code], 1, {"head": posts[head]})
        for login, amount in AUTHORITY.items():
            make("authority", name="contract_amount", employee=posts[login], amount=amount, unlimited=amount is None)
        for team, members in TEAMS.items():
            id = make("team", code=team, name=team)
            for member in members:
                make("team_member", team=id, employee=posts[member])


def empty(org: Org1) -> None:
    """Delete everything that a test may have made, and bring everybody back."""
    from engine.storage.system import METADATA

    org.clock.instant = MORNING
    org.watching = True
    database, catalog = org.engine.shelf.current(TENANT)
    kept = KEPT | STAYS
    tables = [name for name in catalog.model.objects if name not in STAYING]
    tables += [table.name for table in METADATA.sorted_tables if table.name not in kept]
    delete_rows(database, org.url, tables)
    org.come_back()
    org.engine.processes.timers.forget(TENANT)
    org.engine.processes.automations.forget(TENANT)


def with_all_closed(org: Org1) -> None:
    """Let no running case stand in the way of the pack that comes back."""
    ada = org.desk("ada")
    for id in org.approvals.running.open(org.system):
        ada.send("POST", f"/instances/{id}/cancel", {"comment": "the test is over"})
