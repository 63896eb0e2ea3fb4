"""API tokens: each belongs to one user of one tenant, may read or also write, and can be revoked."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.auth.actors import Actors
from engine.auth.caller import SCOPES, Caller
from engine.auth.credentials import TokenText, hash_secret, new_token, read_token, same
from engine.auth.known import Known, Seen
from engine.auth.tables import tokens as tables
from engine.auth.tables.tokens import StoredToken
from engine.auth.tables.users import User, find_user
from engine.kernel.clock import Clock
from engine.kernel.errors import Complaint, LimitExceeded, Missing, Rejected, Unauthenticated
from engine.settings import Settings
from engine.storage import Catalog, Database, Shelf, raise_access_version

LONGEST_DAYS = 3_650
_NOTE_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as its owner sees it in a list; the secret is shown once, when it is made."""

    id: str
    user: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class Tokens:
    """The API tokens of all tenants."""

    def __init__(self, settings: Settings, shelf: Shelf, clock: Clock, actors: Actors) -> None:
        self._settings = settings
        self._shelf = shelf
        self._clock = clock
        self._actors = actors
        self._known = Known(settings.state_seconds)

    def create(self, tenant: str, login: str, name: str, scopes: Iterable[str], days: int | None) -> TokenText:
        """Make a token and return it; its secret cannot be read again."""
        wanted = tuple(dict.fromkeys(scopes)) or ("read",)
        complaints = [Complaint("scopes", "unknown_token_scope", {"scope": s[:40]}) for s in wanted if s not in SCOPES]
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            complaints.append(Complaint("days", "bad_expiry", {"max": LONGEST_DAYS}))
        if complaints:
            raise Rejected("account_invalid", complaints, count=len(complaints))
        now = self._clock.now()
        text = new_token(tenant)
        database, _ = self._shelf.current(tenant)
        most = self._settings.limits.tokens
        with database.writing() as session:
            user = find_user(session, login=login)
            if user is None:
                raise Missing("unknown_user", login=login[:80])
            if (count := tables.count_tokens(session, user.id, now)) >= most:
                raise LimitExceeded("tokens", count + 1, most, 409)
            expires_at = now + timedelta(days=days) if days is not None else None
            hashed = hash_secret(text.secret)
            tables.insert_token(
                session, StoredToken(text.id, user.id, name[:200], hashed, wanted, now, expires_at, None)
            )
        return text

    def caller(self, bearer: str, *, remembered: bool = False) -> Caller:
        """Return whose token this is; raises Unauthenticated for any that is not good any more.

        ``remembered``: as this process knew it a moment ago; the caller is to be confirmed by a statement (R23).
        """
        text = read_token(bearer)
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
        if seen is None or (seen.expires_at is not None and now >= seen.expires_at):
            raise Unauthenticated("unauthenticated")
        if now - seen.noted_at >= _NOTE_EVERY:
            seen.noted_at = now
            with database.writing() as session:
                tables.touch_token(session, text.id, now)
        return seen.caller

    def of(self, tenant: str, user: User | None = None) -> Sequence[Issued]:
        """Return the tokens of a user, or of all users of the tenant."""
        database, _ = self._shelf.current(tenant)
        with database.reading() as session:
            stored = tables.tokens_of(session, user.id if user is not None else None)
        return [
            Issued(one.id, one.user, one.name, one.scopes, one.created_at, one.expires_at, one.used_at)
            for one in stored
        ]

    def revoke(self, tenant: str, id: str, user: str | None = None) -> None:
        """Revoke a token, of this user if one is named."""
        database, _ = self._shelf.current(tenant)
        with database.writing() as session:
            if not tables.revoke_token(session, id, self._clock.now(), user=user):
                raise Missing("unknown_token")
            raise_access_version(session)
        self._known.forget(tenant)

    def forget(self, tenant: str, user: str) -> None:
        """Ask the database anew about a user's tokens; they were revoked in another way."""
        self._known.forget(tenant, user=user)

    def _look_up(self, database: Database, catalog: Catalog, text: TokenText, hashed: str) -> Seen | None:
        with database.reading() as session:
            stored = tables.find_token(session, text.id)
            if stored is None or not same(stored.secret_hash, hashed):
                return None
            user = find_user(session, id=stored.user)
            if user is None or not user.active:
                return None
            actor = self._actors.of(session, catalog, user, self._clock.now())
        language, access = user.language or self._settings.language, catalog.stamp.access
        caller = Caller(text.tenant, actor, language, frozenset(stored.scopes), "token", stored.id, access=access)
        noted = stored.used_at or stored.created_at - _NOTE_EVERY
        seen = Seen(caller, access, time.monotonic(), noted, noted, stored.expires_at)
        self._known.put((text.tenant, hashed), seen)
        return seen
