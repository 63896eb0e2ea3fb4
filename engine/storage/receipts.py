"""Answers that were given to requests with an idempotency key, kept in the transaction of their effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import IDEMPOTENCY


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """A key is good for one actor on one route."""

    actor: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered, and a digest of what was asked."""

    digest: str
    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


_WHERE = ("actor", "route", "key")
_FIND = Statement(
    lambda _: select(IDEMPOTENCY.c.digest, IDEMPOTENCY.c.status, IDEMPOTENCY.c.body, IDEMPOTENCY.c.headers).where(
        *(IDEMPOTENCY.c[name] == bindparam(name) for name in _WHERE), IDEMPOTENCY.c.at > bindparam("since")
    )
)
_DROP = Statement(
    lambda _: delete(IDEMPOTENCY).where(
        *(IDEMPOTENCY.c[name] == bindparam(name) for name in _WHERE), IDEMPOTENCY.c.at <= bindparam("since")
    )
)
_SAVED = (*_WHERE, "digest", "status", "body", "headers", "at")
_SAVE = Statement(lambda _: insert(IDEMPOTENCY).values({name: bindparam(f"v_{name}") for name in _SAVED}))


def find_receipt(session: Session, key: ReceiptKey, since: datetime) -> Receipt | None:
    """Return what was answered after ``since``, or None."""
    import orjson

    row = session.row(_FIND, {"actor": key.actor, "route": key.route, "key": key.key, "since": since})
    return None if row is None else Receipt(row[0], row[1], row[2], orjson.loads(row[3]))


def save_receipt(session: Session, key: ReceiptKey, receipt: Receipt, at: datetime, since: datetime) -> None:
    """Keep an answer; one from before ``since`` makes room. Raises Violation when another request was faster."""
    where = {"actor": key.actor, "route": key.route, "key": key.key}
    session.change(_DROP, {**where, "since": since})
    told = {"digest": receipt.digest, "status": receipt.status, "body": receipt.body, "headers": dict(receipt.headers)}
    session.change(_SAVE, {f"v_{name}": value for name, value in {**where, **told, "at": at}.items()})


def forget_receipts(session: Session, before: datetime) -> int:
    """Delete the answers from before an instant; return how many."""
    return session.execute(delete(IDEMPOTENCY).where(IDEMPOTENCY.c.at <= before)).rowcount
