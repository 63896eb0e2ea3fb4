"""Messages on record: what each person was told, whether he read it, and what he wants to hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update

from engine.kernel.names import new_record_id
from engine.storage.message_tables import DELIVERY, HABIT, MESSAGE, PREFERENCE
from engine.storage.sessions import Session
from engine.storage.system import USER

REMINDERS = ("reminder", "urge")


@dataclass(frozen=True, slots=True)
class Message:
    """What one person was told. ``user`` None: somebody without an account."""

    id: str
    key: str
    at: datetime
    user: str | None
    category: str
    urgent: bool
    subject: str
    body: str
    language: str
    object: str
    record: str
    task: str | None
    link: str
    in_bell: bool
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient as the accounts know him; addresses are those that an administrator keeps."""

    id: str
    login: str
    name: str
    active: bool
    language: str
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Habit:
    """When a person does not want to be disturbed, ``HH:MM`` in his zone, and when his digest comes."""

    quiet_from: str = ""
    quiet_to: str = ""
    zone: str = ""
    digest_at: str = "08:00"


def add_message(session: Session, values: Mapping[str, Any]) -> str | None:
    """Write a message in the caller's transaction; None: one of its key is there already."""
    if session.execute(select(MESSAGE.c.id).where(MESSAGE.c.key == values["key"])).first() is not None:
        return None
    id = str(new_record_id())
    session.execute(insert(MESSAGE).values(id=id, **values))
    return id


def read_message(session: Session, id: str) -> Message | None:
    """Return one message, or None."""
    row = session.execute(select(MESSAGE).where(MESSAGE.c.id == id)).mappings().first()
    return None if row is None else Message(**row)


def read_bell(session: Session, user: str, *, unread: bool = False, before: str = "", limit: int = 20) -> list[Message]:
    """Return a person's messages, the newest first; ``before`` is the id of the last one seen."""
    chosen = select(MESSAGE).where(MESSAGE.c.user == user, MESSAGE.c.in_bell.is_(True))
    if unread:
        chosen = chosen.where(MESSAGE.c.read_at.is_(None))
    if before:
        chosen = chosen.where(MESSAGE.c.id < before)
    rows = session.execute(chosen.order_by(MESSAGE.c.id.desc()).limit(limit)).mappings()
    return [Message(**row) for row in rows]


def count_unread(session: Session, user: str, cap: int = 100) -> int:
    """Return how many messages a person has not read, counting no further than ``cap``."""
    mine = select(MESSAGE.c.id).where(MESSAGE.c.user == user, MESSAGE.c.read_at.is_(None), MESSAGE.c.in_bell.is_(True))
    return int(session.execute(select(func.count()).select_from(mine.limit(cap).subquery())).scalar_one())


def mark_read(session: Session, user: str, ids: Sequence[str] | None, now: datetime) -> int:
    """Mark messages of a person as read, all when ``ids`` is None; return how many were unread."""
    mine = update(MESSAGE).where(MESSAGE.c.user == user, MESSAGE.c.read_at.is_(None))
    if ids is not None:
        mine = mine.where(MESSAGE.c.id.in_(list(ids)))
    return session.execute(mine.values(read_at=now)).rowcount


def mark_unread(session: Session, user: str, id: str) -> bool:
    """Mark a message of a person as unread again."""
    mine = update(MESSAGE).where(MESSAGE.c.user == user, MESSAGE.c.id == id)
    return session.execute(mine.values(read_at=None)).rowcount == 1


def reminded_since(session: Session, user: str, task: str, since: datetime) -> bool:
    """Tell whether a person was reminded of a task by any way out of the house since an instant."""
    told = (
        select(MESSAGE.c.id)
        .join(DELIVERY, DELIVERY.c.message == MESSAGE.c.id)
        .where(MESSAGE.c.user == user, MESSAGE.c.task == task, MESSAGE.c.category.in_(REMINDERS))
        .where(MESSAGE.c.at > since, DELIVERY.c.channel != "inbox", DELIVERY.c.state != "dropped")
    )
    return session.execute(told.limit(1)).first() is not None


def forget_messages(session: Session, before: datetime) -> int:
    """Delete read messages that are older than an instant, with their deliveries; return how many."""
    old = select(MESSAGE.c.id).where(MESSAGE.c.at < before, MESSAGE.c.read_at.is_not(None))
    session.execute(delete(DELIVERY).where(DELIVERY.c.message.in_(old), DELIVERY.c.state != "waiting"))
    kept = select(DELIVERY.c.message).where(DELIVERY.c.message.is_not(None))
    gone = delete(MESSAGE).where(and_(MESSAGE.c.id.in_(old), MESSAGE.c.id.not_in(kept)))
    return session.execute(gone).rowcount


# -- people -----------------------------------------------------------------------------------------------------------

_PERSON = (USER.c.id, USER.c.login, USER.c.name, USER.c.active, USER.c.language, USER.c.email, USER.c.phone)


def read_people(session: Session, ids: Sequence[str]) -> list[Person]:
    """Return the accounts of ids, in the order given."""
    rows = session.execute(select(*_PERSON).where(USER.c.id.in_(list(ids)))).mappings()
    found = {row["id"]: Person(**row) for row in rows}
    return [found[id] for id in dict.fromkeys(ids) if id in found]


def people_with_phones(session: Session) -> list[Person]:
    """Return the active accounts that have a phone; few enough to look through."""
    chosen = select(*_PERSON).where(USER.c.phone.is_not(None), USER.c.active.is_(True))
    return [Person(**row) for row in session.execute(chosen).mappings()]


def people_with_email(session: Session, email: str) -> list[Person]:
    """Return the active accounts with an address of mail, whatever the case of its letters."""
    mine = func.lower(USER.c.email) == email.lower()
    chosen = select(*_PERSON).where(mine, USER.c.active.is_(True))
    return [Person(**row) for row in session.execute(chosen).mappings()]


def administrators(session: Session) -> list[str]:
    """Return the ids of those who look after the tenant."""
    chosen = select(USER.c.id).where(USER.c.administrator.is_(True), USER.c.active.is_(True)).order_by(USER.c.login)
    return list(session.execute(chosen).scalars())


# -- what people want -------------------------------------------------------------------------------------------------


def read_wishes(session: Session, user: str) -> Mapping[tuple[str, str], str]:
    """Return what a person wants, by category and channel."""
    rows = session.execute(select(PREFERENCE).where(PREFERENCE.c.user == user)).mappings()
    return {(row["category"], row["channel"]): row["wish"] for row in rows}


def save_wish(session: Session, user: str, category: str, channel: str, wish: str) -> None:
    """Keep what a person wants."""
    mine = (PREFERENCE.c.user == user, PREFERENCE.c.category == category, PREFERENCE.c.channel == channel)
    if not session.execute(update(PREFERENCE).where(*mine).values(wish=wish)).rowcount:
        session.execute(insert(PREFERENCE).values(user=user, category=category, channel=channel, wish=wish))


def read_habit(session: Session, user: str) -> Habit:
    """Return when a person wants to be left alone."""
    row = session.execute(select(HABIT).where(HABIT.c.user == user)).mappings().first()
    return Habit() if row is None else Habit(row["quiet_from"], row["quiet_to"], row["zone"], row["digest_at"])


def save_habit(session: Session, user: str, habit: Habit) -> None:
    """Keep when a person wants to be left alone."""
    values = {name: getattr(habit, name) for name in Habit.__dataclass_fields__}
    if not session.execute(update(HABIT).where(HABIT.c.user == user).values(values)).rowcount:
        session.execute(insert(HABIT).values(user=user, **values))


def categories_known(session: Session) -> list[str]:
    """Return the categories that messages had so far."""
    chosen = select(MESSAGE.c.category).distinct().order_by(MESSAGE.c.category)
    return list(session.execute(chosen).scalars())
