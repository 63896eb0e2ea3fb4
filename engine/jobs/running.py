"""Jobs: claimed under a lease that a heartbeat keeps, fenced when it was lost, set aside when they kill."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from engine.jobs.telling import reason_of, tell_failure
from engine.kernel.clock import Clock
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import TesseraError
from engine.settings import Settings
from engine.storage import Database, Job, Session, Shelf, claim_this_job, finish_job, job_rows

LEASE = timedelta(seconds=45)
HEARTBEAT = 10.0  # seconds

Stop = Callable[[], bool]
_log = structlog.get_logger("jobs")


class Lost(Exception):
    """Somebody else works on the job by now; what was done since must not stand."""


class Cancelled(Exception):
    """Whoever put the job into the queue wants it to stop."""


@dataclass(slots=True)
class Control:
    """What a running job is told and what it tells."""

    job: Job
    clock: Clock
    stop: Stop
    lost: bool = False

    def note(self, session: Session, done: int, total: int | None = None) -> None:
        """Tell how far it is, in the transaction of what was done. Raises Lost or Cancelled: the transaction ends."""
        if job_rows.keep_job(session, self.job, self.clock.now() + LEASE, done, total):
            return
        found = job_rows.read_job(session, self.job.id)
        if found is not None and found.token == self.job.token and found.cancelled:
            raise Cancelled
        raise Lost

    def finish(self, session: Session, result: object = None) -> None:
        """End the job in the transaction of its last effect. Raises Lost."""
        if not finish_job(session, self.job, "done", self.clock.now(), result):
            raise Lost


Kind = Callable[[Context, Job, Control], None]


class Runner:
    """Carries out jobs by a fixed table of kinds."""

    def __init__(self, shelf: Shelf, kinds: Mapping[str, Kind], settings: Settings, clock: Clock) -> None:
        self._shelf = shelf
        self._kinds = dict(kinds)
        self._settings = settings
        self._clock = clock

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that can be carried out."""
        return tuple(self._kinds)

    def work(self, tenant: str, stop: Stop = lambda: False) -> bool:
        """Carry out one job of a tenant; tell whether there may be more."""
        database = self._shelf.database(tenant)
        with database.reading() as session:
            free = job_rows.free_jobs(session, self.kinds, self._clock.now(), 5)
        return any(self.run(tenant, id, stop) for id in free)

    def free(self, tenant: str, most: int) -> list[str]:
        """Return jobs that nobody works on."""
        with self._shelf.database(tenant).reading() as session:
            return job_rows.free_jobs(session, self.kinds, self._clock.now(), most)

    def run(self, tenant: str, id: str, stop: Stop = lambda: False) -> bool:
        """Carry out one job; False when somebody else has it or it is over."""
        database = self._shelf.database(tenant)
        job = claim_this_job(database, id, self._clock.now(), LEASE)
        if job is None:
            return False
        kind = self._kinds.get(job.kind)
        if kind is None:
            self._end(database, job, "failed", f"nobody knows the kind {job.kind}")
            return True
        ctx = Context(
            tenant, SYSTEM, self._settings.language, ZoneInfo(self._settings.zone), self._clock, f"job:{job.id}"
        )
        control = Control(job, self._clock, stop)
        with _heartbeat(database, control):
            self._try(database, kind, ctx, control)
        return True

    def _try(self, database: Database, kind: Kind, ctx: Context, control: Control) -> None:
        job = control.job
        try:
            kind(ctx, job, control)
        except Lost:
            _log.warning("job_lost", tenant=ctx.tenant, job=job.id, kind=job.kind)
        except Cancelled:
            self._end(database, job, "cancelled", None)
        except TesseraError as error:
            self._end(database, job, "failed", error.message(ctx.language))
        except Exception as error:  # noqa: BLE001 - whatever a kind raises ends its job, not the worker
            tell_failure("job_failed", error, tenant=ctx.tenant, job=job.id, kind=job.kind)
            self._end(database, job, "failed", reason_of(error)[:2000])
        else:
            with database.writing() as session:
                found = job_rows.read_job(session, job.id)
                if found is not None and found.status == "running" and found.token == job.token:
                    finish_job(session, job, "done", self._clock.now(), None)

    def _end(self, database: Database, job: Job, status: str, error: str | None) -> None:
        with database.writing() as session:
            finish_job(session, job, status, self._clock.now(), None, error)


@contextmanager
def _heartbeat(database: Database, control: Control) -> Iterator[None]:
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT):
            try:
                with database.writing() as session:
                    if not job_rows.prolong_job(session, control.job, control.clock.now() + LEASE):
                        control.lost = True
                        return
            except TesseraError:
                # a long transaction has the database for itself; the next beat may come through
                continue

    thread = threading.Thread(target=beat, name=f"heartbeat {control.job.id[-8:]}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(HEARTBEAT)
