"""The addresses of the API as OpenAPI path items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from engine.api.chart_paths import chart_paths
from engine.api.work_paths import work_paths
from engine.metamodel.model import LifecycleModel, ObjectModel

Item = dict[str, Any]


class Sight(Protocol):
    """What a caller may do; access's Policy fits."""

    def may(self, object: str, action: str) -> bool: ...


def fixed_paths(objects: Sequence[str]) -> dict[str, Item]:
    """Return the addresses that every tenant has."""
    any_object = _path_parameter("object", {"enum": list(objects)} if objects else {})
    dictionary = _path_parameter("name", {})
    return {
        "/me": {"get": _operation("me", "Who asks", {"200": _json({"type": "object"})})},
        "/openapi.json": {"get": _operation("openapi", "This document", {"200": _json({"type": "object"})})},
        "/objects": {"get": _operation("objects", "The objects that the caller sees", {"200": _json(_listing())})},
        "/objects/{object}": {
            "parameters": [any_object],
            "get": _operation("object", "The model of an object", {"200": _json({"type": "object"})}),
        },
        "/objects/{object}/preview": {
            "parameters": [any_object],
            "post": _operation("preview", "A form as it would be saved; nothing is written", {"200": _json(_object())})
            | {"requestBody": _body(_PREVIEW)},
        },
        "/dictionaries/{name}/items": {
            "parameters": [dictionary],
            "get": _operation("items", "The items of a dictionary", {"200": _json(_listing())}),
            "post": _operation("add_item", "A new item of an open dictionary", {"201": _json(_object())})
            | {"requestBody": _body(_ITEM)},
        },
        "/files": {
            "post": _operation("send_file", "A file for a field of a record", {"201": _json(_STORED)})
            | {"requestBody": _FILE_BODY, "parameters": _FOR_FIELD},
        },
        **work_paths(),
        **chart_paths(),
        "/files/{id}": {
            "parameters": [_ID],
            "get": _operation("get_file", "The bytes of a file", {"200": {"description": "The file"}}),
        },
    }


def object_paths(object: ObjectModel, sight: Sight, lifecycle: LifecycleModel | None, language: str) -> dict[str, Item]:
    """Return the addresses of one object's records, as far as the caller may go."""
    name = object.name
    title = object.title.in_language(language)
    base = f"/records/{name}"
    record = _ref(name)
    page = {"type": "object", "properties": {"records": {"type": "array", "items": record}}, "required": ["records"]}
    collection: Item = {
        "get": _operation(f"list_{name}", title, {"200": _json(page)}) | {"parameters": _LISTING},
    }
    one: Item = {
        "parameters": [_ID],
        "get": _operation(f"get_{name}", title, {"200": _json(record, etag=True)}),
    }
    paths = {base: collection, f"{base}/{{id}}": one}
    if sight.may(name, "create"):
        collection["post"] = _change(f"create_{name}", title, _ref(f"{name}_new"), "201")
    if sight.may(name, "update"):
        one["patch"] = _change(f"update_{name}", title, _ref(f"{name}_input"), "200") | {"parameters": _GUARDED}
    if sight.may(name, "delete"):
        one["delete"] = _operation(f"delete_{name}", title, {"204": {"description": "Deleted"}}) | {
            "parameters": _GUARDED
        }
    if object.recycles and sight.may(name, "restore"):
        paths[f"{base}/{{id}}/restore"] = {
            "parameters": [_ID],
            "post": _operation(f"restore_{name}", title, {"200": _json(_ref("Changed"))}),
        }
    paths[f"{base}/{{id}}/history"] = {
        "parameters": [_ID],
        "get": _operation(f"history_{name}", title, {"200": _json(_object())}),
    }
    if sight.may(name, "print"):
        paths[f"{base}/{{id}}/print"] = {
            "parameters": [_ID],
            "get": _operation(f"prints_{name}", title, {"200": _json(_object())}),
        }
        paths[f"{base}/{{id}}/print/{{print}}"] = {
            "parameters": [_ID, _path_parameter("print", {})],
            "get": _operation(f"print_{name}", title, {"200": _DOCUMENT})
            | {"parameters": [_query("language", {"type": "string"}, "The language, where the format speaks it")]},
        }
    paths[f"{base}/bulk"] = {"post": _operation(f"bulk_{name}", title, {"200": _json(_object())}) | _BULK}
    for transition in lifecycle.transitions.values() if lifecycle else ():
        if not sight.may(name, transition.name):
            continue
        paths[f"{base}/{{id}}/transitions/{transition.name}"] = {
            "parameters": [_ID],
            "post": _operation(
                f"{transition.name}_{name}", transition.title.in_language(language), {"200": _json(_ref("Changed"))}
            )
            | {"parameters": _GUARDED, "requestBody": _body({"type": "object"}, required=False)},
        }
    return paths


def _change(name: str, title: str, schema: Item, status: str) -> Item:
    return _operation(name, title, {status: _json(_ref("Changed"), etag=True)}) | {
        "requestBody": _body(schema),
        "parameters": [_IDEMPOTENCY],
    }


def _operation(name: str, summary: str, answers: dict[str, Any]) -> Item:
    problem = {"$ref": "#/components/responses/Problem"}
    return {"operationId": name, "summary": summary, "responses": {**answers, "4XX": problem}}


def _json(schema: Item, *, etag: bool = False) -> Item:
    answer: Item = {"description": "Done", "content": {"application/json": {"schema": schema}}}
    if etag:
        answer["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return answer


def _body(schema: Item, *, required: bool = True) -> Item:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Item:
    return {"$ref": f"#/components/schemas/{name}"}


def _object() -> Item:
    return {"type": "object"}


def _listing() -> Item:
    return {"type": "object", "additionalProperties": True}


def _path_parameter(name: str, schema: Item) -> Item:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", **schema}}


def _query(name: str, schema: Item, about: str) -> Item:
    return {"name": name, "in": "query", "schema": schema, "description": about}


_ID: Item = _path_parameter("id", {"format": "uuid"})
_IF_MATCH: Item = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,15}"$'},
}
_IDEMPOTENCY: Item = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,200}$"},
}
_DOCUMENT: Item = {
    "description": "The document",
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
}
_GUARDED = [_IF_MATCH, _IDEMPOTENCY]
_LISTING = [
    _query("where", {"type": "string"}, 'A FEEL condition over the fields, e.g. level = "A" and amount > 100'),
    _query("q", {"type": "string"}, "Words to look for"),
    _query("sort", {"type": "string"}, "Fields, the first counts most; - for falling order: -updated_at,name"),
    _query("fields", {"type": "string"}, "Only these fields"),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": 200}, "How many at most"),
    _query("after", {"type": "string"}, "The next of the page before"),
    _query("count", {"enum": ["true", "exact", "false"]}, "Also count: up to 10000, or exactly"),
    _query("view", {"type": "string"}, "A named view of the list"),
    _query("deleted", {"enum": ["true", "false"]}, "The recycle bin instead"),
]
_BULK: Item = {
    "requestBody": _body(
        {
            "type": "object",
            "properties": {
                "atomic": {"type": "boolean"},
                "operations": {"type": "array", "items": _ref("Operation"), "minItems": 1, "maxItems": 100},
            },
            "required": ["operations"],
            "additionalProperties": False,
        }
    ),
    "parameters": [_IDEMPOTENCY],
}
_PREVIEW: Item = {
    "type": "object",
    "properties": {"id": {"type": ["string", "null"]}, "input": {"type": "object"}},
    "required": ["input"],
    "additionalProperties": False,
}
_FOR_FIELD = [
    {**_query("object", {"type": "string"}, "The object whose record will hold the file"), "required": True},
    {**_query("field", {"type": "string"}, "The field that will hold it"), "required": True},
    _query("name", {"type": "string"}, "What the file is called"),
]
_FILE_BODY: Item = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_STORED: Item = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "type": {"type": "string"},
    },
    "required": ["id", "name", "size", "type"],
}
_ITEM: Item = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "title": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]},
        "order": {"type": "integer"},
        "tone": {"type": "string"},
        "active": {"type": "boolean"},
        "parent": {"type": ["string", "null"]},
        "valid_from": {"type": ["string", "null"], "format": "date"},
        "valid_to": {"type": ["string", "null"], "format": "date"},
        "successor": {"type": ["string", "null"]},
    },
    "required": ["code", "title"],
    "additionalProperties": False,
}
