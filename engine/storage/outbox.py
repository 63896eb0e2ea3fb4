"""What has happened, kept until everybody has heard: append, claim, acknowledge, bury."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, or_, select, update

from engine.kernel.events import Event
from engine.kernel.names import RecordRef
from engine.storage.database import Database
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import OUTBOX

MOST_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event that was given to one worker for a while. ``token`` fences off whoever held it before."""

    event: Event
    sequence: int
    token: int
    attempts: int


_COLUMNS = ("id", "name", "object", "record", "version", "facts", "at")
_APPEND = Statement(lambda _: insert(OUTBOX).values({name: bindparam(f"v_{name}") for name in _COLUMNS}))


def append_events(session: Session, events: Sequence[Event], at: datetime) -> None:
    """Write events in the transaction of the change that they tell of."""
    rows = [
        {
            "v_id": event.id,
            "v_name": event.name,
            "v_object": event.record.object,
            "v_record": event.record.id,
            "v_version": event.version,
            "v_facts": dict(event.facts),
            "v_at": at,
        }
        for event in events
    ]
    if len(rows) == 1:
        session.change(_APPEND, rows[0])
    elif rows:
        session.change_many(_APPEND, rows)


def claim_events(database: Database, now: datetime, lease: timedelta, limit: int = 20) -> list[Claimed]:
    """Give the oldest open events to the caller until ``now + lease``; of one record never a later one first."""
    with database.writing() as session:
        earlier = OUTBOX.alias("earlier")
        blocked = exists().where(
            earlier.c.object == OUTBOX.c.object,
            earlier.c.record == OUTBOX.c.record,
            earlier.c.sequence < OUTBOX.c.sequence,
            earlier.c.done_at.is_(None),
            earlier.c.buried_at.is_(None),
        )
        free = or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until <= now)
        chosen = (
            select(OUTBOX.c.sequence)
            .where(OUTBOX.c.done_at.is_(None), OUTBOX.c.buried_at.is_(None), free, ~blocked)
            .order_by(OUTBOX.c.sequence)
            .limit(limit)
        )
        if session.dialect == "postgresql":
            chosen = chosen.with_for_update(skip_locked=True, of=OUTBOX)
        numbers = list(session.execute(chosen).scalars())
        if not numbers:
            return []
        taken = (
            update(OUTBOX)
            .where(OUTBOX.c.sequence.in_(numbers))
            .values(leased_until=now + lease, token=OUTBOX.c.token + 1, attempts=OUTBOX.c.attempts + 1)
            .returning(OUTBOX)
        )
        rows = session.execute(taken).mappings().all()
        return [_claimed(row) for row in sorted(rows, key=lambda row: row["sequence"])]


def acknowledge_event(session: Session, claimed: Claimed, now: datetime) -> bool:
    """Mark an event as heard; tell whether the caller still held it."""
    done = update(OUTBOX).where(*_held(claimed)).values(done_at=now, leased_until=None, error=None)
    return session.execute(done).rowcount == 1


def fail_event(session: Session, claimed: Claimed, now: datetime, error: str, wait: timedelta) -> bool:
    """Let an event be tried again after ``wait``; after many attempts it is buried. Tell whether it was held."""
    values: dict[str, Any] = {"error": error[:2000], "leased_until": now + wait}
    if claimed.attempts >= MOST_ATTEMPTS:
        values["buried_at"] = now
    return session.execute(update(OUTBOX).where(*_held(claimed)).values(values)).rowcount == 1


def revive_event(session: Session, id: str) -> bool:
    """Dig out a buried event, to be tried anew."""
    again = update(OUTBOX).where(OUTBOX.c.id == id, OUTBOX.c.buried_at.is_not(None))
    return session.execute(again.values(buried_at=None, attempts=0, leased_until=None)).rowcount == 1


def forget_events(session: Session, before: datetime) -> int:
    """Delete the events that were heard before an instant; return how many."""
    return session.execute(delete(OUTBOX).where(OUTBOX.c.done_at < before)).rowcount


def _held(claimed: Claimed) -> tuple[Any, ...]:
    return OUTBOX.c.sequence == claimed.sequence, OUTBOX.c.token == claimed.token, OUTBOX.c.done_at.is_(None)


def _claimed(row: Any) -> Claimed:
    record = RecordRef(row["object"], row["record"])
    event = Event(row["id"], row["name"], record, row["version"], row["facts"])
    return Claimed(event, row["sequence"], row["token"], row["attempts"])
