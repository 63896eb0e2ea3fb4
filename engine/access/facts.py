"""The actor as conditions see him."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.access.scopes import stead_name
from engine.kernel.context import Actor


def facts_of_actor(actor: Actor, privileges: frozenset[str]) -> Mapping[str, Any]:
    """Return what conditions may ask of an actor; those in whose place he may act stand inside, each with his own."""
    lent = frozenset(name for stead in actor.steads for name in stead.privileges)
    facts = _facts(actor, privileges | lent)
    for number, stead in enumerate(actor.steads, start=1):
        facts[stead_name(number).partition(".")[2]] = _facts(stead.principal, stead.privileges)
    return facts


def _facts(actor: Actor, privileges: frozenset[str]) -> dict[str, Any]:
    standing = actor.standing
    departments = standing.departments or ({actor.unit} if actor.unit is not None else ())
    facts: dict[str, Any] = {
        "id": actor.user,
        "login": actor.login,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "privileges": sorted(privileges),
        "department": actor.unit,
        "departments": sorted(departments),
        "units_below": sorted(actor.units_below),
        "company": standing.company,
        "companies": sorted(standing.companies),
        "companies_below": sorted(standing.companies_below),
        "group_companies": sorted(standing.group_companies),
        "company_units": sorted(standing.company_units),
        "companies_below_units": sorted(standing.companies_below_units),
        "group_units": sorted(standing.group_units),
        "position": standing.position,
        "positions": sorted(standing.positions),
        "superior": standing.superior,
        "teams": sorted(standing.teams),
        "team_users": sorted(standing.team_users),
        "receivers": sorted(standing.receivers or {f"user:{actor.user}", *(f"role:{role}" for role in actor.roles)}),
    }
    for tree, nodes in standing.nodes:
        facts[f"{tree}_below"] = sorted(nodes)
    return facts
