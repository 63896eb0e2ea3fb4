"""The statements over shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, insert, or_, select

from engine.storage import Session
from engine.storage.access_tables import SHARE
from engine.storage.column_types import Stored, load_kind
from engine.storage.fetching import among
from engine.storage.sql_types import Words
from engine.storage.statements import Statement


@dataclass(frozen=True, slots=True)
class Share:
    """A record given to a receiver, for reading (level 1) or also for changing (2), until a moment or without end."""

    id: str
    object: str
    record: str
    receiver: str
    level: int
    until: datetime | None
    note: str
    at: datetime
    by: str


_COLUMNS = tuple(SHARE.c[name] for name in ("id", "object", "record", "receiver", "level", "until", "note", "at", "by"))


def shares_of(session: Session, object: str, records: Iterable[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the shares of records as conditions see them, by record; in one statement."""
    wanted = list(dict.fromkeys(records))
    if not wanted:
        return {}
    listed = orjson.dumps(wanted).decode() if session.dialect == "sqlite" else wanted
    load = load_kind(Stored("datetime"), session.dialect)
    found: dict[str, list[Mapping[str, Any]]] = {}
    for record, receiver, level, until in session.rows(_OF_RECORDS, {"object": object, "keys": listed}):
        moment = until if load is None or until is None else load(until)
        found.setdefault(record, []).append({"receiver": receiver, "level": level, "until": moment})
    return found


def list_shares(session: Session, object: str, record: str) -> Sequence[Share]:
    """Return the shares of a record, the oldest first."""
    chosen = (SHARE.c.object == object, SHARE.c.record == record)
    return [
        Share(*tuple(row)) for row in session.execute(select(*_COLUMNS).where(*chosen).order_by(SHARE.c.at, SHARE.c.id))
    ]


def shares_to(session: Session, receivers: Iterable[str], now: datetime, most: int) -> Sequence[Share]:
    """Return the shares that reach somebody under any of his names and are not over, the latest first."""
    chosen = (SHARE.c.receiver.in_(sorted(receivers)), or_(SHARE.c.until.is_(None), SHARE.c.until > now))
    query = select(*_COLUMNS).where(*chosen).order_by(SHARE.c.at.desc(), SHARE.c.id).limit(most)
    return [Share(*tuple(row)) for row in session.execute(query)]


def find_share(session: Session, id: str) -> Share | None:
    """Return a share by its id."""
    row = session.execute(select(*_COLUMNS).where(SHARE.c.id == id)).one_or_none()
    return None if row is None else Share(*tuple(row))


def put_share(session: Session, share: Share) -> None:
    """Write a share; one of the same record to the same receiver is replaced."""
    same = (SHARE.c.object == share.object, SHARE.c.record == share.record, SHARE.c.receiver == share.receiver)
    session.execute(delete(SHARE).where(*same))
    values = {column.name: getattr(share, column.name) for column in _COLUMNS}
    session.execute(insert(SHARE).values(values))


def remove_share(session: Session, id: str) -> bool:
    """Remove a share; tell whether it was there."""
    return session.execute(delete(SHARE).where(SHARE.c.id == id)).rowcount == 1


def remove_ended(session: Session, now: datetime) -> int:
    """Remove the shares whose end has passed; return how many."""
    return session.execute(delete(SHARE).where(SHARE.c.until.is_not(None), SHARE.c.until <= now)).rowcount


_OF_RECORDS = Statement(
    lambda dialect: select(SHARE.c.record, SHARE.c.receiver, SHARE.c.level, SHARE.c.until).where(
        SHARE.c.object == bindparam("object", type_=Words()), among(SHARE.c.record, "keys", dialect)
    )
)
