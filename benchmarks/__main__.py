"""Prints the table of ratios: the engine against the hand-written application, on SQLite and PostgreSQL.

``python -m benchmarks [--json] [--rows N] [--requests N] [--only sqlite|postgresql]``. It measures and judges nothing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import load, processes, tenant
from benchmarks.handwritten import schema
from benchmarks.load import Request
from engine.kernel.context import SYSTEM, Context
from engine.records import Operation
from engine.settings import Settings

CLIENTS = 8
ROUNDS = 5
REFUSALS = 20
GOALS = {"get": 1.5, "list": 1.5, "create": 2.0, "update": 2.0}
JSON = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: processor milliseconds a request, median of the rounds; throughput; their ratio."""

    database: str
    operation: str
    ours_ms: float
    limit_ms: float
    ratio: float
    goal: float
    ours_per_second: float
    limit_per_second: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two servers, and how a request to it looks."""

    server: processes.Server
    make: Callable[[str, int, random.Random], Sequence[Request]]


def main() -> None:
    """Measure and print."""
    options = _options()
    results: list[Row] = []
    imports: list[dict[str, Any]] = []
    refusals: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
        for database in ("sqlite", "postgresql"):
            if options.only in (None, database):
                with _place(database, Path(folder)) as (theirs, ours, also):
                    rows, imported, refused = _compare(database, Path(folder), theirs, ours, also, options)
                results += rows
                imports.append(imported)
                refusals.append(refused)
    if options.json:
        told = {"requests": [asdict(row) for row in results], "import": imports, "refused": refusals}
        json.dump(told, sys.stdout, indent=2)
        return
    _print(results, imports)
    for r in refusals:
        print(f"{r['database']:<11} a body a thousand times too large is refused in {r['ms']:.1f} ms, goal {r['goal']}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=400, help="requests a round and side")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    return parser.parse_args()


@contextmanager
def _place(database: str, folder: Path) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Give the addresses of the yardstick's and of the engine's database, and the pids of their server."""
    if database == "sqlite":
        yield str(folder / "handwritten.db"), "sqlite:///{home}/tenants/{tenant}.db", ()
        return
    from tests.support.postgres import start_postgres

    server = start_postgres()
    try:
        with server.fresh_database() as one, server.fresh_database() as two:
            child = server.child
            pids = (child.process.pid,) if child is not None else ()
            yield one.replace("+psycopg", ""), two, pids
    finally:
        server.stop()


def _compare(
    database: str, folder: Path, theirs: str, ours: str, also: tuple[int, ...], options: argparse.Namespace
) -> tuple[list[Row], dict[str, Any], dict[str, Any]]:
    print(f"{database}: loading {options.rows} rows into both", file=sys.stderr)
    fill = schema.load_sqlite if database == "sqlite" else schema.load_postgresql
    fill(theirs, options.rows)
    settings = tenant.settings_for(folder / f"home-{database}", ours)
    token = tenant.prepare(settings, options.rows)
    visible = [n for n, row in enumerate(schema.rows(options.rows)) if row["department"] in schema.SCOPE]
    with ExitStack() as running:

        def serve(application: str, environment: dict[str, str], ready: str) -> processes.Server:
            server = processes.start(application, environment, ready, also)
            running.callback(server.stop)
            return server

        sides = (
            Side(serve("benchmarks.handwritten.app:app", {"BENCH_DATABASE": theirs}, "/"), _handwritten(visible)),
            Side(serve("engine.wsgi:app", tenant.environment_for(settings), "/healthz"), _engine(visible, token)),
        )
        rows = [_measure(database, operation, sides, options.requests) for operation in GOALS]
        refused = {"database": database, "ms": _refusal(sides[1].server.port, settings), "goal": 200}
    return rows, _import(database, settings, rows), refused


def _refusal(port: int, settings: Settings) -> float:
    """Return the milliseconds until a request is refused that says it brings a thousand times what it may (R21)."""
    taken = []
    for _ in range(REFUSALS):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        begun = time.perf_counter()
        connection.putrequest("POST", "/api/v1/records/customer")
        connection.putheader(*JSON)
        connection.putheader("Content-Length", str(settings.limits.body * 1000))
        connection.endheaders()
        answer = connection.getresponse()
        taken.append((time.perf_counter() - begun) * 1000)
        connection.close()
        if answer.status != 413:
            raise SystemExit(f"a body that is too large got {answer.status}")
    return statistics.median(taken)


def _measure(database: str, operation: str, sides: tuple[Side, Side], requests: int) -> Row:
    print(f"{database}: {operation}", file=sys.stderr)
    spent: tuple[list[float], list[float]] = ([], [])
    rates: tuple[list[float], list[float]] = ([], [])
    for round_ in range(-1, ROUNDS):
        for index, side in enumerate(sides):
            prepared = side.make(operation, requests, random.Random(round_ + 100))
            before = side.server.processor_seconds()
            outcome = load.run(side.server.port, prepared, CLIENTS)
            used = side.server.processor_seconds() - before
            wrong = sum(count for status, count in outcome.statuses.items() if status >= 400)
            if wrong:
                raise SystemExit(f"{operation}: {wrong} of {requests} requests failed: {dict(outcome.statuses)}")
            if round_ >= 0:  # the first one warms up
                spent[index].append(used / requests * 1000)
                rates[index].append(outcome.per_second)
    limit, mine = (statistics.median(values) for values in spent)
    slow, fast = (statistics.median(values) for values in rates)
    return Row(database, operation, mine, limit, mine / limit, GOALS[operation], fast, slow)


def _handwritten(visible: Sequence[int]) -> Callable[[str, int, random.Random], Sequence[Request]]:
    def make(operation: str, count: int, rng: random.Random) -> Sequence[Request]:
        chosen = rng.sample(visible, count)
        if operation == "get":
            return [Request("GET", f"/customer/{schema.record_id(n)}") for n in chosen]
        if operation == "list":
            return [Request("GET", f"/customer?level={rng.choice(schema.LEVELS)}") for _ in chosen]
        if operation == "create":
            return [Request("POST", "/customer", _body(_new(rng, n)), (JSON,)) for n in chosen]
        return [Request("PATCH", f"/customer/{schema.record_id(n)}", _body(_change(rng)), (JSON,)) for n in chosen]

    return make


def _engine(visible: Sequence[int], token: str) -> Callable[[str, int, random.Random], Sequence[Request]]:
    bearer = ("Authorization", f"Bearer {token}")
    path = "/api/v1/records/customer"
    versions: dict[int, int] = {}

    def change(number: int, rng: random.Random) -> Request:
        version = versions[number] = versions.get(number, 0) + 1
        headers = (bearer, JSON, ("If-Match", f'"{version}"'))
        return Request("PATCH", f"{path}/{schema.record_id(number)}", _body(_change(rng)), headers)

    def make(operation: str, count: int, rng: random.Random) -> Sequence[Request]:
        chosen = rng.sample(visible, count)
        if operation == "get":
            return [Request("GET", f"{path}/{schema.record_id(n)}", None, (bearer,)) for n in chosen]
        if operation == "list":
            fields = ",".join(field for field in (*schema.FIELDS, "code"))
            asked = [quote(f'level = "{rng.choice(schema.LEVELS)}"') for _ in chosen]
            return [
                Request("GET", f"{path}?where={where}&sort=name&limit=50&fields={fields}", None, (bearer,))
                for where in asked
            ]
        if operation == "create":
            return [Request("POST", path, _body(_new(rng, n)), (bearer, JSON)) for n in chosen]
        return [change(n, rng) for n in chosen]

    return make


def _new(rng: random.Random, number: int) -> dict[str, Any]:
    row = schema.sample(rng, number)
    return {**row, "department": rng.choice(schema.SCOPE)}


def _change(rng: random.Random) -> dict[str, Any]:
    return {"remark": f"called on day {rng.randrange(10**6)}", "credit_limit": f"{rng.randrange(10**8) / 100:.2f}"}


def _body(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _import(database: str, settings: Any, rows: Sequence[Row]) -> dict[str, Any]:
    """Measure a row of a bulk creation against a single create by REST."""
    from engine.wiring import build_engine

    engine = build_engine(settings)
    try:
        ctx = Context(tenant.TENANT, SYSTEM)
        operations = [
            Operation("create", {**_new(random.Random(n), n), "owner": schema.OWNERS[0]}) for n in range(4_000)
        ]
        begun = time.process_time()
        for start in range(0, len(operations), 500):
            engine.records.bulk(ctx, "customer", operations[start : start + 500], atomic=True)
        per_row = (time.process_time() - begun) / len(operations) * 1000
    finally:
        engine.close()
    single = next(row.ours_ms for row in rows if row.operation == "create")
    return {"database": database, "row_ms": per_row, "share_of_create": per_row / single, "goal": 0.2}


def _print(rows: Sequence[Row], imports: Sequence[dict[str, Any]]) -> None:
    head = ("database", "operation", "ours ms", "limit ms", "ratio", "goal", "ours/s", "limit/s")
    print("{:<11} {:<9} {:>8} {:>9} {:>6} {:>5} {:>8} {:>8}".format(*head))
    for r in rows:
        print(
            f"{r.database:<11} {r.operation:<9} {r.ours_ms:8.2f} {r.limit_ms:9.2f} {r.ratio:6.2f} {r.goal:5.1f}"
            f" {r.ours_per_second:8.0f} {r.limit_per_second:8.0f}"
        )
    for i in imports:
        print(
            f"{i['database']:<11} import a row {i['row_ms']:.2f} ms, {i['share_of_create']:.2f} of a create, goal 0.2"
        )


if __name__ == "__main__":
    main()
