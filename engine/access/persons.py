"""Where persons stand on one day: their main post, all their units and positions, and whom they report to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.access.chart import Chart, in_effect
from engine.access.tables.organisation import Row, living_rows
from engine.metamodel.model import Organisation, TenantModel
from engine.storage import Catalog, Session


@dataclass(frozen=True, slots=True)
class Person:
    """A user in the organisation. ``active``: the account is, and so is the person behind it.

    ``unit``, ``position`` and ``company`` are those of the main post, ``units`` and ``positions`` all of today;
    ``superior`` is a user, ``record`` the record of the person, ``serving`` what that record
    says, ``account`` whether the account is on.
    """

    id: str
    login: str
    name: str
    active: bool
    administrator: bool = False
    record: str | None = None
    unit: str | None = None
    company: str | None = None
    position: str | None = None
    superior: str | None = None
    serving: bool = False
    account: bool = True
    units: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Posts:
    """Where a person stands: the main post, and all units and positions. ``superior`` is a person."""

    record: str
    unit: str | None = None
    position: str | None = None
    superior: str | None = None
    units: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    active: bool = True


class PostReader:
    """Reads where persons stand, for many users at once."""

    def __init__(self, session: Session, catalog: Catalog, chart: Chart, day: date) -> None:
        self._session, self._catalog, self._day = session, catalog, day
        self._model, self.chart = catalog.model, chart

    def posts(self, users: Iterable[str]) -> dict[str, Posts]:
        """Return where users stand; those whom no person record names are left out."""
        object = self._model.structure.person
        if object is None:
            return {}
        marker = marker_of(self._model, object)
        user = marker.keys["user"]
        rows = living_rows(self._session, self._catalog, object, tuple(marker.keys.values()), user, users)
        persons: dict[str, Row] = {}
        for row in rows:  # by id: of several the smallest counts
            persons.setdefault(row[user], row)
        further = self._further_posts([row["id"] for row in persons.values()])
        return {user: self._standing(row, marker, further.get(row["id"], [])) for user, row in persons.items()}

    def without_account(self) -> dict[str, str | None]:
        """Return the active persons whom no user is, by id of their record, with their unit."""
        object = self._model.structure.person
        if object is None:
            return {}
        marker = marker_of(self._model, object)
        rows = living_rows(self._session, self._catalog, object, tuple(marker.keys.values()))
        free = [row for row in rows if at(row, marker, "user") is None]
        further = self._further_posts([row["id"] for row in free])
        found = {row["id"]: self._standing(row, marker, further.get(row["id"], [])) for row in free}
        return {id: posts.unit for id, posts in found.items() if posts.active}

    def _further_posts(self, persons: Sequence[str]) -> dict[str, list[Row]]:
        object = self._model.structure.post
        if object is None:
            return {}
        marker = marker_of(self._model, object)
        person, unit = marker.keys["person"], marker.keys["unit"]
        found: dict[str, list[Row]] = {}
        rows = living_rows(self._session, self._catalog, object, tuple(marker.keys.values()), person, persons)
        for row in rows:
            if in_effect(row, marker, self._day) and self._open(row[unit]):
                found.setdefault(row[person], []).append(row)
        return found

    def _standing(self, row: Row, marker: Organisation, posts: Sequence[Row]) -> Posts:
        if marker.get("active") and at(row, marker, "active") is False:
            return Posts(row["id"], active=False)
        unit, position, superior = (at(row, marker, key) for key in ("unit", "position", "superior"))
        unit = unit if self._open(unit) else None
        units, positions = {unit}, {position}
        object = self._model.structure.post
        of_post = marker_of(self._model, object) if object is not None else marker
        primary = [post for post in posts if at(post, of_post, "primary") is True]
        if primary:
            begins = of_post.get("from")
            main = max(primary, key=lambda post: (post[begins] or date.min if begins else date.min, post["id"]))
            unit, position = at(main, of_post, "unit"), at(main, of_post, "position")
            superior = at(main, of_post, "superior") or superior
            units, positions = {unit}, {position}
        units |= {at(post, of_post, "unit") for post in posts}
        positions |= {at(post, of_post, "position") for post in posts}
        return Posts(row["id"], unit, position, superior, known(units), known(positions))

    def _open(self, unit: str | None) -> bool:
        node = self.chart.units.nodes.get(unit or "")
        return node is not None and node.holds_on(self._day)

    def superior(self, user: str, post: Posts, users: Mapping[str, str]) -> str | None:
        """Return the user whom a user reports to; ``users`` are those behind persons."""
        if not post.active:
            return None
        if post.superior is not None and post.superior in users:
            return users[post.superior]
        for node in self.chart.units.upwards(post.unit):
            head = users.get(node.head or "")
            if head is not None and head != user:
                return head
        return None

    def heads(self, posts: Mapping[str, Posts]) -> dict[str, str]:
        """Return the users of all persons that may be somebody's superior."""
        wanted: set[str] = set()
        for post in posts.values():
            if post.superior is not None:
                wanted.add(post.superior)
            wanted.update(node.head for node in self.chart.units.upwards(post.unit) if node.head is not None)
        object = self._model.structure.person
        if object is None or not wanted:
            return {}
        user = marker_of(self._model, object).keys["user"]
        rows = living_rows(self._session, self._catalog, object, (user,), "id", sorted(wanted))
        return {row["id"]: row[user] for row in rows if row[user] is not None}


def marker_of(model: TenantModel, object: str) -> Organisation:
    """Return the marker of an object that the structure names."""
    marker = model.objects[object].organisation
    assert marker is not None, "the structure names marked objects"
    return marker


def at(row: Row, marker: Organisation, key: str) -> Any:
    """Return what a row holds under a key of its marker; None where the pack names no field."""
    name = marker.get(key)
    return None if name is None else row[name]


def known(values: Iterable[Any]) -> frozenset[str]:
    """Return the values that are there."""
    return frozenset(value for value in values if value is not None)
