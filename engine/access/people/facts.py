"""What expressions see of a person: what the engine knows, then the person's own record; each read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.access.directory import Directory
from engine.access.people.naming import user_id
from engine.access.persons import Person
from engine.metamodel.model import FieldModel
from engine.storage.fetching import Want, fetch
from engine.storage.process_flows import standing_in

_PLACES = frozenset({"department", "company", "position"})
_UNREAD = ("secret", "lines")
_ENGINE_KNOWS = (
    "id", "login", "name", "roles", "department", "company", "position", "manager", "on_duty", "authority"
)  # fmt: skip


@dataclass(slots=True)
class Facts:
    """Reads the records behind people, each once. ``at`` is the instant at which somebody is on duty or away."""

    directory: Directory
    at: datetime
    _records: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    _away: dict[str, bool] = field(default_factory=dict)

    def of(self, person: Person, more: Mapping[str, Any] | None = None) -> PersonFacts:
        """Return a person as expressions see him; ``more`` is known of him besides."""
        return PersonFacts(self, person, more or {})

    def of_user(self, user: str | None) -> PersonFacts | None:
        """Return a user as expressions see him, or None when there is none."""
        person = None if user is None else self.directory.user(user)
        return None if person is None else self.of(person)

    def prepare(self, people: Iterable[Person]) -> None:
        """Read what expressions may ask of several people at once."""
        several = list(people)
        object = self.directory.structure.person
        if object is not None:
            self._read(object, [person.record for person in several if person.record is not None])
        self._look_away([person.id for person in several])

    def record(self, object: str, id: str) -> Mapping[str, Any]:
        """Return the stored fields of a record; empty when it is not there."""
        if (object, id) not in self._records:
            self._read(object, [id])
        return self._records[object, id]

    def is_away(self, user: str) -> bool:
        """Tell whether somebody else stands in for a user now."""
        if user not in self._away:
            self._look_away([user])
        return self._away[user]

    def places(self) -> Mapping[str, str | None]:
        """Return the objects that a person's places are records of."""
        structure = self.directory.structure
        company = structure.company or structure.unit
        return {"department": structure.unit, "company": company, "position": structure.position}

    def _read(self, object: str, ids: Iterable[str]) -> None:
        missing = [id for id in dict.fromkeys(ids) if (object, id) not in self._records]
        fields = self.directory.model.objects[object].fields
        paths = tuple((name,) for name, field in fields.items() if field.stored and field.type not in _UNREAD)
        trees = fetch(self.directory.session, self.directory.catalog, Want(object, paths), missing)
        self._records.update({(object, id): {} for id in missing})
        self._records.update({(object, tree["id"]): tree for tree in trees})

    def _look_away(self, users: Iterable[str]) -> None:
        missing = [user for user in dict.fromkeys(users) if user not in self._away]
        standing = standing_in(self.directory.session, missing, self.at) if missing else []
        away = {one.principal for one in standing if one.mode == "exclusive" and not (one.flow or one.object)}
        self._away.update({user: user in away for user in missing})


@dataclass(frozen=True, slots=True, eq=False)
class RecordFacts(Mapping[str, Any]):
    """A record by its id; its fields are read when one is asked for, and so is what they point to."""

    facts: Facts
    object: str
    id: str

    def __getitem__(self, name: str) -> Any:
        if name == "id":
            return self.id
        value = self.facts.record(self.object, self.id)[name]
        return (
            value
            if value is None
            else self._behind(self.facts.directory.model.objects[self.object].fields[name], value)
        )

    def _behind(self, model: FieldModel, value: Any) -> Any:
        id = user_id(value)
        if model.type == "user":
            return self.facts.of_user(id)
        if model.type in ("reference", "department") and model.targets and id is not None:
            return RecordFacts(self.facts, model.targets[0], id)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(("id", *self.facts.record(self.object, self.id))))

    def __len__(self) -> int:
        return len(list(iter(self)))


@dataclass(frozen=True, slots=True, eq=False)
class PersonFacts(Mapping[str, Any]):
    """A person: what ``more`` says, what the engine knows, and the fields of the person's own record."""

    facts: Facts
    person: Person
    more: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        if name in self.more:
            return self.more[name]
        if name in _ENGINE_KNOWS:
            return self._known(name)
        return self._own()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self.more, *_ENGINE_KNOWS, *self._own())))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _known(self, name: str) -> Any:
        person, facts = self.person, self.facts
        match name:
            case "department":
                return self._place(name, person.unit)
            case "company" | "position":
                return self._place(name, getattr(person, name))
            case "manager":
                return facts.of_user(person.superior)
            case "roles":
                return facts.directory.roles(person.id)
            case "authority":
                return Authority(facts.directory, person.id)
            case "on_duty":
                return self._on_duty()
        return getattr(person, name)

    def _place(self, name: str, id: str | None) -> RecordFacts | str | None:
        object = self.facts.places()[name]
        return id if object is None or id is None else RecordFacts(self.facts, object, id)

    def _on_duty(self) -> bool:
        """Tell whether somebody serves and is not away; a field of that name in his own record may say no."""
        return self.person.active and self._own().get("on_duty") is not False and not self.facts.is_away(self.person.id)

    def _own(self) -> Mapping[str, Any]:
        object = self.facts.directory.structure.person
        if object is None or self.person.record is None:
            return {}
        return RecordFacts(self.facts, object, self.person.record)


@dataclass(frozen=True, slots=True, eq=False)
class ActorFacts(Mapping[str, Any]):
    """Whoever acts: what permission knows of him as it stands, the places and everything else as of any person."""

    facts: Callable[[], Facts]
    known: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        if name in self.known and name not in _PLACES:
            return self.known[name]
        person = self.facts().of_user(self.known["id"])
        return self.known[name] if person is None or (name not in person and name in self.known) else person[name]

    def __iter__(self) -> Iterator[str]:
        person = self.facts().of_user(self.known["id"])
        return iter(dict.fromkeys((*self.known, *(person or ()))))

    def __len__(self) -> int:
        return len(list(iter(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Authority(Mapping[str, Any]):
    """The limits of a person by name, looked up when they are asked for."""

    directory: Directory
    user: str

    def __getitem__(self, name: str) -> Any:
        return self.directory.authority(self.user, name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def person_facts(directory: Directory, person: Person) -> dict[str, Any]:
    """Return who a person is and where he stands, as it can be kept."""
    manager = None if person.superior is None else directory.user(person.superior)
    node = None if person.unit is None else directory.unit(person.unit)
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "department": None if node is None else {"id": node.id, "name": node.name, "code": node.code},
        "company": None if person.company is None else {"id": person.company},
        "position": person.position,
        "manager": None if manager is None else {"id": manager.id, "name": manager.name, "login": manager.login},
    }


def submitter_facts(facts: Facts, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the person who submitted something, standing where ``kept`` says that he stood then."""
    person = facts.directory.user(user_id(kept) or "")
    if person is None:
        return kept
    places = facts.places()
    stood: dict[str, Any] = {name: kept[name] for name in ("id", "login", "name") if name in kept}
    for name, object in places.items():
        id = user_id(kept.get(name))
        stood[name] = id if object is None or id is None else RecordFacts(facts, object, id)
    manager = user_id(kept.get("manager"))
    stood["manager"] = facts.of_user(manager) or kept.get("manager")
    return facts.of(person, stood)
