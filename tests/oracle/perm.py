"""The oracle of permission: one row at a time, in plain Python, from the manual; nothing of the engine is behind it.

``World`` holds a pack and a dump of its data (references are ids, lists of references lists of ids). The answers:
which rows, which fields of a row and how, which fields may be filtered by, and whether a change may be made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.oracle.feel import Ask, parse
from tests.oracle.pack import Pack

Row = Mapping[str, Any]
# what a child object without grants of its own takes from the object it belongs to
FOLLOWED = {"read": "read", "create": "update", "update": "update", "delete": "update", "export": "export"}
PLAIN = ("read", "create", "update", "delete", "restore", "import", "export")
CLEAR, MASK = "clear", "mask"


@dataclass(frozen=True)
class User:
    """Somebody who asks; ``unit`` and ``below`` come from the person record that names him."""

    id: str
    login: str
    roles: frozenset[str]
    administrator: bool = False


@dataclass(frozen=True)
class Grant:
    """One role's grant of one action on one object; ``via`` leads from a child to the object that holds the grant."""

    role: str
    scope: str
    when: str
    fields: Mapping[str, Any]
    via: tuple[str, ...] = ()


@dataclass
class World:
    """A pack with data. ``rows``: object, id, field, value."""

    pack: Pack
    rows: dict[str, dict[str, dict[str, Any]]]
    users: dict[str, User] = field(default_factory=dict)
    _grants: dict[tuple[str, str, str], list[Grant]] = field(default_factory=dict)

    # -- what is asked of the oracle ---------------------------------------------------------------------------------

    def rows_of(self, user: User, object: str, action: str = "read") -> set[str]:
        """Return the ids of the rows that an action covers."""
        return {id for id, row in self.rows.get(object, {}).items() if self.covers(user, object, row, action)}

    def covers(self, user: User, object: str, row: Row, action: str) -> bool:
        """Tell whether an action covers a row: some grant of some role does."""
        if user.administrator:
            return True
        return any(self._covers(user, object, row, grant) for grant in self.grants(user, object, action))

    def fields_of(self, user: User, object: str, row: Row, action: str = "read") -> dict[str, str]:
        """Return the fields of a row that the user reads, each clear or masked."""
        found = {}
        for name in self.pack.objects[object].fields:
            sight = self._sight(user, object, row, name, action)
            if sight:
                found[name] = sight
        return found

    def usable(self, user: User, object: str) -> set[str]:
        """Return the fields to filter, sort and search by: no grant that reads the object restricts them."""
        fields = self.pack.objects[object].fields
        names = {name for name, model in fields.items() if model["type"] != "secret"}
        if user.administrator:
            return names
        grants = self.grants(user, object, "read")
        if not grants:
            return set()
        return {name for name in names if all(_free(grant.fields.get(name)) for grant in grants)}

    def may(self, user: User, object: str, action: str, before: Row | None, after: Row | None, named: set[str]) -> str:
        """Return ``yes``, ``no`` (visible, not allowed), ``field`` (one of ``named`` is not his) or ``missing``."""
        if user.administrator:
            return "yes"
        if not self.grants(user, object, action):
            return "no" if self.grants(user, object, "read") else "missing"
        if before is not None:
            if not self.covers(user, object, before, "read"):
                return "missing"
            if not self.covers(user, object, before, action):
                return "no"
        if any(not self.writes(user, object, action, name, before or after or {}) for name in named):
            return "field"
        if after is not None and not self.covers(user, object, after, action):
            return "no"
        return "yes"

    def writes(self, user: User, object: str, action: str, name: str, row: Row) -> bool:
        """Tell whether a field of a row may be written: a grant that covers the row leaves it free."""
        thing = self.pack.objects[object]
        model = thing.fields.get(name)
        if model is None or model.get("readonly") or "as" in model or "rollup" in model or name == thing.state:
            return False
        if user.administrator:
            return True
        for grant in self.grants(user, object, action):
            access = grant.fields.get(name)
            if access is not None and (access[0] == "read" or not self._lifted(user, object, row, access)):
                continue
            if self._covers(user, object, row, grant) or (action == "create" and not row):
                return True
        return False

    # -- grants ------------------------------------------------------------------------------------------------------

    def grants(self, user: User, object: str, action: str) -> list[Grant]:
        """Return the grants of an action on an object that the user's roles hold."""
        found: list[Grant] = []
        for role in sorted(user.roles):
            key = (role, object, action)
            if key not in self._grants:
                self._grants[key] = list(self._of_role(role, object, action))
            found += self._grants[key]
        return found

    def _of_role(self, role: str, object: str, action: str) -> Iterator[Grant]:
        held = self.pack.roles.get(role, {}).get("grants", {})
        restricted = self._restricted(role).get(object, {})
        if object in held:
            given = _given(held[object], action)
            if given is not None:
                yield Grant(role, _scope(given), str(given.get("when", "")), restricted)
            return
        via: list[str] = []
        at = self.pack.objects[object]
        while at.name not in held:
            if not at.parent:
                return
            via.append(at.parent)
            at = self.pack.objects[at.targets[at.parent]]
        given = _given(held[at.name], FOLLOWED[action]) if action in FOLLOWED else None
        if given is not None:
            yield Grant(role, _scope(given), str(given.get("when", "")), restricted, tuple(via))

    def _restricted(self, role: str) -> dict[str, dict[str, tuple[str, str]]]:
        """Return the restricted fields by object, with the computed fields that would tell a hidden value."""
        held = self.pack.roles.get(role, {}).get("grants", {})
        found = {
            name: {f: _access(given) for f, given in grant.get("fields", {}).items()} for name, grant in held.items()
        }
        growing = True
        while growing:
            growing = False
            for name, thing in self.pack.objects.items():
                for computed in thing.fields:
                    if not _free(found.get(name, {}).get(computed)):
                        continue
                    read = [(o, found.get(o, {}).get(f)) for o, f in self.pack.sources(name, computed)]
                    barred = [(o, access) for o, access in read if access is not None and not _free(access)]
                    if not barred:
                        continue
                    lifts = {access[1] if o == name else "" for o, access in barred}
                    one = lifts.pop() if len(lifts) == 1 else ""
                    found.setdefault(name, {})[computed] = ("hidden", one)
                    growing = True
        return found

    # -- rows and fields ---------------------------------------------------------------------------------------------

    def _covers(self, user: User, object: str, row: Row, grant: Grant) -> bool:
        for step in grant.via:
            object = self.pack.objects[object].targets[step]
            row = self.rows[object].get(row.get(step) or "", {})
            if not row:
                return False
        return self._in_scope(user, object, row, grant.scope) and (
            not grant.when or _asked(grant.when)(self.names(user, object, row)) is True
        )

    def _in_scope(self, user: User, object: str, row: Row, scope: str) -> bool:
        owned = self.pack.objects[object].owned
        if scope == "own":
            return bool(row.get("owner" if owned else "created_by") == user.id)
        if scope in ("department", "department_and_below"):
            unit = self.unit(user)
            if unit is None or row.get("department") is None:
                return False
            return row["department"] in ({unit} if scope == "department" else self.below(unit))
        return True

    def _sight(self, user: User, object: str, row: Row, name: str, action: str) -> str:
        if self.pack.objects[object].fields[name]["type"] == "secret":
            return ""
        if user.administrator:
            return CLEAR
        best = ""
        for grant in self.grants(user, object, action):
            if not self._covers(user, object, row, grant):
                continue
            access = grant.fields.get(name)
            if access is None or _free(access) or self._lifted(user, object, row, access):
                return CLEAR
            best = MASK if access[0] == "masked" else best
        return best

    def _lifted(self, user: User, object: str, row: Row, access: tuple[str, str]) -> bool:
        return bool(access[1]) and _asked(access[1])(self.names(user, object, row)) is True

    # -- names of conditions -----------------------------------------------------------------------------------------

    def names(self, user: User, object: str, row: Row) -> dict[str, Any]:
        """Return what a condition of a role may name."""
        unit = self.unit(user)
        actor = {"id": user.id, "login": user.login, "roles": sorted(user.roles)}
        actor["department"] = _Tree(self, self.pack.unit, unit) if unit else None
        return {"record": _Tree(self, object, row.get("id", ""), row), "actor": actor}

    def unit(self, user: User) -> str | None:
        """Return the unit of the oldest person record that names the user."""
        given = next((one for one in self.pack.documents if one.get("object") == self.pack.person), {})
        part = given.get("organisation", {}).get("person", {})
        named = [one for one in self.rows.get(self.pack.person, {}).values() if one.get(part.get("user")) == user.id]
        standing = [one for one in named if one.get("deleted_at") is None]
        if not standing:
            return None
        unit = min(standing, key=lambda one: one["id"]).get(part["unit"])
        return None if unit is None else str(unit)

    def below(self, unit: str) -> set[str]:
        """Return a unit with all below it."""
        found, edge = {unit}, {unit}
        units = self.rows.get(self.pack.unit, {})
        while edge:
            edge = {id for id, one in units.items() if one.get("parent") in edge} - found
            found |= edge
        return found


class _Tree(dict[str, Any]):
    """A record as conditions see it: what stands behind a reference is looked up when it is asked for."""

    def __init__(self, world: World, object: str, id: str, row: Row | None = None) -> None:
        super().__init__({"id": id})
        self.world, self.object = world, object
        self.row = world.rows.get(object, {}).get(id, {}) if row is None else row

    def get(self, name: str, otherwise: Any = None) -> Any:
        if name == "id":
            return self["id"]
        value = self.row.get(name, otherwise)
        thing = self.world.pack.objects.get(self.object)
        if value is None or thing is None:
            return value
        if (
            name in ("owner", "created_by", "updated_by", "deleted_by")
            or thing.fields.get(name, {}).get("type") == "user"
        ):
            return {"id": value}
        target = self.world.pack.unit if name == "department" else thing.targets.get(name)
        if target is None:
            return value
        if isinstance(value, list):
            return [_Tree(self.world, target, one) for one in value]
        return _Tree(self.world, target, value)


@cache
def _asked(text: str) -> Ask:
    return parse(text)


def _given(grant: Mapping[str, Any], action: str) -> Mapping[str, Any] | None:
    """Return what a grant says of an action; a transition covers the rows that may be changed, or else read."""
    if action in grant and grant[action] is not False:
        return grant[action] or {}
    if action not in PLAIN and (action in grant.get("actions", ()) or "*" in grant.get("actions", ())):
        return _given(grant, "update") or _given(grant, "read")
    return None


def _scope(given: Mapping[str, Any]) -> str:
    return str(given.get("scope") or "all")


def _access(given: Any) -> tuple[str, str]:
    """Return hidden, masked or read (not written), and the condition that lifts it."""
    if isinstance(given, str):
        return given, ""
    mode = {"hidden": "hidden", "masked": "masked", "only": "read"}[given["read"]]
    return mode, str(given.get("unless", ""))


def _free(access: Any) -> bool:
    return access is None or access[0] == "read"
