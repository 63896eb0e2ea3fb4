"""Small worlds to try permission in: a company with roles of one kind, grants changed at random, people and records."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from werkzeug.test import Client, TestResponse

from engine.auth import NewUser, Visitor
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import TesseraError
from engine.settings import Limits, Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.oracle.pack import Pack, read_pack
from tests.oracle.people import User
from tests.oracle.perm import World
from tests.oracle.spoken import Speaker

PACKS = Path(__file__).parent / "packs"
PASSWORD = "correct horse battery"
SECRET = b"0123456789abcdef" * 3
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WORDS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "client": {
        "name": ("text", ('"a"', '"ab"', '"b"')),
        "level": ("text", ('"A"', '"B"', '"C"')),
        "score": ("number", ("0", "1", "2", "3")),
        "budget": ("number", ("0", "50", "100")),
        "active": ("boolean", ("true", "false")),
        "since": ("date", ('@"2026-01-31"', '@"2026-02-28"')),
    },
    "deal": {
        "title": ("text", ('"a"', '"b"')),
        "status": ("text", ('"draft"', '"active"', '"done"')),
        "amount": ("number", ("0", "50", "100")),
    },
    "plain": {
        "name": ("text", ('"a"', '"b"')),
        "level": ("text", ('"A"', '"B"')),
        "amount": ("number", ("0", "50", "100")),
    },
}
# login -> the roles of the user by their letters, and the place of his unit (none: he belongs nowhere)
PEOPLE: Mapping[str, tuple[str, int | None]] = {
    "boss": ("", 0),
    "ann": ("a", 1),
    "bob": ("b", 2),
    "cid": ("c", 1),
    "dan": ("ab", 0),
    "eve": ("bc", 2),
    "fay": ("abc", None),
    "gus": ("", 1),
}


@cache
def kinds() -> Mapping[str, Mapping[str, Any]]:
    """Return the ways to grant by name."""
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load((PACKS / "roles.yaml").read_text(encoding="utf-8"))
    return found


def pack_text(kind: str, chance: random.Random, *, untouched: bool = False) -> str:
    """Return the pack of a world: the company with the roles of a kind, some grants changed at random."""
    roles = copy.deepcopy(kinds()[kind])
    if not untouched and chance.random() < 0.8:
        for _ in range(chance.randint(1, 3)):
            _change(roles[chance.choice(sorted(roles))]["grants"], chance)
    documents = [{"role": name, "title": {"zh": name, "en": name}, **role} for name, role in roles.items()]
    written = [yaml.safe_dump(one, allow_unicode=True, sort_keys=False) for one in documents]
    return "\n---\n".join([(PACKS / "company.yaml").read_text(encoding="utf-8"), *written])


def _change(grants: dict[str, Any], chance: random.Random) -> None:
    """Take something from a role's grants, or give something to it."""
    object = chance.choice(["client", "client", "deal", "plain"])
    grant = grants.setdefault(object, {})
    way = chance.random()
    if way < 0.45:
        action = chance.choice(["read", "read", "update", "create", "delete"])
        given = grant[action] = dict(grant.get(action) or {})
        if object != "plain" and chance.random() < 0.5:
            given["scope"] = chance.choice(["own", "department", "department_and_below", "all"])
        if chance.random() < 0.5:
            given["when"] = Speaker(chance, WORDS[object], "record.").condition(1)
    elif way < 0.85:
        fields = grant.setdefault("fields", {})
        name = chance.choice(["score", "cost", "phone", "notes", "level", "budget", "name"])
        name = name if object == "client" else "amount"
        mode = chance.choice(["hidden", "masked", "only"])
        access: dict[str, Any] = {"read": mode}
        if chance.random() < 0.4:
            access["unless"] = Speaker(chance, WORDS[object], "record.").condition(0)
        fields[name] = access
    elif "update" in grant:
        del grant["update"]
    else:
        grant["export"] = {}
    grant.setdefault("read", {})


@dataclass
class House:
    """An engine with one tenant, its people's cookies and tokens, and the oracle of what is in it."""

    engine: Engine
    app: Any
    clock: FrozenClock
    pack: Pack
    text: str
    kind: str
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    tenant: str = "acme"

    @property
    def system(self) -> Context:
        return Context(self.tenant, SYSTEM, "en", clock=self.clock)

    def client(self) -> Client:
        return Client(self.app, use_cookies=False)

    def api(self, login: str, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.tokens[login]}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.client().open(path, method=method, headers=sent, **more)

    def page(self, login: str, path: str) -> TestResponse:
        return self.client().get(path, headers={"Cookie": f"tessera={self.cookies[login]}"})

    def dump(self, known: World | None = None, changed: Iterable[str] | None = None) -> World:
        """Return the oracle over what is stored now, as the administrator reads it; ``known`` but for what changed."""
        rows = dict(known.rows) if known is not None else {}
        rows |= {name: self._all(name) for name in (self.pack.objects if changed is None else changed)}
        return World(self.pack, rows, self.users)

    def close(self) -> None:
        self.engine.close()

    def _all(self, object: str) -> dict[str, dict[str, Any]]:
        thing = self.pack.objects[object]
        names = [name for name, model in thing.fields.items() if model["type"] != "lines"]
        found: dict[str, dict[str, Any]] = {}
        for deleted in ("false", "true") if thing.recycles else ("false",):
            after = ""
            while True:
                path = f"/api/v1/records/{object}?fields={','.join(names)}&limit=200&deleted={deleted}{after}"
                answer = self.api("boss", "GET", path)
                assert answer.status_code == 200, answer.text
                told = answer.get_json()
                found.update(
                    (one["id"], {name: plain(thing.fields[name], one.get(name)) for name in names})
                    for one in told["records"]
                )
                if told["next"] is None:
                    break
                after = f"&after={told['next']}"
        return found


def plain(model: Mapping[str, Any], value: Any) -> Any:
    """Return a value of an answer as conditions see it: ids, exact numbers, dates."""
    if value is None:
        return None
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    if isinstance(value, list):
        return [plain(model, one) for one in value]
    if model["type"] in ("money", "decimal", "percent", "integer"):
        return Decimal(str(value))
    return date.fromisoformat(value) if model["type"] == "date" else value


def open_world(database: str, home: Path, kind: str, seed: int, rows: int = 14, *, untouched: bool = False) -> House:
    """Return a house with a company of a kind; a seed always gives the same one."""
    chance = random.Random(f"{kind}-{seed}")
    text = pack_text(kind, chance, untouched=untouched)
    folder = home / "pack"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    settings = Settings(
        home=home,
        database=database,
        secret=SECRET,
        password_cost="cheap",
        synchronous="NORMAL",
        log_level="CRITICAL",
        language="en",
        state_seconds=0.0,
        limits=Limits(sessions=1_000),
    )
    clock = FrozenClock(NOON)
    engine = build_engine(settings, clock)
    engine.tenancy.create("acme", "Acme")
    engine.tenancy.install("acme", [folder])
    house = House(engine, web_app_of(engine), clock, read_pack(text), text, kind)
    for login, (letters, _) in PEOPLE.items():
        new = NewUser(login, login.title(), PASSWORD, tuple(letters), administrator=login == "boss", language="en")
        made = engine.auth.accounts.create("acme", new)
        house.users[login] = User(made.id, login, frozenset(letters), login == "boss")
        house.tokens[login] = str(engine.auth.tokens.create("acme", login, "tests", ["read", "write"], None))
        house.cookies[login] = str(engine.auth.log_in("acme", login, PASSWORD, Visitor("192.0.2.9")))
    _fill(house, chance, rows)
    return house


# -- records -----------------------------------------------------------------------------------------------------------


def _fill(house: House, chance: random.Random, rows: int) -> None:
    records, system = house.engine.records, house.system
    units: list[str] = []
    for place, above in enumerate([None, 0, 1, None]):
        given = {"name": f"Unit {place}", "parent": None if above is None else units[above]}
        units.append(records.create(system, "unit", given).id)
    for login, (_, place) in PEOPLE.items():
        given = {"name": login.title(), "user": house.users[login].id, "unit": None if place is None else units[place]}
        records.create(system, "person", given)
    people = [user.id for login, user in house.users.items() if login != "boss"]
    clients: list[str] = []
    for _ in range(rows):
        clients.append(records.create(system, "client", client_values(chance, clients, people, units)).id)
    for _ in range(rows):
        records.create(system, "plain", plain_values(chance, clients))
    deals = [records.create(system, "deal", deal_values(chance, clients, people, units)) for _ in range(rows)]
    for deal in deals[: rows // 3]:
        with suppress(TesseraError):
            house.engine.workflow.perform(system, "deal", deal.id, deal.version, "start", {})
    for object, id in [
        ("client", clients[-1]),
        ("client", clients[-2]),
        ("deal", deals[-1].id),
        ("deal", deals[-2].id),
    ]:
        # what others point to stays
        with suppress(TesseraError):
            records.delete(system, object, id, records.get(system, object, id).version)


def client_values(chance: random.Random, clients: list[str], people: list[str], units: list[str]) -> dict[str, Any]:
    """Return the values of a client: few of them, so that they meet often."""
    return {
        "name": chance.choice(["a", "ab", "b", "ba"]),
        "code": f"K{chance.getrandbits(40):010x}",
        "level": chance.choice(["A", "B", "C", None]),
        "score": chance.choice([0, 1, 2, 3, None]),
        "phone": chance.choice(["13812345678", "13812340678", "13900000000", None]),
        "budget": chance.choice(["0", "50", "100", "100", None]),
        "cost": chance.choice(["0", "10", "50", None]),
        "active": chance.choice([True, False, None]),
        "since": chance.choice(["2026-01-31", "2026-02-28", None]),
        "notes": chance.choice([f"note {chance.getrandbits(48):012x}", "same", None]),
        "above": chance.choice([None, *clients[-5:]]),
        "partners": chance.sample(clients, min(len(clients), chance.choice([0, 0, 1, 2]))),
        **_held(chance, people, units),
    }


def plain_values(chance: random.Random, clients: list[str]) -> dict[str, Any]:
    """Return the values of a plain record."""
    return {
        "name": chance.choice(["a", "b"]),
        "amount": chance.choice(["0", "50", "100", None]),
        "level": chance.choice(["A", "B", None]),
        "client": chance.choice([None, *clients]),
    }


def deal_values(chance: random.Random, clients: list[str], people: list[str], units: list[str]) -> dict[str, Any]:
    """Return the values of a deal with up to three lines."""
    lines = [
        {
            "text": chance.choice(["x", "y"]),
            "quantity": chance.choice([1, 2, 3, None]),
            "discount": chance.choice([0, 5]),
        }
        for _ in range(chance.randint(0, 3))
    ]
    return {
        "title": chance.choice(["a", "b"]),
        "client": chance.choice([None, *clients]),
        "amount": chance.choice(["0", "50", "100", "200", None]),
        "cost": chance.choice(["0", "10", None]),
        "reason": chance.choice([f"why {chance.getrandbits(48):012x}", None]),
        "lines": lines,
        **_held(chance, people, units),
    }


def _held(chance: random.Random, people: list[str], units: list[str]) -> dict[str, Any]:
    """Return an owner and a department, either of them nobody's at times."""
    return {"owner": chance.choice([None, *people]), "department": chance.choice([None, *units])}
