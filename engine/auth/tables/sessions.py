"""The statements over sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from engine.storage import Session
from engine.storage.system import SESSION


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it is stored: under a hash of what the browser holds."""

    id: str
    user: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    language: str
    address: str
    agent: str


_SESSION_COLUMNS = (
    SESSION.c.id,
    SESSION.c.user,
    SESSION.c.created_at,
    SESSION.c.seen_at,
    SESSION.c.expires_at,
    SESSION.c.language,
    SESSION.c.address,
    SESSION.c.agent,
)


def insert_session(session: Session, stored: StoredSession) -> None:
    """Write a new session."""
    session.execute(
        insert(SESSION).values(
            id=stored.id,
            user=stored.user,
            csrf="",
            created_at=stored.created_at,
            seen_at=stored.seen_at,
            expires_at=stored.expires_at,
            language=stored.language,
            address=stored.address,
            agent=stored.agent,
        )
    )


def find_session(session: Session, id: str) -> StoredSession | None:
    """Return a session by its hash."""
    row = session.execute(select(*_SESSION_COLUMNS).where(SESSION.c.id == id)).one_or_none()
    return StoredSession(**row._asdict()) if row is not None else None


def sessions_of(session: Session, user: str) -> Sequence[StoredSession]:
    """Return the sessions of a user, the one seen last first."""
    rows = session.execute(
        select(*_SESSION_COLUMNS).where(SESSION.c.user == user).order_by(SESSION.c.seen_at.desc(), SESSION.c.id)
    )
    return [StoredSession(**row._asdict()) for row in rows.all()]


def touch_session(session: Session, id: str, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(update(SESSION).where(SESSION.c.id == id).values(seen_at=now))


def set_session_language(session: Session, id: str, language: str) -> None:
    """Note the language that the session reads."""
    session.execute(update(SESSION).where(SESSION.c.id == id).values(language=language))


def end_session(session: Session, id: str) -> None:
    """Remove a session."""
    session.execute(delete(SESSION).where(SESSION.c.id == id))


def end_sessions(session: Session, user: str, *, but: str = "") -> int:
    """Remove all sessions of a user, but one, and return how many."""
    return int(session.execute(delete(SESSION).where(SESSION.c.user == user, SESSION.c.id != but)).rowcount)


def end_expired(session: Session, now: datetime, idle_since: datetime) -> None:
    """Remove the sessions that nobody can use any more."""
    session.execute(delete(SESSION).where((SESSION.c.expires_at <= now) | (SESSION.c.seen_at <= idle_since)))
