"""A tenant whose records move: the people of Org-1, a pack of life-cycles and rules, clients that speak REST."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.test import Client, TestResponse

from engine.api import configure_logs
from engine.auth import NewUser
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.settings import Settings
from engine.storage.system import METADATA
from engine.wiring import Engine, build_engine, web_app_of
from tests.support.emptying import delete_rows

PACK = Path(__file__).parent / "pack"
TENANT = "t1"
ZONE = ZoneInfo("Asia/Shanghai")
V1 = "/api/v1"
PEOPLE: Mapping[str, tuple[str, str]] = {
    "gao": ("office", ""),
    "lin": ("sales", "gao"),
    "amy": ("sales", "lin"),
    "bob": ("sales", "lin"),
    "shen": ("service", "gao"),
    "tao": ("service", "shen"),
    "tina": ("service", "shen"),
    "tom": ("service", "shen"),
}
TEAM = ("tao", "tina", "tom")
MORNING = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
STAYS = frozenset(
    {"tessera_state", "tessera_model", "tessera_schema", "tessera_migration", "tessera_tombstone", "tessera_user"}
    | {"tessera_user_role", "tessera_token", "tessera_flow"}
)
ORGANISATION = ("company", "department", "position", "employee", "team", "team_member", "authority")


@dataclass
class Desk:
    """A person at a client."""

    house: LifeHouse
    login: str
    client: Client

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {self.house.tokens[self.login]}"
        data = None
        if body is not None:
            data = json.dumps(body, default=str).encode()
            sent["Content-Type"] = "application/json"
        answer = self.client.open(V1 + path, method=method, headers=sent, data=data)
        assert answer.status_code != 500, answer.get_data(as_text=True)
        return answer

    def get(self, path: str) -> Any:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.json
        return answer.json

    def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        answer = self.send("POST", path, {} if body is None else body, **headers)
        assert answer.status_code == status, (answer.status_code, answer.json)
        return answer.json

    def make(self, object: str, status: int = 201, **values: Any) -> Any:
        """Create a record; return its id, or what it was refused with."""
        told = self.post(f"/records/{object}", values, status)
        return str(told["id"]) if status == 201 else told

    def read(self, object: str, id: str) -> dict[str, Any]:
        return dict(self.get(f"/records/{object}/{id}"))

    def change(self, object: str, id: str, expect: int = 200, **values: Any) -> Any:
        answer = self.send("PATCH", f"/records/{object}/{id}", values, If_Match=self.house.tag(object, id))
        assert answer.status_code == expect, (answer.status_code, answer.json)
        return answer.json

    def move(self, object: str, id: str, transition: str, status: int = 200, **given: Any) -> Any:
        """Perform a transition on the record as it is now."""
        path = f"/records/{object}/{id}/transitions/{transition}"
        return self.post(path, given, status, If_Match=self.house.tag(object, id))

    def life(self, object: str, id: str) -> dict[str, Any]:
        return dict(self.get(f"/records/{object}/{id}/life"))

    def clock(self, object: str, id: str, name: str) -> dict[str, Any]:
        """Return the newest clock of a record with a name."""
        return [clock for clock in self.life(object, id)["clocks"] if clock["name"] == name][-1]


@dataclass
class LifeHouse:
    """The tenant, its engine and its people."""

    engine: Engine
    app: Any
    url: str
    clock: FrozenClock
    users: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, login: str) -> Desk:
        if login in PEOPLE:
            return self.desk(login)
        raise AttributeError(login)

    def desk(self, login: str) -> Desk:
        return Desk(self, login, Client(self.app, use_cookies=False))

    @property
    def system(self) -> Context:
        return Context(TENANT, SYSTEM, "en", ZONE, self.clock)

    def at(self, moment: str) -> None:
        """Set the clock to a moment of the tenant's zone, without doing what is due."""
        self.clock.instant = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)

    def until(self, moment: str) -> None:
        """Set the clock to a moment of the tenant's zone and do what is due then."""
        self.at(moment)
        self.settle()

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def settle(self) -> None:
        """Do everything that waits in the background."""
        self.engine.background.settle(TENANT)

    def tag(self, object: str, id: str) -> str:
        return f'"{self.engine.records.get(self.system, object, id, ("id",)).version}"'

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        database, _ = self.engine.shelf.current(TENANT)
        with database.reading() as session:
            return session.raw_rows(statement)

    def count(self, table: str, where: str = "1 = 1") -> int:
        return int(self.rows(f'SELECT count(*) FROM "{table}" WHERE {where}')[0][0])

    def duty(self, login: str, *, on: bool) -> None:
        """Put a person on duty or off."""
        found = self.rows(f"SELECT id, version FROM employee WHERE \"user\" = '{self.users[login]}'")[0]
        self.engine.records.update(self.system, "employee", found[0], found[1], {"on_duty": on})

    def login_of(self, user: str | None) -> str | None:
        return next((login for login, id in self.users.items() if id == user), None)


def open_house(url: str, home: Path, clock: FrozenClock | None = None, pack: Path = PACK, **settings: Any) -> LifeHouse:
    """Make the tenant with everybody in it."""
    clock = clock or FrozenClock(MORNING)
    made = Settings(
        home=home,
        database=url,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        **{"synchronous": "OFF", "log_level": "ERROR", "language": "en", "state_seconds": 0.0, **settings},
    )
    # a failure is told in a few lines, not with every value of every frame
    configure_logs(made)
    engine = build_engine(made, clock)
    engine.tenancy.create(TENANT, "Huaxin")
    engine.tenancy.install(TENANT, [pack])
    house = LifeHouse(engine, web_app_of(engine), url, clock)
    _people(house)
    return house


def _people(house: LifeHouse) -> None:
    engine = house.engine
    for login in PEOPLE:
        new = NewUser(login, login.title(), "correct horse battery", ("staff",), language="en")
        house.users[login] = engine.auth.accounts.create(TENANT, new).id
        house.tokens[login] = str(engine.auth.tokens.create(TENANT, login, "tests", ["read", "write"], None))
    with engine.records.unit(house.system):

        def make(object: str, **values: Any) -> str:
            return engine.records.create(house.system, object, values).id

        company = make("company", code="hx", name="Huaxin")
        units = {
            code: make("department", code=code, name=code, company=company) for code in ("office", "sales", "service")
        }
        posts: dict[str, str] = {}
        for login, (unit, manager) in PEOPLE.items():
            posts[login] = make(
                "employee",
                name=login.title(),
                user=house.users[login],
                department=units[unit],
                manager=posts.get(manager),
            )
        team = make("team", code="support", name="support")
        for member in TEAM:
            make("team_member", team=team, employee=posts[member])


def empty(house: LifeHouse) -> None:
    """Delete everything that a test may have made; everybody is on duty again."""
    house.clock.instant = MORNING
    database, catalog = house.engine.shelf.current(TENANT)
    tables = [name for name in catalog.model.objects if name not in ORGANISATION]
    tables += [table.name for table in METADATA.sorted_tables if table.name not in STAYS]
    delete_rows(database, house.url, tables)
    for login in TEAM:
        house.duty(login, on=True)
    house.engine.processes.timers.forget(TENANT)
    house.engine.processes.automations.forget(TENANT)
    house.settle()
