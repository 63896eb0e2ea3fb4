"""The addresses of processes as OpenAPI path items."""

from __future__ import annotations

from typing import Any

from engine.api.command_bodies import BULK, CLOSE, INSTANCE, MIGRATE, START, SUBSTITUTE, TASK, Shape
from engine.workflow.approvals.commands.instance_verbs import VERBS as INSTANCE_VERBS
from engine.workflow.approvals.commands.task_verbs import VERBS as TASK_VERBS
from engine.workflow.approvals.reading.inbox import LISTS

Item = dict[str, Any]
_KINDS: dict[str, Item] = {
    "_text": {"type": "string"},
    "_people": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "_texts": {"type": "array", "items": {"type": "string"}},
    "_object": {"type": "object"},
    "_choices": {"type": "object"},
    "_renames": {"type": "object", "additionalProperties": {"type": "string"}},
    "_whole": {"type": "integer", "minimum": 0},
    "_flag": {"type": "boolean"},
    "_seen": {"type": ["string", "integer"]},
    "_facts": {"type": "object"},
}


def process_paths() -> dict[str, Item]:
    """Return the addresses of tasks, instances, substitutions and flows."""
    record = [_place("object"), _place("id")]
    task_verbs = sorted({*TASK_VERBS, "answer", "retract"})
    return {
        "/records/{object}/{id}/approvals": {"parameters": record, "get": _reads("record_approvals", "Its processes")},
        "/records/{object}/{id}/approvals/{approval}": {
            "parameters": [*record, _place("approval")],
            "post": _commands("start_approval", "Start an approval", START, "201"),
        },
        "/records/{object}/{id}/approvals/{approval}/predict": {
            "parameters": [*record, _place("approval")],
            "post": _commands("predict_approval", "The path that it would take; nothing is written", START),
        },
        "/tasks": {"get": _reads("tasks", "A list of the caller", _LIST)},
        "/tasks/count": {"get": _reads("count_tasks", "How many tasks wait for the caller")},
        "/tasks/bulk": {"post": _commands("bulk_tasks", "Decide many tasks of one step", BULK)},
        "/tasks/{id}": {"parameters": [_place("id")], "get": _reads("task", "A task with what is allowed")},
        "/tasks/{id}/{verb}": {
            "parameters": [_place("id"), _place("verb", {"enum": task_verbs})],
            "post": _commands("act_on_task", "A command on a task", TASK),
        },
        "/instances/{id}": {
            "parameters": [_place("id")],
            "get": _reads("instance", "State, timeline and diagram", _WHOLE),
        },
        "/instances/{id}/sheet": {"parameters": [_place("id")], "get": _reads("sheet", "What is printed of it")},
        "/instances/{id}/{verb}": {
            "parameters": [_place("id"), _place("verb", {"enum": sorted(INSTANCE_VERBS)})],
            "post": _commands("act_on_instance", "A command on an instance", INSTANCE),
        },
        "/substitutions": {
            "get": _reads("substitutions", "Who acts for whom"),
            "post": _commands("substitute", "Let somebody act for somebody else", SUBSTITUTE, "201"),
        },
        "/flows": {"get": _reads("flows", "The approvals of the tenant")},
        "/flows/{flow}/versions": {"parameters": [_place("flow")], "get": _reads("flow_versions", "Its versions")},
        "/flows/{flow}/versions/{version}/close": {
            "parameters": [_place("flow"), _place("version")],
            "post": _commands("close_version", "Let a version take no new cases", CLOSE, "204"),
        },
        "/flows/{flow}/migrate": {
            "parameters": [_place("flow")],
            "post": _commands("migrate", "Move running cases to a version", MIGRATE),
        },
    }


def _place(name: str, more: Item | None = None) -> Item:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", **(more or {})}}


def _reads(name: str, summary: str, parameters: list[Item] | None = None) -> Item:
    found: Item = {"operationId": name, "summary": summary, "responses": {"200": _ANSWER, "default": _PROBLEM}}
    return {**found, "parameters": parameters} if parameters else found


def _commands(name: str, summary: str, shape: Any, status: str = "200") -> Item:
    properties = {key: _kind(known) for key, known in shape.items()}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_KEY],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {status: _ANSWER if status != "204" else {"description": "Done"}, "default": _PROBLEM},
    }


def _kind(shape: Shape) -> Item:
    return _KINDS[shape.__name__]


_LIST: list[Item] = [
    {"name": "list", "in": "query", "schema": {"type": "string", "enum": list(LISTS), "default": "todo"}},
    {"name": "flow", "in": "query", "schema": {"type": "string"}},
    {"name": "text", "in": "query", "schema": {"type": "string"}},
    {"name": "after", "in": "query", "schema": {"type": "string"}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
]
_WHOLE: list[Item] = [
    {
        "name": "archived",
        "in": "query",
        "description": "Whether the timeline begins with the rows that went into the archive by age",
        "schema": {"type": "boolean", "default": False},
    },
]
_KEY: Item = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The command key: the same key and content again get the stored answer, for 7 days",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,200}$"},
}
_ANSWER: Item = {"description": "The answer", "content": {"application/json": {"schema": {"type": "object"}}}}
_PROBLEM: Item = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
