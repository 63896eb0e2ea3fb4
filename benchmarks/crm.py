"""The standard pack with a large firm's data: 100,000 customers, a million order lines, 560 people in 280 departments.

``python -m benchmarks.crm [--customers N] [--lines N] [--only sqlite|postgresql] [--keep FOLDER] [--plans] [--json]``
makes the demo, lets it grow inside the database (``growing``), opens pages and asks by REST as a salesperson, a
manager, a director and the administrator, and prints for each the processor time (with the database's), the time on
the clock, the number of statements, and the longest statement. ``--plans`` prints how the database goes about slow
ones. With ``--keep`` the data stay in a folder (on PostgreSQL, in the database of ``--address``) and are used again. It
measures and judges nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from werkzeug.test import Client

from benchmarks.growing import Grower, Growth
from benchmarks.processes import tree_seconds
from engine.api import configure_logs
from engine.auth import Visitor
from engine.auth.accounts import NewUser
from engine.kernel.context import SYSTEM, Context
from engine.settings import Limits, Settings
from engine.storage import Session
from engine.wiring import Engine, build_engine, web_app_of

PACK = Path(__file__).parent.parent / "packs" / "crm_standard"
TENANT, PASSWORD = "crm", "correct horse battery"
BRANCHES = 40
READERS = {
    "salesperson": "lixiaowen",
    "manager": "wangjianguo",
    "director": "zhoumingyuan",
    "administrator": "admin",
}
# what a firm has one of for each branch, and what it has one of for each customer or order
PEOPLE = ("tessera_user", "employee", "department", "employee_post")
PER_CUSTOMER = (
    *("customer", "customer_stage_history_line", "contact", "lead", "activity", "task", "care"),
    *("opportunity", "opportunity_stage_line", "opportunity_competitor_line", "opportunity_member"),
    *("quote", "quote_line", "receivable"),
)
PER_LINE = ("sales_order", "sales_order_line")
ROUNDS = 3
SLOW = 0.1


@dataclass(frozen=True)
class Asked:
    """A page or a request, measured."""

    database: str
    reader: str
    what: str
    processor_ms: float
    wall_ms: float
    first_ms: float
    statements: int
    longest_ms: float
    longest: str
    plan: str = ""


@dataclass
class Heard:
    """What the database was asked meanwhile."""

    told: list[tuple[float, str, Any]] = field(default_factory=list)


def main() -> None:
    """Load, measure and print."""
    options = _options()
    found: list[Asked] = []
    with tempfile.TemporaryDirectory(prefix="tessera-crm-") as temporary:
        for database in ("sqlite", "postgresql"):
            if options.only in (None, database):
                folder = Path(options.keep or temporary) / database
                with _place(database, options.address) as (address, pids):
                    found += _measured(database, folder, address, pids, options)
    if options.json:
        json.dump([asdict(one) for one in found], sys.stdout, indent=2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench crm", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--address", help="a PostgreSQL database to keep, beside --keep; else one is made and dropped")
    parser.add_argument("--ask", default="", help="only what holds this text")
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _place(database: str, given: str | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    if database == "sqlite":
        yield "sqlite:///{home}/tenants/{tenant}.db", ()
        return
    if given:
        yield given, ()
        return
    from tests.support.postgres import start_postgres

    server = start_postgres()
    try:
        with server.fresh_database() as address:
            yield address, () if server.child is None else (server.child.process.pid,)
    finally:
        server.stop()


# -- the firm ----------------------------------------------------------------------------------------------------------


def _measured(
    database: str, folder: Path, address: str, pids: tuple[int, ...], options: argparse.Namespace
) -> list[Asked]:
    settings = _settings(folder, address)
    ready = folder / "grown"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        began = time.perf_counter()
        settings = _settings(folder, address)
        made = build_engine(settings)
        try:
            _fill(made)
            model = made.records.model(Context(TENANT, SYSTEM))
        finally:
            made.close()
        rows = {name: _lines_of(name) for name in ("customer", "sales_order_line")}
        times = dict.fromkeys(PEOPLE, BRANCHES)
        times |= dict.fromkeys(PER_CUSTOMER, -(-options.customers // rows["customer"]))
        times |= dict.fromkeys(PER_LINE, -(-options.lines // rows["sales_order_line"]))
        grower = Grower(address, TENANT, folder / "tenants" / f"{TENANT}.db")
        grower.grow(model, Growth(times))
        grower.close()
        print(f"{database}: the firm stands after {time.perf_counter() - began:.0f} s", file=sys.stderr)
        if database == "sqlite" or options.address:
            ready.touch()
    engine = build_engine(settings)
    try:
        app = web_app_of(engine)
        found = []
        for reader, login in READERS.items():
            cookie = engine.auth.log_in(TENANT, login, PASSWORD, Visitor("192.0.2.1"))
            for what, path in _questions(engine, login).items():
                if options.ask in what:
                    ask = _visit(app, str(cookie), path)
                    found.append(_asked(engine, (database, reader, what), ask, pids, options))
        return found
    finally:
        engine.close()


def _settings(folder: Path, address: str) -> Settings:
    kept = folder / "secret.bench"
    folder.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        kept.write_text(token_hex(24))
    settings = Settings(
        home=folder,
        database=address,
        secret=kept.read_text().encode(),
        password_cost="cheap",  # noqa: S106 - a cost, not a password
        log_level="ERROR",
        statement_seconds=300.0,
        limits=Limits(sessions=100),
    )
    configure_logs(settings)
    return settings


def _fill(engine: Engine) -> None:
    from engine.transfer import load_rows, users_of

    engine.tenancy.create(TENANT, "CRM")
    engine.tenancy.install(TENANT, [PACK])
    for user in users_of(PACK / "demo"):
        new = NewUser(user.login, user.name, PASSWORD, user.roles, user.administrator, user.language, None)
        engine.auth.accounts.create(TENANT, new)
    load_rows(engine.records, Context(TENANT, SYSTEM, "en"), PACK / "demo")
    engine.background.settle(TENANT)


def _lines_of(object: str) -> int:
    """Return how many records of an object the demo has."""
    import csv

    with (PACK / "demo" / f"{object}.csv").open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


# -- what is asked -----------------------------------------------------------------------------------------------------


def _questions(engine: Engine, login: str) -> dict[str, str]:
    from engine.records import Listing

    user = engine.auth.accounts.by_login(TENANT, login)
    actor = engine.auth.actor_of(TENANT, user.id)
    assert actor is not None
    first = {
        object: engine.records.list(Context(TENANT, actor), Listing(object, limit=1)).records
        for object in ("customer", "sales_order", "opportunity")
    }
    found = {
        "work centre": "/work",
        "dashboard sales": "/dashboards/sales",
        "dashboard sales analysis": "/dashboards/sales_analysis",
        "dashboard receivables": "/dashboards/receivables",
        "chart by customer": "/charts/sales_by_customer?period=",
        "chart by product": "/charts/sales_by_product?period=",
        "list customers": "/o/customer",
        "list customers by name": "/o/customer?sort=name",
        "list customers filtered": "/o/customer?where=" + quote('level = "A" and status = "active"'),
        "list customers typed": "/o/customer?q=" + quote("智能"),
        "list customers count": "/o/customer/count",
        "list opportunities": "/o/opportunity",
        "list opportunities to push": "/o/opportunity?view=push",
        "list orders": "/o/sales_order",
        "list order lines": "/o/sales_order_line",
        "list receivables": "/o/receivable",
        "list activities": "/o/activity",
        "board opportunities": "/o/opportunity/board",
        "board tasks": "/o/task/board",
        "calendar activities": "/o/activity/calendar",
        "calendar opportunities": "/o/opportunity/calendar",
        "search": "/search?q=" + quote("智能"),
        "picker customer": "/o/sales_order/lookup/customer?q=" + quote("食品"),
        "picker product": "/o/sales_order_line/lookup/product?q=" + quote("传感"),
        "new order": "/o/sales_order/new",
        "rest list customers": "/api/v1/records/customer?limit=50",
        "rest list lines": "/api/v1/records/sales_order_line?limit=50&sort=-amount",
    }
    for object, records in first.items():
        if records:
            found[f"page {object}"] = f"/o/{object}/{records[0].id}"
            if object != "sales_order":
                found[f"timeline {object}"] = f"/o/{object}/{records[0].id}/timeline"
    return found


def _visit(app: Any, cookie: str, path: str) -> Callable[[], None]:
    def visit() -> None:
        answer = Client(app, use_cookies=False).get(path, headers={"Cookie": f"tessera={cookie}"})
        if answer.status_code >= 400 and answer.status_code not in (403, 404):
            raise SystemExit(f"{path}: {answer.status_code} {answer.get_data(as_text=True)[:500]}")

    return visit


def _asked(
    engine: Engine, named: tuple[str, str, str], ask: Callable[[], None], pids: Sequence[int], options: Any
) -> Asked:
    with _listening() as first:
        began = time.perf_counter()
        ask()
        cold = (time.perf_counter() - began) * 1000
    spent, walls = [], []
    with _listening() as heard:
        for _ in range(ROUNDS):
            before, began = time.process_time() + sum(map(tree_seconds, pids)), time.perf_counter()
            ask()
            walls.append((time.perf_counter() - began) * 1000)
            spent.append((time.process_time() + sum(map(tree_seconds, pids)) - before) * 1000)
    took, text, values = max(first.told, key=lambda one: one[0], default=(0.0, "", ()))
    plan = _plan(engine, text, values) if options.plans and took > SLOW else ""
    asked = Asked(
        *named,
        statistics.median(spent),
        statistics.median(walls),
        cold,
        len(heard.told) // ROUNDS,
        took * 1000,
        text if options.plans else text[:200],
        plan,
    )
    if not options.json:
        print(
            f"{asked.database:11}{asked.reader:14}{asked.what:28}processor {asked.processor_ms:9.1f} ms"
            f"  clock {asked.wall_ms:9.1f}  first {asked.first_ms:9.1f}  statements {asked.statements:3}"
            f"  longest {asked.longest_ms:9.1f}",
            flush=True,
        )
        if plan:
            print(f"    {text}\n    {plan}", flush=True)
    return asked


@contextmanager
def _listening() -> Iterator[Heard]:
    heard = Heard()
    raw, made = Session.raw_rows, Session.execute

    def raw_rows(self: Session, text: str, arguments: Any = ()) -> Any:
        began = time.perf_counter()
        try:
            return raw(self, text, arguments)
        finally:
            heard.told.append((time.perf_counter() - began, text, arguments))

    def execute(self: Session, statement: Any, parameters: Any = None) -> Any:
        began = time.perf_counter()
        try:
            return made(self, statement, parameters)
        finally:
            heard.told.append((time.perf_counter() - began, "", ()))

    Session.raw_rows, Session.execute = raw_rows, execute  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        Session.raw_rows, Session.execute = raw, made  # type: ignore[method-assign]


def _plan(engine: Engine, text: str, values: Any) -> str:
    if not text:
        return ""
    database, _ = engine.shelf.current(TENANT)
    with database.reading() as session:
        head = "EXPLAIN QUERY PLAN " if session.dialect == "sqlite" else "EXPLAIN "
        rows = session.raw_rows(head + text, values)
    return "\n    ".join(str(row[-1]) for row in rows)


if __name__ == "__main__":
    main()
