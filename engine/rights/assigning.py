"""Assignments: roles given to users and taken from them, within what one administers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.access.duty_guard import require_apart
from engine.access.persons import Person
from engine.access.tables.organisation import roles_of, write_roles
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Refused, Rejected
from engine.records import RecordService, Unit
from engine.rights.areas import may_administer, note, person_of, require_area

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Assigned:
    """A user with his roles, and the roles that the caller may give him or take from him."""

    person: Person
    roles: tuple[str, ...]
    givable: frozenset[str]


class Assigning:
    """Gives and takes roles."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def all(self, ctx: Context) -> Sequence[Assigned]:
        """Return the users whose roles the caller administers."""
        with self._records.opener.reading(ctx) as unit:
            require_area(unit, "assignments")
            people = [person for person in unit.directory.all() if may_administer(unit, "assignments", person)]
            held = roles_of(unit.session, [person.id for person in people])
            return [Assigned(person, tuple(held.get(person.id, ())), givable_roles(unit, person)) for person in people]

    def assign(self, ctx: Context, login: str, roles: Iterable[str]) -> Sequence[str]:
        """Let a user hold exactly these roles; what changes must be the caller's to give."""
        wanted = frozenset(roles)

        def act(unit: Unit) -> Sequence[str]:
            person = person_of(unit, login, active=False)
            require_area(unit, "assignments", person)
            held = frozenset(roles_of(unit.session, [person.id]).get(person.id, ()))
            unknown = sorted(wanted - held - unit.model.roles.keys())
            if unknown:
                known = ", ".join(unit.model.roles)
                told = [{"role": name[:80], "known": known} for name in unknown]
                complaints = [Complaint("roles", "no_such_role", one) for one in told]
                raise Rejected("rights_invalid", complaints, count=len(complaints))
            for role in sorted((wanted ^ held) - givable_roles(unit, person)):
                raise Refused("role_not_yours_to_give", role=role)
            write_roles(unit.session, person.id, sorted(wanted))
            unit.facts_changed()
            require_apart(unit.session, unit.directory, {person.id}, unit.now)
            change: Mapping[str, object] = {"given": sorted(wanted - held), "taken": sorted(held - wanted)}
            note(unit, person.id, "assign", dict(change))
            return sorted(wanted)

        return self._records.opener.within(ctx, act)


def givable_roles(unit: Unit, target: Person) -> frozenset[str]:
    """Return the roles that the actor may give to a user or take from him."""
    model = unit.model
    if unit.policy.everything:
        return frozenset(model.roles)
    found: set[str] = set()
    for name in sorted(unit.ctx.actor.roles & model.roles.keys()):
        area = model.roles[name].areas.get("assignments")
        if area is not None and may_administer(unit, "assignments", target):
            found |= set(model.roles) if EVERY in area.roles else set(area.roles)
    return frozenset(name for name in found if name in model.roles and not model.roles[name].administrator)
