"""Walking down a kind's schema beside a value: which maps are keyed by ids, which texts are labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.metamodel.definitions.kinds import KINDS, parts_schema

Schema = Mapping[str, Any]
NOTHING: Schema = {}


def grammar_of(kind: str) -> Schema:
    """Return the schema at the top of a document."""
    return KINDS[kind].schema


def part(schema: Schema, key: str | int) -> Schema:
    """Return the schema of a part; an empty one where the grammar ends."""
    if isinstance(key, int):
        return _resolved(schema.get("items"))
    if key in schema.get("properties", NOTHING):
        return _resolved(schema["properties"][key])
    return _resolved(schema.get("additionalProperties"))


def is_keyed(schema: Schema) -> bool:
    """Tell whether the keys of a map are ids that authors choose: new ones are inserted, not set."""
    return "propertyNames" in schema and not is_label(schema)


def is_label(schema: Schema) -> bool:
    """Tell whether the value is a text per language."""
    return schema.get("title") in ("Label", "Template")


def _resolved(schema: Any) -> Schema:
    if not isinstance(schema, Mapping):
        return NOTHING
    name = schema.get("$ref")
    if isinstance(name, str):
        found: Schema = parts_schema()["$defs"][name.rpartition("/")[2]]
        return found
    return schema
