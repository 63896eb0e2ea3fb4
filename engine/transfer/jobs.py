"""Jobs in the tenant's database: the table is the queue, a lease says who works, a rising token fences off sleepers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Conflict, Missing
from engine.kernel.names import is_record_id, new_record_id
from engine.records import RecordService
from engine.storage import Session
from engine.transfer import tables

LEASE = timedelta(seconds=60)
KIND = "import"
# a job that takes its process with it this often is not tried again
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as its owner sees it. ``status``: queued, running, done, failed or cancelled."""

    id: str
    kind: str
    status: str
    actor: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    attempts: int = 0
    token: int = 0
    cancelled: bool = False
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.status not in tables.OPEN


class Fenced(Exception):
    """Another process has taken the job over; what was done since the last chunk is undone."""


class Jobs:
    """Reads and moves the jobs of tenants."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def add(self, ctx: Context, id: str, parameters: Mapping[str, Any]) -> None:
        """Put a job into the queue."""
        with self._records.unit(ctx) as unit:
            unit.session.change(
                tables.INSERT_JOB,
                {
                    "the_id": id,
                    "the_kind": KIND,
                    "the_actor": ctx.actor.user,
                    "the_parameters": dict(parameters),
                    "the_time": ctx.now(),
                },
            )

    def get(self, ctx: Context, id: str) -> JobStatus:
        """Return a job of the actor, or of anybody for an administrator; Missing otherwise."""
        found = self.find(ctx, id)
        if found is None or (found.actor != ctx.actor.user and not ctx.actor.administrator):
            raise Missing("unknown_job")
        return found

    def find(self, ctx: Context, id: str) -> JobStatus | None:
        """Return a job, whoever asks."""
        if not is_record_id(id):
            return None
        with self._records.opener.reading(ctx) as unit:
            row = unit.session.execute(tables.one_job(id)).first()
        return None if row is None else _status(row)

    def of_actor(self, ctx: Context, limit: int) -> Sequence[JobStatus]:
        """Return the newest jobs of the actor; an administrator's list holds everybody's."""
        actor = None if ctx.actor.administrator else ctx.actor.user
        with self._records.opener.reading(ctx) as unit:
            rows = unit.session.execute(tables.jobs_of(actor, (KIND,), limit)).all()
        return [_status(row) for row in rows]

    def waiting(self, ctx: Context, limit: int = 10) -> Sequence[str]:
        """Return the jobs that nobody works on."""
        with self._records.opener.reading(ctx) as unit:
            rows = unit.session.execute(tables.waiting_jobs((KIND,), ctx.now(), limit)).all()
        return [row[0] for row in rows]

    def claim(self, ctx: Context, id: str) -> JobStatus:
        """Take a job; Conflict when somebody else has it or when it is over."""
        with self._records.unit(ctx) as unit:
            now = ctx.now()
            taken = unit.session.execute(tables.claim_job(id, now, now + LEASE)).rowcount
            row = unit.session.execute(tables.one_job(id)).first()
            if row is None:
                raise Missing("unknown_job")
            found = _status(row)
            if not taken:
                raise Conflict("job_over" if found.over else "job_taken")
            return found

    def note(self, session: Session, job: JobStatus, now: datetime, values: Mapping[str, Any]) -> None:
        """Note progress in the caller's transaction and prolong the lease. Raises Fenced when the job is another's."""
        statement = tables.carry_on(job.id, job.token, {"leased_until": now + LEASE, **values})
        if session.execute(statement).rowcount != 1:
            raise Fenced

    def is_cancelled(self, ctx: Context, id: str) -> bool:
        """Tell whether the owner wants the job to stop."""
        found = self.find(ctx, id)
        return found is None or found.cancelled

    def finish(self, ctx: Context, job: JobStatus, status: str, values: Mapping[str, Any]) -> None:
        """End a job."""
        with self._records.unit(ctx) as unit:
            ended = {"status": status, "finished_at": ctx.now(), "leased_until": None, **values}
            self.note(unit.session, job, ctx.now(), ended)

    def give_back(self, ctx: Context, job: JobStatus) -> None:
        """Put a job that was begun back into the queue; the try does not count."""
        with self._records.unit(ctx) as unit:
            back = {"status": "queued", "leased_until": None, "attempts": job.attempts - 1}
            self.note(unit.session, job, ctx.now(), back)

    def cancel(self, ctx: Context, id: str) -> JobStatus:
        """Ask a job to stop; one that nobody has begun ends at once."""
        self.get(ctx, id)
        with self._records.unit(ctx) as unit:
            if not unit.session.execute(tables.drop_queued(id, ctx.now())).rowcount:
                unit.session.execute(tables.cancel_job(id))
        return self.get(ctx, id)


def new_job_id() -> str:
    """Return the id of a new job."""
    return new_record_id()


def _status(row: Sequence[Any]) -> JobStatus:
    values = dict(zip(tables.NAMES, row, strict=True))
    for name, empty in (("parameters", {}), ("result", {}), ("error", "")):
        values[name] = values[name] if values[name] is not None else empty
    return JobStatus(**values)
