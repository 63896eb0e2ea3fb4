"""``dictionaries/{name}/items``: the choices of a field, and those that the caller may add to an open dictionary."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.once import Answer, perform
from engine.api.routing import Call
from engine.kernel.errors import Conflict, Malformed, Missing
from engine.metamodel.model import DictionaryItem


def list_items(call: Call) -> Response:
    """Answer every item, in the order in which they are shown."""
    language = call.context.language
    items = call.services.dictionaries.items(call.context, call.place["name"])
    return answer({"items": [_draw(item, language) for item in items.values()]})


def add_item(call: Call) -> Response:
    """Add an item to an open dictionary."""
    name = call.place["name"]
    code = call.body.get("code")

    def act() -> DictionaryItem:
        if isinstance(code, str) and code in call.services.dictionaries.items(call.context, name):
            raise Conflict("item_exists", code=code)
        return call.services.dictionaries.save_item(call.context, name, call.body)

    return perform(call, act, lambda item: Answer(201, _draw(item, call.context.language)))


def change_item(call: Call) -> Response:
    """Change an item of an open dictionary."""
    name, code = call.place["name"], call.place["code"]
    if call.body.get("code", code) != code:
        raise Malformed("bad_parameter", name="code", value=str(call.body["code"])[:40], allowed=code[:40])

    def act() -> DictionaryItem:
        if code not in call.services.dictionaries.items(call.context, name):
            raise Missing("item_missing", code=code[:80])
        return call.services.dictionaries.save_item(call.context, name, {**call.body, "code": code})

    return perform(call, act, lambda item: Answer(200, _draw(item, call.context.language)))


def remove_item(call: Call) -> Response:
    """Delete an item of the tenant's own that nothing uses."""
    name, code = call.place["name"], call.place["code"]
    return perform(
        call, lambda: call.services.dictionaries.remove_item(call.context, name, code), lambda _: Answer(204)
    )


def _draw(item: DictionaryItem, language: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "title": item.title.in_language(language),
        "titles": dict(item.title.by_language),
        "order": item.order,
        "tone": item.tone,
        "active": item.active,
        "parent": item.parent,
        "valid_from": item.valid_from,
        "valid_to": item.valid_to,
        "successor": item.successor,
    }
