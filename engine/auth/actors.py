"""From an account to an Actor: roles, and the facts of the organisation that permission rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.access.directory import Directory
from engine.access.placing import placed, steads_of
from engine.auth.tables.users import User
from engine.kernel.context import Actor
from engine.storage import Catalog, Session
from engine.storage.bounded import Bounded

_REMEMBERED = 20_000


class Actors:
    """Makes actors, and keeps them as long as the tenant's state of permission stays the same."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._made = Bounded(_REMEMBERED)

    def of(self, session: Session, catalog: Catalog, user: User, now: datetime) -> Actor:
        """Return the actor for an account at a moment. A role that no pack declares any more gives nothing."""
        day = now.astimezone(self._zone).date()
        key = (session.address, user.id, catalog.stamp, day)
        made: _Made = self._made.get(key, lambda: self._make(session, catalog, user, now))
        if made.until is not None and now >= made.until:
            # a delegation has begun or ended meanwhile
            made = self._make(session, catalog, user, now)
            self._made.put(key, made)
        return made.actor

    def _make(self, session: Session, catalog: Catalog, user: User, now: datetime) -> _Made:
        roles = frozenset(role for role in user.roles if role in catalog.model.roles)
        administrator = user.administrator or any(catalog.model.roles[role].administrator for role in roles)
        directory = Directory(session, catalog, now.astimezone(self._zone).date())
        actor = placed(Actor(user.id, user.login, user.name, roles, administrator=administrator), directory)
        steads, until = steads_of(session, directory, user.id, now)
        return _Made(replace(actor, steads=steads), until)


@dataclass(frozen=True, slots=True)
class _Made:
    actor: Actor
    until: datetime | None
