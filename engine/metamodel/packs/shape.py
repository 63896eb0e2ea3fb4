"""Violations of a kind's JSON Schema, said in the words of those who write packs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import Any

import jsonschema_rs

from engine.kernel.diagnostics import Findings
from engine.metamodel import limits
from engine.metamodel.definitions import KINDS, Document, Place, parts_schema
from engine.metamodel.definitions.document import Path
from engine.metamodel.definitions.guess import guess

_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map of keys",
    "null": "nothing",
}
_MOST_KEYS = 50
_LATER_TYPES = ("signature", "location")


def check_shape(document: Document, findings: Findings) -> bool:
    """Tell whether a document has the shape that its kind demands; complaints go to ``findings``."""
    whole = {document.kind: document.id, **document.body}
    errors = list(islice(_validator(document.kind).iter_errors(whole), limits.DIAGNOSTICS))
    for error in errors:
        if len(findings.found) >= limits.DIAGNOSTICS:
            break  # nobody reads more, and looking for the nearest word takes its time
        _Translation(document, error, findings).say()
    return not errors


def has_shape(document: Document) -> bool:
    """Tell quickly whether a document has the shape that its kind demands."""
    return bool(_validator(document.kind).is_valid({document.kind: document.id, **document.body}))


def faults(document: Document) -> frozenset[Path]:
    """Return the paths of the parts that would have to go for the rest to have the right shape."""
    whole = {document.kind: document.id, **document.body}
    found: set[Path] = set()
    for error in islice(_validator(document.kind).iter_errors(whole), limits.DIAGNOSTICS):
        path = tuple(error.instance_path)
        if error.kind.name == "additionalProperties":
            found.update((*path, key) for key in error.kind.unexpected)
        elif error.kind.name == "propertyNames":
            found.add((*path, str(error.kind.error.instance)))
        else:
            found.add(path)
    return frozenset(found)


class _Translation:
    """One violation on its way into words."""

    def __init__(self, document: Document, error: Any, findings: Findings) -> None:
        self.error = error
        self.findings = findings
        self.path = tuple(error.instance_path)
        self.place: Place = document.place.at(self.path)
        self.schema = _schema_at(document.kind, error.schema_path)
        self.where = next((str(key) for key in reversed(self.path) if isinstance(key, str)), document.kind)

    def say(self) -> None:
        kind = self.error.kind
        speak = getattr(self, f"_say_{kind.name}", None)
        if speak:
            speak(kind)
        else:
            self.findings.add("bad_shape", self.place.span, where=self.where, problem=self.error.message)

    def _say_additionalProperties(self, kind: Any) -> None:  # noqa: N802 -- the schema's own word
        known = self.schema.get("properties", {})
        for key in kind.unexpected[:_MOST_KEYS]:
            place = self.place.child(key)
            self.findings.add("unknown_key", place.key_span, key=key, where=self.where, guess=guess(key, known))

    def _say_required(self, kind: Any) -> None:
        self.findings.add("missing_key", self.place.key_span, key=kind.property, where=self.where)

    def _say_type(self, kind: Any) -> None:
        wanted = " or ".join(_WORDS[type_] for type_ in kind.types)
        given = _word_of(self.error.instance)
        self.findings.add("wrong_type", self.place.span, where=self.where, wanted=wanted, given=given)

    def _say_enum(self, kind: Any) -> None:
        value = self.error.instance
        if self.path[-1:] == ("type",) and value in _LATER_TYPES:
            self.findings.add("type_not_available", self.place.span, type=value)
            return
        known = [_shown(option) for option in self.schema.get("enum", ())]
        self.findings.add(
            "wrong_value",
            self.place.span,
            where=self.where,
            value=_shown(value),
            known=", ".join(known),
            guess=guess(str(value), known),
        )

    def _say_const(self, kind: Any) -> None:
        known = _shown(self.schema.get("const"))
        value = _shown(self.error.instance)
        self.findings.add("wrong_value", self.place.span, where=self.where, value=value, known=known, guess="")

    _say_constant = _say_const

    def _say_pattern(self, kind: Any) -> None:
        what = self.schema.get("description") or self.schema.get("pattern", "")
        self.findings.add("bad_form", self.place.span, where=self.where, value=_shown(self.error.instance), what=what)

    def _say_propertyNames(self, kind: Any) -> None:  # noqa: N802 -- the schema's own word
        name = str(kind.error.instance)
        place = self.place.child(name)
        self.findings.add("bad_key", place.key_span, key=name, where=self.where)

    def _say_bound(self, kind: Any) -> None:
        bound = self.schema.get(kind.name)
        self.findings.add("out_of_bounds", self.place.span, where=self.where, bound=_BOUNDS[kind.name], limit=bound)

    _say_minLength = _say_maxLength = _say_minItems = _say_maxItems = _say_bound  # noqa: N815
    _say_minProperties = _say_maxProperties = _say_minimum = _say_maximum = _say_bound  # noqa: N815

    def _say_uniqueItems(self, kind: Any) -> None:  # noqa: N802 -- the schema's own word
        self.findings.add("repeated_element", self.place.span, where=self.where)


_BOUNDS = {
    "minLength": "must have at least {limit} characters",
    "maxLength": "must have at most {limit} characters",
    "minItems": "must have at least {limit} elements",
    "maxItems": "must have at most {limit} elements",
    "minProperties": "must have at least {limit} keys",
    "maxProperties": "must have at most {limit} keys",
    "minimum": "must be {limit} or more",
    "maximum": "must be {limit} or less",
}


@cache
def _validator(kind: str) -> Any:
    registry = jsonschema_rs.Registry([("parts.schema.json", dict(parts_schema()))])
    return jsonschema_rs.Draft202012Validator(dict(KINDS[kind].schema), registry=registry)


def _schema_at(kind: str, path: Any) -> Mapping[str, Any]:
    """Return the schema that holds the keyword at the end of ``path``."""
    # within a part that kinds share, the path begins at that part
    schema: Any = parts_schema() if path[0] == "$defs" else KINDS[kind].schema
    for key in [*path][:-1]:
        schema = _dereferenced(schema) if key == "$ref" else schema[key]
    return _dereferenced(schema) if isinstance(schema, Mapping) else {}


def _dereferenced(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref")
    if not isinstance(name, str):
        return schema
    found: Mapping[str, Any] = parts_schema()["$defs"][name.rpartition("/")[2]]
    return found


def _word_of(value: Any) -> str:
    if value is None:
        return _WORDS["null"]
    words = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return _WORDS[words[type(value)]]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
