"""Processes under load: decisions, lists and clocks among many open cases and a long history (figures F1 to F12, F20).

``python3 run.py bench flows [--cases N] [--events N] [--only sqlite|postgresql] [--json]`` starts one case through the
engine, copies it inside the database, and then decides, lists, predicts and fires as users and clocks do. Each line
stands beside the figure that is demanded of a machine with two cores. It measures and judges nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from benchmarks.cloning import Copier, copy_run
from engine.kernel.context import Context
from engine.storage import faults
from engine.workflow.approvals.commands.bulk import Bulk
from tests.workflow.org1.house import TENANT, Org1, open_org1, reopen_org1

WORKERS, MINE, DECIDED, BULK, DUE, ROUNDS = 4, 5_000, 400, 200, 1_000, 40
FLOW, CLOCKED = "e1", "one_sla"


@dataclass(frozen=True)
class Line:
    """One figure: what was found beside what is demanded."""

    database: str
    figure: str
    what: str
    found: str
    demanded: str


def main(arguments: Sequence[str] | None = None) -> None:
    """Load, measure and print."""
    options = _options(arguments)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="tessera-flows-") as folder:
        for database in ("sqlite", "postgresql"):
            if options.only in (None, database):
                home = Path(folder) / database
                home.mkdir()
                with _place(database, home) as url:
                    for line in Measured(database, url, home, options).lines():
                        lines.append(line)
                        _print(line, sys.stderr if options.json else sys.stdout)
    if options.json:
        json.dump([asdict(line) for line in lines], sys.stdout, indent=2)


def _print(line: Line, to: TextIO) -> None:
    print(f"{line.database:11}{line.figure:4}{line.what:58}{line.found:>34}   {line.demanded}", file=to, flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench flows", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="open cases")
    parser.add_argument("--events", type=int, default=500_000, help="rows of history that are added for F2")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


@contextmanager
def _place(database: str, home: Path) -> Iterator[str]:
    if database == "sqlite":
        yield f"sqlite:///{home}/{{tenant}}.db"
        return
    from tests.support.postgres import start_postgres

    server = start_postgres()
    try:
        with server.fresh_database() as url:
            yield url
    finally:
        server.stop()


class Measured:
    """One database with its cases."""

    def __init__(self, database: str, url: str, home: Path, options: argparse.Namespace) -> None:
        self.database, self.url, self.home, self.options = database, url, home, options
        self.org: Org1 = open_org1(url, home, synchronous="FULL", state_seconds=1.0)
        self.org.watching = False
        self.instance, self.record = self._first(FLOW)
        self._spread()

    def lines(self) -> Iterator[Line]:
        """Yield the figures, one after the other."""
        yield self._line("F3", "statements of a decision", str(self._statements()), "<= 16")
        yield self._line("F4", "state of an instance", f"{self._state_bytes()} bytes", "<= 8 KB")
        yield self._line("F6", "path prediction, p95", _ms(self._predictions()), "<= 100 ms")
        yield self._line("F7", f"to-do page of 20 among {MINE} own, p95", _ms(self._pages("todo")), "<= 40 ms")
        yield self._line("F7", "badge, p95", _ms(self._badges()), "<= 40 ms")
        before = self._decisions(0)
        yield self._line("F1", self._among(), _rate(before), ">= 120/s, p95 <= 80 ms")
        self._lengthen()
        after = self._decisions(1)
        ratio = _p95(after.took) / _p95(before.took)
        yield self._line(
            "F2",
            f"the same with {self.options.events:,} more events",
            f"{_rate(after)}, {ratio:.2f} x",
            "p95 <= 1.15 x",
        )
        yield self._line("F8", "done list, deepest page by key, p95", _ms(self._pages("done")), "<= 60 ms")
        yield self._line("F12", f"bulk decision of {BULK}", f"{self._bulk():.1f} s", f"<= {15 * BULK / 500:.0f} s")
        fired, seconds = self._clocks()
        yield self._line("F10", f"{fired} clocks due at once", f"{seconds:.1f} s", f"<= {60 * fired / 10_000:.0f} s")
        self.org.engine.close()

    def _line(self, figure: str, what: str, found: str, demanded: str) -> Line:
        return Line(self.database, figure, what, found, demanded)

    def _among(self) -> str:
        return f"decisions by {WORKERS} processes among {self.options.cases:,} open"

    # -- loading -------------------------------------------------------------------------------------------------------

    def _first(self, flow: str) -> tuple[str, str]:
        record = self.org.amy.quotation(gap_pct=10)
        return str(self.org.amy.start(flow, record)["instance"]), record

    @contextmanager
    def _copier(self) -> Iterator[Copier]:
        copier = Copier(self.url, TENANT, self.home / f"{TENANT}.db")
        try:
            yield copier
        finally:
            copier.close()

    def _spread(self) -> None:
        """Make the cases: ``MINE`` of them wait for one person, the others for two hundred more."""
        person = self.org.users["lin"]
        with self._copier() as copier:
            own = f"'{person}'"
            number = "s.n % 200"
            other = (
                f"printf('{person[:24]}%012x', {number})"
                if copier.sqlite
                else f"'{person[:24]}' || lpad(to_hex({number}), 12, '0')"
            )
            holder = f"CASE WHEN s.n <= {MINE} THEN {own} ELSE {other} END"
            copy_run(copier, "quotation", self.instance, self.record, self.options.cases, {person: holder})

    def _lengthen(self) -> None:
        """Add the history of cases that are long over, and as many decisions of the person as a fifth of it."""
        with self._copier() as copier:
            done = copier.rows("SELECT id FROM tessera_task WHERE decision = 'approve' LIMIT 1")[0][0]
            last = 20_000_000 + self.options.events // 5
            copier.copy("tessera_task", f"t.id = '{done}'", [done], 20_000_000, last)
            copier.copy(
                "tessera_process_event",
                f"t.instance = '{self.instance}' AND t.seq = 1",
                [self.instance],
                10_000_000,
                10_000_000 + self.options.events,
            )

    # -- measuring -----------------------------------------------------------------------------------------------------

    def _context(self, login: str = "lin") -> Context:
        org = self.org
        return org.engine.auth.tokens.caller(org.tokens[login]).context(org.clock, org.system.zone, "en", "bench")

    def _tasks(self, count: int, after: int = 0) -> list[str]:
        """Return tasks that wait for the person: copies, in the order of their numbers."""
        with self._copier() as copier:
            found = copier.rows(
                "SELECT id FROM tessera_task WHERE state = 'open' AND assignee = "
                f"'{self.org.users['lin']}' ORDER BY id LIMIT {count} OFFSET {after}"
            )
        return [row[0] for row in found]

    def _statements(self) -> int:
        first, second = self._tasks(2)
        ctx = self._context()
        self.org.approvals.on_task(ctx, first, "approve", {})
        seen = [0]

        def note() -> None:
            seen[0] += 1

        faults.after_statement = note
        try:
            self.org.approvals.on_task(ctx, second, "approve", {})
        finally:
            faults.after_statement = None
        return seen[0] - 2  # begin and commit

    def _state_bytes(self) -> int:
        with self._copier() as copier:
            return int(copier.rows("SELECT max(length(state)) FROM tessera_instance")[0][0])

    def _predictions(self) -> list[float]:
        record = self.org.amy.quotation(gap_pct=20)
        ctx = self._context("amy")
        return _timed(ROUNDS, lambda: self.org.approvals.predict(ctx, "quotation", record, FLOW, {}))

    def _pages(self, name: str) -> list[float]:
        ctx, inbox = self._context(), self.org.approvals.inbox
        after = ""
        for _ in range(5):  # the pages before do not matter: each is found by its key
            after = inbox.page(ctx, name, after=after)["next"] or after
        return _timed(ROUNDS, lambda: inbox.page(ctx, name, after=after))

    def _badges(self) -> list[float]:
        ctx = self._context()
        return _timed(ROUNDS, lambda: self.org.approvals.inbox.count(ctx))

    def _decisions(self, turn: int) -> Pace:
        each = DECIDED // WORKERS
        tasks = self._tasks(each * WORKERS, 100 * turn)
        shares = [tasks[n::WORKERS] for n in range(WORKERS)]
        token = self.org.tokens["lin"]
        spawned = multiprocessing.get_context("spawn")
        gate, told = spawned.Barrier(WORKERS), spawned.Queue()
        workers = [
            spawned.Process(target=_decide, args=(self.url, str(self.home), token, share, gate, told))
            for share in shares
        ]
        for worker in workers:
            worker.start()
        found = [told.get(timeout=600) for _ in workers]
        for worker in workers:
            worker.join()
        begun, ended = min(one[0] for one in found), max(one[1] for one in found)
        return Pace([took for one in found for took in one[2]], ended - begun)

    def _bulk(self) -> float:
        began = time.perf_counter()
        done = self.org.approvals.bulk(self._context(), Bulk(self._tasks(BULK), "approve", key="bench"))
        assert all(one["done"] for one in done)
        return time.perf_counter() - began

    def _clocks(self) -> tuple[int, float]:
        instance, record = self._first(CLOCKED)
        with self._copier() as copier:
            copy_run(copier, "quotation", instance, record, DUE, {})
        self.org.later(hours=7)
        began, fired = time.perf_counter(), 0
        while done := self.org.engine.processes.tick(TENANT):
            fired += done
        return fired, time.perf_counter() - began


@dataclass(frozen=True)
class Pace:
    """Seconds of each act, and of all together on the wall."""

    took: list[float]
    seconds: float


def _decide(url: str, home: str, token: str, tasks: list[str], gate: Any, told: Any) -> None:
    """Be one worker: decide the tasks one after the other."""
    org = reopen_org1(url, Path(home), synchronous="FULL", state_seconds=1.0)
    ctx = org.engine.auth.tokens.caller(token).context(org.clock, org.system.zone, "en", "bench")
    gate.wait(120)
    began, took = time.time(), []
    for task in tasks:
        start = time.perf_counter()
        org.approvals.on_task(ctx, task, "approve", {})
        took.append(time.perf_counter() - start)
    told.put((began, time.time(), took))
    org.engine.close()


def _timed(rounds: int, act: Callable[[], object]) -> list[float]:
    act()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return took


def _p95(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def _ms(took: Sequence[float]) -> str:
    return f"{_p95(took) * 1000:.1f} ms"


def _rate(pace: Pace) -> str:
    return f"{len(pace.took) / pace.seconds:.0f}/s, p95 {_p95(pace.took) * 1000:.0f} ms"


if __name__ == "__main__":
    main()
