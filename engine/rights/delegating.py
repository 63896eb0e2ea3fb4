"""Delegation: somebody acts in another's place, for a time and within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.access.duty_guard import require_apart
from engine.access.placing import lent_roles
from engine.access.tables.delegations import (
    Delegation,
    delegations_of,
    end_delegation,
    find_delegation,
    insert_delegation,
)
from engine.access.tables.organisation import roles_of
from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Missing, Rejected
from engine.kernel.names import is_record_id, new_record_id
from engine.metamodel.model import ACTIONS
from engine.records import RecordService, Unit
from engine.rights.areas import may_administer, note, person_of, require_area

Names = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class NewDelegation:
    """What is asked for: logins, a time, and bounds (None: all)."""

    principal: str
    delegate: str
    begins: datetime
    until: datetime
    roles: Names = None
    objects: Names = None
    actions: Names = None
    privileges: frozenset[str] = frozenset()
    note: str = ""


class Delegating:
    """Makes, lists and ends delegations."""

    def __init__(self, records: RecordService) -> None:
        self._records = records

    def of(self, ctx: Context, login: str | None = None) -> Sequence[Delegation]:
        """Return the delegations by and to the caller, or a user whom he administers, that are not over."""
        with self._records.opener.reading(ctx) as unit:
            person = None if login is None else person_of(unit, login, active=False)
            if person is not None and person.id != unit.user:
                require_area(unit, "delegations", person)
            return delegations_of(unit.session, unit.user if person is None else person.id, unit.now)

    def delegate(self, ctx: Context, new: NewDelegation) -> Delegation:
        """Let a delegate act in a principal's place."""

        def act(unit: Unit) -> Delegation:
            principal, delegate = person_of(unit, new.principal), person_of(unit, new.delegate)
            if principal.id != unit.user:
                require_area(unit, "delegations", principal)
            made = Delegation(
                id=new_record_id(),
                principal=principal.id,
                delegate=delegate.id,
                begins=new.begins,
                until=new.until,
                roles=new.roles,
                objects=new.objects,
                actions=new.actions,
                privileges=new.privileges,
                note=new.note[:400],
                created_at=unit.now,
                created_by=unit.user,
            )
            _check(unit, made)
            insert_delegation(unit.session, made)
            note(unit, principal.id, "delegate", _told(made))
            unit.facts_changed()
            require_apart(unit.session, unit.directory, {delegate.id}, max(made.begins, unit.now))
            return made

        return self._records.opener.within(ctx, act)

    def end(self, ctx: Context, id: str) -> None:
        """End a delegation: its principal, its delegate, or who administers delegations."""

        def act(unit: Unit) -> None:
            found = find_delegation(unit.session, id) if is_record_id(id) else None
            if found is None or found.ended_at is not None:
                raise Missing("unknown_delegation")
            principal = unit.directory.user(found.principal)
            mine = unit.user in (found.principal, found.delegate)
            if not mine and not may_administer(unit, "delegations", principal):
                raise Missing("unknown_delegation")
            end_delegation(unit.session, id, unit.now)
            note(unit, found.principal, "end_delegation", {"delegate": found.delegate})
            unit.facts_changed()

        self._records.opener.within(ctx, act)


def _check(unit: Unit, made: Delegation) -> None:
    complaints = list(_not_held(unit, made))
    if made.until <= made.begins or made.until <= unit.now:
        complaints.append(Complaint("until", "ends_first"))
    if made.principal == made.delegate:
        complaints.append(Complaint("delegate", "no_such_person", {"login": made.delegate}))
    if complaints:
        raise Rejected("rights_invalid", complaints, count=len(complaints))


def _not_held(unit: Unit, made: Delegation) -> Iterator[Complaint]:
    model = unit.model
    held = roles_of(unit.session, [made.principal]).get(made.principal, [])
    for name in sorted((made.roles or frozenset()) - lent_roles(model, held, None)):
        yield Complaint("roles", "not_held", {"name": name[:60]})
    own = {privilege for role in lent_roles(model, held, made.roles) for privilege in model.roles[role].privileges}
    for name in sorted(made.privileges - own):
        yield Complaint("privileges", "not_held", {"name": name[:60]})
    for name in sorted((made.objects or frozenset()) - model.objects.keys()):
        yield Complaint("objects", "no_such_object", {"object": name[:60]})
    transitions = {name for life in model.lifecycles.values() for name in life.transitions}
    for name in sorted((made.actions or frozenset()) - transitions - set(ACTIONS)):
        yield Complaint("actions", "unknown_right", {"action": name[:60]})


def _told(made: Delegation) -> dict[str, Any]:
    told: Mapping[str, Any] = {
        "delegate": made.delegate,
        "from": made.begins.isoformat(),
        "until": made.until.isoformat(),
        "roles": _listed(made.roles),
        "objects": _listed(made.objects),
        "actions": _listed(made.actions),
        "privileges": _listed(made.privileges),
    }
    return {key: value for key, value in told.items() if value is not None}


def _listed(names: Names) -> list[str] | None:
    return None if names is None else sorted(names)
