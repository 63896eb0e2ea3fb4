"""What has happened, kept until everybody has heard: append, claim, acknowledge, bury."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import and_, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.kernel.events import Event
from engine.kernel.names import RecordRef
from engine.storage.job_tables import HANDLED
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import OUTBOX

MOST_ATTEMPTS = 10
# what leaves the process; the name of such a row is the verb behind this mark, so that no object can bear it
OUTWARD = "!"
OutwardKind = Literal["notify", "call", "print", "emit", "answer", "sweep"]
_ALIVE = (OUTBOX.c.done_at.is_(None), OUTBOX.c.buried_at.is_(None))
_KEYS = UUID("6f0b8c1e-3a51-5d0a-9a63-1f6d6a1f7e5b")


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event that was given to one worker for a while. ``token`` fences off whoever held it before."""

    event: Event
    sequence: int
    token: int
    attempts: int
    at: datetime


_COLUMNS = ("id", "name", "object", "record", "version", "facts", "at", "done_at")
VALUES: Mapping[str, Any] = {name: bindparam(f"v_{name}") for name in _COLUMNS}
_APPEND = Statement(lambda _: insert(OUTBOX).values(VALUES).inline())
_APPEND_ONCE = Statement(lambda dialect: upsert(dialect, OUTBOX).values(VALUES).on_conflict_do_nothing())


def append_events(session: Session, events: Sequence[Event], at: datetime, unheard: Collection[str] = ()) -> None:
    """Write events in the transaction of the change that they tell of.

    Those of a name in ``unheard`` nobody wants to hear: they are kept as heard, and nobody is woken for them.
    """
    rows = [row_of(event, at, at if event.name in unheard else None) for event in events]
    if len(rows) == 1:
        session.change(_APPEND, rows[0])
    elif rows:
        session.change_many(_APPEND, rows)
    if any(row["v_done_at"] is None for row in rows):
        session.ring()


def row_of(event: Event, at: datetime, done_at: datetime | None = None) -> dict[str, Any]:
    """Return the values of an event's row; with ``done_at`` it was heard then."""
    return {
        "v_id": event.id,
        "v_name": event.name,
        "v_object": event.record.object,
        "v_record": event.record.id,
        "v_version": event.version,
        "v_facts": dict(event.facts),
        "v_at": at,
        "v_done_at": done_at,
    }


def append_outward(
    session: Session, kind: OutwardKind, key: str, record: RecordRef, facts: Mapping[str, Any], at: datetime
) -> str:
    """Write what shall leave the process after the commit; return its stable Event-Id.

    ``key`` says what this is about, e.g. ``instance/12/step/a/3``: two rows of one key are one row.
    """
    id = str(uuid5(_KEYS, f"{kind} {key}"))
    session.change(_APPEND_ONCE, row_of(Event(id, OUTWARD + kind, record, 0, {**facts, "key": key}), at))
    session.ring()
    return id


def claim_events(session: Session, now: datetime, lease: timedelta, limit: int = 20) -> list[Claimed]:
    """Give the oldest open events to the caller until ``now + lease``; of one record never a later one first.

    They are the caller's once the transaction is committed.
    """
    earlier = OUTBOX.alias("earlier")
    blocked = exists().where(
        earlier.c.object == OUTBOX.c.object,
        earlier.c.record == OUTBOX.c.record,
        earlier.c.sequence < OUTBOX.c.sequence,
        earlier.c.done_at.is_(None),
        earlier.c.buried_at.is_(None),
        # what leaves the process stands in a line of its own: a server that is away holds up no rule
        or_(_inward(earlier) & _inward(OUTBOX), earlier.c.name == OUTBOX.c.name),
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


def acknowledge_events(session: Session, many: Sequence[Claimed], now: datetime) -> None:
    """Mark events as heard that nobody wants to hear."""
    held = [and_(OUTBOX.c.sequence == one.sequence, OUTBOX.c.token == one.token) for one in many]
    done = update(OUTBOX).where(or_(*held), OUTBOX.c.done_at.is_(None))
    session.execute(done.values(done_at=now, leased_until=None, error=None))


def release_event(session: Session, claimed: Claimed) -> None:
    """Give an event back that was not tried."""
    back = update(OUTBOX).where(*_held(claimed))
    session.execute(back.values(leased_until=None, attempts=claimed.attempts - 1))


def fail_event(session: Session, claimed: Claimed, now: datetime, error: str, wait: timedelta) -> bool:
    """Let an event be tried again after ``wait``; after many attempts it is buried. Tell whether it was held."""
    values: dict[str, Any] = {"error": error[:2000], "leased_until": now + wait}
    if claimed.attempts >= MOST_ATTEMPTS:
        values["buried_at"] = now
    return session.execute(update(OUTBOX).where(*_held(claimed)).values(values)).rowcount == 1


def revive_event(session: Session, id: str) -> bool:
    """Dig out a buried event, to be tried anew."""
    again = update(OUTBOX).where(OUTBOX.c.id == id, OUTBOX.c.buried_at.is_not(None))
    session.ring()
    return session.execute(again.values(buried_at=None, attempts=0, leased_until=None)).rowcount == 1


def bury_event(session: Session, id: str, now: datetime, why: str) -> bool:
    """Give up an event that was not heard by everybody; it can be dug out."""
    given_up = update(OUTBOX).where(OUTBOX.c.id == id, *_ALIVE)
    return session.execute(given_up.values(buried_at=now, error=why, token=OUTBOX.c.token + 1)).rowcount == 1


def forget_events(session: Session, before: datetime) -> int:
    """Delete the events that were heard before an instant; return how many."""
    return session.execute(delete(OUTBOX).where(OUTBOX.c.done_at < before)).rowcount


def _inward(table: Any) -> Any:
    return table.c.name.not_like(f"{OUTWARD}%")


def _held(claimed: Claimed) -> tuple[Any, ...]:
    return OUTBOX.c.sequence == claimed.sequence, OUTBOX.c.token == claimed.token, OUTBOX.c.done_at.is_(None)


def _claimed(row: Any) -> Claimed:
    record = RecordRef(row["object"], row["record"])
    event = Event(row["id"], row["name"], record, row["version"], row["facts"])
    return Claimed(event, row["sequence"], row["token"], row["attempts"], row["at"])


# -- what was handled -------------------------------------------------------------------------------------------------


def note_handled(session: Session, event: str, handler: str, now: datetime) -> bool:
    """Note in the transaction of an effect that it was done; False: it was done before, and must not be again."""
    row = {"event": event, "handler": handler, "at": now}
    return session.execute(_insert_once(session, row)).first() is not None


def was_handled(session: Session, event: str, handler: str) -> bool:
    """Tell whether the effect of a handler was done."""
    known = select(HANDLED.c.event).where(HANDLED.c.event == event, HANDLED.c.handler == handler)
    return session.execute(known).first() is not None


def forget_handled(session: Session, before: datetime) -> int:
    """Delete what was noted before an instant; return how many."""
    return session.execute(delete(HANDLED).where(HANDLED.c.at < before)).rowcount


def _insert_once(session: Session, row: Mapping[str, Any]) -> Any:
    if session.dialect == "postgresql":
        return postgresql.insert(HANDLED).values(**row).on_conflict_do_nothing().returning(HANDLED.c.event)
    return sqlite.insert(HANDLED).values(**row).on_conflict_do_nothing().returning(HANDLED.c.event)


# -- for those who look after it --------------------------------------------------------------------------------------

Standing = Literal["waiting", "failing", "dead", "done"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the outbox as an administrator sees it."""

    id: str
    name: str
    object: str
    record: str
    facts: Mapping[str, Any]
    at: datetime
    attempts: int
    standing: Standing
    next_at: datetime | None
    done_at: datetime | None
    error: str | None


def read_entries(session: Session, standing: Standing | None = None, limit: int = 50) -> list[Entry]:
    """Return rows of the outbox, the newest first."""
    chosen = select(OUTBOX).order_by(OUTBOX.c.sequence.desc()).limit(limit)
    if standing is not None:
        chosen = chosen.where(*_STANDING[standing])
    return [_entry(row) for row in session.execute(chosen).mappings()]


def read_entry(session: Session, id: str) -> Entry | None:
    """Return one row, or None."""
    row = session.execute(select(OUTBOX).where(OUTBOX.c.id == id)).mappings().first()
    return None if row is None else _entry(row)


def count_entries(session: Session) -> Mapping[str, int]:
    """Return how many rows wait, fail and are dead."""
    counted: dict[str, int] = {}
    standings: tuple[Standing, ...] = ("waiting", "failing", "dead")
    for standing in standings:
        rows = select(func.count()).select_from(OUTBOX).where(*_STANDING[standing])
        counted[standing] = session.execute(rows).scalar_one()
    return counted


def next_event_at(session: Session) -> datetime | None:
    """Return when the next open row is due; an instant long past for one that nobody holds."""
    moment = func.min(func.coalesce(OUTBOX.c.leased_until, OUTBOX.c.at))
    found: datetime | None = session.execute(select(moment).where(*_ALIVE)).scalar_one()
    return found


_STANDING: Mapping[Standing, tuple[Any, ...]] = {
    "waiting": (*_ALIVE, OUTBOX.c.error.is_(None)),
    "failing": (*_ALIVE, OUTBOX.c.error.is_not(None)),
    "dead": (OUTBOX.c.done_at.is_(None), OUTBOX.c.buried_at.is_not(None)),
    "done": (OUTBOX.c.done_at.is_not(None),),
}


def _entry(row: Any) -> Entry:
    standing: Standing = "waiting" if row["error"] is None else "failing"
    if row["done_at"] is not None:
        standing = "done"
    elif row["buried_at"] is not None:
        standing = "dead"
    names = ("id", "name", "object", "record", "facts", "at", "attempts", "done_at", "error")
    return Entry(**{name: row[name] for name in names}, standing=standing, next_at=row["leased_until"])
