"""The addresses of messages, webhooks and background work as OpenAPI path items."""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]
_OBJECT: Item = {"type": "object"}
_ANSWER: Item = {"description": "The answer", "content": {"application/json": {"schema": _OBJECT}}}
_NOTHING: Item = {"description": "Done"}
_BODY: Item = {"required": True, "content": {"application/json": {"schema": _OBJECT}}}
_MAYBE: Item = {"required": False, "content": {"application/json": {"schema": _OBJECT}}}


def work_paths() -> dict[str, Item]:
    """Return the addresses."""
    one = [_parameter("id", "path")]
    named = [_parameter("name", "path")]
    hook = _operation("change_webhook", "Change a webhook", body=_BODY)
    return {
        "/messages": {"get": _operation("messages", "The caller's messages") | _query("unread", "before", "limit")},
        "/messages/unread": {"get": _operation("unread", "How many messages were not read")},
        "/messages/read": {"post": _operation("read_messages", "Mark messages as read", body=_MAYBE)},
        "/messages/preferences": {
            "get": _operation("preferences", "What the caller wants to hear"),
            "put": _operation("change_preferences", "Say what one wants to hear", "204", _BODY),
        },
        "/webhooks": {
            "get": _operation("webhooks", "Who outside is told of events"),
            "post": _operation("add_webhook", "A new webhook", "201", _BODY),
        },
        "/webhooks/{name}": {
            "parameters": named,
            "put": hook,
            "delete": _operation("remove_webhook", "Remove a webhook", "204"),
        },
        "/jobs": {"get": _operation("jobs", "Long work") | _query("status", "limit")},
        "/jobs/{id}": {"parameters": one, "get": _operation("job", "One job")},
        "/jobs/{id}/retry": {"parameters": one, "post": _operation("retry", "Try again", "204", _MAYBE)},
        "/jobs/{id}/cancel": {"parameters": one, "post": _operation("cancel", "Give up", "204", _MAYBE)},
        "/events": {"get": _operation("events", "What has happened, as it is told on") | _query("standing", "limit")},
        "/events/{id}": {"parameters": one, "get": _operation("event", "One event")},
        "/deliveries": {"get": _operation("deliveries", "Messages on their way") | _query("state", "limit")},
    }


def _operation(name: str, summary: str, status: str = "200", body: Item | None = None) -> Item:
    answer = _NOTHING if status == "204" else _ANSWER
    made: Item = {
        "operationId": name,
        "summary": summary,
        "responses": {status: answer, "4XX": {"$ref": "#/components/responses/Problem"}},
    }
    return made | ({"requestBody": body} if body is not None else {})


def _query(*names: str) -> Item:
    return {"parameters": [_parameter(name, "query") for name in names]}


def _parameter(name: str, place: str) -> Item:
    schema = {"type": "integer", "minimum": 1} if name == "limit" else {"type": "string"}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}
