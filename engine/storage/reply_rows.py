"""What came in from outside, the codes that answers carry, and who outside is told of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from engine.kernel.names import new_record_id
from engine.storage.message_tables import INBOUND, REPLY_CODE, WEBHOOK, WRONG_CODE
from engine.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something that came in."""

    id: str
    channel: str
    gateway: str
    external: str
    sender: str
    recipient: str
    subject: str
    text: str
    at: datetime
    user: str | None
    outcome: str
    reply: str


def note_inbound(session: Session, values: Mapping[str, Any]) -> tuple[str, bool]:
    """Note what came in; return its id and whether it is still to be dealt with.

    A message that the gateway brings again is dealt with again only if the first time broke off.
    """
    known = select(INBOUND.c.id, INBOUND.c.outcome).where(
        INBOUND.c.channel == values["channel"],
        INBOUND.c.gateway == values["gateway"],
        INBOUND.c.external == values["external"],
    )
    found = session.execute(known).mappings().first()
    if found is not None:
        return str(found["id"]), found["outcome"] == "new"
    id = str(new_record_id())
    session.execute(insert(INBOUND).values(id=id, **values))
    return id, True


def knows_inbound(session: Session, channel: str, gateway: str, external: str, since: datetime) -> bool:
    """Tell whether a message came in since an instant."""
    known = select(INBOUND.c.id).where(INBOUND.c.channel == channel, INBOUND.c.gateway == gateway)
    return session.execute(known.where(INBOUND.c.external == external, INBOUND.c.at > since)).first() is not None


def note_outcome(session: Session, id: str, outcome: str, reply: str = "", user: str | None = None) -> None:
    """Note what became of it."""
    values = {"outcome": outcome, "reply": reply} | ({"user": user} if user else {})
    session.execute(update(INBOUND).where(INBOUND.c.id == id).values(values))


def inbound_since(session: Session, sender: str, since: datetime) -> int:
    """Return how much came from a sender since an instant."""
    rows = select(func.count()).select_from(INBOUND).where(INBOUND.c.sender == sender, INBOUND.c.at > since)
    return int(session.execute(rows).scalar_one())


def read_inbound(session: Session, limit: int = 50) -> list[Inbound]:
    """Return what came in, the newest first."""
    rows = session.execute(select(INBOUND).order_by(INBOUND.c.id.desc()).limit(limit)).mappings()
    return [Inbound(**row) for row in rows]


# -- codes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyCode:
    """A single-use right to decide one task in one state of its data. ``way``: sms or link."""

    id: str
    hash: str
    way: str
    task: str
    user: str
    address: str
    material: str
    at: datetime
    expires_at: datetime
    used_at: datetime | None


def add_code(session: Session, values: Mapping[str, Any]) -> None:
    """Keep the hash of a code."""
    session.execute(insert(REPLY_CODE).values(id=str(new_record_id()), **values))


def find_code(session: Session, digest: str) -> ReplyCode | None:
    """Return a code by its hash, whatever became of it."""
    row = session.execute(select(REPLY_CODE).where(REPLY_CODE.c.hash == digest)).mappings().first()
    return None if row is None else ReplyCode(**row)


def codes_of(session: Session, user: str, now: datetime, way: str = "sms") -> list[ReplyCode]:
    """Return a person's codes that were not used and are still good, the newest first."""
    mine = select(REPLY_CODE).where(REPLY_CODE.c.user == user, REPLY_CODE.c.way == way)
    good = mine.where(REPLY_CODE.c.used_at.is_(None), REPLY_CODE.c.expires_at > now)
    return [ReplyCode(**row) for row in session.execute(good.order_by(REPLY_CODE.c.id.desc())).mappings()]


def use_code(session: Session, id: str, now: datetime) -> bool:
    """Use a code up; False: it was used before."""
    mine = update(REPLY_CODE).where(REPLY_CODE.c.id == id, REPLY_CODE.c.used_at.is_(None))
    return session.execute(mine.values(used_at=now)).rowcount == 1


def void_codes(session: Session, task: str, user: str, now: datetime, way: str) -> None:
    """Let a person's earlier codes of a way for a task die."""
    mine = update(REPLY_CODE).where(REPLY_CODE.c.task == task, REPLY_CODE.c.user == user, REPLY_CODE.c.way == way)
    session.execute(mine.where(REPLY_CODE.c.used_at.is_(None)).values(used_at=now))


def note_wrong_code(session: Session, address: str, at: datetime) -> None:
    """Remember a wrong code."""
    session.execute(insert(WRONG_CODE).values(id=str(new_record_id()), address=address, at=at))


def wrong_codes(session: Session, address: str, since: datetime) -> list[datetime]:
    """Return when wrong codes came from an address since an instant, the earliest first."""
    chosen = select(WRONG_CODE.c.at).where(WRONG_CODE.c.address == address, WRONG_CODE.c.at > since)
    return list(session.execute(chosen.order_by(WRONG_CODE.c.at)).scalars())


def forget_codes(session: Session, before: datetime) -> None:
    """Delete codes that ended, and wrong ones that came, before an instant."""
    session.execute(delete(REPLY_CODE).where(REPLY_CODE.c.expires_at < before))
    session.execute(delete(WRONG_CODE).where(WRONG_CODE.c.at < before))


# -- webhooks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Webhook:
    """A place outside that is told of events whose names fit one of ``events`` (``*`` stands for anything)."""

    id: str
    name: str
    url: str
    secret: str
    events: Sequence[str]
    active: bool
    created_at: datetime
    created_by: str


def read_webhooks(session: Session, *, active: bool = False) -> list[Webhook]:
    """Return the webhooks by name."""
    chosen = select(WEBHOOK).order_by(WEBHOOK.c.name)
    if active:
        chosen = chosen.where(WEBHOOK.c.active.is_(True))
    return [Webhook(**row) for row in session.execute(chosen).mappings()]


def find_webhook(session: Session, id: str) -> Webhook | None:
    """Return a webhook by its id or name, or None."""
    row = session.execute(select(WEBHOOK).where((WEBHOOK.c.id == id) | (WEBHOOK.c.name == id))).mappings().first()
    return None if row is None else Webhook(**row)


def add_webhook(session: Session, values: Mapping[str, Any]) -> str:
    """Keep a new webhook; return its id."""
    id = str(new_record_id())
    session.execute(insert(WEBHOOK).values(id=id, **values))
    return id


def change_webhook(session: Session, id: str, values: Mapping[str, Any]) -> bool:
    """Change a webhook."""
    return session.execute(update(WEBHOOK).where(WEBHOOK.c.id == id).values(**values)).rowcount == 1


def remove_webhook(session: Session, id: str) -> bool:
    """Remove a webhook."""
    return session.execute(delete(WEBHOOK).where(WEBHOOK.c.id == id)).rowcount == 1
