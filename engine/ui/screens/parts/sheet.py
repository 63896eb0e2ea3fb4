"""What shapes know while they draw: the words, the definitions that names mean, and what was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from engine.metamodel import Document
from engine.ui.desk import Desk
from engine.ui.widgets.base import Option

# kinds of definitions that a key names
_KINDS: Mapping[str, str] = {
    "role": "role",
    "flow": "approval",
    "start": "approval",
    "withdraw": "approval",
    "assign": "assignment",
    "calendar": "worktime",
    "create": "object",
    "update": "object",
    "find": "object",
    "remove": "object",
    "sequence": "numbering",
    "evaluate": "decision",
    "schedule": "automation",
    "run": "automation",
    "convert": "conversion",
    "message": "message",
    "call": "connector",
    "print": "print",
}
_FIELDS = frozenset({"number", "into"})
_STEPS = frozenset({"decider", "pick"})
_MAKERS = ("create", "update", "find", "remove")


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


class Definitions(Protocol):
    """The definitions that a form is about, as they would be with what its author has set up so far."""

    @property
    def desk(self) -> Desk: ...
    def of_kind(self, kind: str) -> Iterator[Document]: ...
    def title(self, value: Any, otherwise: str = "") -> str: ...
    def titled(self, kind: str, id: str) -> str: ...
    def fields(self, object: str) -> Mapping[str, Mapping[str, Any]]: ...
    def field_title(self, object: str, path: str) -> str: ...


@dataclass(frozen=True)
class Sheet:
    """A form about a definition of records of ``object``; ``steps`` are the ids of its steps with their titles.

    ``errors`` are the complaints by the names of inputs.
    """

    shop: Definitions
    object: str
    steps: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **places: Any) -> str:
        """Return a text of the interface."""
        return self.shop.desk.say(key, **places)

    def title(self, key: str, owner: str = "") -> str:
        """Return how a key is called; ``owner`` is the verb or group that it belongs to."""
        for wish in (f"part.{owner}.{key}", f"part.{key}"):
            if self.shop.desk.words.has(wish):
                return self.say(wish)
        return key

    def word(self, key: str, value: str) -> str:
        """Return how one of the values of a key is called."""
        wish = f"part.{key}.is.{value}"
        return self.say(wish) if self.shop.desk.words.has(wish) else value

    def help(self, key: str, owner: str = "") -> str:
        """Return what helps with a key, or an empty text."""
        for wish in (f"part.{owner}.{key}.help", f"part.{key}.help"):
            if self.shop.desk.words.has(wish):
                return self.say(wish)
        return ""

    def knows(self, key: str) -> bool:
        """Tell whether a name under ``key`` is one of a list."""
        return key in _KINDS or key in _FIELDS or key in _STEPS or key == "transition"

    def choices(self, key: str, object: str) -> Iterator[tuple[str, str]]:
        """Yield the names that may stand under a key, with their titles."""
        shop = self.shop
        if key in _FIELDS:
            yield from self.fields(object)
        elif key in _STEPS:
            yield from ((("submitter", self.say("part.submitter")),) if key == "pick" else ())
            yield from self.steps.items()
        elif key == "transition":
            for life in shop.of_kind("lifecycle"):
                if life.body.get("object") == object:
                    found: Mapping[str, Any] = life.body.get("transitions", {})
                    yield from ((name, shop.title(one.get("title"), name)) for name, one in found.items())
        else:
            if key == "calendar":
                yield "none", self.say("custom.plain_time")
            kind = _KINDS[key]
            yield from ((one.id, shop.titled(kind, one.id)) for one in shop.of_kind(kind))

    def fields(self, object: str, types: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
        """Yield the fields of an object that authors may name, of certain types only."""
        own = self.shop.fields(object)
        for name, one in own.items():
            if not types or one.get("type") in types:
                yield name, self.shop.title(one.get("title"), name)
        model = self.shop.desk.model.objects.get(object)
        for name in ("owner", "department"):
            fits = model is not None and name in model.fields and name not in own
            if model is not None and fits and (not types or model.fields[name].type in types):
                yield name, self.shop.field_title(object, name)

    def object_at(self, name: str, given: Mapping[str, str]) -> str:
        """Return the object that an input is about: the one that its effect makes or changes, else that of the flow."""
        pieces = name.split(".")
        for length in range(len(pieces), 0, -1):
            prefix = ".".join(pieces[:length])
            verb = given.get(f"{prefix}.verb", "")
            if verb in _MAKERS and given.get(f"{prefix}.{verb}"):
                return given[f"{prefix}.{verb}"]
        return self.object

    def options(self, choices: Sequence[tuple[str, str]], chosen: str, empty: str | None = None) -> tuple[Option, ...]:
        """Return choices as options; what is chosen stays among them even when nobody knows it."""
        found = [Option(value, text, value == chosen) for value, text in choices]
        if empty is not None:
            found.insert(0, Option("", empty, not chosen))
        if chosen and all(one.value != chosen for one in found):
            found.append(Option(chosen, chosen, True))
        return tuple(found)
