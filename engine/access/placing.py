"""An actor put into his place: where he stands today, and in whose place he may act now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from engine.access.directory import Directory
from engine.access.persons import Person
from engine.access.standing import stand_of
from engine.access.tables.delegations import Delegation, delegations_to
from engine.access.tables.organisation import roles_of
from engine.kernel.context import Actor, Stead
from engine.metamodel.model import TenantModel
from engine.storage import Session


def placed(actor: Actor, directory: Directory) -> Actor:
    """Return an actor with what permission knows of his post today."""
    stand = stand_of(directory, actor.user, actor.roles)
    return replace(
        actor, person=stand.person, unit=stand.unit, units_below=stand.units_below, standing=stand.standing, steads=()
    )


def steads_of(
    session: Session, directory: Directory, user: str, now: datetime
) -> tuple[tuple[Stead, ...], datetime | None]:
    """Return in whose place a user may act now, and when that changes next (None: not by itself)."""
    delegations = delegations_to(session, user, now)
    moments = [moment for one in delegations for moment in (one.begins, one.until) if moment > now]
    running = [one for one in delegations if one.runs(now) and one.principal != user]
    principals = {person.id: person for person in directory.users(one.principal for one in running)}
    roles = roles_of(session, principals)
    steads = (
        _stead(one, principals[one.principal], frozenset(roles.get(one.principal, ())), directory)
        for one in running
        if one.principal in principals
    )
    return tuple(stead for stead in steads if stead is not None), min(moments, default=None)


def lent_roles(model: TenantModel, held: Iterable[str], wanted: frozenset[str] | None) -> frozenset[str]:
    """Return which of a principal's roles a delegation lends: never those of administrators."""
    known = frozenset(name for name in held if name in model.roles and not model.roles[name].administrator)
    return known if wanted is None else known & wanted


def _stead(one: Delegation, principal: Person, held: frozenset[str], directory: Directory) -> Stead | None:
    # what an account that is off cannot do itself, nobody does for it
    if not principal.active:
        return None
    model = directory.model
    lent = lent_roles(model, held, one.roles)
    own = frozenset(privilege for role in lent for privilege in model.roles[role].privileges)
    actor = placed(Actor(principal.id, principal.login, principal.name, lent), directory)
    return Stead(actor, lent, one.objects, one.actions, one.privileges & own)
