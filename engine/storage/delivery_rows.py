"""Deliveries: what is to be sent by which way, how often it was tried, and what the other side says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, insert, or_, select, update

from engine.kernel.names import new_record_id
from engine.storage.database import Database
from engine.storage.message_tables import DELIVERY, MESSAGE, PART, STILL
from engine.storage.sessions import Session

MOST_ATTEMPTS = 10
_FINAL = ("delivered", "undelivered")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way out. ``state``: waiting, sent, delivered, undelivered, dropped or dead."""

    id: str
    message: str | None
    key: str
    channel: str
    address: str
    subject: str
    body: str
    html: str
    payload: Any
    line: str | None
    digest: bool
    state: str
    at: datetime
    due_at: datetime
    leased_until: datetime | None
    token: int
    attempts: int
    parts: Any
    sent_at: datetime | None
    delivered_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to be made not before ``due_at``; a second one of the same key is not taken."""

    key: str
    channel: str
    address: str
    due_at: datetime
    message: str | None = None
    subject: str = ""
    body: str = ""
    html: str = ""
    payload: Any = None
    line: str | None = None
    digest: bool = False
    state: str = "waiting"
    error: str | None = None


def add_delivery(session: Session, new: NewDelivery, at: datetime) -> str:
    """Write a delivery in the caller's transaction; return its id, the known one's for a known key."""
    known = session.execute(select(DELIVERY.c.id).where(DELIVERY.c.key == new.key)).scalar_one_or_none()
    if known is not None:
        return str(known)
    id = _id_in(session, new.line)
    values = {name: getattr(new, name) for name in NewDelivery.__dataclass_fields__}
    if new.state == "delivered":
        values |= {"sent_at": at, "delivered_at": at}
    session.execute(insert(DELIVERY).values(id=id, at=at, **values))
    session.ring()
    return id


def _id_in(session: Session, line: str | None) -> str:
    """Return an id behind all that still wait in a line, whatever the clocks of the processes say."""
    id = str(new_record_id())
    if line is None:
        return id
    waiting = select(func.max(DELIVERY.c.id)).where(DELIVERY.c.line == line, DELIVERY.c.state == STILL)
    last = session.execute(waiting).scalar_one()
    return id if last is None or last < id else str(UUID(int=UUID(last).int + 1))


def claim_deliveries(
    database: Database, channels: Sequence[str], now: datetime, lease: timedelta, limit: int = 20
) -> list[Delivery]:
    """Give the deliveries that are due to the caller until ``now + lease``; of one line never a later one first."""
    with database.writing() as session:
        earlier = DELIVERY.alias("earlier")
        blocked = exists().where(
            earlier.c.line == DELIVERY.c.line, earlier.c.id < DELIVERY.c.id, earlier.c.state == STILL
        )
        free = or_(DELIVERY.c.leased_until.is_(None), DELIVERY.c.leased_until <= now)
        chosen = (
            select(DELIVERY.c.id)
            .where(DELIVERY.c.state == STILL, DELIVERY.c.due_at <= now, free, ~blocked)
            .where(DELIVERY.c.channel.in_(channels))
            .order_by(DELIVERY.c.due_at)
            .limit(limit)
        )
        if session.dialect == "postgresql":
            chosen = chosen.with_for_update(skip_locked=True, of=DELIVERY)
        ids = list(session.execute(chosen).scalars())
        if not ids:
            return []
        values = {
            "leased_until": now + lease,
            "token": DELIVERY.c.token + 1,
            "attempts": DELIVERY.c.attempts + 1,
        }
        taken = update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values(values).returning(DELIVERY)
        rows = session.execute(taken).mappings().all()
        return sorted((Delivery(**row) for row in rows), key=lambda one: one.id)


def take_digest(session: Session, delivery: Delivery, user: str, now: datetime) -> list[Delivery]:
    """Return all that is due of a person's digest, the given one among it; they are sent as one."""
    mine = select(MESSAGE.c.id).where(MESSAGE.c.user == user)
    chosen = (
        select(DELIVERY)
        .where(DELIVERY.c.state == STILL, DELIVERY.c.digest.is_(True), DELIVERY.c.due_at <= now)
        .where(DELIVERY.c.channel == delivery.channel, DELIVERY.c.message.in_(mine))
        .order_by(DELIVERY.c.id)
    )
    return [Delivery(**row) for row in session.execute(chosen).mappings()]


def note_sent(
    session: Session, delivery: Delivery, now: datetime, state: str, gateway: str = "", parts: Sequence[str] = ()
) -> bool:
    """Note that a delivery was handed over; False: somebody else holds it by now."""
    values = {"state": state, "sent_at": now, "leased_until": None, "error": None, "parts": list(parts) or None}
    if state == "delivered":
        values["delivered_at"] = now
    if session.execute(update(DELIVERY).where(*_held(delivery)).values(values)).rowcount != 1:
        return False
    for part in parts:
        session.execute(insert(PART).values(gateway=gateway, external=part, delivery=delivery.id, state="sent"))
    return True


def note_failed(session: Session, delivery: Delivery, now: datetime, error: str, wait: timedelta | None) -> bool:
    """Let a delivery be tried again after ``wait``; dead when that is None or it failed too often.

    False: somebody else holds it by now.
    """
    dead = wait is None or delivery.attempts >= MOST_ATTEMPTS
    values: dict[str, Any] = {"error": error[:2000], "leased_until": None}
    values |= {"state": "dead"} if dead or wait is None else {"due_at": now + wait}
    return session.execute(update(DELIVERY).where(*_held(delivery)).values(values)).rowcount == 1


def drop_delivery(session: Session, delivery: Delivery, why: str) -> bool:
    """Note that a delivery is not needed any more."""
    dropped = update(DELIVERY).where(*_held(delivery))
    return session.execute(dropped.values(state="dropped", error=why, leased_until=None)).rowcount == 1


def put_off_delivery(session: Session, delivery: Delivery, until: datetime, why: str) -> bool:
    """Let a delivery wait without counting a failure."""
    values = {"due_at": until, "leased_until": None, "attempts": delivery.attempts - 1, "error": why}
    return session.execute(update(DELIVERY).where(*_held(delivery)).values(values)).rowcount == 1


def note_receipt(session: Session, gateway: str, external: str, good: bool, now: datetime) -> str | None:
    """Note what a gateway says of a part; return the delivery. It is delivered when all its parts are."""
    part = select(PART.c.delivery).where(PART.c.gateway == gateway, PART.c.external == external)
    delivery = session.execute(part).scalar_one_or_none()
    if delivery is None:
        return None
    state = "delivered" if good else "undelivered"
    here = update(PART).where(PART.c.gateway == gateway, PART.c.external == external)
    session.execute(here.values(state=state))
    states = set(session.execute(select(PART.c.state).where(PART.c.delivery == delivery)).scalars())
    whole = update(DELIVERY).where(DELIVERY.c.id == delivery)
    if "undelivered" in states:
        session.execute(whole.values(state="undelivered", error=f"the gateway could not deliver {external}"))
    elif states == {"delivered"}:
        session.execute(whole.values(state="delivered", delivered_at=now))
    return str(delivery)


def read_delivery(session: Session, id: str) -> Delivery | None:
    """Return one delivery, or None."""
    row = session.execute(select(DELIVERY).where(DELIVERY.c.id == id)).mappings().first()
    return None if row is None else Delivery(**row)


def find_call(session: Session, id: str) -> Delivery | None:
    """Return the delivery of a declared call by the id of its event, or None."""
    chosen = select(DELIVERY).where(
        DELIVERY.c.channel == "webhook", DELIVERY.c.key.startswith(f"{id}:", autoescape=True)
    )
    row = session.execute(chosen.order_by(DELIVERY.c.id).limit(1)).mappings().first()
    return None if row is None else Delivery(**row)


def read_deliveries(
    session: Session, *, state: str | None = None, message: str | None = None, limit: int = 50
) -> list[Delivery]:
    """Return deliveries, the newest first: in a state, of a message, as far as these are given."""
    chosen = select(DELIVERY).order_by(DELIVERY.c.id.desc()).limit(limit)
    if state is not None:
        chosen = chosen.where(DELIVERY.c.state == state)
    if message is not None:
        chosen = chosen.where(DELIVERY.c.message == message)
    return [Delivery(**row) for row in session.execute(chosen).mappings()]


def count_deliveries(session: Session) -> Mapping[str, int]:
    """Return how many deliveries wait, are dead and did not arrive."""
    counted = {}
    for state in ("waiting", "dead", "undelivered"):
        rows = select(func.count()).select_from(DELIVERY).where(DELIVERY.c.state == state)
        counted[state] = session.execute(rows).scalar_one()
    return counted


def next_delivery_at(session: Session) -> datetime | None:
    """Return when the next delivery is due."""
    moment = func.min(func.coalesce(DELIVERY.c.leased_until, DELIVERY.c.due_at))
    found: datetime | None = session.execute(select(moment).where(DELIVERY.c.state == STILL)).scalar_one()
    return found


def revive_delivery(session: Session, id: str, now: datetime) -> bool:
    """Try a dead, undelivered or dropped delivery anew."""
    ended = update(DELIVERY).where(DELIVERY.c.id == id, DELIVERY.c.state.in_(("dead", "undelivered", "dropped")))
    session.ring()
    return session.execute(ended.values(state="waiting", attempts=0, due_at=now, leased_until=None)).rowcount == 1


def give_up_delivery(session: Session, id: str, now: datetime, why: str) -> bool:
    """Give up a delivery that was not made yet."""
    waiting = update(DELIVERY).where(DELIVERY.c.id == id, DELIVERY.c.state == STILL)
    values = {"state": "dropped", "error": why, "token": DELIVERY.c.token + 1, "leased_until": None}
    return session.execute(waiting.values(values)).rowcount == 1


def sent_since(session: Session, address: str, channel: str, since: datetime) -> int:
    """Return how much was handed over to an address by a channel since an instant."""
    rows = select(func.count()).select_from(DELIVERY).where(DELIVERY.c.address == address)
    return int(session.execute(rows.where(DELIVERY.c.channel == channel, DELIVERY.c.sent_at > since)).scalar_one())


def replied_since(session: Session, address: str, since: datetime) -> int:
    """Return how many answers to incoming messages went to an address since an instant."""
    rows = select(func.count()).select_from(DELIVERY).where(DELIVERY.c.address == address, DELIVERY.c.at > since)
    return int(session.execute(rows.where(DELIVERY.c.key.like("reply:%"))).scalar_one())


def _held(delivery: Delivery) -> tuple[Any, ...]:
    return DELIVERY.c.id == delivery.id, DELIVERY.c.token == delivery.token, DELIVERY.c.state == STILL
