"""What names mean to permission: an object's fields, only those that an actor may use, and the actor's own facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engine.metamodel.compiler.scopes import USER, World
from engine.metamodel.model import TenantModel
from engine.rules import FeelType, RecordType, list_of

Usable = Callable[[str], frozenset[str]]


def world_of(model: TenantModel) -> World:
    """Return the types of a model's objects."""
    return World(model.objects, model.dictionaries, model.unit)


@dataclass(frozen=True, slots=True)
class ActorFields:
    """What conditions may ask of the actor; permission also knows the units below his own."""

    world: World

    def type_of(self, name: str) -> FeelType | None:
        if name == "units_below":
            return list_of(self.world.record(self.world.unit or "department"))
        if name == "administrator":
            return None
        return self.world.record(USER).field(name)

    def names(self) -> Iterable[str]:
        return (*self.world.record(USER).field_names(), "units_below")


@dataclass(frozen=True, slots=True)
class RowScope:
    """The fields of an object, bare, and the actor: what a row rule is written in."""

    world: World
    object: str

    def type_of(self, name: str) -> FeelType | None:
        model = self.world.objects[self.object].fields.get(name)
        if model is not None:
            return self.world.type_of_field(model)
        return RecordType(name=USER, scope=ActorFields(self.world)) if name == "actor" else None

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
            return RecordType(name=USER, scope=ActorFields(self.world))
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
