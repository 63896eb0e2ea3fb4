"""People of rules, found in the directory: who is meant, and what expressions see of him under ``candidate``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.access.directory import Directory
from engine.access.persons import Person
from engine.kernel.names import RecordRef
from engine.metamodel.model.people import (
    Anchor,
    ByFormula,
    Head,
    Heads,
    Manager,
    Managers,
    Members,
    People,
    PeopleInFields,
    PersonRule,
    PlainPerson,
    PositionHolders,
    RoleHolders,
    Until,
    UserByLogin,
)
from engine.records import Unit
from engine.records.results import identity
from engine.rules import Expression
from engine.storage.fetching import Want, fetch
from engine.workflow.facts import user_ids

DEEPEST = 32


class FoundStaff:
    """Finds people by rules, in the order of the rules, each once."""

    def find(self, unit: Unit, people: People, names: Mapping[str, Any], record: RecordRef) -> list[tuple[str, float]]:
        """Return active users in a stable order, each once, with the weight of the rule that named him."""
        chosen: dict[str, float] = {}
        for rule in people:
            if not _holds(unit, rule.when, names):
                continue
            found = list(dict.fromkeys(_Search(unit, names).named(rule)))
            facts = self.candidates(unit, found)
            for id in found:
                if id in facts and _holds(unit, rule.where, {**names, "candidate": facts[id]}):
                    chosen.setdefault(id, float(rule.weight))
        return list(chosen.items())

    def candidates(self, unit: Unit, users: Iterable[str]) -> Mapping[str, dict[str, Any]]:
        """Return what expressions see of active users; those that are gone are left out."""
        people = [person for person in unit.directory.users(users) if person.active]
        own = _records(unit, [person.record for person in people if person.record is not None])
        return {person.id: {**own.get(person.record or "", {}), **_told(person)} for person in people}


class _Search:
    """One search with the names that the rules see."""

    def __init__(self, unit: Unit, names: Mapping[str, Any]) -> None:
        self._unit, self._names = unit, names

    @property
    def _directory(self) -> Directory:
        return self._unit.directory

    def named(self, rule: PersonRule) -> Iterator[str]:
        """Yield whom a rule names, active or not."""
        directory = self._directory
        match rule.selector:
            case PlainPerson(word=word):
                yield from self._anchored(word)
            case UserByLogin(login=login):
                yield from _ids([directory.by_login(login)])
            case RoleHolders(role=role, unit=place):
                yield from _ids(directory.role_holders(role, self._place(place)))
            case PositionHolders(position=position, unit=place):
                yield from _ids(directory.position_holders(position, self._place(place) or self._own_place()))
            case Members(kind=kind, code=code, deep=deep):
                yield from _ids(directory.members(f"{kind}.{code}", deep) or directory.members(code, deep))
            case PeopleInFields(fields=fields):
                for name in fields:
                    yield from user_ids((self._names["record"] or {}).get(name))
            case ByFormula(expression=expression):
                yield from user_ids(self._value(expression))
            case _:
                yield from self._above(rule)

    def _above(self, rule: PersonRule) -> Iterator[str]:
        """Yield whom a rule names that leads upwards."""
        match rule.selector:
            case Manager(of=of, level=level):
                yield from self._manager(of, level)
            case Managers(of=of, until=until, down=down):
                yield from _turned([id for start in self._anchored(of) for id in self._up(start, until)], down=down)
            case Head(of=of, level=level):
                yield from self._head(of, level)
            case Heads(of=of, until=until, down=down):
                yield from _turned(list(self._heads(self._place(of), until)), down=down)

    def _anchored(self, of: Anchor) -> list[str]:
        if isinstance(of, Expression):
            return user_ids(self._value(of))
        if of in ("owner", "assignee"):
            return user_ids((self._names["record"] or {}).get(of))
        return user_ids(self._names.get(of))

    def _manager(self, of: Anchor, level: int) -> Iterator[str]:
        for start in self._anchored(of):
            chain = [person.id for person in self._chain(start)]
            if len(chain) >= level:
                yield chain[level - 1]

    def _chain(self, start: str) -> Iterator[Person]:
        """Yield the active superiors of a user, the nearest first."""
        at, seen = start, {start}
        for _ in range(DEEPEST):
            above = self._directory.superior(at)
            if above is None or above.id in seen:
                return
            seen.add(above.id)
            at = above.id
            if above.active:
                yield above

    def _up(self, start: str, until: Until | None) -> Iterator[str]:
        for place, person in enumerate(self._chain(start), 1):
            yield person.id
            if until is not None and self._reached(person, place, until):
                return

    def _head(self, of: Expression, level: int) -> Iterator[str]:
        found = list(self._heads(self._place(of), None))
        yield from found[level : level + 1]

    def _heads(self, place: str | None, until: Until | None) -> Iterator[str]:
        count = 0
        for _ in range(DEEPEST):
            if place is None:
                return
            head = self._directory.unit_head(place)
            if head is not None and head.active:
                count += 1
                yield head.id
                if until is not None and self._reached(head, count, until):
                    return
            above = self._directory.unit_parent(place)
            place = None if above is None else above.id

    def _reached(self, person: Person, place: int, until: Until) -> bool:
        if until.level is not None:
            return place >= until.level
        if until.position is not None:
            holders = self._directory.position_holders(until.position)
            return any(holder.id == person.id for holder in holders)
        if until.authority is not None:
            limit = self._directory.authority(person.id, until.authority)
            needed = None if until.covers is None else self._value(until.covers)
            return limit is not None and needed is not None and limit >= needed
        return _holds(self._unit, until.when, {**self._names, "candidate": _told(person)})

    def _place(self, expression: Expression | None) -> str | None:
        return None if expression is None else identity(self._value(expression))

    def _own_place(self) -> str | None:
        submitter = self._names.get("submitter") or self._names.get("actor")
        if isinstance(submitter, Mapping):
            return identity(submitter.get("department") or submitter.get("unit"))
        return None

    def _value(self, expression: Expression) -> Any:
        self._unit.run.restart()
        return expression.evaluate(self._names, self._unit.run)


def _ids(people: Iterable[Person | None]) -> list[str]:
    return [person.id for person in people if person is not None]


def _turned(ids: list[str], *, down: bool) -> list[str]:
    return ids[::-1] if down else ids


def _records(unit: Unit, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return the own record of each person."""
    object = unit.model.person
    if object is None or not ids:
        return {}
    fields = unit.model.objects[object].fields
    paths = tuple((name,) for name, field in fields.items() if field.stored and field.type != "secret")
    return {tree["id"]: tree for tree in fetch(unit.session, unit.catalog, Want(object, paths), ids)}


def _told(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "person": person.record,
        "department": person.unit,
        "company": person.company,
        "position": person.position,
        "manager": person.superior,
    }


def _holds(unit: Unit, condition: Expression | None, names: Mapping[str, Any]) -> bool:
    if condition is None:
        return True
    unit.run.restart()
    return condition.evaluate(names, unit.run) is True
