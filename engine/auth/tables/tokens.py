"""The statements over API tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update

from engine.storage import Session
from engine.storage.system import TOKEN


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An API token as it is stored: only a hash of its secret."""

    id: str
    user: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


_TOKEN_COLUMNS = (
    TOKEN.c.id,
    TOKEN.c.user,
    TOKEN.c.name,
    TOKEN.c.secret_hash,
    TOKEN.c.scopes,
    TOKEN.c.created_at,
    TOKEN.c.expires_at,
    TOKEN.c.used_at,
)


def insert_token(session: Session, token: StoredToken) -> None:
    """Write a new token."""
    session.execute(
        insert(TOKEN).values(
            id=token.id,
            user=token.user,
            name=token.name,
            secret_hash=token.secret_hash,
            scopes=list(token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )


def find_token(session: Session, id: str) -> StoredToken | None:
    """Return a token that was not revoked."""
    row = session.execute(select(*_TOKEN_COLUMNS).where(TOKEN.c.id == id, TOKEN.c.revoked_at.is_(None))).one_or_none()
    return _token(row) if row is not None else None


def tokens_of(session: Session, user: str | None = None) -> Sequence[StoredToken]:
    """Return the tokens of a user, or of all, that were not revoked; the newest first."""
    statement = select(*_TOKEN_COLUMNS).where(TOKEN.c.revoked_at.is_(None))
    if user is not None:
        statement = statement.where(TOKEN.c.user == user)
    rows = session.execute(statement.order_by(TOKEN.c.created_at.desc(), TOKEN.c.id))
    return [_token(row) for row in rows.all()]


def count_tokens(session: Session, user: str, now: datetime) -> int:
    """Return how many tokens of a user can still be used."""
    live = and_(TOKEN.c.user == user, TOKEN.c.revoked_at.is_(None))
    live = and_(live, (TOKEN.c.expires_at.is_(None)) | (TOKEN.c.expires_at > now))
    return int(session.execute(select(func.count()).select_from(TOKEN).where(live)).scalar_one())


def touch_token(session: Session, id: str, now: datetime) -> None:
    """Note that a token is in use."""
    session.execute(update(TOKEN).where(TOKEN.c.id == id).values(used_at=now))


def revoke_token(session: Session, id: str, now: datetime, *, user: str | None = None) -> bool:
    """Revoke a token, of this user if one is named; tell whether there was one."""
    statement = update(TOKEN).where(TOKEN.c.id == id, TOKEN.c.revoked_at.is_(None)).values(revoked_at=now)
    if user is not None:
        statement = statement.where(TOKEN.c.user == user)
    return bool(session.execute(statement).rowcount)


def revoke_tokens(session: Session, user: str, now: datetime) -> int:
    """Revoke all tokens of a user and return how many."""
    live = (TOKEN.c.user == user) & TOKEN.c.revoked_at.is_(None)
    return int(session.execute(update(TOKEN).where(live).values(revoked_at=now)).rowcount)


def _token(row: Row[Any]) -> StoredToken:
    values = row._asdict()
    return StoredToken(**{**values, "scopes": tuple(values["scopes"] or ())})
