"""The compiled model as an OpenAPI 3.1 document; holds only what the caller may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from engine import __version__
from engine.api.conversion_paths import conversion_paths
from engine.api.field_schemas import Schema, input_schema, output_schema
from engine.api.paths import fixed_paths, object_paths
from engine.api.process_paths import process_paths
from engine.metamodel.model import LifecycleModel, ObjectModel, TenantModel


class Sight(Protocol):
    """What a caller may see and do; access's Policy fits."""

    def may(self, object: str, action: str) -> bool: ...
    def readable(self, object: str) -> frozenset[str]: ...
    def writable(self, object: str, action: str) -> frozenset[str]: ...


def describe_api(model: TenantModel, sight: Sight, language: str, title: str) -> dict[str, Any]:
    """Return the document."""
    seen = [object for object in model.objects.values() if sight.may(object.name, "read")]
    paths: dict[str, Any] = fixed_paths([object.name for object in seen if object.parent is None]) | process_paths()
    schemas: dict[str, Schema] = dict(_SHARED)
    for object in seen:
        lifecycle = model.lifecycle_of(object.name)
        schemas |= _schemas(model, object, sight, lifecycle, language)
        if object.parent is None:
            paths |= object_paths(object, sight, lifecycle, language)
    paths |= conversion_paths(model, sight, language)
    _drop_unseen_lines(schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": _RESPONSES,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "tsr_<tenant>_..."}},
        },
    }


def _schemas(
    model: TenantModel, object: ObjectModel, sight: Sight, lifecycle: LifecycleModel | None, language: str
) -> dict[str, Schema]:
    readable = sight.readable(object.name)
    writable = sight.writable(object.name, "update") | sight.writable(object.name, "create")
    fields = object.fields.values()
    out = {
        field.name: output_schema(field, lifecycle) | {"title": field.title.in_language(language)}
        for field in fields
        if field.name in readable and (field.lines_of is None or sight.may(field.lines_of, "read"))
    }
    given = {
        field.name: input_schema(field) | {"title": field.title.in_language(language)}
        for field in fields
        if field.name in writable and _can_be_sent(field.name, object, lifecycle)
    }
    required = [name for name in given if object.fields[name].required and object.fields[name].default is None]
    if object.parent is not None:
        given = {"id": {"type": "string", "format": "uuid"}, **given}
        required = []
    made: dict[str, Schema] = {
        object.name: {
            "type": "object",
            "title": object.title.in_language(language),
            "properties": {**_ALWAYS, **out},
            "required": ["id", "version"],
        }
    }
    if given:
        made[f"{object.name}_input"] = {"type": "object", "properties": given, "additionalProperties": False}
        if object.parent is None:
            made[f"{object.name}_new"] = {**made[f"{object.name}_input"], "required": required}
    return made


def _can_be_sent(name: str, object: ObjectModel, lifecycle: LifecycleModel | None) -> bool:
    field = object.fields[name]
    if field.computed or field.readonly or name in object.numbering or name == object.parent:
        return False
    return lifecycle is None or name != lifecycle.field


def _drop_unseen_lines(schemas: Mapping[str, Schema]) -> None:
    for schema in schemas.values():
        properties: dict[str, Schema] = schema.get("properties", {})
        for name in [name for name, part in properties.items() if _points_nowhere(part, schemas)]:
            del properties[name]


def _points_nowhere(part: Schema, schemas: Mapping[str, Schema]) -> bool:
    target = part.get("items", {}).get("$ref", "") if isinstance(part.get("items"), dict) else ""
    return bool(target) and target.rpartition("/")[2] not in schemas


_ABOUT = (
    "Decimals are texts, instants are UTC, references are {id, title}. Changes need If-Match with the ETag of the "
    "record. With Idempotency-Key a request that is repeated has one effect."
)
_ALWAYS: dict[str, Schema] = {
    "id": {"type": "string", "format": "uuid"},
    "version": {"type": "integer", "minimum": 1},
    "_allowed": {"type": "array", "items": {"type": "string"}},
    "_masked": {"type": "array", "items": {"type": "string"}},
}
_SHARED: dict[str, Schema] = {
    "Reference": {
        "type": "object",
        "properties": {"id": {"type": "string"}, "title": {"type": ["string", "null"]}},
        "required": ["id"],
    },
    "Changed": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "version": {"type": "integer"},
            "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/Complaint"}},
        },
        "required": ["id", "version"],
    },
    "Complaint": {
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "code": {"type": "string"},
            "message": {"type": "string"},
            "hint": {"type": "string"},
        },
        "required": ["path", "code", "message"],
    },
    "Problem": {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Complaint"}},
        },
        "required": ["type", "title", "status", "code", "request_id", "errors"],
    },
    "Operation": {
        "type": "object",
        "properties": {
            "kind": {"enum": ["create", "update", "upsert", "delete"]},
            "id": {"type": "string"},
            "version": {"type": "integer"},
            "key": {"type": "string", "description": "For upsert: the unique field that tells whether it is there."},
            "input": {"type": "object"},
        },
        "required": ["kind"],
        "additionalProperties": False,
    },
}
_RESPONSES: dict[str, Any] = {
    "Problem": {
        "description": "What is wrong, all of it.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
