"""What things cost as the house grows: many objects, many tenants, long lists, large packs, pages, first bytes.

``python -m benchmarks.scale [--only WORD] [--objects N] [--tenants N] [--rows N] [--json]`` prints the "other figures"
of the performance plan beside what they should be. Ratios compare the small and the large house in one run, in turns,
by processor time of the thread that asks; SQLite, in process, without a network. It measures and judges nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from werkzeug.test import Client

from benchmarks import processes
from engine.api import configure_logs
from engine.auth import Visitor
from engine.auth.accounts import NewUser
from engine.kernel.context import SYSTEM, Context
from engine.records import Operation
from engine.settings import Settings, look_for_garbage_rarely
from engine.tenancy import AddPacks, SetOverlay
from engine.tenancy.intents import read_packs
from engine.wiring import Engine, build_engine, web_app_of

CRM = Path(__file__).parent.parent / "packs" / "crm_standard"
PASSWORD = "correct horse battery"  # noqa: S105 - of a tenant that is gone in a minute
ROUNDS, ASKED = 7, 60
KINDS = (
    *("text", "money, currency: CNY", "date", "datetime", "boolean", "integer", "decimal", "percent", "email", "phone"),
    *(
        "multiline",
        "url",
        "choice, of: level_{start}",
        "reference, to: thing_{start}",
        "text",
        "date",
        "money, currency: CNY",
        "text",
    ),
)
HEAD = 'version: 1.0.0\ntitle: {zh: 房子, en: House}\nengine: ">=0.1"\nlanguages: [zh, en]\n'
ITEMS = "title: {zh: 级别, en: Level}\nitems: {A: {zh: 甲, en: A}, B: {zh: 乙, en: B}}\n"
A_PACK = 100  # objects of one pack; the engine allows 200, and 5,000 fields


@dataclass(frozen=True)
class Figure:
    """One measured figure: what it is, how much, in which unit, and what is aimed at."""

    what: str
    value: float
    unit: str
    goal: float
    told: str = ""


def main() -> None:
    """Measure and print."""
    options = _options()
    look_for_garbage_rarely()
    found: list[Figure] = []
    for measure in (of_objects, of_tenants, of_long_lists, of_large_packs, of_pages, of_the_start):
        if options.only and options.only not in measure.__name__:
            continue
        print(f"{measure.__name__.replace('_', ' ')} ...", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="tessera-scale-") as folder:
            for figure in measure(Path(folder), options):
                found.append(figure)
                if not options.json:
                    goal = f"goal {figure.goal:g} {figure.unit}"
                    print(f"{figure.what:52}{figure.value:10.2f} {figure.unit:4} {goal:18}{figure.told}", flush=True)
    if options.json:
        json.dump([asdict(figure) for figure in found], sys.stdout, indent=2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench scale", description=__doc__)
    parser.add_argument("--only", default="", help="a word in the name of a group: objects, tenants, lists, packs ...")
    parser.add_argument("--objects", type=int, default=1_000)
    parser.add_argument("--tenants", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


# -- houses ------------------------------------------------------------------------------------------------------------


@contextmanager
def _engine(home: Path) -> Iterator[Engine]:
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        home=home,
        secret=token_hex(24).encode(),
        password_cost="cheap",  # noqa: S106 - a cost, not a password
        log_level="ERROR",
        statement_seconds=300.0,
    )
    configure_logs(settings)
    engine = build_engine(settings)
    try:
        yield engine
    finally:
        engine.close()


def written_packs(folder: Path, objects: int) -> list[Path]:
    """Write packs of at most a hundred objects of nineteen fields each, ten to a file, and return their folders."""
    return [_written_pack(folder, start, min(objects, start + A_PACK)) for start in range(0, objects, A_PACK)]


def _written_pack(parent: Path, start: int, end: int) -> Path:
    folder = parent / f"house_{start}"
    folder.mkdir(parents=True)
    texts = [f"pack: house_{start}\n{HEAD}", f"dictionary: level_{start}\n{ITEMS}"]
    for number in range(start, end):
        lines = [f"object: thing_{number}", f"title: {{zh: 物品{number}, en: Thing {number}}}", "display: name"]
        lines += ["traits: [history]", "indexes: [[name]]", "fields:"]
        lines += ["  name: {type: text, title: {zh: 名称, en: Name}, required: true}", *_fields("f", start)]
        lines += ["checks:", "  positive: {that: 'f1 >= 0', say: {zh: 不能为负, en: Not negative}, field: f1}"]
        texts.append("\n".join(lines) + "\n")
    for first in range(0, len(texts), 10):
        name = "pack.yaml" if first == 0 else f"things_{first:03}.yaml"
        (folder / name).write_text("---\n".join(texts[first : first + 10]), encoding="utf-8")
    return folder


def _fields(letter: str, start: int) -> list[str]:
    kinds = [kind.format(start=start) for kind in KINDS]
    return [
        f"  {letter}{place}: {{type: {kind}, title: {{zh: 字段{letter}{place}, en: Field {letter}{place}}}}}"
        for place, kind in enumerate(kinds)
    ]


def _tenant(engine: Engine, name: str, packs: Sequence[Path], rows: int = 0) -> str:
    """Make a tenant with packs of things and rows in the first of them; return a token of its administrator."""
    engine.tenancy.create(name, name)
    engine.tenancy.install(name, packs)
    engine.auth.accounts.create(name, NewUser("admin", "Admin", PASSWORD, (), True))
    _fill(engine, name, rows)
    return str(engine.auth.tokens.create(name, "admin", "bench", ("read", "write"), None))


def _fill(engine: Engine, name: str, rows: int) -> None:
    for start in range(0, rows, 1_000):
        some = range(start, min(rows, start + 1_000))
        given = [{"name": f"Thing {n:08}", "f0": f"text {n}", "f1": str(n), "f5": n} for n in some]
        engine.records.bulk(
            Context(name, SYSTEM), "thing_0", [Operation("create", values) for values in given], atomic=True
        )
    engine.background.settle(name)


def _asking(engine: Engine, token: str, paths: Sequence[str]) -> Callable[[], float]:
    """Return what asks the paths in turn and says the milliseconds of processor time of one request."""
    client = Client(web_app_of(engine), use_cookies=False)
    turn = cycle(paths)

    def ask() -> float:
        began = time.thread_time()
        for _ in range(ASKED):
            path = next(turn)
            answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")
        return (time.thread_time() - began) / ASKED * 1000

    return ask


def _compared(what: str, small: Callable[[], float], large: Callable[[], float], goal: float) -> Figure:
    small(), large()
    pairs = [(small(), large()) for _ in range(ROUNDS)]
    one, other = (statistics.median(values) for values in zip(*pairs, strict=True))
    return Figure(what, other / one, "x", goal, f"{one:.2f} -> {other:.2f} ms")


def _requests(engine: Engine, name: str) -> dict[str, list[str]]:
    from engine.records import Listing

    ids = [record.id for record in engine.records.list(Context(name, SYSTEM), Listing("thing_0", limit=50)).records]
    base = "/api/v1/records/thing_0"
    return {"get": [f"{base}/{id}" for id in ids], "list": [f"{base}?sort=name&limit=50"]}


# -- what is measured --------------------------------------------------------------------------------------------------


def of_objects(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    """Does a request cost more where a tenant has more objects?"""
    with _engine(folder / "few") as few, _engine(folder / "many") as many:
        tokens = [
            _tenant(engine, "house", written_packs(folder / f"packs{count}", count), 500)
            for engine, count in ((few, 10), (many, options.objects))
        ]
        for what, paths in _requests(few, "house").items():
            small = _asking(few, tokens[0], paths)
            large = _asking(many, tokens[1], _requests(many, "house")[what])
            yield _compared(f"{what}, 10 objects against {options.objects:,}", small, large, 1.1)


def of_tenants(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    """Does a request cost more in a process that serves more tenants, and what memory does each take?"""
    with _engine(folder / "home") as engine:
        packs = written_packs(folder, 20)
        token = _tenant(engine, "t0", packs, 200)
        asked = _requests(engine, "t0")["get"]
        alone = _asking(engine, token, asked)
        alone()
        first = [alone() for _ in range(ROUNDS)]
        names = [f"t{n}" for n in range(1, options.tenants)]
        source = folder / "home" / "tenants" / "t0.db"
        with engine.shelf.current("t0")[0].reading() as session:
            session.raw_rows("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in names:  # a copy of the file, as of a tenant that was made in a second process
            shutil.copyfile(source, source.with_name(f"{name}.db"))
            engine.tenancy.create(name, name, adopt=True)
        _open_all(engine, names[:20])  # what is made once for all of them
        before = _resident()
        _open_all(engine, names[20:])
        counted = max(1, len(names[20:]))
        told = f"{before // 1024} -> {_resident() // 1024} MB, connections that stay open counted in"
        yield Figure(
            f"memory a tenant, {options.tenants:,} in one process", (_resident() - before) / counted, "KB", 300, told
        )
        last = [alone() for _ in range(ROUNDS)]
        one, other = statistics.median(first), statistics.median(last)
        yield Figure(
            f"get, 1 tenant against {options.tenants:,}", other / one, "x", 1.1, f"{one:.2f} -> {other:.2f} ms"
        )


def _open_all(engine: Engine, names: Sequence[str]) -> None:
    from engine.records import Listing

    for name in names:
        engine.records.list(Context(name, SYSTEM), Listing("thing_0", limit=1))


def _resident() -> int:
    """Return the kilobytes of memory that this process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found.group(1)) if found else 0


def of_long_lists(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    """Does a page of a list cost more where the list is longer, at its beginning and deep in it?"""
    packs = written_packs(folder, 2)
    pages: list[tuple[Engine, str, list[str]]] = []
    with _engine(folder / "short") as short, _engine(folder / "long") as long:
        for engine, rows in ((short, 10_000), (long, options.rows)):
            token = _tenant(engine, "house", packs, rows)
            first = "/api/v1/records/thing_0?sort=name&limit=50"
            client = Client(web_app_of(engine), use_cookies=False)
            middle = f"{first}&where=" + quote(f'name >= "Thing {rows // 2:08}"')
            deep, path = [], middle
            for _ in range(5):
                answer = client.get(path, headers={"Authorization": f"Bearer {token}"}).get_json()
                if not answer.get("next"):
                    raise SystemExit(f"{path}: {answer}")
                path = f"{middle}&after={quote(answer['next'])}"
                deep.append(path)
            pages.append((engine, token, deep))
        first = "/api/v1/records/thing_0?sort=name&limit=50"
        told = f"10,000 rows against {options.rows:,}"
        (one, its, near), (other, others, far) = pages
        yield _compared(f"first page, {told}", _asking(one, its, [first]), _asking(other, others, [first]), 1.2)
        yield _compared(f"pages in the middle, {told}", _asking(one, its, near), _asking(other, others, far), 1.2)


def of_large_packs(folder: Path, _: argparse.Namespace) -> Iterator[Figure]:
    """How long do checking and planning take where a pack is large?"""
    packs = written_packs(folder, 300)
    yield Figure("pack check, 300 objects, the whole command", _command("pack", "check", *map(str, packs)), "s", 2)
    with _engine(folder / "home") as engine:
        _tenant(engine, "house", packs)
        changed = packs[1] / "things_050.yaml"
        text = changed.read_text(encoding="utf-8")
        changed.write_text(text.replace("  f0: {type: text,", "  f0: {type: text, length: 90,", 1), encoding="utf-8")
        taken = []
        for _ in range(3):
            began = time.process_time()
            engine.tenancy.plan("house", AddPacks(read_packs(packs), {}))
            taken.append((time.process_time() - began) * 1000)
        yield Figure("plan of a pack after one field of 300 objects", statistics.median(taken), "ms", 300)
        taken = []
        for _ in range(3):
            began = time.process_time()
            engine.tenancy.plan("house", SetOverlay("change: object thing_7\nset: {fields: {f0: {length: 80}}}\n"))
            taken.append((time.process_time() - began) * 1000)
        yield Figure("plan of an overlay over 300 objects", statistics.median(taken), "ms", 300)


def of_pages(folder: Path, _: argparse.Namespace) -> Iterator[Figure]:
    """What does a generated page cost, and how much must a browser fetch for it?"""
    with _engine(folder / "home") as engine:
        packs = written_packs(folder, 2)
        text = "\n".join((*_fields("g", 0), *_fields("h", 0)[:3], ""))
        first = packs[0] / "pack.yaml"
        first.write_text(
            first.read_text(encoding="utf-8").replace("checks:\n", text + "checks:\n", 1), encoding="utf-8"
        )
        _tenant(engine, "house", packs, 200)
        cookie = engine.auth.log_in("house", "admin", PASSWORD, Visitor("192.0.2.1"))
        client = Client(web_app_of(engine), use_cookies=False)
        headers = {"Cookie": f"tessera={cookie}"}

        def spent(path: str) -> tuple[float, str]:
            taken, shown = [], ""
            for turn in range(ROUNDS * 4):
                began = time.thread_time()
                answer = client.get(path, headers=headers)
                shown = answer.get_data(as_text=True)
                if answer.status_code != 200:
                    raise SystemExit(f"{path}: {answer.status_code}")
                if turn >= 4:
                    taken.append((time.thread_time() - began) * 1000)
            return statistics.median(taken), shown

        milliseconds, _shown = spent("/o/thing_0/new")
        yield Figure("form page of 40 fields", milliseconds, "ms", 15)
        milliseconds, shown = spent("/o/thing_0")
        yield Figure("list page of 50", milliseconds, "ms", 15)
        total = 0
        for path in sorted(set(re.findall(r'(?:src|href)="([^"]+\.(?:js|css)[^"]*)"', shown))):
            answer = client.get(path, headers={**headers, "Accept-Encoding": "gzip"})
            body = answer.get_data()
            total += len(body) if answer.headers.get("Content-Encoding") else len(gzip.compress(body))
        yield Figure("scripts and styles of a list page, compressed", total / 1024, "KB", 200)


def of_the_start(folder: Path, _: argparse.Namespace) -> Iterator[Figure]:
    """How long until a server with the standard pack answers for the first time?"""
    home = folder / "home"
    with _engine(home) as engine:
        engine.tenancy.create("crm", "CRM")
        engine.tenancy.install("crm", [CRM])
        engine.auth.accounts.create("crm", NewUser("admin", "Admin", PASSWORD, (), True))
        token = str(engine.auth.tokens.create("crm", "admin", "bench", ("read",), None))
    taken, spent = [], []
    for _turn in range(4):
        port = processes.free_port()
        command = [sys.executable, "-m", "engine.cli", "serve", "--port", str(port)]
        began = time.perf_counter()
        server = subprocess.Popen(command, env=_environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _until_answered(port, token)
            taken.append(time.perf_counter() - began)
            spent.append(processes.tree_seconds(server.pid))
        finally:
            server.terminate()
            server.wait(20)
    told = f"{statistics.median(spent[1:]):.2f} s of processor time"
    yield Figure("start of the server to its first list of customers", statistics.median(taken[1:]), "s", 1.5, told)


def _until_answered(port: int, token: str) -> None:
    import http.client

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/api/v1/records/customer?limit=1", headers={"Authorization": f"Bearer {token}"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise SystemExit("the server did not answer within a minute")


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TESSERA_HOME": str(home), "TESSERA_LOG_LEVEL": "ERROR"}


def _command(*words: str) -> float:
    """Return the seconds on the clock of a command of ours, the median of three."""
    taken: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        done: Any = subprocess.run([sys.executable, "-m", "engine.cli", *words], capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(done.stdout.decode() + done.stderr.decode())
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
