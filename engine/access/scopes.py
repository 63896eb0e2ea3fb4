"""What names mean to permission: an object's fields, only those that an actor may use, and the actor's own facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engine.metamodel.compiler.actor_scope import USER, ActorFields
from engine.metamodel.compiler.scopes import World
from engine.metamodel.model import TenantModel
from engine.rules import DATE_TIME, NUMBER, STRING, FeelType, RecordType, list_of
from engine.storage.share_scope import SHARES

Usable = Callable[[str], frozenset[str]]
_STEAD = "_stead"
_SHARE: dict[str, FeelType] = {"receiver": STRING, "level": NUMBER, "until": DATE_TIME}


def world_of(model: TenantModel) -> World:
    """Return the types of a model's objects."""
    return World(model.objects, model.dictionaries, model.unit, structure=model.structure)


def stead_name(stead: int) -> str:
    """Return how a rule names the one whose rights it speaks of: the actor, or somebody in whose place he may act."""
    return "actor" if stead == 0 else f"actor.{_STEAD}{stead}"


@dataclass(frozen=True, slots=True)
class ShareFields:
    """What is known of a share."""

    def type_of(self, name: str) -> FeelType | None:
        return _SHARE.get(name)

    def names(self) -> Iterable[str]:
        return tuple(_SHARE)


@dataclass(frozen=True, slots=True)
class RuleActor:
    """The actor of a row rule: his own facts, and those in whose place he may act."""

    world: World

    def type_of(self, name: str) -> FeelType | None:
        if name.startswith(_STEAD):
            return RecordType(name=USER, scope=ActorFields(self.world))
        return ActorFields(self.world).type_of(name)

    def names(self) -> Iterable[str]:
        return ActorFields(self.world).names()


@dataclass(frozen=True, slots=True)
class RuleFields:
    """The fields of an object as permission sees them behind references: with the shares of its records."""

    world: World
    object: str

    def type_of(self, name: str) -> FeelType | None:
        if name == SHARES:
            return list_of(RecordType(name="share", scope=ShareFields()))
        model = self.world.objects[self.object].fields.get(name)
        if model is None:
            return None
        if model.type in ("reference", "department") and model.targets and model.targets[0] in self.world.objects:
            return RecordType(name=model.targets[0], scope=RuleFields(self.world, model.targets[0]))
        return self.world.type_of_field(model)

    def names(self) -> Iterable[str]:
        return tuple(self.world.objects[self.object].fields)


@dataclass(frozen=True, slots=True)
class RowScope:
    """The fields of an object, bare, and the actor: what a row rule is written in."""

    world: World
    object: str

    def type_of(self, name: str) -> FeelType | None:
        found = RuleFields(self.world, self.object).type_of(name)
        if found is not None:
            return found
        return RecordType(name=USER, scope=RuleActor(self.world)) if name == "actor" else None

    def names(self) -> Iterable[str]:
        return (*self.world.objects[self.object].fields, "actor")


@dataclass(frozen=True, slots=True)
class UsableScope:
    """What an actor may name in a condition: the fields usable to him, here and behind references."""

    world: World
    object: str
    usable: Usable
    bare: bool = True
    _records: dict[str, RecordType] = field(default_factory=dict)

    def type_of(self, name: str) -> FeelType | None:
        if name == "actor" and self.bare:
            return self.world.actor
        if name not in self.usable(self.object):
            return None
        model = self.world.objects[self.object].fields[name]
        if model.type in ("reference", "department"):
            return self._record(model.targets[0]) if model.targets else None
        if model.type == "references":
            return list_of(self._record(model.targets[0]))
        if model.type == "lines":
            return list_of(self._record(model.lines_of or ""))
        return self.world.type_of_field(model)

    def names(self) -> Iterable[str]:
        return sorted(self.usable(self.object))

    def _record(self, name: str) -> RecordType:
        if name not in self.world.objects:
            return self.world.record(name)
        known = self._records.get(name)
        if known is None:
            scope = UsableScope(self.world, name, self.usable, bare=False, _records=self._records)
            known = self._records[name] = RecordType(name=name, scope=scope)
        return known
