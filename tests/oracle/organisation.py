"""Where a user stands: the facts of an actor as section 2 of the manual derives them, from a dump of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from tests.oracle.pack import Pack

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]
Facts = dict[str, Any]


class Organisation:
    """The organisation on a day."""

    def __init__(self, pack: Pack, rows: Rows, today: date) -> None:
        self.pack, self.rows, self.today = pack, rows, today
        self.marked: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
        for one in pack.documents:
            for marker, keys in one.get("organisation", {}).items() if "object" in one else ():
                self.marked.setdefault(marker, []).append((one["object"], keys))

    # -- people ------------------------------------------------------------------------------------------------------

    def facts(self, user: str) -> Facts:
        """Return what conditions may ask of an actor, besides his roles."""
        found: Facts = {"department": None, "departments": [], "units_below": [], "company": None, "position": None}
        found |= {"positions": [], "superior": None, "teams": [], "team_users": [], "person": None}
        found |= {f"{tree}_below": [] for tree, _ in self.marked.get("tree", [])}
        person = self.person(user)
        if person is not None:
            found["person"] = person["id"]
            if self._value("person", person, "active") is not False:
                self._stand(found, user, person)
        self._companies(found)
        return found

    def person(self, user: str) -> Mapping[str, Any] | None:
        """Return the person record of a user, of several that with the smallest id."""
        named = [one for one in self.all("person") if self._value("person", one, "user") == user]
        return min(named, key=lambda one: str(one["id"]), default=None)

    def _stand(self, found: Facts, user: str, person: Mapping[str, Any]) -> None:
        posts = [one for one in self.all("post") if self._value("post", one, "person") == person["id"]]
        posts = [one for one in posts if self._runs("post", one) and self._stands(self._value("post", one, "unit"))]
        main = [one for one in posts if self._value("post", one, "primary") is True]
        if main:
            chosen = max(main, key=lambda one: (self._value("post", one, "from") or date.min, str(one["id"])))
            unit, position, superior = (self._value("post", chosen, key) for key in ("unit", "position", "superior"))
        else:
            unit, position, superior = (self._value("person", person, key) for key in ("unit", "position", "superior"))
            unit = unit if self._stands(unit) else None
        superior = superior or self._value("person", person, "superior")
        found["department"], found["position"] = unit, position
        others = [self._value("post", one, "unit") for one in posts]
        found["departments"] = sorted({one for one in (unit, *others) if one})
        held = [position, *(self._value("post", one, "position") for one in posts)]
        found["positions"] = sorted({one for one in held if one})
        found["units_below"] = sorted(self.below("unit", found["departments"]))
        found["superior"] = self._user_of(superior) or self._head(user, unit)
        self._groups(found, person["id"])

    def _groups(self, found: Facts, person: str) -> None:
        teams = {name for name, _ in self.marked.get("team", [])}
        trees = {name for name, _ in self.marked.get("tree", [])}
        mine = list(self._memberships(person))
        found["teams"] = sorted({group for object, group in mine if object in teams and self._alive(object, group)})
        found["team_users"] = sorted(self._users_in(set(found["teams"])))
        for tree in trees:
            nodes = {group for object, group in mine if object == tree and self._alive(object, group)}
            found[f"{tree}_below"] = sorted(self.below("tree", nodes, tree))

    def _users_in(self, teams: set[str]) -> set[str]:
        found = set()
        for one in self.all("person"):
            user = self._value("person", one, "user")
            serving = self._value("person", one, "active") is not False
            if user and serving and self.person(user) is one and teams & {g for _, g in self._memberships(one["id"])}:
                found.add(user)
        return found

    def _memberships(self, person: str) -> Iterator[tuple[str, str]]:
        for object, keys in self.marked.get("member", []):
            for one in self._standing(object):
                if one.get(keys["person"]) == person and _open(keys, one, self.today) and one.get(keys["group"]):
                    yield self._target(object, keys["group"]), one[keys["group"]]

    # -- units and companies -----------------------------------------------------------------------------------------

    def below(self, marker: str, roots: Iterable[str], object: str = "") -> set[str]:
        """Return records of a tree with all that stand below them."""
        found = {one for one in roots if one}
        for name, keys in self.marked.get(marker, []):
            if object not in ("", name) or "parent" not in keys:
                continue
            edge = set(found)
            while edge:
                edge = {one["id"] for one in self._standing(name) if one.get(keys["parent"]) in edge} - found
                found |= edge
        return found

    def company_of(self, unit: str | None) -> str | None:
        """Return the company of a unit: its own, or that of the nearest unit above."""
        seen: set[str] = set()
        while unit and unit not in seen and (row := self._row("unit", unit)) is not None:
            seen.add(unit)
            company = self._value("unit", row, "company")
            if company and self._row("company", company) is not None:
                return str(company)
            unit = self._value("unit", row, "parent")
        return None

    def _companies(self, found: Facts) -> None:
        found["company"] = company = self.company_of(found["department"])
        below = self.below("company", [company] if company else [])
        top = self._top("company", company) if company else None
        group = self.below("company", [top] if top else [])
        found["companies_below"], found["group_companies"] = sorted(below), sorted(group)
        found["company_units"] = self._units_in({company} if company else set())
        found["companies_below_units"], found["group_units"] = self._units_in(below), self._units_in(group)
        if not self.marked.get("company"):
            root = self._top("unit", found["department"]) if found["department"] else None
            found["group_units"] = sorted(self.below("unit", [root] if root else []))

    def _units_in(self, companies: set[str]) -> list[str]:
        return sorted(one["id"] for one in self.all("unit") if companies and self.company_of(one["id"]) in companies)

    def _top(self, marker: str, id: str) -> str:
        seen: set[str] = set()
        while (row := self._row(marker, id)) is not None and id not in seen:
            seen.add(id)
            above = self._value(marker, row, "parent")
            if not above or self._row(marker, above) is None:
                break
            id = above
        return id

    def _head(self, user: str, unit: str | None) -> str | None:
        seen: set[str] = set()
        while unit and unit not in seen and (row := self._row("unit", unit)) is not None:
            seen.add(unit)
            head = self._user_of(self._value("unit", row, "head"))
            if head and head != user:
                return head
            unit = self._value("unit", row, "parent")
        return None

    # -- records of markers ------------------------------------------------------------------------------------------

    def all(self, marker: str) -> list[Mapping[str, Any]]:
        """Return the records of a marker that do not lie in the recycle bin."""
        return [one for object, _ in self.marked.get(marker, []) for one in self._standing(object)]

    def named(self, marker: str, name: str) -> set[str]:
        """Return the records of a marker that a code or an id names."""
        return {one["id"] for one in self.all(marker) if name in (one["id"], self._value(marker, one, "code"))}

    def _standing(self, object: str) -> list[Mapping[str, Any]]:
        return [one for one in self.rows.get(object, {}).values() if one.get("deleted_at") is None]

    def _row(self, marker: str, id: str) -> Mapping[str, Any] | None:
        return next((one for one in self.all(marker) if one["id"] == id), None)

    def _alive(self, object: str, id: str) -> bool:
        return any(one["id"] == id for one in self._standing(object))

    def _value(self, marker: str, row: Mapping[str, Any], key: str) -> Any:
        for object, keys in self.marked.get(marker, []):
            if row["id"] in self.rows.get(object, {}):
                return row.get(keys[key]) if key in keys else None
        return None

    def _runs(self, marker: str, row: Mapping[str, Any]) -> bool:
        return all(_open(keys, row, self.today) for _, keys in self.marked.get(marker, []))

    def _stands(self, unit: str | None) -> bool:
        row = self._row("unit", unit) if unit else None
        return row is not None and self._runs("unit", row) and self._value("unit", row, "active") is not False

    def _user_of(self, person: str | None) -> str | None:
        row = self._row("person", person) if person else None
        user = self._value("person", row, "user") if row is not None else None
        return None if user is None else str(user)

    def _target(self, object: str, field: str) -> str:
        return self.pack.objects[object].targets[field]


def _open(keys: Mapping[str, str], row: Mapping[str, Any], today: date) -> bool:
    start, end = row.get(keys.get("from", "")), row.get(keys.get("to", ""))
    return (start is None or start <= today) and (end is None or today <= end)
