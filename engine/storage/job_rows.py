"""Long work as rows: who asked for what, how far it is, and who works on it until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update

from engine.kernel.names import new_record_id
from engine.storage.database import Database
from engine.storage.sessions import Session
from engine.storage.system import JOB

MOST_ATTEMPTS = 3  # a job that ends its worker so often is set aside
OPEN = ("queued", "running")
_COLUMNS = tuple(column for column in JOB.columns if column.name != "key")


@dataclass(frozen=True, slots=True)
class Job:
    """A job. ``status``: queued, running, done, failed, cancelled, quarantined. ``token`` fences off sleepers."""

    id: str
    kind: str
    status: str
    actor: str
    parameters: Mapping[str, Any]
    done: int = 0
    total: int | None = None
    result: Any = None
    error: str | None = None
    attempts: int = 0
    token: int = 0
    leased_until: datetime | None = None
    cancelled: bool = False
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    run_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.status not in OPEN


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be put into the queue. ``key``: of two jobs with one key only the first is."""

    kind: str
    actor: str
    parameters: Mapping[str, Any]
    run_at: datetime | None = None
    key: str | None = None
    id: str = ""


def put_job(session: Session, new: NewJob, now: datetime) -> str:
    """Put a job into the queue in the caller's transaction; return its id, the earlier one's for a known key."""
    if new.key is not None:
        known = session.execute(select(JOB.c.id).where(JOB.c.key == new.key)).scalar_one_or_none()
        if known is not None:
            return str(known)
    id = new.id or str(new_record_id())
    values = {"id": id, "kind": new.kind, "status": "queued", "actor": new.actor, "parameters": dict(new.parameters)}
    session.execute(insert(JOB).values(**values, created_at=now, run_at=new.run_at, key=new.key))
    session.ring()
    return id


def add_job(session: Session, kind: str, actor: str, parameters: Mapping[str, Any], now: datetime) -> str:
    """Put a job into the queue that may run at once; return its id."""
    return put_job(session, NewJob(kind, actor, parameters), now)


def read_job(session: Session, id: str) -> Job | None:
    """Return a job, or None."""
    row = session.execute(select(*_COLUMNS).where(JOB.c.id == id)).mappings().first()
    return None if row is None else Job(**row)


def read_jobs(
    session: Session, kind: str | None = None, actor: str | None = None, limit: int = 50, status: str | None = None
) -> list[Job]:
    """Return jobs, newest first: of a kind, of an actor, in a status, as far as these are given."""
    chosen = select(*_COLUMNS)
    for column, wanted in ((JOB.c.kind, kind), (JOB.c.actor, actor), (JOB.c.status, status)):
        if wanted is not None:
            chosen = chosen.where(column == wanted)
    rows: Sequence[Any] = session.execute(chosen.order_by(JOB.c.id.desc()).limit(limit)).mappings().all()
    return [Job(**row) for row in rows]


def free_jobs(session: Session, kinds: Sequence[str], now: datetime, limit: int = 20) -> list[str]:
    """Return the ids of jobs that nobody works on and that are due, the oldest first."""
    chosen = select(JOB.c.id).where(JOB.c.kind.in_(kinds), _free(now)).order_by(JOB.c.id).limit(limit)
    return list(session.execute(chosen).scalars())


def next_job_at(session: Session, kinds: Sequence[str]) -> datetime | None:
    """Return when the next job is due or its lease runs out; None when there is none."""
    moment = func.min(func.coalesce(JOB.c.leased_until, JOB.c.run_at, JOB.c.created_at))
    open_jobs = select(moment).where(JOB.c.kind.in_(kinds), JOB.c.status.in_(OPEN))
    found: datetime | None = session.execute(open_jobs).scalar_one()
    return found


def claim_job(database: Database, kinds: Sequence[str], now: datetime, lease: timedelta) -> Job | None:
    """Give the oldest job that waits, or whose worker vanished, to the caller until ``now + lease``."""
    with database.writing() as session:
        _quarantine(session, now)
        chosen = select(JOB.c.id).where(JOB.c.kind.in_(kinds), _free(now)).order_by(JOB.c.id).limit(1)
        if session.dialect == "postgresql":
            chosen = chosen.with_for_update(skip_locked=True)
        id = session.execute(chosen).scalar_one_or_none()
        return None if id is None else _taken(session, id, now, lease)


def claim_this_job(database: Database, id: str, now: datetime, lease: timedelta) -> Job | None:
    """Give one job to the caller, or None when somebody else works on it or it is finished."""
    with database.writing() as session:
        return claim_job_here(session, id, now, lease)


def claim_job_here(session: Session, id: str, now: datetime, lease: timedelta) -> Job | None:
    """The same in the caller's transaction."""
    _quarantine(session, now)
    free = select(JOB.c.id).where(JOB.c.id == id, _free(now)).with_for_update()
    found = session.execute(free).scalar_one_or_none()
    return None if found is None else _taken(session, found, now, lease)


def keep_job(session: Session, job: Job, until: datetime, done: int, total: int | None) -> bool:
    """Tell how far a job is and keep it until an instant; False: it was cancelled, or somebody else has it."""
    kept = update(JOB).where(*_held(job), JOB.c.cancelled.is_(False))
    return session.execute(kept.values(done=done, total=total, leased_until=until)).rowcount == 1


def note_job(session: Session, job: Job, until: datetime, done: int, total: int | None, result: Any) -> bool:
    """Tell how far a job is and keep it until an instant, cancelled or not; False: somebody else has it."""
    values = {"done": done, "total": total, "leased_until": until, "result": result}
    return session.execute(update(JOB).where(*_held(job)).values(values)).rowcount == 1


def prolong_job(session: Session, job: Job, until: datetime) -> bool:
    """Keep a job until an instant; False: somebody else has it."""
    return session.execute(update(JOB).where(*_held(job)).values(leased_until=until)).rowcount == 1


def finish_job(session: Session, job: Job, status: str, now: datetime, result: Any, error: str | None = None) -> bool:
    """End a job; False: somebody else has it, and what was done in this transaction must not stand."""
    ended = update(JOB).where(*_held(job))
    values = {"status": status, "error": error, "finished_at": now, "leased_until": None}
    if result is not None:
        values["result"] = result
    return session.execute(ended.values(values)).rowcount == 1


def give_job_back(session: Session, job: Job, run_at: datetime | None = None, error: str | None = None) -> bool:
    """Put a job that was begun back into the queue; the try does not count, as its worker lives."""
    back = {"status": "queued", "leased_until": None, "attempts": job.attempts - 1, "run_at": run_at, "error": error}
    rung = session.execute(update(JOB).where(*_held(job)).values(back)).rowcount == 1
    session.ring()
    return rung


def cancel_job(session: Session, id: str, now: datetime) -> bool:
    """Ask a job to stop; one that still waits is over at once."""
    waiting = update(JOB).where(JOB.c.id == id, JOB.c.status == "queued")
    if session.execute(waiting.values(status="cancelled", cancelled=True, finished_at=now)).rowcount:
        return True
    running = update(JOB).where(JOB.c.id == id, JOB.c.status == "running")
    return session.execute(running.values(cancelled=True)).rowcount == 1


def retry_job(session: Session, id: str) -> bool:
    """Put a job that failed, was set aside or cancelled into the queue again; its tries count anew."""
    ended = update(JOB).where(JOB.c.id == id, JOB.c.status.in_(("failed", "quarantined", "cancelled")))
    anew = {"status": "queued", "attempts": 0, "cancelled": False, "error": None, "finished_at": None, "run_at": None}
    done = session.execute(ended.values(anew)).rowcount == 1
    session.ring()
    return done


def count_jobs(session: Session) -> Mapping[str, int]:
    """Return how many jobs stand in which status."""
    rows = session.execute(select(JOB.c.status, func.count().label("jobs")).group_by(JOB.c.status)).mappings()
    return {row["status"]: row["jobs"] for row in rows}


def _held(job: Job) -> tuple[Any, ...]:
    return JOB.c.id == job.id, JOB.c.token == job.token, JOB.c.status == "running"


def _free(now: datetime) -> Any:
    due = and_(JOB.c.status == "queued", or_(JOB.c.run_at.is_(None), JOB.c.run_at <= now))
    return or_(due, and_(JOB.c.status == "running", JOB.c.leased_until <= now))


def _quarantine(session: Session, now: datetime) -> None:
    lost = and_(JOB.c.status == "running", JOB.c.leased_until <= now, JOB.c.attempts >= MOST_ATTEMPTS)
    aside = {"status": "quarantined", "finished_at": now, "leased_until": None}
    session.execute(update(JOB).where(lost).values(aside))


def _taken(session: Session, id: str, now: datetime, lease: timedelta) -> Job:
    taken = (
        update(JOB)
        .where(JOB.c.id == id)
        .values(
            status="running",
            started_at=now,
            leased_until=now + lease,
            token=JOB.c.token + 1,
            attempts=JOB.c.attempts + 1,
        )
        .returning(*_COLUMNS)
    )
    return Job(**session.execute(taken).mappings().one())
