"""R10: a job outlives its workers: taken over when one vanishes, fenced when one sleeps, set aside when it kills."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.jobs import Control, JobBook, Runner
from engine.jobs.dispatching import POLL
from engine.jobs.running import LEASE, Kind
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.records import Unit
from engine.settings import Settings
from engine.storage import Job, NewJob, job_rows
from engine.wiring import Engine, build_engine
from tests.promises.conftest import TIER
from tests.promises.pack import PACK, write_pack

TENANT = "acme"
PARTS = 4
ROUNDS = {1: 3, 2: 25, 3: 250}[TIER]
CROWD = {1: 20, 2: 1_000, 3: 1_000}[TIER]
TAKEN_OVER = LEASE + timedelta(seconds=1)


@dataclass
class House:
    """A tenant, and workers that are processes of their own with a clock that stands."""

    settings: Settings
    clock: FrozenClock
    engine: Engine

    @property
    def ctx(self) -> Context:
        return Context(TENANT, SYSTEM, "en", clock=self.clock)

    def put(self, kind: str, key: str) -> str:
        with self.engine.shelf.database(TENANT).writing() as session:
            return job_rows.put_job(session, NewJob(kind, SYSTEM.user, {"key": key}), self.clock.now())

    def job(self, id: str) -> Job:
        return JobBook(self.engine.shelf).job(self.ctx, id)

    def runner(self, kind: Kind) -> Runner:
        return _runner(self.engine, kind, self.settings, self.clock)

    def worker(self, kind: Callable[[Engine], Kind], work: Callable[[Runner], object]) -> int:
        """Start a worker that has nothing of ours in common with this process but the database."""
        child = os.fork()
        if child:
            return child
        try:
            own = build_engine(self.settings, FrozenClock(self.clock.instant))
            work(_runner(own, kind(own), self.settings, own.clock))
        finally:
            os._exit(0)

    def marks(self) -> Counter[str]:
        """Return what jobs have left in the tenant's records."""
        with self.engine.shelf.database(TENANT).reading() as session:
            return Counter(row[0] for row in session.raw_rows("SELECT name FROM account"))


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    settings = Settings(home=tmp_path, database=database_url, secret=b"0123456789abcdef" * 3, synchronous="OFF")
    clock = FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    engine = build_engine(settings, clock)
    engine.tenancy.create(TENANT, "Acme")
    engine.tenancy.install(TENANT, [write_pack(tmp_path / "pack", PACK)])
    yield House(settings, clock, engine)
    engine.close()


def _runner(engine: Engine, kind: Kind, settings: Settings, clock: FrozenClock | object) -> Runner:
    return Runner(engine.shelf, {"good": kind, "poison": kind}, settings, clock)  # type: ignore[arg-type]


def parts(engine: Engine, at: int = 0, number: signal.Signals | None = None) -> Kind:
    """Return a kind of job that leaves a record for each of its parts, each part a transaction of its own.

    In front of part ``at`` it raises a signal against its own process; a poisoned one kills at once.
    """

    def carry_out(ctx: Context, job: Job, control: Control) -> None:
        if job.kind == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        for part in range(job.done + 1, PARTS + 1):
            if part == at and number is not None:
                os.kill(os.getpid(), number)

            def act(unit: Unit, part: int = part) -> None:
                engine.records.create(unit.ctx, "account", {"name": f"{job.parameters['key']}-{part}"})
                control.note(unit.session, part, PARTS)

            engine.records.command(ctx, act)

    return carry_out


@pytest.mark.campaign
def test_r10_a_job_whose_worker_vanished_runs_again_within_a_minute_and_does_each_part_once(house: House) -> None:
    assert LEASE + timedelta(seconds=2 * POLL) <= timedelta(seconds=60)
    for turn in range(ROUNDS):
        id = house.put("good", f"k{turn}")
        at = 1 + turn % PARTS
        child = house.worker(
            lambda own, at=at: parts(own, at, signal.SIGKILL), lambda runner, id=id: runner.run(TENANT, id)
        )
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        runner = house.runner(parts(house.engine))
        house.clock.advance(LEASE - timedelta(seconds=1))
        assert id not in runner.free(TENANT, 50)
        house.clock.advance(timedelta(seconds=2))
        assert runner.run(TENANT, id)
        assert (house.job(id).status, house.job(id).attempts) == ("done", 2)

    assert house.marks() == {f"k{turn}-{part}": 1 for turn in range(ROUNDS) for part in range(1, PARTS + 1)}


@pytest.mark.campaign
def test_r10_a_worker_that_slept_through_its_lease_changes_nothing_when_it_wakes(house: House) -> None:
    for turn in range(ROUNDS):
        id = house.put("good", f"s{turn}")
        at = 1 + turn % PARTS
        child = house.worker(
            lambda own, at=at: parts(own, at, signal.SIGSTOP), lambda runner, id=id: runner.run(TENANT, id)
        )
        assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
        house.clock.advance(TAKEN_OVER)
        assert house.runner(parts(house.engine)).run(TENANT, id)
        done = house.job(id)
        os.kill(child, signal.SIGCONT)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

        assert house.job(id) == done
        assert done.status == "done"
    assert house.marks() == {f"s{turn}-{part}": 1 for turn in range(ROUNDS) for part in range(1, PARTS + 1)}


@pytest.mark.campaign
def test_r10_a_job_that_kills_three_workers_is_set_aside_and_the_queue_goes_on(house: House) -> None:
    good = [house.put("good", f"c{number}") for number in range(CROWD // 2)]
    poison = house.put("poison", "p")
    good += [house.put("good", f"c{number}") for number in range(CROWD // 2, CROWD)]
    deaths = 0
    while True:
        child = house.worker(parts, lambda runner: [0 for _ in iter(lambda: runner.work(TENANT), False)])
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        house.clock.advance(TAKEN_OVER)
        if ended == 0 and not house.runner(parts(house.engine)).free(TENANT, 1):
            break
        deaths += ended == -signal.SIGKILL
        assert deaths <= 3

    assert deaths == 3
    assert {house.job(id).status for id in good} == {"done"}
    aside = house.job(poison)
    assert (aside.status, aside.attempts) == ("quarantined", 3)
    assert house.marks().total() == CROWD * PARTS
    # whoever mended what killed it lets it run again
    JobBook(house.engine.shelf).retry(house.ctx, poison)
    assert house.job(poison).status == "queued"
