"""Web sessions: opened by a log-in, known by an opaque id, ended by leaving, by time, or from another place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.auth.actors import Actors
from engine.auth.caller import SCOPES, Caller
from engine.auth.credentials import SessionText, hash_secret, new_session, read_session
from engine.auth.known import Known, Seen
from engine.auth.tables import sessions as tables
from engine.auth.tables.sessions import StoredSession
from engine.auth.tables.users import User, find_user
from engine.kernel.clock import Clock
from engine.kernel.errors import Missing, Unauthenticated
from engine.settings import Settings
from engine.storage import Catalog, Database, Session, Shelf, raise_access_version

_NOTE_EVERY = timedelta(minutes=1)
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Device:
    """A session as its user sees it in the list of his devices."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    current: bool


class Sessions:
    """The sessions of all tenants."""

    def __init__(self, settings: Settings, shelf: Shelf, clock: Clock, actors: Actors) -> None:
        self._settings = settings
        self._shelf = shelf
        self._clock = clock
        self._actors = actors
        self._known = Known(settings.state_seconds)
        self._idle = timedelta(minutes=settings.session_idle_minutes)
        self._longest = timedelta(hours=settings.session_hours)

    def open(self, session: Session, user: User, address: str, agent: str) -> SessionText:
        """Write a new session within the caller's transaction and return what the browser is to hold."""
        now = self._clock.now()
        tables.end_expired(session, now, now - self._idle)
        # one more than there may be: the one that was seen longest ago ends
        for gone in tables.sessions_of(session, user.id)[self._settings.limits.sessions - 1 :]:
            tables.end_session(session, gone.id)
            self._known.forget(session.tenant, credential=gone.id)
        text = new_session(session.tenant)
        tables.insert_session(
            session,
            StoredSession(
                id=hash_secret(text.secret),
                user=user.id,
                created_at=now,
                seen_at=now,
                expires_at=now + self._longest,
                language=user.language,
                address=address[:100],
                agent=agent[:400],
            ),
        )
        return text

    def replace(self, session: Session, cookie: str) -> None:
        """End the session that a browser held before it logged in anew, within the caller's transaction."""
        text = read_session(cookie)
        if text is not None and text.tenant == session.tenant:
            hashed = hash_secret(text.secret)
            tables.end_session(session, hashed)
            self._known.forget(text.tenant, credential=hashed)

    def caller(self, cookie: str, *, noticed: bool = True, remembered: bool = False) -> Caller:
        """Return who holds this cookie; raises Unauthenticated when nobody does any more.

        Not ``noticed``: a page asked by itself, and the session goes on to grow idle. ``remembered``: as this process
        knew it a moment ago; the caller is to be confirmed by a statement (R23).
        """
        text = read_session(cookie)
        if text is None:
            raise Unauthenticated("unauthenticated")
        try:
            database, catalog = (self._shelf.current if remembered else self._shelf.anew)(text.tenant)
        except Missing:
            raise Unauthenticated("unauthenticated") from None
        hashed = hash_secret(text.secret)
        now = self._clock.now()
        key = (text.tenant, hashed)
        seen = self._known.get(key, catalog.stamp.access) or self._look_up(database, catalog, text, hashed)
        if seen is None or not self._alive(seen.seen_at, seen.expires_at, now):
            raise Unauthenticated("unauthenticated")
        if not noticed:
            return seen.caller
        seen.seen_at = max(seen.seen_at, now)
        if now - seen.noted_at >= _NOTE_EVERY:
            seen.noted_at = now
            with database.writing() as session:
                tables.touch_session(session, hashed, now)
        return seen.caller

    def of(self, caller: Caller) -> Sequence[Device]:
        """Return the live sessions of the caller."""
        now = self._clock.now()
        database, _ = self._shelf.current(caller.tenant)
        with database.reading() as session:
            stored = tables.sessions_of(session, caller.actor.user)
        return [
            Device(
                id=one.id[:_SHOWN],
                created_at=one.created_at,
                seen_at=one.seen_at,
                expires_at=one.expires_at,
                address=one.address,
                agent=one.agent,
                current=one.id == caller.key,
            )
            for one in stored
            if self._alive(one.seen_at, one.expires_at, now)
        ]

    def end(self, caller: Caller, id: str | None = None) -> None:
        """End this session, or another one of the caller by the id that the list shows."""
        database, _ = self._shelf.current(caller.tenant)
        with database.writing() as session:
            key = caller.key
            if id is not None:
                found = [one.id for one in tables.sessions_of(session, caller.actor.user) if one.id[:_SHOWN] == id]
                if not found:
                    raise Missing("unknown_session")
                key = found[0]
            tables.end_session(session, key)
            raise_access_version(session)
        self._known.forget(caller.tenant, credential=key)

    def end_others(self, caller: Caller) -> int:
        """End every session of the caller but this one, and return how many."""
        database, _ = self._shelf.current(caller.tenant)
        with database.writing() as session:
            ended = tables.end_sessions(session, caller.actor.user, but=caller.key)
            raise_access_version(session)
        self._known.forget(caller.tenant, user=caller.actor.user)
        return ended

    def forget(self, tenant: str, user: str) -> None:
        """Ask the database anew about a user's sessions; they were ended in another way."""
        self._known.forget(tenant, user=user)

    def _look_up(self, database: Database, catalog: Catalog, text: SessionText, hashed: str) -> Seen | None:
        with database.reading() as session:
            stored = tables.find_session(session, hashed)
            user = find_user(session, id=stored.user) if stored is not None else None
            if stored is None or user is None or not user.active:
                return None
            actor = self._actors.of(session, catalog, user, self._clock.now())
        language, access = stored.language or user.language or self._settings.language, catalog.stamp.access
        caller = Caller(text.tenant, actor, language, frozenset(SCOPES), "session", hashed, str(text), access)
        seen = Seen(caller, access, time.monotonic(), stored.seen_at, stored.seen_at, stored.expires_at)
        self._known.put((text.tenant, hashed), seen)
        return seen

    def _alive(self, seen_at: datetime, expires_at: datetime | None, now: datetime) -> bool:
        return now - seen_at < self._idle and (expires_at is None or now < expires_at)
