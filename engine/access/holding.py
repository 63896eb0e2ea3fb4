"""What users hold: their roles and what is lent to them, for separation of duties; and actors made of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from engine.access.directory import Directory
from engine.access.duties import Held
from engine.access.placing import lent_roles, placed, steads_of
from engine.access.tables.delegations import Delegation, delegations_of
from engine.access.tables.organisation import roles_of
from engine.kernel.context import Actor
from engine.metamodel.model import TenantModel
from engine.storage import Session


def actor_of(session: Session, directory: Directory, user: str, now: datetime) -> Actor | None:
    """Return a user as the actor that he would be at a moment; None when there is none or the account is off."""
    person = directory.user(user)
    if person is None or not person.account:
        return None
    model = directory.model
    held = frozenset(role for role in roles_of(session, [user]).get(user, ()) if role in model.roles)
    administrator = person.administrator or any(model.roles[role].administrator for role in held)
    actor = placed(Actor(user, person.login, person.name, held, administrator=administrator), directory)
    return replace(actor, steads=steads_of(session, directory, user, now)[0])


def all_held(session: Session, directory: Directory, now: datetime) -> list[Held]:
    """Return what every active user holds at a moment."""
    people = {person.id: person for person in directory.all() if person.account}
    roles = {user: frozenset(names) for user, names in roles_of(session, people).items()}
    model = directory.model
    lent: dict[str, list[Delegation]] = {}
    for one in delegations_of(session, None, now):
        if one.runs(now) and one.principal in people:
            lent.setdefault(one.delegate, []).append(one)
    return [
        held_of(
            model,
            Held(person.id, person.login, person.name, roles.get(person.id, frozenset()), person.administrator),
            ((roles.get(one.principal, frozenset()), one) for one in lent.get(person.id, ())),
        )
        for person in people.values()
    ]


def held_of(model: TenantModel, held: Held, delegations: Iterable[tuple[frozenset[str], Delegation]]) -> Held:
    """Return what a user holds together with what is lent to him; each delegation comes with its principal's roles."""
    administrator = held.administrator or any(
        model.roles[name].administrator for name in held.roles if name in model.roles
    )
    lent: set[str] = set()
    privileges: set[str] = set()
    for roles, one in delegations:
        names = lent_roles(model, roles, one.roles)
        lent |= names
        own = {privilege for name in names for privilege in model.roles[name].privileges}
        privileges |= one.privileges & own
    return replace(held, administrator=administrator, lent=frozenset(lent), privileges=frozenset(privileges))
