"""Who acts for the reader while he is away: arranged and ended by himself."""

from __future__ import annotations

from flask import Response

from engine.kernel.errors import TesseraError
from engine.ui.door import Call, Route, Toast
from engine.ui.problems import status_of
from engine.ui.screens.substituting import build_substitutions

_NAMES = ("substitute", "substitute.text", "from", "to", "flow", "mode", "open_tasks")


def show_substitutions(call: Call) -> Response:
    """Draw the arrangements that concern the reader."""
    found = call.services.approvals.substitutions.list(call.context)
    return call.page("substitutions", build_substitutions(call.desk, found))


def change_substitutions(call: Call) -> Response:
    """Arrange a substitution, or end one."""
    service, form = call.services.approvals.substitutions, call.form
    end = form.one("end")
    if end:
        service.end(call.context, end)
        return call.go("/profile/substitutions", Toast(call.desk.say("substitute.said_end")))
    typed = {name: (form.one(name) or "").strip() for name in _NAMES}
    given: dict[str, object] = {name: typed[name] for name in ("from", "to", "flow", "mode") if typed[name]}
    given["substitute"] = typed["substitute"] or typed["substitute.text"]
    given["open_tasks"] = typed["open_tasks"] == "true"
    try:
        service.create(call.context, given)
    except TesseraError as error:
        screen = build_substitutions(call.desk, service.list(call.context), typed, error)
        return call.page("substitutions", screen, status_of(error))
    return call.go("/profile/substitutions", Toast(call.desk.say("substitute.said")))


ROUTES = (
    Route("GET", "/profile/substitutions", show_substitutions),
    Route("POST", "/profile/substitutions", change_substitutions),
)
