"""The bell, the list behind it, and what its reader wants to hear."""

from __future__ import annotations

from flask import Response

from engine.kernel.errors import Complaint, Missing, Rejected
from engine.kernel.names import is_record_id
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.messages import build_list, build_taste

_PAGE = 30


def show_bell(call: Call) -> Response:
    """Draw the bell with its count, or nothing when the count is the one that the page shows."""
    call.request.environ["tessera.quiet"] = True
    count = call.services.messages.bell.unread(call.context)
    if call.argument("n") == str(count):
        return Response(status=204)
    return call.fragment("fragments/bell", count=count)


def show_messages(call: Call) -> Response:
    """Draw the reader's messages."""
    unread = call.argument("show") == "unread"
    before = call.argument("before")
    before = before if is_record_id(before) else ""
    found = call.services.messages.bell.messages(call.context, unread=unread, before=before, limit=_PAGE + 1)
    return call.page("messages", build_list(call.desk, found, _PAGE, unread=unread))


def change_messages(call: Call) -> Response:
    """Mark all messages, or one, as read or unread; open one."""
    bell, context, form = call.services.messages.bell, call.context, call.form
    id = form.one("id") or ""
    match form.one("_do"):
        case "all":
            count = bell.read(context, None)
            return call.go("/messages", Toast(call.desk.say("messages.all_read", n=str(count))))
        case "open":
            message = bell.message(context, id)
            bell.read(context, [id])
            return call.go(message.link or "/messages")
        case "read":
            bell.read(context, [id])
        case "unread":
            bell.unread_again(context, id)
        case _:
            raise Missing("no_such_page")
    return call.go(form.one("_back") or "/messages")


def show_taste(call: Call) -> Response:
    """Draw what the reader wants to hear."""
    return call.page("message_settings", build_taste(call.desk, call.services.messages.bell.taste(call.context)))


def save_taste(call: Call) -> Response:
    """Keep what the reader wants to hear."""
    bell, form = call.services.messages.bell, call.form
    taste = bell.taste(call.context)
    wishes = {
        (category, channel): wish
        for category in taste.categories
        for channel in ("email", "sms")
        if (wish := form.one(f"{category}.{channel}"))
    }
    habit = {name: (form.one(name) or "").strip() for name in ("quiet_from", "quiet_to", "zone", "digest_at")}
    try:
        bell.set_taste(call.context, wishes, habit)
    except Rejected as error:
        language = call.desk.words.language
        wrong = {one.path: _sentence(one, language) for one in error.complaints}
        return call.page("message_settings", build_taste(call.desk, taste, wrong, habit), 422)
    return call.go("/messages/settings", Toast(call.desk.say("messages.saved")))


def _sentence(one: Complaint, language: str) -> str:
    return " ".join(filter(None, (one.message(language), one.hint(language))))


ROUTES = (
    Route("GET", "/bell", show_bell, "watch"),
    Route("GET", "/messages", show_messages),
    Route("POST", "/messages", change_messages),
    Route("GET", "/messages/settings", show_taste),
    Route("POST", "/messages/settings", save_taste),
)
