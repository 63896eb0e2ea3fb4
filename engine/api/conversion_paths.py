"""The addresses of conversions as OpenAPI path items: what each asks, and what comes of it."""

from __future__ import annotations

from typing import Any, Protocol

from engine.api.field_schemas import Schema, input_schema
from engine.metamodel.model import ConversionModel, TenantModel
from engine.metamodel.model.conversion import ConversionTarget

Item = dict[str, Any]


class Sight(Protocol):
    """What a caller may see and do; access's Policy fits."""

    def may(self, object: str, action: str) -> bool: ...
    def writable(self, object: str, action: str) -> frozenset[str]: ...


def conversion_paths(model: TenantModel, sight: Sight, language: str) -> dict[str, Item]:
    """Return the addresses of the conversions that the caller may perform."""
    return {
        f"/records/{one.object}/{{id}}/conversions/{one.name}": _item(model, one, sight, language)
        for one in model.conversions.values()
        if sight.may(one.object, "read") and all(sight.may(made.object, "create") for made in one.makes.values())
    }


def _item(model: TenantModel, conversion: ConversionModel, sight: Sight, language: str) -> Item:
    title = conversion.title.in_language(language)
    fields = {
        made.name: _asked(model, made, sight, language)
        for made in conversion.makes.values()
        if set(made.ask) & sight.writable(made.object, "create")
    }
    body: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
    if fields:
        body["properties"]["fields"] = {"type": "object", "properties": fields, "additionalProperties": False}
    if any(made.lines for made in conversion.makes.values()):
        body["properties"]["quantities"] = _QUANTITIES
    made_of = {made.name: _made(made) for made in conversion.makes.values()}
    answer = {
        "type": "object",
        "properties": {"made": {"type": "object", "properties": made_of}, "complete": {"type": "boolean"}},
        "required": ["made", "complete"],
    }
    return {
        "parameters": [_ID],
        "get": {"operationId": f"open_for_{conversion.name}", "summary": title, "responses": _answers("200", _OPEN)},
        "post": {
            "operationId": f"convert_{conversion.name}",
            "summary": title,
            "parameters": [_KEY],
            "requestBody": {"content": {"application/json": {"schema": body}}},
            "responses": _answers("201", answer),
        },
    }


def _asked(model: TenantModel, made: ConversionTarget, sight: Sight, language: str) -> Schema:
    known, writable = model.objects[made.object].fields, sight.writable(made.object, "create")
    asked = {name: input_schema(known[name]) for name in made.ask if name in writable}
    titled = {name: schema | {"title": known[name].title.in_language(language)} for name, schema in asked.items()}
    return {"type": "object", "properties": titled, "additionalProperties": False}


def _made(made: ConversionTarget) -> Schema:
    return {
        "type": "object",
        "properties": {"object": {"const": made.object}, "id": {"type": "string", "format": "uuid"}},
        "required": ["object", "id"],
    }


def _answers(status: str, schema: Schema) -> Item:
    found = {"description": "The answer", "content": {"application/json": {"schema": schema}}}
    return {status: found, "default": {"$ref": "#/components/responses/Problem"}}


_ID: Item = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
_KEY: Item = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}
_FIGURE: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}
_QUANTITIES: Schema = {
    "type": "object",
    "description": "How much of each line, by its id; lines that are not named are left; without it all that is open.",
    "additionalProperties": {"anyOf": [_FIGURE, {"type": "number", "minimum": 0}]},
}
_OPEN: Schema = {
    "type": "object",
    "description": "What is left of each line, by target and field.",
    "additionalProperties": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "whole": {"type": "string"}, "open": {"type": "string"}},
        },
    },
}
