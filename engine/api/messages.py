"""``messages``: the caller's own, what he has read, what he wants to hear; webhooks for administrators."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.once import Answer, perform
from engine.api.parameters import truth, whole_number
from engine.api.routing import Call
from engine.kernel.errors import Complaint, Malformed, Rejected
from engine.kernel.names import is_record_id
from engine.messaging import NewWebhook
from engine.storage.message_rows import Message
from engine.storage.reply_rows import Webhook

LISTING = ("unread", "before", "limit")
_HIDDEN = ("user", "key", "in_bell")


def list_messages(call: Call) -> Response:
    """Answer the caller's messages, the newest first."""
    limit = whole_number(call.parameters, "limit", 20, call.services.settings.limits.page)
    before = call.parameters.get("before", "")
    if before and not is_record_id(before):
        raise Malformed("bad_parameter", name="before", value=before[:40], allowed="id")
    bell = call.services.messages.bell
    found = bell.messages(call.context, unread=truth(call.parameters, "unread"), before=before, limit=limit)
    return answer({"messages": [_message(one) for one in found], "unread": bell.unread(call.context)})


def count_messages(call: Call) -> Response:
    """Answer how many messages the caller has not read; a hundred stands for more."""
    return answer({"unread": call.services.messages.bell.unread(call.context)})


def read_messages(call: Call) -> Response:
    """Mark messages as read: those of ``ids``, or all of them without."""
    ids = call.body.get("ids")
    if ids is not None and not (isinstance(ids, list) and all(isinstance(id, str) for id in ids)):
        raise Rejected("invalid", [Complaint("ids", "wrong_type", {"expected": "[id]"})], count=1)
    bell = call.services.messages.bell
    return perform(call, lambda: bell.read(call.context, ids), lambda count: Answer(200, {"read": count}))


def show_preferences(call: Call) -> Response:
    """Answer what the caller wants to hear and when."""
    taste = call.services.messages.bell.taste(call.context)
    wishes: dict[str, dict[str, str]] = {}
    for (category, channel), wish in taste.wishes.items():
        wishes.setdefault(category, {})[channel] = wish
    return answer({"categories": taste.categories, "wishes": wishes, **asdict(taste.habit)})


def change_preferences(call: Call) -> Response:
    """Keep what the caller wants to hear and when."""
    given = call.body
    wishes = {
        (str(category), str(channel)): str(wish)
        for category, channels in _mapping(given, "wishes").items()
        for channel, wish in _mapping({"wishes": channels}, "wishes").items()
    }
    habit = {name: given.get(name) for name in ("quiet_from", "quiet_to", "zone", "digest_at")}
    bell = call.services.messages.bell
    return perform(call, lambda: bell.set_taste(call.context, wishes, habit), lambda _: Answer(204))


def list_webhooks(call: Call) -> Response:
    """Answer the webhooks."""
    return answer({"webhooks": [_webhook(one) for one in call.services.messages.webhooks.all(call.context)]})


def add_webhook(call: Call) -> Response:
    """Make a webhook; its secret is answered this once."""
    new = _new(call, str(call.body.get("name", "")))
    hooks = call.services.messages.webhooks

    def draw(made: Webhook) -> Answer:
        return Answer(201, {**_webhook(made), "secret": made.secret})

    return perform(call, lambda: hooks.add(call.context, new), draw)


def change_webhook(call: Call) -> Response:
    """Change a webhook."""
    name = call.place["name"]
    hooks = call.services.messages.webhooks
    return perform(
        call, lambda: hooks.change(call.context, name, _new(call, name)), lambda made: Answer(200, _webhook(made))
    )


def remove_webhook(call: Call) -> Response:
    """Remove a webhook."""
    hooks, name = call.services.messages.webhooks, call.place["name"]
    return perform(call, lambda: hooks.remove(call.context, name), lambda _: Answer(204))


def _new(call: Call, name: str) -> NewWebhook:
    events = call.body.get("events", ["*"])
    if not isinstance(events, list):
        events = [""]
    active = call.body.get("active", True) is True
    return NewWebhook(name, str(call.body.get("url", "")), tuple(str(event) for event in events), active)


def _webhook(hook: Webhook) -> dict[str, Any]:
    return {"name": hook.name, "url": hook.url, "events": list(hook.events), "active": hook.active}


def _message(message: Message) -> dict[str, Any]:
    return {name: value for name, value in asdict(message).items() if name not in _HIDDEN}


def _mapping(given: Any, name: str) -> dict[str, Any]:
    found = given.get(name) or {}
    if not isinstance(found, dict):
        raise Rejected("invalid", [Complaint(name, "wrong_type", {"expected": "{}"})], count=1)
    return found
