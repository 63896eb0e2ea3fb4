"""People who leave and people who are chosen (F13, F17)."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

from benchmarks.cloning import Differing
from benchmarks.flows.firm import CALLERS, Firm
from benchmarks.flows.measuring import Line, seconds
from engine.kernel.errors import TesseraError
from engine.kernel.names import RecordRef
from engine.records import Unit
from engine.workflow.effects import Cause

LEAVING = "caller199"
AMONG, ROUNDS, AT_ONCE = 100_000, 40, 50
_FAR = 40_000_000


def leaver(firm: Firm) -> Iterator[Line]:
    """F13: somebody with many open tasks leaves while others go on deciding."""
    org, count = firm.org, firm.options.leaver
    user = org.users[LEAVING]
    firm.copies(firm.instance, firm.record, count, f"'{user}'", _FAR)
    others = _Others(firm)
    org.engine.auth.accounts.set_active("t1", LEAVING, False)
    moved = [0]

    def act() -> None:
        moved[0] = org.approvals.running.person_left(org.system, user)

    with firm.counting() as seen:
        others.start()
        taken = firm.watch.whole(act)
        others.stop()
    left = firm.one(f"SELECT count(*) FROM tessera_task WHERE state = 'open' AND assignee = '{user}'")
    each = (seen[0] - others.statements) / max(moved[0], 1)
    found = f"{seconds(taken)}; {each:.1f} statements a case"
    yield firm.line("F13", f"leaver with {count:,} open tasks, {left} left", found, f"<= {60 * count / 10_000:.0f} s")
    waited = f"worst {max(others.took) * 1000:.0f} ms, median {sorted(others.took)[len(others.took) // 2] * 1000:.0f}"
    yield firm.line("F13", f"{len(others.took)} decisions of others meanwhile", waited, "<= 200 ms")


class _Others:
    """Decides one task after the other in a thread of its own."""

    def __init__(self, firm: Firm) -> None:
        self._firm, self._over = firm, threading.Event()
        self._tasks = firm.open_tasks(firm.org.users["lin"], 2_000)
        self._thread = threading.Thread(target=self._run)
        self.took: list[float] = []
        self.statements = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        ctx = self._firm.context()
        for task in self._tasks:
            began = time.perf_counter()
            self._firm.org.approvals.on_task(ctx, task, "approve", {})
            self.took.append(time.perf_counter() - began)
            self.statements += 14
            if self._over.wait(0.05):
                return


def least_loaded(firm: Firm) -> Iterator[Line]:
    """F17: the least loaded of many candidates, one after the other and at once."""
    org = firm.org
    caller = firm.callers
    id = org.engine.records.create(org.system, "errand", {"name": "E", "kind": "x", "worker": caller[0]}).id
    people = ", ".join(f"({n}, '{one}')" for n, one in enumerate(caller))
    worker = f"(SELECT column2 FROM (VALUES {people}) v WHERE column1 = s.n % {CALLERS})"
    with firm.copier() as copier:
        copier.copy("errand", f"t.id = '{id}'", [id], (1, AMONG), Differing(columns={"worker": worker}))
    org.engine.records.delete(org.system, "errand", id, 1)
    refs = [_errand(firm, "y") for _ in range(ROUNDS + 1)]

    def pick(unit: Unit, ref: RecordRef) -> str | None:
        return org.engine.processes.assignments.assign(unit, "bench_least", ref, Cause(f"bench:{ref.id}", ref))

    def act(ref: RecordRef) -> None:
        assert org.engine.records.command(org.system, partial(pick, ref=ref)) is not None

    act(refs[0])
    taken = firm.watch.over([partial(act, ref) for ref in refs[1:]])
    what = f"least loaded of {CALLERS}, {AMONG:,} open, p95"
    yield firm.line("F17", what, taken, "<= 30 ms")
    org.later(seconds=1)
    before = _loads(firm)
    chosen, failed = _at_once(firm)
    after = {**before, **{one: before.get(one, 0) + n for one, n in chosen.items()}}
    fair = max(after.values()) - min(after.values())
    found = f"{len(chosen)} chosen for {sum(chosen.values())}, {failed} failed, loads apart by {fair}"
    yield firm.line("F17", f"{AT_ONCE} at once", found, f"{AT_ONCE} chosen, 0, apart by <= 1")
    with firm.copier() as copier:
        # the pack has a daily rule that looks at each of them
        copier.run("DELETE FROM errand WHERE kind = 'x'")


def _errand(firm: Firm, kind: str) -> RecordRef:
    org = firm.org
    return RecordRef("errand", org.engine.records.create(org.system, "errand", {"name": "E", "kind": kind}).id)


def _loads(firm: Firm) -> dict[str, int]:
    return dict(
        firm.rows("SELECT worker, count(*) FROM errand WHERE worker IS NOT NULL AND deleted_at IS NULL GROUP BY worker")
    )


def _at_once(firm: Firm) -> tuple[Counter[str], int]:
    gate, made = threading.Barrier(AT_ONCE), list[RecordRef]()

    def create() -> None:
        gate.wait()
        with contextlib.suppress(TesseraError):
            made.append(_errand(firm, "bench"))

    threads = [threading.Thread(target=create) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = ", ".join(f"'{ref.id}'" for ref in made)
    workers = Counter(row[0] for row in firm.rows(f"SELECT worker FROM errand WHERE id IN ({ids})"))
    return workers, AT_ONCE - len(made)
