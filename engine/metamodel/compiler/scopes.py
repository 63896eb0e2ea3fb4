"""What names mean in the expressions of a model: the fields of an object, the actor, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.metamodel.compiler.actor_scope import USER, ActorFields
from engine.metamodel.model import DictionaryModel, FieldModel, ObjectModel, Structure
from engine.metamodel.model.field import RULES
from engine.rules import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    EnumType,
    FeelType,
    NameScope,
    RecordType,
    StoredRule,
    list_of,
)
from engine.rules.feel_types import BUILTIN_TYPES

_PLAIN: Mapping[str, FeelType] = {
    "text": STRING,
    "multiline": STRING,
    "richtext": STRING,
    "phone": STRING,
    "email": STRING,
    "url": STRING,
    "code": STRING,
    "color": STRING,
    "region": STRING,
    "integer": NUMBER,
    "decimal": NUMBER,
    "money": NUMBER,
    "percent": NUMBER,
    "rating": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "datetime": DATE_TIME,
    "duration": DAYS_DURATION,
    "any_reference": ANY,
    "file": ANY,
    "files": list_of(ANY),
    "image": ANY,
    "json": ANY,
    "address": ContextType(
        dict.fromkeys(("country", "province", "city", "district", "street", "postcode"), STRING), name="address"
    ),
}


@dataclass(slots=True)
class World:
    """The types of all objects and dictionaries; it notes which fields the expression in hand reads."""

    objects: Mapping[str, ObjectModel]
    dictionaries: Mapping[str, DictionaryModel]
    unit: str | None = None
    lost: frozenset[str] = frozenset()
    structure: Structure = field(default_factory=Structure)
    reads: set[tuple[str, str]] = field(default_factory=set)
    _enums: dict[str, FeelType] = field(default_factory=dict)
    _records: dict[str, RecordType] = field(default_factory=dict)
    _scopes: dict[tuple[str, str], NameScope] = field(default_factory=dict)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _actor: RecordType | None = None

    def type_of_field(self, model: FieldModel) -> FeelType | None:
        """Return the type of a field's value; None for a secret, which nothing may read."""
        plain = _PLAIN.get(model.type)
        if plain is not None:
            return plain
        if model.type in ("choice", "choices"):
            one = self._enum(model.dictionary)
            return one if model.type == "choice" else list_of(one)
        if model.type in ("reference", "department"):
            return self.record(model.targets[0] if model.targets else "department")
        if model.type == "references":
            return list_of(self.record(model.targets[0]))
        if model.type == "lines":
            return list_of(self.record(model.lines_of or ""))
        if model.type in RULES:
            return self.rule(model)
        if model.type in ("user", "users"):
            one = self.record(USER)
            return one if model.type == "user" else list_of(one)
        return None

    def rule(self, model: FieldModel) -> StoredRule:
        """Return the type of a field that holds rules: a rule is written like a formula of the object it is over."""
        over = model.over or ""
        gives = BUILTIN_TYPES.get(model.gives, ANY)
        return StoredRule(over, self.inside(over), gives, table=model.type == "decision_table")

    def record(self, name: str) -> RecordType:
        """Return the type of the records of an object; of the users when the name is theirs."""
        if name not in self._records:
            scope: NameScope = ObjectFields(self, name) if name in self.objects else _Unlisted(self, name)
            self._records[name] = RecordType(name=name, scope=scope)
        return self._records[name]

    def inside(self, object: str) -> NameScope:
        """Return the scope of an object's own document; the same one each time."""
        return self._scopes.setdefault(("inside", object), InsideObject(self, object))

    def around(self, object: str) -> NameScope:
        """Return the scope of a life-cycle; the same one each time."""
        return self._scopes.setdefault(("around", object), AroundRecord(self, object))

    def granted(self, object: str) -> NameScope:
        """Return the scope of a role's rules; the same one each time."""
        return self._scopes.setdefault(("granted", object), RowOfGrant(self, object))

    def names_of(self, object: str) -> tuple[str, ...]:
        """Return the names of the fields that an expression may read."""
        if object not in self._names:
            fields = self.objects[object].fields.values()
            self._names[object] = tuple(field.name for field in fields if field.type != "secret")
        return self._names[object]

    @property
    def actor(self) -> FeelType:
        """Return the type of the person who acts: a user, of whom the organisation's facts are known besides."""
        if self._actor is None:
            self._actor = RecordType(name=USER, scope=ActorFields(self))
        return self._actor

    def _enum(self, dictionary: str | None) -> FeelType:
        known = self.dictionaries.get(dictionary or "")
        if known is None or known.open:
            # users may add items: a code that is not known today is not wrong
            return STRING
        if known.name not in self._enums:
            self._enums[known.name] = EnumType(values={code: item.title for code, item in known.items.items()})
        return self._enums[known.name]


@dataclass(frozen=True, slots=True)
class ObjectFields:
    """The fields of an object, bare: what follows a dot behind a record."""

    world: World
    object: str

    def type_of(self, name: str) -> FeelType | None:
        model = self.world.objects[self.object].fields.get(name)
        if model is None:
            return ANY if name in self.world.lost else None
        self.world.reads.add((self.object, name))
        return self.world.type_of_field(model)

    def names(self) -> Iterable[str]:
        return self.world.names_of(self.object)


@dataclass(frozen=True, slots=True)
class InsideObject:
    """In an object's own document: its fields bare, and the actor."""

    world: World
    object: str

    def type_of(self, name: str) -> FeelType | None:
        return ObjectFields(self.world, self.object).type_of(name) or (self.world.actor if name == "actor" else None)

    def names(self) -> Iterable[str]:
        return (*self.world.names_of(self.object), "actor")


@dataclass(frozen=True, slots=True)
class AroundRecord:
    """In life-cycles: nothing bare, every name begins at ``record``, ``before`` or ``actor``."""

    world: World
    object: str

    def type_of(self, name: str) -> FeelType | None:
        if name in ("record", "before"):
            return self.world.record(self.object)
        return self.world.actor if name == "actor" else None

    def names(self) -> Iterable[str]:
        return ("record", "before", "actor")


@dataclass(frozen=True, slots=True)
class RowOfGrant:
    """In the rules of a role: ``record`` and ``actor``. It is asked before and after a change alike."""

    world: World
    object: str

    def type_of(self, name: str) -> FeelType | None:
        if name == "record":
            return self.world.record(self.object)
        return self.world.actor if name == "actor" else None

    def names(self) -> Iterable[str]:
        return ("record", "actor")


@dataclass(frozen=True, slots=True)
class _Unlisted:
    """What the engine knows of its users, and of a department where no object holds the units."""

    world: World
    name: str

    def type_of(self, name: str) -> FeelType | None:
        if name == "id":
            return STRING
        if self.name in self.world.lost:
            return ANY
        if self.name != USER:
            return None
        if name == "department":
            return self.world.record(self.world.unit or "department")
        return {"login": STRING, "name": STRING, "roles": list_of(STRING)}.get(name)

    def names(self) -> Iterable[str]:
        return ("id", "login", "name", "roles", "department") if self.name == USER else ("id",)
