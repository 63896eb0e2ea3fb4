"""The rights of users: what one may do, and the roles that he is given."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import Missing, Refused, Rejected, TesseraError
from engine.rights.assigning import Assigned
from engine.ui.door import Call, Route, Toast
from engine.ui.eyes import give_back_eyes, lend_eyes
from engine.ui.screens.assignments import build_assignment, build_assignments
from engine.ui.screens.effective import build_effective


def show_rights(call: Call) -> Response:
    """Draw everything that a user may do; others than oneself for those who may ask why."""
    login, explaining = call.place["login"], call.services.rights.explaining
    try:
        portrait = call.services.rights.portraying.of(call.context, login)
        found = explaining.effective(call.context, login)
    except (Missing, Refused):
        raise Missing("no_such_page") from None
    return call.page("rights", build_effective(call.desk, portrait, found))


def view_as(call: Call) -> Response:
    """See with a user's eyes from now on; it is put on record."""
    login = call.place["login"]
    seen = call.services.rights.viewing.view_as(call.context, login)
    answer = call.go("/", Toast(call.desk.say("view_as.begun", name=seen.actor.name)))
    lend_eyes(call.services, answer, call.caller.session, login)
    return answer


def end_view(call: Call) -> Response:
    """See with one's own eyes again."""
    answer = call.go(f"/users/{call.context.actor.login}/rights" if call.desk.viewing else "/")
    give_back_eyes(answer)
    return answer


def show_assignments(call: Call) -> Response:
    """Draw the users whose roles the reader administers."""
    return call.page("assignments", build_assignments(call.desk, _assigned(call)))


def show_assignment(call: Call) -> Response:
    """Draw the roles of one user."""
    one = _one(call)
    return call.page("assignment", build_assignment(call.desk, one, one.roles))


def assign(call: Call) -> Response:
    """Give and take roles; those that are not the reader's to give stay as they are."""
    one = _one(call)
    chosen = [role for role in call.form.many("roles") if role in one.givable]
    kept = [role for role in one.roles if role not in one.givable]
    try:
        call.services.rights.assigning.assign(call.context, one.person.login, [*kept, *chosen])
    except (Rejected, Refused) as error:
        screen = build_assignment(call.desk, one, [*kept, *chosen], said_of(call, error))
        return call.page("assignment", screen, 422)
    return call.go(f"/assignments/{one.person.login}", Toast(call.desk.say("users.changed", name=one.person.name)))


def said_of(call: Call, error: TesseraError) -> Sequence[str]:
    """Return what an error says, sentence and hint of each complaint."""
    language = call.desk.words.language
    complaints = error.complaints or [error.complaint]
    return [" ".join(filter(None, (one.message(language), one.hint(language)))) for one in complaints]


def _assigned(call: Call) -> Sequence[Assigned]:
    try:
        return call.services.rights.assigning.all(call.context)
    except Refused:
        raise Missing("no_such_page") from None


def _one(call: Call) -> Assigned:
    found = next((one for one in _assigned(call) if one.person.login == call.place["login"]), None)
    if found is None:
        raise Missing("no_such_page")
    return found


ROUTES = (
    Route("GET", "/users/<login>/rights", show_rights),
    Route("POST", "/users/<login>/view-as", view_as),
    Route("POST", "/view-as/end", end_view, looks=True),
    Route("GET", "/assignments", show_assignments),
    Route("GET", "/assignments/<login>", show_assignment),
    Route("POST", "/assignments/<login>", assign),
)
