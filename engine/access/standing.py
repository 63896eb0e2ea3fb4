"""From a person to what permission knows of him: every unit, company, team and node that his rights may speak of."""

from __future__ import annotations

from dataclasses import dataclass

from engine.access.directory import Directory
from engine.access.persons import Person
from engine.kernel.context import Standing

_NOBODY = Standing()


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a user stands: the record of his person, his unit, his units with all below, and the rest."""

    person: str | None = None
    unit: str | None = None
    units_below: frozenset[str] = frozenset()
    standing: Standing = _NOBODY


def stand_of(directory: Directory, user: str, roles: frozenset[str]) -> Stand:
    """Return where a user stands; ``roles`` are those under which records may be shared with him."""
    person = directory.user(user)
    if person is None or person.record is None:
        return Stand(standing=Standing(receivers=frozenset({f"user:{user}", *(f"role:{role}" for role in roles)})))
    chart = directory.chart
    groups = directory.groups_of(person.record) if person.serving else {}
    structure = directory.structure
    teams = frozenset(team for team in groups.get(structure.team or "", ()) if team in chart.teams.nodes)
    mates = directory.persons_in(structure.team, sorted(teams)) if structure.team is not None and teams else []
    below, top = _companies(directory, person)
    standing = Standing(
        departments=person.units,
        company=person.company,
        companies=frozenset({person.company} if person.company is not None else ()),
        companies_below=below,
        group_companies=top,
        company_units=chart.units_of({person.company} if person.company is not None else ()),
        companies_below_units=chart.units_of(below),
        group_units=chart.units_of(top) if chart.has_companies else _whole(directory, person),
        position=person.position,
        positions=person.positions,
        superior=person.superior,
        teams=teams,
        team_users=frozenset(mate.id for mate in directory.users_of_persons(mates) if mate.serving),
        nodes=tuple((name, tree.below(sorted(groups.get(name, ())))) for name, tree in sorted(chart.trees.items())),
        receivers=_receivers(directory, person, roles, teams),
    )
    return Stand(person.record, person.unit, chart.units.below(sorted(person.units)), standing)


def _companies(directory: Directory, person: Person) -> tuple[frozenset[str], frozenset[str]]:
    """Return the companies below his own, and all of the group."""
    companies = directory.chart.companies
    if person.company is None:
        return frozenset(), frozenset()
    upwards = companies.upwards(person.company)
    return companies.below([person.company]), companies.below([upwards[-1].id]) if upwards else frozenset()


def _whole(directory: Directory, person: Person) -> frozenset[str]:
    upwards = directory.chart.units.upwards(person.unit)
    return directory.chart.units.below([upwards[-1].id]) if upwards else frozenset()


def _receivers(directory: Directory, person: Person, roles: frozenset[str], teams: frozenset[str]) -> frozenset[str]:
    """Return the names under which something may be shared with a user: by id, and by code where there is one."""
    chart = directory.chart
    above = {node.id for unit in person.units for node in chart.units.upwards(unit)}
    named = (
        ("unit", chart.units, person.units),
        ("branch", chart.units, above),
        ("position", chart.positions, person.positions),
        ("team", chart.teams, teams),
    )
    found = {f"user:{person.id}", *(f"role:{role}" for role in roles)}
    for kind, tree, ids in named:
        for id in ids:
            found.add(f"{kind}:{id}")
            node = tree.nodes.get(id)
            if node is not None and node.code is not None:
                found.add(f"{kind}:{node.code}")
    return frozenset(found)
