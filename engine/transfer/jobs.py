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
from engine.storage import Job, NewJob, Session, job_rows

LEASE = timedelta(seconds=60)
KIND = "import"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as its owner sees it. ``status``: queued, running, done, failed, cancelled or quarantined."""

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

    leased_until: datetime | None = None
    run_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.status not in job_rows.OPEN


# rows done, rows in all, and the report so far
Progress = tuple[int, int | None, Any]


class Fenced(Exception):
    """Another process has taken the job over; what was done since the last chunk is undone."""


class Jobs:
    """Reads and moves the jobs of tenants."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def add(self, ctx: Context, id: str, parameters: Mapping[str, Any]) -> None:
        """Put a job into the queue."""
        with self._records.unit(ctx) as unit:
            job_rows.put_job(unit.session, NewJob(KIND, ctx.actor.user, parameters, id=id), ctx.now())

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
            found = job_rows.read_job(unit.session, id)
        return None if found is None or found.kind != KIND else status_of(found)

    def of_actor(self, ctx: Context, limit: int) -> Sequence[JobStatus]:
        """Return the newest jobs of the actor; an administrator's list holds everybody's."""
        actor = None if ctx.actor.administrator else ctx.actor.user
        with self._records.opener.reading(ctx) as unit:
            return [status_of(job) for job in job_rows.read_jobs(unit.session, KIND, actor, limit)]

    def waiting(self, ctx: Context, limit: int = 10) -> Sequence[str]:
        """Return the jobs that nobody works on."""
        with self._records.opener.reading(ctx) as unit:
            return job_rows.free_jobs(unit.session, (KIND,), ctx.now(), limit)

    def claim(self, ctx: Context, id: str) -> JobStatus:
        """Take a job; Conflict when somebody else has it or when it is over."""
        with self._records.unit(ctx) as unit:
            taken = job_rows.claim_job_here(unit.session, id, ctx.now(), LEASE)
            found = taken or job_rows.read_job(unit.session, id)
        if found is None:
            raise Missing("unknown_job")
        if taken is None:
            raise Conflict("job_over" if found.over else "job_taken")
        return status_of(taken)

    def note(self, session: Session, job: JobStatus, now: datetime, so_far: Progress) -> None:
        """Note progress in the caller's transaction and prolong the lease. Raises Fenced when the job is another's."""
        done, total, result = so_far
        if not job_rows.note_job(session, _row(job), now + LEASE, done, total, result):
            raise Fenced

    def is_cancelled(self, ctx: Context, id: str) -> bool:
        """Tell whether the owner wants the job to stop."""
        found = self.find(ctx, id)
        return found is None or found.cancelled

    def finish(self, ctx: Context, job: JobStatus, status: str, result: Any = None, error: str | None = None) -> None:
        """End a job. Raises Fenced when it is another's by now."""
        with self._records.unit(ctx) as unit:
            self.finish_here(unit.session, job, status, ctx.now(), (result, error))

    def finish_here(
        self, session: Session, job: JobStatus, status: str, now: datetime, told: tuple[Any, str | None]
    ) -> None:
        """The same in the caller's transaction: what was done in it stands only if the job is still his."""
        if not job_rows.finish_job(session, _row(job), status, now, *told):
            raise Fenced

    def give_back(self, ctx: Context, job: JobStatus) -> None:
        """Put a job that was begun back into the queue; the try does not count."""
        with self._records.unit(ctx) as unit:
            if not job_rows.give_job_back(unit.session, _row(job)):
                raise Fenced

    def cancel(self, ctx: Context, id: str) -> JobStatus:
        """Ask a job to stop; one that nobody has begun ends at once."""
        self.get(ctx, id)
        with self._records.unit(ctx) as unit:
            job_rows.cancel_job(unit.session, id, ctx.now())
        return self.get(ctx, id)


def new_job_id() -> str:
    """Return the id of a new job."""
    return new_record_id()


def status_of(job: Job) -> JobStatus:
    """Return a job of the queue as its owner sees it."""
    values = {name: getattr(job, name) for name in JobStatus.__dataclass_fields__}
    for name, empty in (("parameters", {}), ("result", {}), ("error", "")):
        values[name] = values[name] if values[name] is not None else empty
    return JobStatus(**values)


def _row(job: JobStatus) -> Job:
    return Job(job.id, job.kind, job.status, job.actor, job.parameters, attempts=job.attempts, token=job.token)
