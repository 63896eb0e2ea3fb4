"""Clocks as rows: armed, found, claimed by one worker for a while, fired once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from engine.storage.connections import DialectName
from engine.storage.database import Database
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.timer_tables import TIMER, TIMER_FIRE

MOST_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A clock. ``rungs`` are (days, seconds, rung, cycle); ``state``: running, paused, ended or failed."""

    id: str
    kind: str
    owner: str
    name: str
    object: str
    record: str
    calendar: str | None
    budget: int | None
    consumed: int
    since: datetime | None
    rungs: Sequence[Sequence[int]]
    next: int
    fire_at: datetime | None
    due_at: datetime | None
    state: str
    outcome: str | None
    data: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    ended_at: datetime | None = None
    leased_until: datetime | None = None
    token: int = 0
    attempts: int = 0
    error: str | None = None


def add_timer(session: Session, row: TimerRow) -> None:
    """Write a new clock."""
    session.change(_ADD, {f"v_{name}": getattr(row, name) for name in _NEW})


def change_timer(session: Session, id: str, **values: Any) -> None:
    """Change columns of a clock."""
    session.execute(update(TIMER).where(TIMER.c.id == id).values(values))


def open_timers(session: Session, kind: str, owner: str) -> list[TimerRow]:
    """Return the clocks of an owner that have not ended."""
    chosen = select(TIMER).where(TIMER.c.kind == kind, TIMER.c.owner == owner, TIMER.c.state.in_(("running", "paused")))
    return _rows(session, chosen.order_by(TIMER.c.id))


def timers_named(session: Session, kind: str, name: str) -> list[TimerRow]:
    """Return the clocks of a kind with a name that have not ended, oldest first."""
    chosen = select(TIMER).where(TIMER.c.kind == kind, TIMER.c.name == name, TIMER.c.state.in_(("running", "paused")))
    return _rows(session, chosen.order_by(TIMER.c.id))


def last_timer(session: Session, kind: str, owner: str) -> TimerRow | None:
    """Return the newest clock of an owner, ended or not."""
    chosen = select(TIMER).where(TIMER.c.kind == kind, TIMER.c.owner == owner)
    found = _rows(session, chosen.order_by(TIMER.c.id.desc()).limit(1))
    return found[0] if found else None


def timers_of_record(session: Session, object: str, record: str, *, ended: bool = False) -> list[TimerRow]:
    """Return the clocks that run, or stand, for a record; with ``ended`` the others too, oldest first."""
    chosen = select(TIMER).where(TIMER.c.object == object, TIMER.c.record == record)
    if not ended:
        chosen = chosen.where(TIMER.c.state.in_(("running", "paused")))
    return _rows(session, chosen.order_by(TIMER.c.id))


def running_with_budget(session: Session, after: str, limit: int) -> list[TimerRow]:
    """Return clocks that run on a calendar, by id behind ``after``."""
    chosen = select(TIMER).where(TIMER.c.state == "running", TIMER.c.budget.is_not(None), TIMER.c.id > after)
    return _rows(session, chosen.order_by(TIMER.c.id).limit(limit))


def claim_timers(
    database: Database, now: datetime, lease: timedelta, limit: int, *, own_clock: bool = False
) -> list[tuple[str, int]]:
    """Give clocks that are due to the caller until the lease ends: (id, token), in the order of their instants.

    ``now`` counts where the database has no clock of its own, and everywhere with ``own_clock`` (Q7).
    """
    with database.reading() as looking:
        at = now if own_clock else database_now(looking) or now
        if looking.row(_ANY_DUE, {"now": at}) is None:
            return []
    with database.writing() as session:
        at = now if own_clock else session.began or now
        free = or_(TIMER.c.leased_until.is_(None), TIMER.c.leased_until <= at)
        chosen = (
            select(TIMER.c.id)
            .where(TIMER.c.state == "running", TIMER.c.fire_at <= at, free)
            .order_by(TIMER.c.fire_at)
            .limit(limit)
        )
        if session.dialect == "postgresql":
            chosen = chosen.with_for_update(skip_locked=True)
        ids = list(session.execute(chosen).scalars())
        if not ids:
            return []
        taken = (
            update(TIMER)
            .where(TIMER.c.id.in_(ids))
            .values(leased_until=at + lease, token=TIMER.c.token + 1, attempts=TIMER.c.attempts + 1)
            .returning(TIMER.c.id, TIMER.c.token)
        )
        tokens = {row.id: row.token for row in session.execute(taken).all()}
        return [(id, tokens[id]) for id in ids]


def read_timer(session: Session, id: str) -> TimerRow | None:
    """Return a clock, or None."""
    found = _rows(session, select(TIMER).where(TIMER.c.id == id))
    return found[0] if found else None


def hold_timer(session: Session, id: str, token: int) -> TimerRow | None:
    """Lock a clock that the caller claimed; None when it ended, or somebody else has it now."""
    chosen = select(TIMER).where(TIMER.c.id == id, TIMER.c.token == token, TIMER.c.state == "running")
    found = _rows(session, chosen.with_for_update())
    return found[0] if found else None


def note_fired(session: Session, timer: str, rung: int, cycle: int, at: datetime) -> bool:
    """Note that a rung is fired; False: it was already (Q3)."""
    return session.change(_FIRED, {"timer": timer, "rung": rung, "cycle": cycle, "at": at}) == 1


def forget_fires(session: Session, before: datetime) -> int:
    """Forget what clocks fired that ended before an instant; return how many rows went."""
    over = select(TIMER.c.id).where(TIMER.c.ended_at < before)
    return session.execute(delete(TIMER_FIRE).where(TIMER_FIRE.c.timer.in_(over))).rowcount


def open_owners(session: Session, kinds: Iterable[str]) -> set[str]:
    """Return the owners of clocks of some kinds that have not ended."""
    chosen = select(TIMER.c.owner).where(TIMER.c.kind.in_(list(kinds)), TIMER.c.state.in_(("running", "paused")))
    return set(session.execute(chosen).scalars())


def fail_timer(session: Session, id: str, token: int, error: str, until: datetime) -> bool:
    """Let a clock be fired again after ``until``; after many attempts it stands. Tell whether it does now."""
    held = and_(TIMER.c.id == id, TIMER.c.token == token)
    session.execute(update(TIMER).where(held).values(error=error[:2000], leased_until=until))
    over = update(TIMER).where(held, TIMER.c.attempts >= MOST_ATTEMPTS, TIMER.c.state == "running")
    return session.execute(over.values(state="failed")).rowcount == 1


def next_due(session: Session) -> datetime | None:
    """Return when the next clock fires, or None."""
    row = session.execute(select(func.min(TIMER.c.fire_at)).where(TIMER.c.state == "running")).scalar_one_or_none()
    return row if isinstance(row, datetime) else None


def database_now(session: Session) -> datetime | None:
    """Return the present instant by the database's clock; None where that is the clock of this machine."""
    if session.dialect == "sqlite":
        return None
    found = session.execute(select(func.clock_timestamp())).scalar_one()
    return found if isinstance(found, datetime) else None


# ---------------------------------------------------------------------------------------------------------------------

_NEW: Iterable[str] = (
    *("id", "kind", "owner", "name", "object", "record", "calendar", "budget", "consumed", "since", "rungs", "next"),
    *("fire_at", "due_at", "state", "data", "created_at"),
)


def _rows(session: Session, chosen: Any) -> list[TimerRow]:
    return [TimerRow(**row) for row in session.execute(chosen).mappings().all()]


def _fired(dialect: DialectName) -> Any:
    values: Any = {name: bindparam(name) for name in ("timer", "rung", "cycle", "at")}
    return upsert(dialect, TIMER_FIRE).values(values).on_conflict_do_nothing()


_ADD = Statement(lambda _: insert(TIMER).values({name: bindparam(f"v_{name}") for name in _NEW}))
_FIRED = Statement(_fired)
_ANY_DUE = Statement(
    lambda _: select(TIMER.c.id).where(TIMER.c.state == "running", TIMER.c.fire_at <= bindparam("now")).limit(1)
)
