"""Long work as rows: who asked for what, how far it is, and who works on it until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update

from engine.kernel.names import new_record_id
from engine.storage.database import Database
from engine.storage.sessions import Session
from engine.storage.system import JOB

MOST_ATTEMPTS = 3  # a job that ends its worker so often is set aside


@dataclass(frozen=True, slots=True)
class Job:
    """A job. ``status``: waiting, running, done, failed, cancelled, quarantined. ``token`` fences off sleepers."""

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


def add_job(session: Session, kind: str, actor: str, parameters: Mapping[str, Any], now: datetime) -> str:
    """Write a job that waits; return its id."""
    id = str(new_record_id())
    values = {"id": id, "kind": kind, "status": "waiting", "actor": actor, "parameters": dict(parameters)}
    session.execute(insert(JOB).values(**values, created_at=now))
    return id


def read_job(session: Session, id: str) -> Job | None:
    """Return a job, or None."""
    row = session.execute(select(JOB).where(JOB.c.id == id)).mappings().first()
    return None if row is None else Job(**row)


def read_jobs(session: Session, kind: str, actor: str | None = None, limit: int = 50) -> list[Job]:
    """Return jobs of a kind, newest first."""
    chosen = select(JOB).where(JOB.c.kind == kind)
    if actor is not None:
        chosen = chosen.where(JOB.c.actor == actor)
    rows: Sequence[Any] = session.execute(chosen.order_by(JOB.c.id.desc()).limit(limit)).mappings().all()
    return [Job(**row) for row in rows]


def claim_job(database: Database, kinds: Sequence[str], now: datetime, lease: timedelta) -> Job | None:
    """Give the oldest job that waits, or whose worker vanished, to the caller until ``now + lease``."""
    with database.writing() as session:
        lost = and_(JOB.c.status == "running", JOB.c.leased_until <= now)
        session.execute(
            update(JOB)
            .where(lost, JOB.c.attempts >= MOST_ATTEMPTS)
            .values(status="quarantined", finished_at=now, leased_until=None)
        )
        chosen = select(JOB.c.id).where(JOB.c.kind.in_(kinds), or_(JOB.c.status == "waiting", lost))
        chosen = chosen.order_by(JOB.c.id).limit(1)
        if session.dialect == "postgresql":
            chosen = chosen.with_for_update(skip_locked=True)
        id = session.execute(chosen).scalar_one_or_none()
        return None if id is None else _taken(session, id, now, lease)


def claim_this_job(database: Database, id: str, now: datetime, lease: timedelta) -> Job | None:
    """Give one job to the caller, or None when somebody else works on it or it is finished."""
    with database.writing() as session:
        lost = and_(JOB.c.status == "running", JOB.c.leased_until <= now)
        free = select(JOB.c.id).where(JOB.c.id == id, or_(JOB.c.status == "waiting", lost)).with_for_update()
        found = session.execute(free).scalar_one_or_none()
        return None if found is None else _taken(session, found, now, lease)


def keep_job(session: Session, job: Job, until: datetime, done: int, total: int | None) -> bool:
    """Tell how far a job is and keep it until an instant; False: it was cancelled, or somebody else has it."""
    kept = update(JOB).where(*_held(job), JOB.c.cancelled.is_(False))
    return session.execute(kept.values(done=done, total=total, leased_until=until)).rowcount == 1


def finish_job(session: Session, job: Job, status: str, now: datetime, result: Any, error: str | None = None) -> bool:
    """End a job; False: somebody else has it, and what was done in this transaction must not stand."""
    ended = update(JOB).where(*_held(job))
    values = {"status": status, "result": result, "error": error, "finished_at": now, "leased_until": None}
    return session.execute(ended.values(values)).rowcount == 1


def cancel_job(session: Session, id: str, now: datetime) -> bool:
    """Ask a job to stop; one that still waits is over at once."""
    waiting = update(JOB).where(JOB.c.id == id, JOB.c.status == "waiting")
    if session.execute(waiting.values(status="cancelled", cancelled=True, finished_at=now)).rowcount:
        return True
    running = update(JOB).where(JOB.c.id == id, JOB.c.status == "running")
    return session.execute(running.values(cancelled=True)).rowcount == 1


def _held(job: Job) -> tuple[Any, ...]:
    return JOB.c.id == job.id, JOB.c.token == job.token, JOB.c.status == "running"


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
        .returning(JOB)
    )
    return Job(**session.execute(taken).mappings().one())
