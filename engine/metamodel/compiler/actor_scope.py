"""What conditions may ask of the actor, and of a user in rules about users."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from engine.metamodel.model import Structure
from engine.rules import ANY, BOOLEAN, STRING, ContextType, FeelType, RecordType, list_of

USER = "user"


class Organised(Protocol):
    """What is known of the organisation; the types of a model fit."""

    structure: Structure
    lost: frozenset[str]


# facts about the actor -> the kind of organisation object that they are records of
_PLACES = {
    "department": "unit",
    "departments": "unit",
    "units_below": "unit",
    "company": "company",
    "companies": "company",
    "companies_below": "company",
    "group_companies": "company",
    "company_units": "unit",
    "companies_below_units": "unit",
    "group_units": "unit",
    "position": "position",
    "positions": "position",
    "teams": "team",
}
_SINGLE = frozenset({"department", "company", "position"})
_TEXTS = ("id", "login", "name")
_TEXT_LISTS = ("roles", "privileges", "receivers")
_USERS = ("superior", "team_users")


@dataclass(frozen=True, slots=True)
class IdOnly:
    """What is known of a place of the actor, or of another person: which it is, and nothing behind it."""

    def type_of(self, name: str) -> FeelType | None:
        return None

    def names(self) -> Iterable[str]:
        return ()


@dataclass(frozen=True, slots=True)
class ActorFields:
    """What conditions may ask of the actor: who he is, what he holds, and where he stands."""

    world: Organised

    def type_of(self, name: str) -> FeelType | None:
        if name in _TEXTS:
            return STRING
        if name in _TEXT_LISTS:
            return list_of(STRING)
        if name in _USERS:
            one = RecordType(name=USER, scope=IdOnly())
            return one if name == "superior" else list_of(one)
        place = _PLACES.get(name)
        if place is not None:
            object = getattr(self.world.structure, place) or ("department" if place == "unit" else None)
            if object is None:
                return None
            record = RecordType(name=object, scope=IdOnly())
            return record if name in _SINGLE else list_of(record)
        tree = name.removesuffix("_below")
        if name != tree and tree in self.world.structure.trees:
            return list_of(RecordType(name=tree, scope=IdOnly()))
        return ANY if USER in self.world.lost else None

    def names(self) -> Iterable[str]:
        known = (*_TEXTS, *_TEXT_LISTS, *_USERS, *_PLACES, *(f"{tree}_below" for tree in self.world.structure.trees))
        return tuple(name for name in known if self.type_of(name) is not None)


@dataclass(frozen=True, slots=True)
class UserOfRule:
    """In a rule about users: ``user`` with what he holds."""

    world: Organised

    def type_of(self, name: str) -> FeelType | None:
        if name != "user":
            return None
        plain: dict[str, FeelType] = dict.fromkeys(_TEXTS, STRING)
        held: dict[str, FeelType] = dict.fromkeys(("roles", "privileges"), list_of(STRING))
        return ContextType({**plain, **held, "administrator": BOOLEAN}, name="user")

    def names(self) -> Iterable[str]:
        return ("user",)
