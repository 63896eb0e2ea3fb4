"""The smallest remedy: what would have to be given so that somebody may do something, and who may give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.access.directory import Directory
from engine.access.explain import Explanation
from engine.access.persons import Person
from engine.access.policy import Policy, policy_for
from engine.metamodel.model import RoleModel
from engine.rules import Run
from engine.storage import Catalog

MOST = 5
MOST_GIVERS = 10


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way: a role to be given, a share, or a value that stands in the way. ``givers`` are logins."""

    kind: Literal["role", "share", "value", "none"]
    name: str = ""
    level: str = ""
    givers: tuple[str, ...] = ()


def remedies(
    why: Explanation, policy: Policy, catalog: Catalog, directory: Directory, facts: Mapping[str, Any] | None, run: Run
) -> list[Remedy]:
    """Return ways to what was refused, the smallest first; none where a restrictive rule stands in the way."""
    if why.allowed:
        return list(_clear(why, policy, catalog, directory, facts, run))
    if why.outcome == "restricted":
        return [Remedy("none", why.decided_by)]
    found = [*_values(why), *_shares(why, facts, directory)]
    for role in _helping(why, policy, catalog, facts, run):
        found.append(Remedy("role", role.name, givers=givers_of(role.name, policy.actor.user, directory)))
        if len(found) >= MOST:
            break
    return found


def _clear(
    why: Explanation, policy: Policy, catalog: Catalog, directory: Directory, facts: Mapping[str, Any] | None, run: Run
) -> Iterator[Remedy]:
    """Yield roles with which a field that was asked for would be seen in clear, those that give least first."""
    if why.field is None or facts is None or why.field.sight == "clear":
        return
    actor, found = policy.actor, 0
    for role in sorted(catalog.model.roles.values(), key=_size):
        if role.administrator or role.name in actor.roles or found >= MOST:
            continue
        better = policy_for(catalog, replace(actor, roles=actor.roles | {role.name}))
        known = {**facts, "actor": better.facts}
        seen = why.field.field in better.readable(why.object)
        if seen and better.sights(why.object, known, run).get(why.field.field, "clear") == "clear":
            found += 1
            yield Remedy("role", role.name, givers=givers_of(role.name, actor.user, directory))


def givers_of(role: str, user: str, directory: Directory) -> tuple[str, ...]:
    """Return the logins of those who may give a role to a user."""
    model, target = directory.model, directory.user(user)
    administrators = [person for person in directory.all() if person.active and person.administrator]
    found: dict[str, None] = {}
    for name, known in model.roles.items():
        area = known.areas.get("assignments")
        if area is None or not area.roles & {role, "*"}:
            continue
        for giver in directory.role_holders(name):
            if giver.active and target is not None and reaches(area.scope, giver, target, directory):
                found.setdefault(giver.login)
    for person in administrators:
        found.setdefault(person.login)
    return tuple(found)[:MOST_GIVERS]


def reaches(scope: str, giver: Person, target: Person, directory: Directory) -> bool:
    """Tell whether an area of administration with a scope reaches a user: by his department."""
    return unit_within(scope, giver, target.unit, directory)


def unit_within(scope: str, giver: Person, unit: str | None, directory: Directory) -> bool:
    """Tell whether an area of administration with a scope reaches who stands in a unit (None: nowhere)."""
    if scope == "all":
        return True
    chart = directory.chart
    if unit is None:
        return False
    if scope == "department":
        return unit in giver.units
    if scope == "department_and_below":
        return unit in chart.units.below(giver.units)
    company = giver.company
    if scope == "group" and not chart.has_companies:
        upwards = chart.units.upwards(giver.unit)
        return bool(upwards) and unit in chart.units.below([upwards[-1].id])
    if company is None:
        return False
    if scope == "company":
        return chart.companies_of.get(unit) == company
    top = company if scope == "company_and_below" else chart.companies.upwards(company)[-1].id
    return unit in chart.units_of(chart.companies.below([top]))


# ---------------------------------------------------------------------------------------------------------------------


def _values(why: Explanation) -> Iterator[Remedy]:
    for grant in why.grants:
        if any(scope.holds for scope in grant.scopes) and grant.condition_holds is False:
            yield Remedy("value", grant.condition)


def _shares(why: Explanation, facts: Mapping[str, Any] | None, directory: Directory) -> Iterator[Remedy]:
    shared = any(scope.scope == "shared" for grant in why.grants for scope in grant.scopes)
    if facts is None or not shared or why.outcome != "not_covered":
        return
    owner = facts.get("owner")
    person = directory.user(owner["id"] if isinstance(owner, Mapping) else owner) if owner else None
    level = "read" if why.action == "read" else "update"
    yield Remedy("share", level=level, givers=(person.login,) if person is not None else ())


def _helping(
    why: Explanation, policy: Policy, catalog: Catalog, facts: Mapping[str, Any] | None, run: Run
) -> Iterator[RoleModel]:
    """Yield roles that would do, those that give least first."""
    actor = policy.actor
    for role in sorted(catalog.model.roles.values(), key=_size):
        if role.administrator or role.name in actor.roles:
            continue
        better = policy_for(catalog, replace(actor, roles=actor.roles | {role.name}))
        if not better.may(why.object, why.action):
            continue
        if facts is None:
            yield role
            continue
        known = {**facts, "actor": better.facts}
        if all(better.covers(why.object, action, known, run) for action in _asked(why.action)):
            yield role


def _asked(action: str) -> Iterable[str]:
    return (action,) if action in ("read", "create") else ("read", action)


def _size(role: RoleModel) -> tuple[int, str]:
    rights = sum(len(grant.actions) + len(grant.transitions) for grant in role.grants.values())
    return rights + len(role.privileges) + 10 * len(role.areas), role.name
