"""Small worlds to try permission in: a company with roles of one kind, grants changed at random, people and records."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from werkzeug.test import Client, TestResponse

from engine.access.tables.delegations import Delegation as DelegationRow
from engine.access.tables.delegations import insert_delegation
from engine.access.tables.shares import Share, put_share
from engine.auth import NewUser, Visitor
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import TesseraError
from engine.kernel.names import ids_from
from engine.records import Listing
from engine.settings import Limits, Settings
from engine.storage import Reference
from engine.wiring import Engine, build_engine, web_app_of
from tests.oracle.pack import Pack, read_pack
from tests.oracle.people import Delegation, User
from tests.oracle.people import Share as OracleShare
from tests.oracle.perm import World
from tests.oracle.spoken import Speaker

PACKS = Path(__file__).parent / "packs"
PASSWORD = "correct horse battery"
SECRET = b"0123456789abcdef" * 3
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
IDS_SINCE = 1_577_836_800_000_000_000  # nanoseconds: long before anything else is made
TODAY, DAY = date(2026, 11, 23), timedelta(days=1)
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
    "hal": ("a", 3),
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
            _change(roles[chance.choice("abc")].setdefault("grants", {}), chance)
    more = roles.pop("documents", [])
    documents: list[dict[str, Any]] = [
        {"role": name, "title": {"zh": name, "en": name}, **role} for name, role in roles.items()
    ]
    documents += more
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
            given.pop("by", None)
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
    shares: tuple[OracleShare, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    squads: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)

    @property
    def system(self) -> Context:
        return Context(self.tenant, SYSTEM, "en", clock=self.clock)

    def routes(self) -> Iterator[tuple[str, str, str]]:
        """Yield method, address and endpoint of everything that may be asked."""
        yield from self.app._application.addresses()

    def client(self) -> Client:
        return Client(self.app, use_cookies=False)

    def api(self, login: str, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.tokens[login]}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.client().open(path, method=method, headers=sent, **more)

    def page(self, login: str, path: str, *, htmx: bool = False) -> TestResponse:
        headers = {"Cookie": f"tessera={self.cookies[login]}", **({"HX-Request": "true"} if htmx else {})}
        return self.client().get(path, headers=headers)

    def dump(self, known: World | None = None, changed: Iterable[str] | None = None) -> World:
        """Return the oracle over what is stored now, as the administrator reads it; ``known`` but for what changed."""
        rows = dict(known.rows) if known is not None else {}
        rows |= {name: self._all(name) for name in (self.pack.objects if changed is None else changed)}
        return World(self.pack, rows, self.users, TODAY, self.delegations, self.shares)

    def ids_of(self, object: str) -> list[str]:
        """Return the ids of the records of an object."""
        return list(self._all(object))

    def places(self, chance: random.Random, people: list[str]) -> dict[str, Any]:
        """Return where a client belongs besides its department."""
        return {
            "area": chance.choice([None, *self.areas]),
            "squad": chance.choice([None, *self.squads]),
            "helper": chance.choice([None, *people]),
        }

    def close(self) -> None:
        self.engine.close()

    def _all(self, object: str) -> dict[str, dict[str, Any]]:
        thing = self.pack.objects[object]
        names = [name for name, model in thing.fields.items() if model["type"] != "lines"]
        found: dict[str, dict[str, Any]] = {}
        for deleted in (False, True) if thing.recycles else (False,):
            listing = Listing(object, fields=tuple(names), limit=200, deleted=deleted)
            while True:
                # as the engine itself: restrictive rules bind even administrators
                page = self.engine.records.list(self.system, listing)
                for one in page.records:
                    found[one.id] = {name: plain(thing.fields[name], one.values.get(name)) for name in names}
                if page.after is None:
                    break
                listing = replace(listing, after=page.after)
        return found


def plain(model: Mapping[str, Any], value: Any) -> Any:
    """Return a value of an answer, or of a record, as conditions see it: ids, exact numbers, dates."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Reference):
        return value.id
    if isinstance(value, Mapping) and "id" in value:
        return value["id"]
    if isinstance(value, list | tuple):
        return [plain(model, one) for one in value]
    if model["type"] in ("money", "decimal", "percent", "integer"):
        return Decimal(str(value))
    if isinstance(value, str) and model["type"] == "date":
        return date.fromisoformat(value)
    if isinstance(value, str) and model["type"] == "system" and value.endswith("Z"):
        return datetime.fromisoformat(value)
    return value


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
    house = House(engine, web_app_of(engine), clock, read_pack(text), text, kind)
    # what a test draws of records goes by the order of their ids
    with ids_from(lambda: IDS_SINCE, random.Random(f"{kind}-{seed}-ids").randbytes):
        engine.tenancy.create("acme", "Acme")
        engine.tenancy.install("acme", [folder])
        _settle(house)
        _fill(house, chance, rows)
    return house


def _settle(house: House) -> None:
    """Make the accounts of the people."""
    engine = house.engine
    for login, (letters, _) in PEOPLE.items():
        new = NewUser(login, login.title(), PASSWORD, tuple(letters), administrator=login == "boss", language="en")
        made = engine.auth.accounts.create("acme", new)
        house.users[login] = User(made.id, login, frozenset(letters), login == "boss")
        house.tokens[login] = str(engine.auth.tokens.create("acme", login, "tests", ["read", "write"], None))
        house.cookies[login] = str(engine.auth.log_in("acme", login, PASSWORD, Visitor("192.0.2.9")))


# -- records -----------------------------------------------------------------------------------------------------------


def _fill(house: House, chance: random.Random, rows: int) -> None:
    records, system = house.engine.records, house.system
    units = _organise(house)
    people = [user.id for login, user in house.users.items() if login != "boss"]
    clients: list[str] = []
    for _ in range(rows):
        values = client_values(chance, clients, people, units) | house.places(chance, people)
        clients.append(records.create(system, "client", values).id)
    for _ in range(rows):
        records.create(system, "plain", plain_values(chance, clients))
    deals = [records.create(system, "deal", deal_values(chance, clients, people, units)) for _ in range(rows)]
    for deal in deals[: rows // 3]:
        with suppress(TesseraError):
            house.engine.workflow.perform(system, "deal", deal.id, deal.version, "start", {})
    # nothing points to these
    going = [
        ("client", records.create(system, "client", client_values(chance, [], people, units)).id) for _ in range(4)
    ]
    going += [("deal", deal.id) for deal in deals[-4:]]
    for object, id in going:
        with suppress(TesseraError):
            records.delete(system, object, id, records.get(system, object, id).version)
    _share(house, chance, {"client": clients, "deal": [deal.id for deal in deals]})
    _delegate(house, chance)


def _organise(house: House) -> list[str]:
    """Make firms, units, people with posts, squads and areas; return the units."""

    def make(object: str, **values: Any) -> str:
        return house.engine.records.create(house.system, object, values).id

    firms: list[str] = []
    for place, above in enumerate([None, 0, None]):
        firms.append(
            make("firm", code=f"F{place}", name=f"Firm {place}", parent=None if above is None else firms[above])
        )
    units: list[str] = []
    for place, (above, firm, until) in enumerate(
        [(None, 0, None), (0, None, None), (1, 1, None), (None, 2, None), (0, None, "2026-01-01")]
    ):
        values = {"parent": None if above is None else units[above], "firm": None if firm is None else firms[firm]}
        units.append(make("unit", code=f"U{place}", name=f"Unit {place}", valid_to=until, **values))
    persons: dict[str, str] = {}
    for login, (_, place) in PEOPLE.items():
        unit = None if place is None else units[place]
        persons[login] = make(
            "person", name=login.title(), user=house.users[login].id, unit=unit, serving=login != "gus"
        )
    make("post", person=persons["dan"], unit=units[2], main=True, from_date="2026-01-01")
    make("post", person=persons["dan"], unit=units[3])
    make("post", person=persons["eve"], unit=units[0], main=True, to_date="2026-11-22")
    make("post", person=persons["cid"], unit=units[4], main=True)
    house.squads = [make("squad", code=f"S{place}", name=f"Squad {place}") for place in range(3)]
    for place, login, until in [
        (0, "ann", None),
        (0, "bob", None),
        (1, "dan", None),
        (1, "ann", "2026-11-22"),
        (2, "eve", None),
        (0, "gus", None),
    ]:
        make("squad_member", squad=house.squads[place], person=persons[login], to_date=until)
    house.areas = []
    for place, above in enumerate([None, 0, 1, None]):
        house.areas.append(
            make("area", code=f"A{place}", name=f"Area {place}", parent=None if above is None else house.areas[above])
        )
    for place, login in [(1, "ann"), (0, "fay"), (2, "dan"), (3, "bob")]:
        make("area_member", area=house.areas[place], person=persons[login])
    return units


def _share(house: House, chance: random.Random, ids: Mapping[str, list[str]]) -> None:
    """Share records by hand, some of them until yesterday."""
    kept = [f"user:{user.id}" for user in house.users.values()] + ["role:a", "role:c"]
    kept += [
        f"{kind}:{row}"
        for kind, object in (("unit", "unit"), ("branch", "unit"), ("team", "squad"))
        for row in house.ids_of(object)
    ]
    database, _ = house.engine.shelf.current(house.tenant)
    found = []
    with database.writing() as session:
        for number in range(12):
            object = chance.choice(["client", "client", "deal"])
            one = OracleShare(
                object, chance.choice(ids[object]), chance.choice(kept), chance.choice(["read", "update"])
            )
            until = chance.choice([None, None, NOON + DAY, NOON - DAY])
            level = 1 if one.level == "read" else 2
            name = f"00000000-0000-7000-8000-{number:012d}"
            put_share(session, Share(name, object, one.id, one.receiver, level, until, "", NOON, "system"))
            found = [old for old in found if (old.object, old.id, old.receiver) != (one.object, one.id, one.receiver)]
            if until is None or until > NOON:
                found.append(one)
    house.shares = tuple(found)


def _delegate(house: House, chance: random.Random) -> None:
    """Let some act in the place of others, one of them only tomorrow."""
    database, _ = house.engine.shelf.current(house.tenant)
    found = []
    with database.writing() as session:
        for number, (principal, delegate) in enumerate(
            [("ann", "gus"), ("dan", "cid"), ("bob", "eve"), ("cid", "bob")]
        ):
            objects = chance.choice([None, frozenset({"client"}), frozenset({"deal", "plain"})])
            actions = chance.choice([None, None, frozenset({"read", "update"})])
            begins = NOON - DAY if number < 3 else NOON + DAY
            one = DelegationRow(
                f"00000000-0000-7000-9000-{number:012d}",
                house.users[principal].id,
                house.users[delegate].id,
                begins,
                NOON + DAY + DAY,
                objects=objects,
                actions=actions,
                created_at=NOON,
                created_by="system",
            )
            insert_delegation(session, one)
            if begins <= NOON:
                found.append(
                    Delegation(principal, delegate, frozenset(), objects or frozenset(), actions or frozenset())
                )
    house.delegations = tuple(found)


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
