"""Scopes of grants, receivers of shares, and records as conditions walk through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.oracle.grants import Grant

if TYPE_CHECKING:
    from tests.oracle.people import User
    from tests.oracle.perm import World

# the keys of a sharing rule, and the receivers that they name
KINDS = {
    "users": "user",
    "roles": "role",
    "positions": "position",
    "units": "unit",
    "branches": "branch",
    "teams": "team",
}
_UNITS = {
    "department": "departments",
    "department_and_below": "units_below",
    "company": "company_units",
    "company_and_below": "companies_below_units",
    "group": "group_units",
}
_COMPANIES = {"company": "company", "company_and_below": "companies_below", "group": "group_companies"}


class Tree(dict[str, Any]):
    """A record as conditions see it: what stands behind a reference is looked up when it is asked for."""

    def __init__(self, world: World, object: str, id: str, row: Mapping[str, Any] | None = None) -> None:
        super().__init__({"id": id})
        self.world, self.object = world, object
        self.row = world.rows.get(object, {}).get(id, {}) if row is None else row

    def get(self, name: str, otherwise: Any = None) -> Any:
        """Return a field's value, another record behind a reference, null where there is none."""
        thing = self.world.pack.objects.get(self.object)
        if name == "id" or thing is None:
            return self["id"] if name == "id" else None
        value = self.row.get(name, otherwise)
        model = thing.fields.get(name, {})
        if model.get("type") == "lines":
            child = self.world.pack.objects[thing.children[name]]
            rows = self.world.rows[child.name].values()
            return [Tree(self.world, child.name, one["id"], one) for one in rows if one[child.parent] == self["id"]]
        if value is None:
            return None
        if model.get("type") in ("user", "users"):
            return [{"id": one} for one in value] if isinstance(value, list) else {"id": value}
        target = thing.targets.get(name)
        if target is None:
            return value
        if isinstance(value, list):
            return [Tree(self.world, target, one) for one in value]
        return Tree(self.world, target, value)


def in_scope(world: World, scope: str, grant: Grant, object: str, names: Mapping[str, Any]) -> bool:
    """Tell whether a record lies in a scope of an actor; both stand in ``names``."""
    if scope == "all":
        return True
    actor = names["actor"]
    path = grant.by or _usual(world, scope, object)
    found: Any = names["record"]
    for step in path.split("."):
        found = found.get(step) if found is not None else None
    if found is None:
        return False
    kind, id = (found.object if isinstance(found, Tree) else "user"), found["id"]
    if scope == "own":
        return bool(id == actor["id"])
    if scope == "team":
        return id in _ids(actor["team_users" if kind == "user" else "teams"])
    if scope in _COMPANIES and kind != world.unit_object:
        return id in _ids(actor[_COMPANIES[scope]])
    return id in _ids(actor[_UNITS.get(scope, f"{scope}_below")])


def _usual(world: World, scope: str, object: str) -> str:
    if scope in ("own", "team"):
        return "owner"
    if scope in _UNITS:
        return "department"
    (name,) = [name for name, target in world.pack.objects[object].targets.items() if target == scope]
    return name


def _ids(value: Any) -> list[str]:
    several = value if isinstance(value, list) else [value]
    return [one["id"] for one in several if one is not None]


def is_receiver(world: World, user: User, receiver: str) -> bool:
    """Tell whether a share is meant for a user: ``kind:name``, where the name is a code or an id."""
    kind, _, name = receiver.partition(":")
    facts, organisation = world.facts(user), world.organisation
    if kind == "user":
        return name in (user.id, user.login)
    if kind == "role":
        return name in user.roles
    if kind == "branch":
        roots = organisation.named("unit", name)
        return bool(organisation.below("unit", roots) & set(facts["departments"]))
    held = {"unit": "departments", "position": "positions", "team": "teams"}[kind]
    return bool(organisation.named(kind, name) & set(facts[held]))
