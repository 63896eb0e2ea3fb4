"""From rules that name people to people (P1 to P3): resolved in order, inactive ones dropped, each person once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.access.directory import Directory
from engine.access.people.facts import Facts
from engine.access.people.naming import user_id, user_ids
from engine.access.persons import Person
from engine.metamodel.model.people import (
    Anchor,
    ByFormula,
    Decider,
    Head,
    Heads,
    Manager,
    Managers,
    Members,
    People,
    PeopleInFields,
    PersonRule,
    Picked,
    PlainPerson,
    PositionHolders,
    RoleHolders,
    Selector,
    Until,
    UserByLogin,
)
from engine.rules import Expression

# a chain of managers that is longer is a circle
LONGEST_CHAIN = 50
Evaluate = Callable[[Expression, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person whom rules name. ``weight`` and ``veto`` count in a vote."""

    user: str
    weight: Decimal = Decimal(1)
    veto: bool = False


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """People in their order, each once, and those passed over because they are inactive."""

    people: tuple[NamedPerson, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(slots=True)
class PeopleFinder:
    """Resolves rules for one subject. ``evaluate`` gives the value of an expression, with further names if need be.

    ``words`` are the users behind the plain words; ``fields`` the values of the subject; ``deciders`` who decided each
    step; ``picks`` whom was chosen for a step: by its id.
    """

    facts: Facts
    evaluate: Evaluate
    words: Mapping[str, str | None]
    fields: Mapping[str, Any]
    deciders: Mapping[str, str] = field(default_factory=dict)
    picks: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def directory(self) -> Directory:
        """Who is who."""
        return self.facts.directory

    def find(self, rules: People, step: str = "") -> NamedPeople:
        """Return the people whom rules name."""
        named: dict[str, NamedPerson] = {}
        dropped: dict[str, None] = {}
        for rule in rules:
            if rule.when is not None and self.evaluate(rule.when, {}) is not True:
                continue
            for person in self._narrowed(rule, list(self._of(rule.selector, step)), dropped):
                _merge(named, NamedPerson(person.id, rule.weight, rule.veto))
        return NamedPeople(tuple(named.values()), tuple(dropped))

    def users(self, rules: People) -> list[str]:
        """Return the ids of the active people whom rules name."""
        return [person.user for person in self.find(rules).people]

    def names(self, rules: People, user: str) -> bool:
        """Tell whether rules name a user."""
        return user in self.users(rules)

    def _narrowed(self, rule: PersonRule, people: list[Person], dropped: dict[str, None]) -> list[Person]:
        """Return the active people whom the rule's condition lets be; those who left are noted."""
        dropped.update((person.id, None) for person in people if not person.active)
        active = [person for person in people if person.active]
        if rule.where is None:
            return active
        self.facts.prepare(active)
        return [one for one in active if self.evaluate(rule.where, {"candidate": self.facts.of(one)}) is True]

    # -- selectors -----------------------------------------------------------------------------------------------------

    def _of(self, selector: Selector, step: str) -> Iterable[Person]:
        match selector:
            case PlainPerson(word=word):
                return self._known([self._word(word)])
            case UserByLogin(login=login):
                found = self.directory.by_login(login)
                return [] if found is None else [found]
            case RoleHolders(role=role, unit=unit):
                place = self._place(unit)
                # a unit that is not known has nobody, and not everybody
                return [] if unit is not None and place is None else self.directory.role_holders(role, place)
            case PositionHolders(position=position, unit=unit):
                return self._holders(position, unit)
            case Manager(of=of, level=level):
                chain = list(_first(self._upwards(self._anchor(of)), level))
                return chain[level - 1 :]
            case Managers(of=of, until=until, down=down):
                return self._chain(self._upwards(self._anchor(of)), until, down=down)
            case Head(of=of, level=level):
                return list(_first(self._heads(self._place(of)), level + 1))[level:]
            case Heads(of=of, until=until, down=down):
                return self._chain(self._heads(self._place(of)), until, down=down)
            case Members(kind=kind, code=code, deep=deep):
                return self.directory.members(f"{kind}.{code}", deep) or self.directory.members(code, deep)
            case _:
                return self._named(selector, step)

    def _named(self, selector: Selector, step: str) -> list[Person]:
        """Resolve what names people by what happened or stands in the subject."""
        match selector:
            case PeopleInFields(fields=names):
                return self._known([id for name in names for id in user_ids(self.fields.get(name))])
            case Decider(step=decided):
                return self._known([self.deciders.get(decided)])
            case Picked():
                return self._known(self.picks.get(step, []))
            case ByFormula(expression=expression):
                return self._known(user_ids(self.evaluate(expression, {})))
        return []

    def _word(self, word: str) -> str | None:
        if word in self.words:
            return self.words[word]
        return user_id(self.fields.get(word))

    def _holders(self, position: str, unit: Expression | None) -> list[Person]:
        place = self._place(unit)
        if unit is not None and place is None:
            return []
        if unit is None:
            submitter = self._user(self.words.get("submitter") or self.words.get("actor"))
            place = None if submitter is None else submitter.unit
        found = self.directory.position_holders(position, place)
        if not found and unit is None:
            found = self.directory.position_holders(position)
        return found

    def _anchor(self, of: Anchor) -> str | None:
        if not isinstance(of, Expression):
            return self._word(of)
        found = self._known([user_id(self.evaluate(of, {}))])
        return found[0].id if found else None

    def _place(self, unit: Expression | None) -> str | None:
        return None if unit is None else user_id(self.evaluate(unit, {}))

    def _upwards(self, user: str | None) -> Iterator[Person]:
        """Yield the active managers of a user, the nearest first."""
        seen = {user}
        for _ in range(LONGEST_CHAIN):
            above = None if user is None else self.directory.superior(user)
            if above is None or above.id in seen:
                return
            seen.add(above.id)
            if above.active:
                yield above
            user = above.id

    def _heads(self, unit: str | None) -> Iterator[Person]:
        """Yield the active heads of a unit and of those above it."""
        for _ in range(LONGEST_CHAIN):
            if unit is None:
                return
            head = self.directory.unit_head(unit)
            if head is not None and head.active:
                yield head
            above = self.directory.unit_parent(unit)
            unit = None if above is None else above.id

    def _chain(self, people: Iterator[Person], until: Until | None, *, down: bool) -> list[Person]:
        found: list[Person] = []
        for person in people:
            found.append(person)
            if until is not None and self._ends(until, person, len(found)):
                break
        return found[::-1] if down else found

    def _ends(self, until: Until, person: Person, level: int) -> bool:
        if until.level is not None:
            return level >= until.level
        if until.position is not None:
            return self._holds(person, until.position)
        if until.authority is not None:
            limit = self.directory.authority(person.id, until.authority)
            asked = None if until.covers is None else self.evaluate(until.covers, {})
            return limit is not None and asked is not None and limit >= _figure(asked)
        return until.when is not None and self.evaluate(until.when, {"candidate": self.facts.of(person)}) is True

    def _holds(self, person: Person, position: str) -> bool:
        return any(holder.id == person.id for holder in self.directory.position_holders(position))

    def _user(self, id: str | None) -> Person | None:
        return None if id is None else self.directory.user(id)

    def _known(self, ids: Iterable[str | None]) -> list[Person]:
        """Return users by their ids, or by those of the records of persons."""
        wanted = list(dict.fromkeys(id for id in ids if id is not None))
        found = {person.id: person for person in self.directory.users(wanted)}
        behind = ((id, found.get(id) or self.directory.someone(id)) for id in wanted)
        return [person for _, person in behind if person is not None]


def _merge(named: dict[str, NamedPerson], one: NamedPerson) -> None:
    known = named.get(one.user)
    if known is not None:
        one = NamedPerson(one.user, max(known.weight, one.weight), known.veto or one.veto)
    named[one.user] = one


def _first(people: Iterator[Person], count: int) -> Iterator[Person]:
    for _ in range(count):
        person = next(people, None)
        if person is None:
            return
        yield person


def _figure(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("Infinity")
