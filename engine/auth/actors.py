"""From an account to an Actor: roles, and the facts of the organisation that permission rests on."""

from __future__ import annotations

from engine.access.organisation import post_of
from engine.auth.tables.users import User
from engine.kernel.context import Actor
from engine.storage import Catalog, Session
from engine.storage.bounded import Bounded

_REMEMBERED = 20_000


class Actors:
    """Makes actors, and keeps them as long as the tenant's state of permission stays the same."""

    def __init__(self) -> None:
        self._made = Bounded(_REMEMBERED)

    def of(self, session: Session, catalog: Catalog, user: User) -> Actor:
        """Return the actor for an account. A role that no pack declares any more gives nothing."""
        key = (session.tenant, user.id, catalog.stamp)
        made: Actor = self._made.get(key, lambda: _make(session, catalog, user))
        return made


def _make(session: Session, catalog: Catalog, user: User) -> Actor:
    roles = frozenset(role for role in user.roles if role in catalog.model.roles)
    administrator = user.administrator or any(catalog.model.roles[role].administrator for role in roles)
    post = post_of(session, catalog, user.id)
    return Actor(
        user=user.id,
        login=user.login,
        name=user.name,
        roles=roles,
        person=post.person,
        unit=post.unit,
        units_below=post.units_below,
        administrator=administrator,
    )
