"""What the expressions inside a part of a model look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from engine.metamodel.model.effects import Effect
from engine.metamodel.model.people import Manager, Managers, People, PeopleInFields, PersonRule, PlainPerson
from engine.rules import Expression

Path = tuple[str, ...]
_PLAIN_PATH = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)*")
_PASSED_OVER = ("body", "span", "title", "source")


def expressions_in(thing: Any) -> Iterator[Expression]:
    """Yield every expression inside a part of a model."""
    if isinstance(thing, Expression):
        yield thing
    elif isinstance(thing, (tuple, list, frozenset)):
        for inner in thing:
            yield from expressions_in(inner)
    elif isinstance(thing, Mapping):
        for inner in thing.values():
            yield from expressions_in(inner)
    elif is_dataclass(thing):
        for each in fields(thing):
            if each.name not in _PASSED_OVER:
                yield from expressions_in(getattr(thing, each.name))


def behind_each(thing: Any) -> Iterator[Path]:
    """Yield what effects look at behind the elements of a list, as paths from where the list stands."""
    if isinstance(thing, Effect):
        yield from _behind(thing)
    elif isinstance(thing, (tuple, list)):
        for inner in thing:
            yield from behind_each(inner)
    elif isinstance(thing, Mapping):
        for inner in thing.values():
            yield from behind_each(inner)
    elif is_dataclass(thing) and not isinstance(thing, Expression):
        for each in fields(thing):
            if each.name not in _PASSED_OVER:
                yield from behind_each(getattr(thing, each.name))


def _behind(effect: Effect) -> Iterator[Path]:
    if effect.for_each is None or not _PLAIN_PATH.fullmatch(effect.for_each.text.strip()):
        return
    source = tuple(effect.for_each.text.strip().split("."))
    for expression in expressions_in(effect):
        yield from ((*source, *path[1:]) for path in expression.reads if path[0] == effect.each)


def fields_naming(people: People) -> frozenset[Path]:
    """Return the paths from the subject that rules naming people look at."""
    found = {path[1:] for one in expressions_in(people) for path in one.reads if path[0] == "record" and len(path) > 1}
    for rule in people:
        found |= {(name,) for name in _named_by(rule)}
    return frozenset(found)


def _named_by(rule: PersonRule) -> tuple[str, ...]:
    match rule.selector:
        case PlainPerson(word=("owner" | "assignee") as word):
            return (word,)
        case Manager(of=("owner" | "assignee") as word) | Managers(of=("owner" | "assignee") as word):
            return (word,)
        case PeopleInFields(fields=names):
            return names
    return ()
