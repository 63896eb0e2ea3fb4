"""Field types as JSON Schema: what the API answers, and what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.metamodel.model import FieldModel, LifecycleModel

Schema = dict[str, Any]
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_ID = {"type": "string", "format": "uuid"}


def output_schema(field: FieldModel, lifecycle: LifecycleModel | None) -> Schema:
    """Return the schema of a field's value as it is answered; every value may be null."""
    schema = _out(field)
    if lifecycle is not None and lifecycle.field == field.name:
        schema = {"type": "string", "enum": sorted(lifecycle.states)}
    return _nullable(schema)


def input_schema(field: FieldModel) -> Schema:
    """Return the schema of what may be sent for a field; null empties it."""
    return _nullable(_in(field))


def _nullable(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _text(field: FieldModel) -> Schema:
    return {"type": "string", "maxLength": field.length} if field.type == "text" else {"type": "string"}


def _lines(field: FieldModel) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{field.lines_of}"}}


def _sent_lines(field: FieldModel) -> Schema:
    return {
        "type": "array",
        "items": {"$ref": f"#/components/schemas/{field.lines_of}_input"},
        "description": "The whole new set: rows with an id are kept or changed, others are new, missing ones removed.",
    }


def _about_rule(field: FieldModel, what: str) -> str:
    gives = f" that gives {field.gives}" if field.gives else ""
    return f"{what} over the records of {field.over}{gives}."


_CELL: Schema = {"type": "string"}
_CALLED: Schema = {
    "anyOf": [_CELL, {"type": "object", "additionalProperties": _CELL}],
    "description": "A text, or one per language code.",
}
_TABLE: Schema = {
    "type": "object",
    "properties": {
        "hit": {"type": "string", "description": "UNIQUE, ANY, PRIORITY, FIRST, RULE ORDER, OUTPUT ORDER, COLLECT ..."},
        "inputs": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"is": _CELL, "type": _CELL, "values": _CELL, "label": _CALLED},
                "required": ["is"],
            },
        },
        "outputs": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": _CELL, "type": _CELL, "values": _CELL, "default": _CELL, "label": _CALLED},
                "required": ["name"],
            },
        },
        "rules": {"type": "array", "items": {"type": "array", "items": _CELL}},
    },
    "required": ["inputs", "outputs", "rules"],
}
_REFERENCE: Schema = {"$ref": "#/components/schemas/Reference"}
_ANY_REFERENCE: Schema = {
    "type": "object",
    "properties": {"object": {"type": "string"}, "id": _ID, "title": {"type": ["string", "null"]}},
    "required": ["object", "id"],
}
_FILE: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "type": {"type": "string"},
    },
    "required": ["id"],
}
_DECIMAL: Schema = {"type": "string", "pattern": _NUMBER, "description": "A decimal number, exact, as text."}
_DECIMAL_IN: Schema = {"anyOf": [{"type": "string", "pattern": _NUMBER}, {"type": "number"}]}

_OUT: Mapping[str, Schema | Callable[[FieldModel], Schema]] = {
    "integer": {"type": "integer"},
    "rating": {"type": "integer"},
    "decimal": _DECIMAL,
    "money": _DECIMAL,
    "percent": _DECIMAL,
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string"},
    "datetime": {"type": "string", "format": "date-time"},
    "duration": {"type": "string", "format": "duration"},
    "choices": {"type": "array", "items": {"type": "string"}},
    "reference": _REFERENCE,
    "user": _REFERENCE,
    "department": _REFERENCE,
    "references": {"type": "array", "items": _REFERENCE},
    "users": {"type": "array", "items": _REFERENCE},
    "any_reference": _ANY_REFERENCE,
    "lines": _lines,
    "address": {"type": "object", "additionalProperties": {"type": "string"}},
    "file": _FILE,
    "image": _FILE,
    "files": {"type": "array", "items": _FILE},
    "json": {},
    "expression": lambda field: {"type": "string", "description": _about_rule(field, "A FEEL expression")},
    "decision_table": lambda field: {**_TABLE, "description": _about_rule(field, "A decision table")},
    "secret": {"type": "null"},
}
_REFERENCE_IN: Schema = {
    "anyOf": [_ID, {"type": "object", "minProperties": 1, "description": '{"id": ...} or {"<unique field>": value}'}]
}
_IN: Mapping[str, Schema | Callable[[FieldModel], Schema]] = {
    "integer": {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
    "rating": {"type": "integer"},
    "decimal": _DECIMAL_IN,
    "money": _DECIMAL_IN,
    "percent": _DECIMAL_IN,
    "reference": _REFERENCE_IN,
    "user": _REFERENCE_IN,
    "department": _REFERENCE_IN,
    "references": {"type": "array", "items": _REFERENCE_IN},
    "users": {"type": "array", "items": _REFERENCE_IN},
    "lines": _sent_lines,
    "secret": {"type": "string", "writeOnly": True},
}


def _out(field: FieldModel) -> Schema:
    found = _OUT.get(field.type, _text)
    return dict(found(field) if callable(found) else found)


def _in(field: FieldModel) -> Schema:
    found = _IN.get(field.type)
    if found is None:
        return _out(field)
    return dict(found(field) if callable(found) else found)
