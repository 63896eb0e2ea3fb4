"""The directory: who is who in the organisation on one day, for permission and for processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from engine.access.chart import Chart, Node, Tree, chart_of, in_effect
from engine.access.persons import Person, PostReader, at, marker_of
from engine.access.tables.organisation import (
    Row,
    everybody,
    holders_of,
    living_rows,
    roles_of,
    users_by_id,
    users_by_login,
)
from engine.metamodel.model import Organisation, Structure, TenantModel
from engine.storage import Catalog, Session
from engine.storage.bounded import Bounded

UNLIMITED = Decimal("Infinity")
# persons by tenant, model, state of what permission rests on, day and user
_remembered = Bounded(50_000)


class Directory:
    """Answers from one session on one day; what was asked once is not read again. Lists are in the order of logins."""

    def __init__(self, session: Session, catalog: Catalog, day: date) -> None:
        self.session, self.catalog, self._day = session, catalog, day
        self._model = catalog.model
        self._known: dict[str, Person] = {}
        self._key = (session.address, id(catalog.model), catalog.stamp, day)

    @cached_property
    def chart(self) -> Chart:
        """The trees of the organisation."""
        return chart_of(self.session, self.catalog)

    @property
    def day(self) -> date:
        """The day on which it answers."""
        return self._day

    @property
    def model(self) -> TenantModel:
        """The model that the directory reads by."""
        return self._model

    @property
    def structure(self) -> Structure:
        """The objects that hold the organisation."""
        return self._model.structure

    # -- persons ---------------------------------------------------------------------------------------------------

    def user(self, id: str) -> Person | None:
        """Return a user by id, or None when there is none."""
        return next(iter(self.users([id])), None)

    def by_login(self, login: str) -> Person | None:
        """Return a user by login, or None."""
        found = users_by_login(self.session, [login])
        return self.user(found[login]) if login in found else None

    def users(self, ids: Iterable[str]) -> list[Person]:
        """Return users by id, in the order asked for; those that are not there are left out."""
        wanted = list(dict.fromkeys(ids))
        missing = [id for id in wanted if id not in self._known]
        if not self.session.unsettled:
            self._known.update(_remembered.found((*self._key, id) for id in missing))
            missing = [id for id in missing if id not in self._known]
        if missing:
            self._load(missing)
            if not self.session.unsettled:
                for id in missing:
                    if id in self._known:
                        _remembered.put((*self._key, id), self._known[id])
        return [self._known[id] for id in wanted if id in self._known]

    def all(self) -> list[Person]:
        """Return every user of the tenant."""
        return self.users(everybody(self.session))

    def role_holders(self, role: str, unit: str | None = None) -> list[Person]:
        """Return the users who were given a role; with ``unit`` (or a company) those who stand in it or below."""
        holders = self.users(holders_of(self.session, role))
        return holders if unit is None else [person for person in holders if self.stands_in(person, unit)]

    def position_holders(self, position: str, unit: str | None = None) -> list[Person]:
        """Return who holds a position (id or code); with ``unit`` in the nearest unit upwards that has an active one.

        A company counts as the place of all its units.
        """
        id = self.chart.positions.find(position)
        if id is None:
            return []
        holders = [person for person in self._holding(id) if id in person.positions]
        if unit is None:
            return holders
        place = self.chart.units.find(unit)
        if place is None:
            return [person for person in holders if self.stands_in(person, unit)]
        for node in self.chart.units.upwards(place):
            here = [person for person in holders if node.id in person.units]
            if any(person.active for person in here):
                return here
        return []

    def superior(self, user: str) -> Person | None:
        """Return the superior of a user: by his post, his person, or the head of the nearest unit; None at the top."""
        person = self.user(user)
        return None if person is None or person.superior is None else self.user(person.superior)

    def members(self, group: str, deep: bool = False) -> list[Person]:
        """Return the members of a team, a unit, a company or a node of a tree, by id, code or ``object.code``.

        ``deep`` takes in what lies below.
        """
        object, _, code = group.rpartition(".")
        for name, tree in self._groups():
            id = tree.find(code) if self._named(object, name) else None
            if id is not None:
                places = tree.below([id]) if deep else frozenset({id})
                return self._members_of(name, places)
        return []

    def authority(self, user: str, name: str) -> Decimal | None:
        """Return up to which amount a user may decide: the highest of his limits, UNLIMITED, or None for not at all."""
        person, object = self.user(user), self._model.structure.authority
        if person is None or object is None or not person.active:
            return None
        marker = marker_of(self._model, object)
        best: Decimal | None = None
        for row in living_rows(
            self.session, self.catalog, object, tuple(marker.keys.values()), marker.keys["name"], [name]
        ):
            if not in_effect(row, marker, self._day) or not _holds_limit(row, marker, person):
                continue
            if at(row, marker, "unlimited") is True:
                return UNLIMITED
            limit = at(row, marker, "limit")
            if limit is not None and (best is None or limit > best):
                best = Decimal(limit)
        return best

    # -- places ----------------------------------------------------------------------------------------------------

    def unit(self, id: str) -> Node | None:
        """Return a unit by id or code."""
        found = self.chart.units.find(id)
        return None if found is None else self.chart.units.nodes[found]

    def unit_parent(self, unit: str) -> Node | None:
        """Return the unit above a unit."""
        node = self.unit(unit)
        return None if node is None or node.parent is None else self.chart.units.nodes.get(node.parent)

    def unit_head(self, unit: str) -> Person | None:
        """Return the head of a unit, when it has one who is a user."""
        node = self.unit(unit)
        return None if node is None or node.head is None else next(iter(self._users_of([node.head])), None)

    def company_of(self, unit: str) -> str | None:
        """Return the company of a unit: its own, or that of the nearest unit above."""
        found = self.chart.units.find(unit)
        return None if found is None else self.chart.companies_of.get(found)

    def stands_in(self, person: Person, place: str) -> bool:
        """Tell whether a user stands in a unit or below it, or in a company."""
        unit = self.chart.units.find(place)
        if unit is not None:
            return bool(person.units & self.chart.units.below([unit]))
        company = self.chart.companies.find(place)
        return company is not None and any(self.chart.companies_of.get(unit) == company for unit in person.units)

    # -- reading ---------------------------------------------------------------------------------------------------

    def persons_in(self, group: str, places: Iterable[str]) -> list[str]:
        """Return the persons who belong to groups of an object today (records of persons, not users)."""
        found: dict[str, None] = {}
        for member in self._model.structure.members:
            marker = marker_of(self._model, member)
            if self._model.objects[member].fields[marker.keys["group"]].targets != (group,):
                continue
            fields = tuple(marker.keys.values())
            for row in living_rows(self.session, self.catalog, member, fields, marker.keys["group"], places):
                if in_effect(row, marker, self._day):
                    found.setdefault(row[marker.keys["person"]])
        return list(found)

    def groups_of(self, person: str) -> dict[str, frozenset[str]]:
        """Return the teams and nodes of trees that a person belongs to today, by object."""
        found: dict[str, set[str]] = {}
        for member in self._model.structure.members:
            marker = marker_of(self._model, member)
            group = marker.keys["group"]
            target = self._model.objects[member].fields[group].targets[0]
            fields = tuple(marker.keys.values())
            for row in living_rows(self.session, self.catalog, member, fields, marker.keys["person"], [person]):
                if in_effect(row, marker, self._day):
                    found.setdefault(target, set()).add(row[group])
        return {object: frozenset(ids) for object, ids in found.items()}

    def users_of_persons(self, persons: Iterable[str]) -> list[Person]:
        """Return the users behind records of persons, by login."""
        return self._users_of(persons)

    def someone(self, id: str) -> Person | None:
        """Return a user by id, or the user behind the record of a person; None when there is none."""
        return self.user(id) or next(iter(self._users_of([id])), None)

    def roles(self, user: str) -> list[str]:
        """Return the roles that a user was given."""
        return roles_of(self.session, [user]).get(user, [])

    def _groups(self) -> Sequence[tuple[str, Tree]]:
        structure, chart = self._model.structure, self.chart
        named = ((structure.team, chart.teams), (structure.unit, chart.units), (structure.company, chart.companies))
        return (*((name, tree) for name, tree in named if name is not None), *chart.trees.items())

    def _named(self, word: str, object: str) -> bool:
        """Tell whether a word names an object: none does, its name, or what it is in the organisation."""
        marker = self._model.objects[object].organisation
        return word in ("", object) or (marker is not None and word == marker.kind)

    def _members_of(self, object: str, places: frozenset[str]) -> list[Person]:
        structure = self._model.structure
        if object == structure.company:
            places = self.chart.units_of(places)
        if object in (structure.unit, structure.company):
            return [person for person in self._standing_in(places) if person.units & places]
        return self._users_of(self.persons_in(object, places))

    def _standing_in(self, units: frozenset[str]) -> list[Person]:
        return self._users_of(self._persons_by("unit", units))

    def _holding(self, position: str) -> list[Person]:
        return self._users_of(self._persons_by("position", [position]))

    def _persons_by(self, key: str, values: Iterable[str]) -> list[str]:
        """Return persons that may stand there, by their own record or by a post."""
        values = tuple(values)
        structure, found = self._model.structure, dict[str, None]()
        if structure.person is not None and (field := marker_of(self._model, structure.person).get(key)):
            rows = living_rows(self.session, self.catalog, structure.person, (), field, values)
            found.update(dict.fromkeys(row["id"] for row in rows))
        if structure.post is not None and (field := marker_of(self._model, structure.post).get(key)):
            person = marker_of(self._model, structure.post).keys["person"]
            rows = living_rows(self.session, self.catalog, structure.post, (person,), field, values)
            found.update(dict.fromkeys(row[person] for row in rows))
        return list(found)

    def _users_of(self, persons: Iterable[str]) -> list[Person]:
        object = self._model.structure.person
        if object is None:
            return []
        user = marker_of(self._model, object).keys["user"]
        rows = living_rows(self.session, self.catalog, object, (user,), "id", persons)
        found = self.users(row[user] for row in rows if row[user] is not None)
        return sorted(found, key=lambda person: person.login)

    def _load(self, ids: Sequence[str]) -> None:
        accounts = users_by_id(self.session, ids)
        reader = PostReader(self.session, self.catalog, self.chart, self._day)
        posts = reader.posts(accounts)
        heads = reader.heads(posts)
        for id, (login, name, active, administrator) in accounts.items():
            post = posts.get(id)
            if post is None:
                self._known[id] = Person(id, login, name, active, administrator, account=active)
                continue
            company = self.chart.companies_of.get(post.unit) if post.unit is not None else None
            superior = reader.superior(id, post, heads)
            self._known[id] = Person(
                id,
                login,
                name,
                active and post.active,
                administrator,
                post.record,
                post.unit,
                company,
                post.position,
                superior,
                post.active,
                active,
                post.units,
                post.positions,
            )


def _holds_limit(row: Row, marker: Organisation, person: Person) -> bool:
    holder, position = at(row, marker, "person"), at(row, marker, "position")
    if holder is not None:
        return bool(holder == person.record) and (position is None or position in person.positions)
    return position is not None and position in person.positions
