"""Somebody leaves: what he had goes to others, and his account is closed."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import Conflict, LimitExceeded, Malformed, Missing, Refused, Rejected
from engine.rights.handing import Leaver
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.leaving import build_leave
from engine.ui.views.handing import picked_person
from engine.ui.views.rights import said_of

_SAID = (Conflict, LimitExceeded, Malformed, Missing, Refused, Rejected)


def show_leave(call: Call) -> Response:
    """Draw what somebody would leave behind."""
    return _page(call, _leaver(call))


def leave(call: Call) -> Response:
    """Hand over what was ticked, and close the account where that was."""
    leaver, form = _leaver(call), call.form
    login, heir = leaver.person.login, picked_person(call)
    objects = [name for name in form.many("objects") if name in leaver.belongings]
    moved = 0
    try:
        if objects:
            moved = sum(call.services.rights.handing.hand_over(call.context, login, heir[0], objects).values())
        if form.one("close") == "true" and leaver.closable:
            call.services.auth.accounts.set_active(call.caller.tenant, login, False)
    except _SAID as error:
        return _page(call, leaver, said_of(call, error))
    told = call.desk.say("leave.done", n=moved, name=leaver.person.name, heir=heir[1] or heir[0])
    if not moved:
        told = call.desk.say("users.changed", name=leaver.person.name)
    return call.go(f"/users/{login}/leave", Toast(told))


def _leaver(call: Call) -> Leaver:
    try:
        return call.services.rights.handing.leaver(call.context, call.place["login"])
    except (Missing, Refused):
        raise Missing("no_such_page") from None


def _page(call: Call, leaver: Leaver, errors: Sequence[str] = ()) -> Response:
    chosen = call.form.many("objects") if errors else list(leaver.belongings)
    screen = build_leave(call.desk, leaver, picked_person(call), chosen, errors)
    return call.page("leave", screen, 422 if errors else 200)


ROUTES = (
    Route("GET", "/users/<login>/leave", show_leave),
    Route("POST", "/users/<login>/leave", leave),
)
