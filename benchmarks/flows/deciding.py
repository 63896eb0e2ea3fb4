"""Decisions: many at once, with a long history, by a crowd, on an old case (F1 to F4, F9, F12, F20)."""

from __future__ import annotations

import multiprocessing
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cloning import Differing
from benchmarks.flows.definitions import CROWD, LONG, OLD
from benchmarks.flows.firm import VOTERS, Firm
from benchmarks.flows.measuring import Line, Taken, seconds
from engine.kernel.errors import TesseraError
from engine.workflow.approvals.commands.bulk import Bulk
from engine.workflow.approvals.trail.checking import check
from tests.workflow.org1.house import reopen_org1

WORKERS, DECIDED, BULK = 4, 400, 500
CROWDS, ROUNDS, EVENTS, AGED = 5, 50, 2_000, 30


def statements(firm: Firm) -> Iterator[Line]:
    """F3: statements of a decision, those that open and end the transaction left out."""
    first, second = firm.open_tasks(firm.org.users["lin"], 2)
    firm.decide("lin", first)
    decide = firm.commanding("lin", second)
    with firm.counting() as seen:
        decide()
    yield firm.line("F3", "statements of a decision", seen[0] - 2, "<= 16")


def state(firm: Firm) -> Iterator[Line]:
    """F4: the runtime state of an instance, also after many rounds."""
    size = "SELECT max(length(state)) FROM tessera_instance WHERE"
    instance, _ = firm.first(LONG)
    yield firm.line("F4", "state of an instance of 30 steps", _bytes(firm, f"{size} id = '{instance}'"), "<= 8 KB")
    yield firm.line("F4", "largest state of all", _bytes(firm, f"{size} id <> ''"), "<= 8 KB")


def _bytes(firm: Firm, statement: str) -> str:
    return f"{firm.one(statement)} bytes"


# -- F1 and F2 ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pace:
    """What was taken, and the seconds of all together on the wall."""

    taken: Taken
    seconds: float

    def __str__(self) -> str:
        return f"{len(self.taken.walls) / self.seconds:.0f}/s, p95 {self.taken}"


def pace(firm: Firm) -> Iterator[Line]:
    """F1: decisions by several processes."""
    what = f"decisions by {WORKERS} processes among {firm.options.cases:,} open"
    firm.kept["pace"] = found = _decisions(firm)
    yield firm.line("F1", what, found, ">= 120/s, p95 <= 80 ms")


def history(firm: Firm) -> Iterator[Line]:
    """F2: the same before and after a long history; the processors tell more than the wall on a machine in use."""
    events = firm.options.events
    before = firm.kept.get("pace") or _decisions(firm)
    lengthen(firm, events)
    after = _decisions(firm)
    wall, processor = after.taken.p95 / before.taken.p95, after.taken.each / before.taken.each
    found = f"{after}; {wall:.2f} x, processor {processor:.2f} x"
    yield firm.line("F2", f"the same with {events:,} more events", found, "p95 <= 1.15 x")


def lengthen(firm: Firm, events: int) -> None:
    """Add the history of cases that are long over, with a fifth as many decisions of one person; once."""
    if firm.one("SELECT count(*) FROM (SELECT 1 FROM tessera_task WHERE mark = 'bench' LIMIT 1) x"):
        return
    with firm.copier() as copier:
        task = copier.rows("SELECT id FROM tessera_task WHERE decision = 'approve' LIMIT 1")
        if not task:
            firm.decide("lin", firm.open_tasks(firm.org.users["lin"], 1)[0])
            task = copier.rows("SELECT id FROM tessera_task WHERE decision = 'approve' LIMIT 1")
        (done,) = task[0]
        first, step = 20_000_000, 500_000
        for start in range(0, max(events // 5, 1), step):
            last = min(start + step, max(events // 5, 1))
            own = Differing(columns={"mark": "'bench'"})
            copier.copy("tessera_task", f"t.id = '{done}'", [done], (first + start + 1, first + last), own)
        for start in range(0, events, step):
            last = min(start + step, events)
            where = f"t.instance = '{firm.instance}' AND t.seq = 1"
            copier.copy("tessera_process_event", where, [firm.instance], (first + start + 1, first + last))


def _decisions(firm: Firm) -> Pace:
    each = DECIDED // WORKERS
    tasks = firm.open_tasks(firm.org.users["lin"], each * WORKERS)
    token, place = firm.org.tokens["lin"], firm.place
    spawned = multiprocessing.get_context("spawn")
    gate, told = spawned.Barrier(WORKERS), spawned.Queue()
    workers = [
        spawned.Process(target=_decide, args=(place.url, str(place.home), token, tasks[n::WORKERS], gate, told))
        for n in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    begun = told.get(timeout=600)
    before = firm.watch.of_servers()
    found = [told.get(timeout=600) for _ in workers]
    served = firm.watch.of_servers() - before
    for worker in workers:
        worker.join()
    ended = max(one[0] for one in found)
    walls = [wall for one in found for wall in one[1]]
    return Pace(Taken(walls, served + sum(one[2] for one in found)), ended - begun)


def _decide(url: str, home: str, token: str, tasks: Sequence[str], gate: Any, told: Any) -> None:
    """Be one worker: decide the tasks one after the other, the first to warm up. One worker tells when they begin."""
    org = reopen_org1(url, Path(home), synchronous="FULL", state_seconds=1.0)
    ctx = org.engine.auth.tokens.caller(token).context(org.clock, org.system.zone, "en", "bench")
    org.approvals.on_task(ctx, tasks[0], "approve", {})
    if gate.wait(300) == 0:
        told.put(time.time())
    walls, before = [], time.process_time()
    for task in tasks[1:]:
        start = time.perf_counter()
        org.approvals.on_task(ctx, task, "approve", {})
        walls.append(time.perf_counter() - start)
    told.put((time.time(), walls, time.process_time() - before))
    org.engine.close()


# -- F9: many people on one instance -----------------------------------------------------------------------------------


def contention(firm: Firm) -> Iterator[Line]:
    """F9: a crowd decides on one instance at once; everybody is answered, and the invariants hold."""
    worst, failed, open_ = 0.0, [], 0
    instances = [firm.first(CROWD, number=f"crowd{n}")[0] for n in range(CROWDS)]
    for instance in instances:
        took, errors = _at_once(firm, instance)
        worst, failed = max(worst, *took), failed + errors
        open_ += firm.one(
            f"SELECT count(*) FROM tessera_task WHERE instance = '{instance}' AND step = 'v' AND decision IS NULL"
        )
    breaches = len(check(firm.org.approvals.kernel, firm.org.system, instances[-1]))
    found = f"worst {worst * 1000:.0f} ms, {len(failed)} failed, {open_} undecided, {breaches} breaches"
    yield firm.line("F9", f"{VOTERS} people on one instance at once, {CROWDS} times", found, "<= 2 s, 0, 0, 0")


def _at_once(firm: Firm, instance: str) -> tuple[list[float], list[str]]:
    tasks = dict(firm.rows(f"SELECT assignee, id FROM tessera_task WHERE instance = '{instance}' AND state = 'open'"))
    assert len(tasks) == VOTERS
    gate, took, errors = threading.Barrier(VOTERS), list[float](), list[str]()

    def vote(login: str) -> None:
        ctx, task = firm.context(login), tasks[firm.org.users[login]]
        gate.wait()
        began = time.perf_counter()
        try:
            firm.org.approvals.on_task(ctx, task, "approve", {})
        except TesseraError as error:
            errors.append(error.code)
        took.append(time.perf_counter() - began)

    people = [threading.Thread(target=vote, args=(f"caller{n}",)) for n in range(VOTERS)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return took, errors


# -- F12 and F20 -------------------------------------------------------------------------------------------------------


def bulk(firm: Firm) -> Iterator[Line]:
    """F12: one decision for many tasks."""
    tasks = firm.open_tasks(firm.org.users["lin"], BULK)

    def act() -> None:
        done = firm.org.approvals.bulk(firm.context(), Bulk(tasks, "approve", key="bench"))
        assert all(one["done"] for one in done)

    yield firm.line("F12", f"bulk decision of {BULK}", seconds(firm.watch.whole(act)), "<= 15 s")


def old(firm: Firm) -> Iterator[Line]:
    """F20: decisions on a case that went many rounds and has a long trail, in turn with those on fresh ones."""
    instance, _ = firm.first(OLD)
    for _ in range(ROUNDS - 1):
        firm.decide("lin", _task(firm, instance))
        _again(firm, instance)
    _grow(firm, instance)
    took: dict[str, list[float]] = {"old": [], "fresh": []}
    counted: dict[str, set[int]] = {"old": set(), "fresh": set()}
    for n in range(AGED):
        fresh, _ = firm.first(OLD, number=f"fresh{n}")
        pair = [("old", instance), ("fresh", fresh)]
        for name, one in pair if n % 2 else reversed(pair):
            decide = firm.commanding("lin", _task(firm, one))
            before = time.process_time()
            with firm.counting() as seen:
                decide()
            took[name].append(time.process_time() - before)
            counted[name].add(seen[0])
        _again(firm, instance)
    ratio = statistics.median(took["old"]) / statistics.median(took["fresh"])
    found = f"{ratio:.2f} x processor, statements {sorted(counted['old'])} / {sorted(counted['fresh'])}"
    yield firm.line("F20", f"decision after {ROUNDS} rounds, {EVENTS:,} events, to fresh", found, "<= 1.1 x")
    size = _bytes(firm, f"SELECT length(state) FROM tessera_instance WHERE id = '{instance}'")
    yield firm.line("F4", f"state of an instance after {ROUNDS + AGED} rounds", size, "<= 8 KB")


def _task(firm: Firm, instance: str) -> str:
    return str(firm.one(f"SELECT id FROM tessera_task WHERE instance = '{instance}' AND state = 'open'"))


def _again(firm: Firm, instance: str) -> None:
    """Let the director send a case back and the submitter submit it again."""
    firm.decide("sun", _task(firm, instance), "return", comment="again", to="submitter")
    firm.org.approvals.on_instance(firm.context("amy"), instance, "resubmit", {})


def _grow(firm: Firm, instance: str) -> None:
    """Make the trail of a case longer, past the engine: copies of its first event, and the end moved on."""
    with firm.copier() as copier:
        (last,) = copier.rows(f"SELECT max(seq) FROM tessera_process_event WHERE instance = '{instance}'")[0]
        if last < EVENTS:
            where = f"t.instance = '{instance}' AND t.seq = 1"
            copier.copy("tessera_process_event", where, [], (last + 1, EVENTS), Differing(columns={"seq": "s.n"}))
            copier.run(f"UPDATE tessera_instance SET seq = {EVENTS} WHERE id = '{instance}'")
