"""Which shape a part of a definition has, told from its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from engine.metamodel.compiler.processes.words import CLOCK_ACTIONS, EFFECTS, OF_ALL_PEOPLE, PEOPLE
from engine.metamodel.definitions.grammar import Schema, grammar_of, part
from engine.ui.screens.parts.peculiar import Fallback, Listed, Otherwise, Ways
from engine.ui.screens.parts.rows import Group, Pairs, Rows, Verbed
from engine.ui.screens.parts.shapes import Choice, Figure, Flag, Given, Label, Named, Rule, Shape, Text
from engine.ui.screens.parts.sheet import Sheet
from engine.ui.screens.parts.spans import Anchor, Several, Span, Ticks

# what is only told besides, under "more"
_BESIDES = ("when", "where", "weight", "veto", "for_each", "each")
_CLOCK_BESIDES = ("pause", "start", "stop")
_PEOPLE_WORDS = ("submitter", "owner", "assignee", "actor")
_CLOCK_WORDS = ("remind", "approve", "reject", "return")
_USUALLY = frozenset({"substitution", "wait"})
_NOT_NONE = frozenset({"actions", "comment"})
_USERS = ("user", "users", "reference")


def shape_of(kind: str, *path: str) -> Shape:
    """Return the shape of a part of a definition: of ``approval``, its ``policy``; of a step, its ``sla``."""
    schema = grammar_of(kind)
    for key in path[:-1]:
        schema = part(schema, 0 if key == "*" else key)
    return _shape(path[-1], part(schema, path[-1]))


def _shape(key: str, schema: Schema) -> Shape:
    if key in _PECULIAR and not (key == "at" and schema.get("title") == "Formula"):
        return _PECULIAR[key]()
    if key == "of" and schema.get("type") == "array":
        return Ways()
    if str(schema.get("title")) in _TITLED:
        return _TITLED[str(schema["title"])](schema)
    if "enum" in schema:
        return Choice(tuple(schema["enum"]))
    items = part(schema, 0)
    if "enum" in items:
        return Ticks(tuple(items["enum"]), usual=key in _NOT_NONE)
    if schema.get("type") == "array":
        return Rows(partial(_shape, "", items)) if items.get("type") == "object" or "title" in items else Listed()
    if "properties" in schema:
        return Group(partial(_parts, _Frozen(schema)), _CLOCK_BESIDES if key == "sla" else ())
    match schema.get("type"):
        case "boolean" | ["string", "boolean"]:
            return Flag(key in _USUALLY)
        case "integer" | "number":
            return Figure()
        case _:
            return Named(key)


class _Frozen:
    """A schema that a cache can hold: it is the same one each time."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema


def _parts(frozen: _Frozen) -> Mapping[str, Shape]:
    schema = frozen.schema
    return {key: _shape(key, part(schema, key)) for key in schema["properties"]}


@cache
def _people_verbs() -> Mapping[str, Mapping[str, Shape]]:
    schema = part(part(grammar_of("approval"), "admins"), 0)
    words: dict[str, Mapping[str, Shape]] = {word: {} for word in _PEOPLE_WORDS}
    return words | {
        verb: {key: _shape(key, part(schema, key)) for key in (verb, *_ordered(schema, settings | OF_ALL_PEOPLE))}
        for verb, settings in PEOPLE.items()
    }


@cache
def _effect_verbs() -> Mapping[str, Mapping[str, Shape]]:
    schema = part(part(part(part(grammar_of("approval"), "outcome"), "approved"), "do"), 0)
    every = frozenset({"when", "for_each", "each"})
    return {
        verb: {key: _shape(key, part(schema, key)) for key in (verb, *_ordered(schema, settings | every))}
        for verb, settings in EFFECTS.items()
        if verb != "refuse"
    }


@cache
def _clock_verbs() -> Mapping[str, Mapping[str, Shape]]:
    rung = part(part(part(part(part(grammar_of("approval"), "steps"), 0), "sla"), "steps"), 0)
    schema = part(part(rung, "do"), 0)
    own = {
        verb: {key: _shape(key, part(schema, key)) for key in (verb, *_ordered(schema, settings)) if key != "remind"}
        for verb, settings in CLOCK_ACTIONS.items()
    }
    words: dict[str, Mapping[str, Shape]] = {word: {} for word in _CLOCK_WORDS}
    return words | own | dict(_effect_verbs())


def _ordered(schema: Schema, keys: frozenset[str]) -> list[str]:
    return [key for key in schema["properties"] if key in keys]


def _person() -> Shape:
    return Verbed(_people_verbs, _PEOPLE_WORDS, "feel", "role", _BESIDES)


def _effect() -> Shape:
    return Verbed(_effect_verbs, (), "", "notify", _BESIDES)


def _action() -> Shape:
    return Verbed(_clock_verbs, _CLOCK_WORDS, "", "remind", _BESIDES)


def _of_steps(name: str, given: Given, sheet: Sheet) -> Iterator[tuple[str, str]]:
    _ = name, given
    yield from ((word, sheet.say(f"part.to.{word}")) for word in ("submitter", "previous", "any"))
    yield from sheet.steps.items()


def _of_fields(name: str, given: Given, sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield from sheet.fields(sheet.object_at(name, given))


def _of_people_fields(name: str, given: Given, sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield from sheet.fields(sheet.object_at(name, given), _USERS)


def _people(schema: Schema) -> Shape:
    _ = schema
    return Rows(_person)


def _returns() -> Shape:
    """Return the group that says where one may return to."""
    schema = part(part(grammar_of("approval"), "policy"), "returns")

    def parts() -> Mapping[str, Shape]:
        then, most = (_shape(key, part(schema, key)) for key in ("then", "max"))
        return {"to": Several(_of_steps), "then": then, "max": most}

    return Group(parts)


_TITLED: Mapping[str, Callable[[Schema], Shape]] = {
    "Label": lambda schema: Label(long=int(schema.get("maxLength", 0)) > 500),  # longer than a title
    "People": _people,
    "People rule": lambda _: _person(),
    "Effects": lambda _: Rows(_effect),
    "Effect": lambda _: _effect(),
    "Action of a clock": lambda _: _action(),
    "Values": lambda _: Pairs(),
    "FEEL expression": lambda _: Rule(),
    "Formula": lambda _: Rule(marked=True),
    "Anchor": lambda _: Anchor(),
    "Duration": lambda _: Span(),
    "Length of time": lambda _: Span(formula=True),
    "Names": lambda _: Several(_of_fields),
}
_PECULIAR: Mapping[str, Callable[[], Shape]] = {
    "at": lambda: Span(signed=True),
    "retract": lambda: Span(never=True),
    "pass": lambda: Text(digits=True),
    "join": lambda: Text(digits=True),
    "field": lambda: Several(_of_people_fields, one=True),
    "returns": _returns,
    "empty": lambda: Fallback(_people({})),
    "output": lambda: Pairs(lambda: Choice(("number", "string", "boolean", "date"), "output"), fields=False),
    "else": Otherwise,
    "branches": lambda: Ways(named=True),
    "sort": Listed,
}


def known_shapes() -> Any:
    """Return the verbs with their settings: of people, of effects, of clocks; for checks that none is left out."""
    return _people_verbs(), _effect_verbs(), _clock_verbs()
