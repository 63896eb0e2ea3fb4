"""The directory of a rehearsal: everybody who is named is there, and behind each rule stands one person, made up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from engine.access.chart import Node
from engine.access.directory import UNLIMITED, Directory
from engine.access.persons import Person
from engine.storage import Catalog, Session

_ABOVE = "manager of "
_HIGHER = "above "
# so many stand above each other before a chain ends
_LEVELS = 3
_COMPANY = "the company"


class MadeUpDirectory(Directory):
    """Whoever a rule asks for exists once, by what the rule says, until a walk gives him a name of its own.

    Everybody is active, has a unit, and managers above him; whoever is asked for a limit has none.
    """

    def __init__(self, session: Session, catalog: Catalog, day: date) -> None:
        super().__init__(session, catalog, day)
        self._names: dict[str, str] = {}
        self._made_up: dict[str, None] = {}

    def somebody(self, label: str) -> Person:
        """Return the person behind a label: made up, or whom the walk named so."""
        self._made_up[label] = None
        return self.user(self._name_of(label))

    def made_up(self, id: str) -> bool:
        """Tell whether a person has no name yet."""
        return id in self._made_up

    def name(self, label: str, person: str) -> None:
        """Let a made-up person be one whom the walk names."""
        self._names[label] = person

    # -- persons ---------------------------------------------------------------------------------------------------

    def user(self, id: str) -> Person:
        """Return anybody."""
        unit = f"unit of {id}"
        superior = None if id.count(_ABOVE) >= _LEVELS else self._name_of(f"{_ABOVE}{id}")
        units = frozenset({unit})
        return Person(id, id, id, active=True, unit=unit, company=_COMPANY, superior=superior, units=units)

    def by_login(self, login: str) -> Person:
        """Return anybody."""
        return self.user(login)

    def users(self, ids: Iterable[str]) -> list[Person]:
        """Return everybody who is asked for."""
        return [self.user(id) for id in dict.fromkeys(ids)]

    def all(self) -> list[Person]:
        """Return nobody: whoever is not named is not known."""
        return []

    def role_holders(self, role: str, unit: str | None = None) -> list[Person]:
        """Return the one who holds a role."""
        return [self.somebody(f"role {role}")]

    def position_holders(self, position: str, unit: str | None = None) -> list[Person]:
        """Return the one who holds a position."""
        return [self.somebody(f"position {position}")]

    def superior(self, user: str) -> Person | None:
        """Return the manager of a person; the third above whoever begins has none."""
        return None if user.count(_ABOVE) >= _LEVELS else self.somebody(f"{_ABOVE}{user}")

    def members(self, group: str, deep: bool = False) -> list[Person]:
        """Return the one who belongs to a group."""
        return [self.somebody(f"member of {group}")]

    def authority(self, user: str, name: str) -> Decimal | None:
        """Return no limit: the first who is asked may decide."""
        return UNLIMITED

    def someone(self, id: str) -> Person:
        """Return anybody."""
        return self.user(id)

    def roles(self, user: str) -> list[str]:
        """Return the roles by which a person was found."""
        labels = [label for label in self._made_up if label.startswith("role ")]
        return [label.removeprefix("role ") for label in labels if self._name_of(label) == user]

    def users_of_persons(self, persons: Iterable[str]) -> list[Person]:
        """Return everybody who is asked for."""
        return self.users(persons)

    # -- places ----------------------------------------------------------------------------------------------------

    def unit(self, id: str) -> Node:
        """Return any unit."""
        return Node(id, code=id, name=id, company=_COMPANY)

    def unit_parent(self, unit: str) -> Node | None:
        """Return the unit above a unit."""
        return None if unit.count(_HIGHER) >= _LEVELS - 1 else self.unit(f"{_HIGHER}{unit}")

    def unit_head(self, unit: str) -> Person:
        """Return the head of a unit."""
        return self.somebody(f"head of {unit}")

    def company_of(self, unit: str) -> str:
        """Return the only company."""
        return _COMPANY

    def stands_in(self, person: Person, place: str) -> bool:
        """Tell that everybody stands wherever he is looked for."""
        return True

    def persons_in(self, group: str, places: Iterable[str]) -> list[str]:
        """Return nobody."""
        return []

    def groups_of(self, person: str) -> dict[str, frozenset[str]]:
        """Return no group."""
        return {}

    def _name_of(self, label: str) -> str:
        return self._names.get(label, label)
