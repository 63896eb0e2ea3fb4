"""Areas of administration: who may administer whom."""

from __future__ import annotations

from datetime import datetime

from engine.access.persons import Person
from engine.access.remedies import reaches
from engine.access.tables.organisation import roles_of
from engine.kernel.context import Context
from engine.kernel.errors import Missing, Refused
from engine.records import RecordService, Unit
from engine.storage import AuditEntry, append_audit

USERS = "tessera_user"


class Areas:
    """Tells whom the caller administers."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def reaches(self, ctx: Context, area: str, login: str) -> bool:
        """Tell whether the caller administers an area for a user."""
        with self._records.opener.reading(ctx) as unit:
            person = unit.directory.by_login(login)
            return person is not None and may_administer(unit, area, person)

    def whole(self, ctx: Context, area: str) -> bool:
        """Tell whether the caller administers an area for the whole tenant, users to come included."""
        with self._records.opener.reading(ctx) as unit:
            grants = unit.policy.rules.areas.get(area, ())
            return unit.policy.everything or any(grant.scope == "all" for grant in grants)

    def among(self, ctx: Context, area: str) -> frozenset[str]:
        """Return the log-ins of all users for whom the caller administers an area."""
        with self._records.opener.reading(ctx) as unit:
            return frozenset(one.login for one in unit.directory.all() if may_administer(unit, area, one))


def may_administer(unit: Unit, area: str, target: Person | None = None) -> bool:
    """Tell whether the actor administers an area, for a user when one is named; never for administrators by others."""
    if unit.policy.everything:
        return True
    grants = unit.policy.rules.areas.get(area, ())
    if target is None:
        return bool(grants)
    giver = unit.directory.user(unit.user)
    if giver is None or target.administrator or _administers(unit, target):
        return False
    if area == "users" and target.id != unit.user and _beyond(unit, target):
        return False
    return any(reaches(grant.scope, giver, target, unit.directory) for grant in grants)


def require_area(unit: Unit, area: str, target: Person | None = None) -> None:
    """Return when the actor administers an area; raises Refused otherwise."""
    if not may_administer(unit, area, target):
        raise Refused("area_not_yours", area=area)


def person_of(unit: Unit, login: str, *, active: bool = True) -> Person:
    """Return a user by login or id; raises Missing when there is none, or none that is active."""
    found = unit.directory.by_login(login) or unit.directory.user(login)
    if found is None or (active and not found.active):
        raise Missing("no_such_person", login=login[:80])
    return found


def note(unit: Unit, user: str, action: str, changes: dict[str, object], at: datetime | None = None) -> None:
    """Put an act of administration on record, at the user whom it is about."""
    told = {key: [None, value] for key, value in changes.items()}
    entry = AuditEntry(at or unit.now, unit.user, USERS, user, 0, action, told, unit.ctx.request_id)
    append_audit(unit.session, entry)


def _beyond(unit: Unit, target: Person) -> bool:
    """Tell whether a user administers by a role that the actor neither holds nor may give: with such an account in
    his hands the actor would be more than he is."""
    model, own = unit.model, unit.ctx.actor.roles
    held = roles_of(unit.session, [target.id]).get(target.id, [])
    above = {name for name in held if name in model.roles and model.roles[name].areas} - own
    given = [model.roles[name].areas.get("assignments") for name in own if name in model.roles]
    return any(not any(one and ("*" in one.roles or name in one.roles) for one in given) for name in above)


def _administers(unit: Unit, target: Person) -> bool:
    held = roles_of(unit.session, [target.id]).get(target.id, [])
    return any(unit.model.roles[name].administrator for name in held if name in unit.model.roles)
