"""A large group: 3 companies, 40 departments on 5 levels, 500 users, 30 roles, a million customers.

``python -m benchmarks.group [--rows N] [--only sqlite|postgresql] [--home FOLDER] [--rounds N] [--json]`` loads the
group, asks as twenty typical users and as the administrator (list, count, quick search, picker, export of a page) and
prints, for each operation, the median milliseconds of processor time of both (application and database), their ratio,
and how the database goes about it. With ``--home`` what was loaded on SQLite is kept and found again. It measures, and
judges nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.auth.accounts import NewUser
from engine.kernel.context import Context
from engine.records import Listing
from engine.settings import Settings
from engine.storage import Session, insert_rows
from engine.storage.system import USER
from engine.wiring import Engine, build_engine

PACK = Path(__file__).parent / "group_pack"
TENANT, BORN = "group", datetime(2026, 1, 1, tzinfo=UTC)
COMPANIES, USERS, TYPICAL, CHUNK = 3, 500, 20, 5_000
# departments of each level under the three heads: 3 + 6 + 9 + 12 + 10 = 40
LEVELS = (3, 6, 9, 12, 10)
SCOPES = ("own", "department", "department_and_below", "company", "company_and_below", "group")
MORE = ("", 'record.status != "closed"', "record.amount < 100000", 'record.status = "open" or record.owner = actor')


@dataclass(frozen=True)
class Line:
    """One operation on one database: median milliseconds of processor time of the members and of the administrator."""

    database: str
    operation: str
    rows: int
    member_ms: float
    worst_ms: float
    administrator_ms: float
    ratio: float
    member_wall_ms: float
    plan: str


def main() -> None:
    """Load, measure and print."""
    options = _options()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="tessera-group-") as scratch:
        home = options.home or Path(scratch)
        for database in ("sqlite", "postgresql"):
            if options.only in (None, database):
                with _place(database) as place:
                    folder = home / f"{database}-{options.rows}"
                    lines += _measured(database, folder, place, options.rows, options.rounds)
    if options.json:
        json.dump([asdict(line) for line in lines], sys.stdout, indent=2)
        return
    for line in lines:
        print(
            f"{line.database:11}{line.operation:22}{line.rows:>9} rows  member {line.member_ms:8.1f} ms "
            f"(worst {line.worst_ms:8.1f})  administrator {line.administrator_ms:8.1f} ms  ratio {line.ratio:5.2f}  "
            f"by the clock {line.member_wall_ms:8.1f} ms"
        )
        print(f"           {line.plan}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.group", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured; the median is told")
    parser.add_argument("--home", type=Path, help="a folder to keep what was loaded on SQLite in, and to find it again")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _place(database: str) -> Iterator[tuple[str, Servers]]:
    """Give the address of a place for the tenant, and how to find the processes of its database."""
    if database == "sqlite":
        yield "sqlite:///{home}/tenants/{tenant}.db", lambda: ()
        return
    from tests.support.postgres import start_postgres

    server = start_postgres()
    try:
        with server.fresh_database() as address:
            yield address, lambda: () if server.child is None else _children(server.child.process.pid)
    finally:
        server.stop()


Servers = Callable[[], Iterable[int]]


def _children(pid: int) -> list[int]:
    """Return the processes that a process started, as far as the system tells."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _spent(servers: Servers) -> float:
    """Return the seconds of processor time so far of this thread and of the database."""
    seconds = time.thread_time()
    for pid in servers():
        with suppress(OSError):
            seconds += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return seconds


# -- the group ---------------------------------------------------------------------------------------------------------


def roles() -> str:
    """Return thirty roles: six scopes, each with conditions and hidden fields of several kinds."""
    made = []
    for number in range(30):
        scope, when = SCOPES[number % len(SCOPES)], MORE[(number // len(SCOPES)) % len(MORE)]
        grant = f"{{scope: {scope}" + (f", when: '{when}'" if when else "") + "}"
        hidden = ", fields: {phone: {read: masked}}" if number % 5 == 4 else ""
        made.append(
            f"role: r{number}\ntitle: R{number}\ngrants:\n"
            f"  customer: {{read: {grant}, update: {{scope: own}}, create: {{}}, export: {grant}{hidden}}}\n"
            "  visit: {read: {scope: own}, create: {}}\n  unit: {read: {}}\n  firm: {read: {}}\n  staff: {read: {}}\n"
        )
    return "\n---\n".join(made)


def load(engine: Engine, folder: Path, count: int) -> None:
    """Make the tenant with all that is in it."""
    pack = folder / "pack"
    pack.mkdir(parents=True)
    text = (PACK / "pack.yaml").read_text(encoding="utf-8")
    (pack / "pack.yaml").write_text(text + "\n---\n" + roles(), encoding="utf-8")
    engine.tenancy.create(TENANT, "Group")
    engine.tenancy.install(TENANT, [pack])
    chance = random.Random(40)
    firms = [_id(1, n) for n in range(COMPANIES)]
    units = _units(firms, chance)
    people = [_id(3, n) for n in range(USERS)]
    posts = [chance.choice(units)["id"] for _ in people]
    _organise(engine, firms, units, people, posts)
    _customers(engine, people, posts, count)


def _units(firms: list[str], chance: random.Random) -> list[dict[str, Any]]:
    made: list[list[dict[str, Any]]] = []
    for depth, several in enumerate(LEVELS):
        level = []
        for _ in range(several):
            number = sum(map(len, made)) + len(level)
            parent = chance.choice(made[-1])["id"] if made else None
            firm = firms[len(level)] if not made else None
            level.append({"id": _id(2, number), "name": f"Unit {depth}.{number}", "parent": parent, "firm": firm})
        made.append(level)
    return [unit for level in made for unit in level]


def _organise(
    engine: Engine, firms: list[str], units: list[dict[str, Any]], people: list[str], posts: list[str]
) -> None:
    first = engine.auth.accounts.create(
        TENANT, NewUser("boss", "Boss", "correct horse battery", (), administrator=True)
    )
    assert first.id
    database, catalog = engine.shelf.current(TENANT)
    with database.writing() as session:
        stamps = {"active": True, "administrator": False, "created_at": BORN, "updated_at": BORN}
        rows = [{"id": id, "login": f"u{n}", "name": f"User {n}", **stamps} for n, id in enumerate(people)]
        session.execute(USER.insert(), rows)
        parents = [None, firms[0], firms[0]]
        insert_rows(
            session, catalog, "firm", [_whole(id=id, name=f"Firm {n}", parent=parents[n]) for n, id in enumerate(firms)]
        )
        for unit in units:
            insert_rows(session, catalog, "unit", [_whole(**unit)])
        staff = [_whole(id=_id(4, n), name=f"User {n}", user=id, unit=posts[n]) for n, id in enumerate(people)]
        insert_rows(session, catalog, "staff", staff)
    for number in range(USERS):
        engine.auth.accounts.set_roles(TENANT, f"u{number}", [f"r{number % 30}"])


def _customers(engine: Engine, people: list[str], posts: list[str], count: int) -> None:
    chance = random.Random(41)
    database, catalog = engine.shelf.current(TENANT)
    for start in range(0, count, CHUNK):
        with database.writing() as session:
            insert_rows(
                session,
                catalog,
                "customer",
                [_customer(n, people, posts, chance) for n in range(start, min(start + CHUNK, count))],
            )
    with database.reading() as session:
        session.raw_rows("ANALYZE") if session.dialect == "sqlite" else session.held.driver.execute("ANALYZE customer")


def _customer(number: int, people: list[str], posts: list[str], chance: random.Random) -> dict[str, Any]:
    owner = chance.randrange(USERS)
    return _whole(
        id=_id(5, number),
        code=f"C{number:08d}",
        name=f"{chance.choice(NAMES)} {chance.choice(PLACES)} {number % 9973}",
        status=chance.choice(["open", "open", "open", "closed"]),
        amount=Decimal(chance.randrange(200_000)),
        phone=f"138{number % 100_000_000:08d}",
        owner=people[owner],
        department=posts[owner],
    )


NAMES = ("Alpha", "Borealis", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper")
PLACES = ("North", "South", "East", "West", "Lake", "Bridge", "Field", "Hill", "Park", "Port")


def _id(kind: int, number: int) -> str:
    return f"01900000-{kind:04x}-7000-8000-{number:012x}"


def _whole(**row: Any) -> dict[str, Any]:
    return {**row, "version": 1, "created_at": BORN, "created_by": "system", "updated_at": BORN, "updated_by": "system"}


# -- measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Who asks, and how often."""

    engine: Engine
    servers: Servers
    members: list[Context]
    boss: Context
    rounds: int


def _measured(database: str, folder: Path, place: tuple[str, Servers], count: int, rounds: int) -> list[Line]:
    address, servers = place
    known = (folder / "loaded").exists()
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(home=folder, database=address, secret=b"s" * 32, password_cost="cheap")  # noqa: S106
    engine = build_engine(replace(settings, statement_seconds=300.0))
    try:
        began = time.perf_counter()
        if not known:
            load(engine, folder, count)
            print(f"{database}: {count} customers loaded in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            if database == "sqlite":
                (folder / "loaded").touch()
        logins = [f"u{number}" for number in random.Random(40).sample(range(USERS), TYPICAL)]
        members = [_context(engine, login) for login in logins]
        boss = _context(engine, "boss")
        asked = Asked(engine, servers, members, boss, rounds)
        return [_line(database, name, asked) for name in OPERATIONS]
    finally:
        engine.close()


def _context(engine: Engine, login: str) -> Context:
    user = engine.auth.accounts.by_login(TENANT, login)
    actor = engine.auth.actor_of(TENANT, user.id)
    assert actor is not None
    return Context(TENANT, actor, "en")


def _line(database: str, name: str, asked: Asked) -> Line:
    print(f"{database}: {name}", file=sys.stderr, flush=True)
    act, told, walls, rows = OPERATIONS[name], [], [], []
    for context in asked.members:
        took, wall, found = _median(lambda context=context: act(asked.engine, context), asked)
        told.append(took)
        walls.append(wall)
        rows.append(found)
    administrator, _, _ = _median(lambda: act(asked.engine, asked.boss), asked)
    member = statistics.median(told)
    slowest = asked.members[told.index(max(told))]
    return Line(
        database,
        name,
        int(statistics.median(rows)),
        member,
        max(told),
        administrator,
        member / administrator,
        statistics.median(walls),
        _plan(asked.engine, lambda: act(asked.engine, slowest)),
    )


def _median(act: Callable[[], int], asked: Asked) -> tuple[float, float, int]:
    """Return the median milliseconds of processor time and by the clock, and what was found."""
    found, took, walls = act(), [], []
    for _ in range(asked.rounds):
        began, before = time.perf_counter(), _spent(asked.servers)
        act()
        took.append((_spent(asked.servers) - before) * 1000)
        walls.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), statistics.median(walls), found


def _plan(engine: Engine, act: Callable[[], int]) -> str:
    """Return how the database goes about the longest statement of an operation."""
    seen: list[tuple[str, Any]] = []
    old = Session.raw_rows

    def noted(self: Session, text: str, values: Any = ()) -> Any:
        seen.append((text, values))
        return old(self, text, values)

    Session.raw_rows = noted  # type: ignore[method-assign]
    try:
        act()
    finally:
        Session.raw_rows = old  # type: ignore[method-assign]
    text, values = max(seen, key=lambda one: len(one[0]))
    session_of, _ = engine.shelf.current(TENANT)
    with session_of.reading() as session:
        head = "EXPLAIN QUERY PLAN " if session.dialect == "sqlite" else "EXPLAIN "
        rows = session.raw_rows(head + text, values)
    return " | ".join(str(row[-1]).strip() for row in rows)[:600]


def _list(engine: Engine, context: Context) -> int:
    return len(engine.records.list(context, Listing("customer", fields=FIELDS, sort=("code",), limit=50)).records)


def _filtered(engine: Engine, context: Context) -> int:
    listing = Listing("customer", 'status = "open"', fields=FIELDS, sort=("-amount",), limit=50)
    return len(engine.records.list(context, listing).records)


def _count(engine: Engine, context: Context) -> int:
    return engine.records.count(context, "customer", None).value


def _search(engine: Engine, context: Context) -> int:
    return len(engine.records.list(context, Listing("customer", quick="Harbour Lake", fields=FIELDS, limit=20)).records)


def _rare(engine: Engine, context: Context) -> int:
    return len(engine.records.list(context, Listing("customer", quick="hidden lake", fields=FIELDS, limit=20)).records)


def _pick(engine: Engine, context: Context) -> int:
    return len(engine.records.lookup(context, "visit", "customer", "Cedar", {}, limit=10))


def _export(engine: Engine, context: Context) -> int:
    listing = Listing("customer", f'code >= "C{0:08d}" and code < "C{2000:08d}"', fields=FIELDS)
    made = engine.transfer.export(context, listing, "csv")
    return b"".join(made.blocks).count(b"\n")


FIELDS = ("code", "name", "status", "amount", "owner")
Act = Callable[[Engine, Context], int]
OPERATIONS: dict[str, Act] = {
    "list 50 by code": _list,
    "list 50, filter, amount": _filtered,
    "count (capped)": _count,
    "quick search": _search,
    "quick search, nothing": _rare,
    "picker": _pick,
    "export of 2000 codes": _export,
}


if __name__ == "__main__":
    main()
