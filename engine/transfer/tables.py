"""Statements over the engine's table of jobs: claim, carry on, finish. Whoever lost the lease changes nothing more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, false, insert, or_, select, update

from engine.storage import Statement
from engine.storage.system import JOB

_COLUMNS = (
    JOB.c.id,
    JOB.c.kind,
    JOB.c.status,
    JOB.c.actor,
    JOB.c.parameters,
    JOB.c.done,
    JOB.c.total,
    JOB.c.result,
    JOB.c.error,
    JOB.c.attempts,
    JOB.c.token,
    JOB.c.cancelled,
    JOB.c.created_at,
    JOB.c.started_at,
    JOB.c.finished_at,
)
NAMES = tuple(column.name for column in _COLUMNS)
OPEN = ("queued", "running")

INSERT_JOB = Statement(
    lambda _dialect: insert(JOB).values(
        id=bindparam("the_id"),
        kind=bindparam("the_kind"),
        status="queued",
        actor=bindparam("the_actor"),
        parameters=bindparam("the_parameters", type_=JOB.c.parameters.type),
        done=0,
        attempts=0,
        token=0,
        cancelled=false(),
        created_at=bindparam("the_time", type_=JOB.c.created_at.type),
    )
)


def one_job(id: str) -> Any:
    """Return the statement that reads one job."""
    return select(*_COLUMNS).where(JOB.c.id == id)


def jobs_of(actor: str | None, kinds: tuple[str, ...], limit: int) -> Any:
    """Return the statement that reads the newest jobs, those of one actor when he is given."""
    chosen = select(*_COLUMNS).where(JOB.c.kind.in_(kinds))
    if actor is not None:
        chosen = chosen.where(JOB.c.actor == actor)
    return chosen.order_by(JOB.c.id.desc()).limit(limit)


def waiting_jobs(kinds: tuple[str, ...], now: datetime, limit: int) -> Any:
    """Return the statement that reads the ids of jobs that nobody works on, the oldest first."""
    return select(JOB.c.id).where(JOB.c.kind.in_(kinds), _free(now)).order_by(JOB.c.id).limit(limit)


def claim_job(id: str, now: datetime, until: datetime) -> Any:
    """Return the statement that takes a free job: a higher token shuts out whoever had it before."""
    return (
        update(JOB)
        .where(JOB.c.id == id, _free(now))
        .values(
            status="running",
            token=JOB.c.token + 1,
            attempts=JOB.c.attempts + 1,
            leased_until=until,
            started_at=now,
        )
    )


def carry_on(id: str, token: int, values: dict[str, Any]) -> Any:
    """Return the statement that notes progress; it changes nothing once the token is another's."""
    return update(JOB).where(JOB.c.id == id, JOB.c.token == token, JOB.c.status == "running").values(**values)


def cancel_job(id: str) -> Any:
    """Return the statement that asks a job to stop."""
    return update(JOB).where(JOB.c.id == id, JOB.c.status.in_(OPEN)).values(cancelled=True)


def drop_queued(id: str, now: datetime) -> Any:
    """Return the statement that ends a job that nobody has begun."""
    return (
        update(JOB)
        .where(JOB.c.id == id, JOB.c.status == "queued")
        .values(status="cancelled", cancelled=True, finished_at=now)
    )


def _free(now: datetime) -> Any:
    abandoned = and_(JOB.c.status == "running", JOB.c.leased_until < now)
    return or_(JOB.c.status == "queued", abandoned)
