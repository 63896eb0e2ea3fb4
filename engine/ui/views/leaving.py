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
    moved = given = left = 0
    try:
        if objects:
            moved = sum(call.services.rights.handing.hand_over(call.context, login, heir[0], objects).values())
        if form.one("tasks") == "true":
            given, left = _give_tasks(call, leaver, heir[0])
        if form.one("close") == "true" and leaver.closable:
            call.services.administering.set_active(call.context, login, False)
    except _SAID as error:
        return _page(call, leaver, said_of(call, error))
    desk, name = call.desk, leaver.person.name
    told = [desk.say("leave.done", n=moved, name=name, heir=heir[1] or heir[0])] if moved else []
    told += [desk.say("leave.tasks_given", n=given)] if given else []
    told += [desk.say("leave.tasks_left", n=left)] if left else []
    return call.go(f"/users/{login}/leave", Toast(" ".join(told) or desk.say("users.changed", name=name)))


def _give_tasks(call: Call, leaver: Leaver, heir: str) -> tuple[int, int]:
    """Give open tasks to the heir; return how many went, and how many their processes did not let go."""
    given = 0
    comment = call.desk.say("leave.comment", name=leaver.person.name)
    for task in leaver.tasks:
        try:
            call.services.approvals.on_task(call.context, task, "reassign", {"to": heir, "comment": comment})
            given += 1
        except _SAID:
            # it keeps to its own rules: he may be barred from it, or the caller may not administer it
            continue
    return given, len(leaver.tasks) - given


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
