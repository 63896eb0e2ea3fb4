"""Lending one's rights: delegations by and to the reader, under his profile."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import LimitExceeded, Malformed, Missing, Refused, Rejected
from engine.rights.delegating import NewDelegation
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.effective import delegation_lines
from engine.ui.screens.granting import object_title, role_title
from engine.ui.screens.handing import DelegationsScreen, person_picker
from engine.ui.screens.navigation import listed_objects
from engine.ui.views.handing import first_moment, last_moment, picked_person
from engine.ui.views.rights import said_of
from engine.ui.widgets.base import Option

_SAID = (Malformed, Missing, Refused, Rejected, LimitExceeded)


def show_delegations(call: Call) -> Response:
    """Draw what the reader lends and is lent."""
    return _page(call)


def change_delegations(call: Call) -> Response:
    """Lend rights, or end a delegation."""
    form, delegating = call.form, call.services.rights.delegating
    ended = form.one("end")
    try:
        if ended:
            delegating.end(call.context, ended)
            return call.go("/profile/delegations", Toast(call.desk.say("rights.delegation_ended")))
        roles, objects = form.many("roles"), form.many("objects")
        until = last_moment(call, "until")
        begins = first_moment(call, "begins") or call.context.now()
        new = NewDelegation(
            call.context.actor.login,
            picked_person(call)[0],
            begins,
            until or begins,
            frozenset(roles) if roles else None,
            frozenset(objects) if objects else None,
            note=form.one("note") or "",
        )
        delegating.delegate(call.context, new)
    except _SAID as error:
        return _page(call, said_of(call, error))
    return call.go("/profile/delegations", Toast(call.desk.say("rights.delegated")))


def _page(call: Call, errors: Sequence[str] = ()) -> Response:
    desk, form, rights = call.desk, call.form, call.services.rights
    actor = call.context.actor
    portrait = rights.portraying.of(call.context)
    roles, objects = form.many("roles"), form.many("objects")
    screen = DelegationsScreen(
        delegation_lines(desk, portrait.delegations, actor.user, portrait.names),
        person_picker("user", picked_person(call), required=True),
        tuple(Option(name, role_title(desk, name), name in roles) for name in portrait.roles),
        tuple(Option(one.name, object_title(desk, one.name), one.name in objects) for one in listed_objects(desk)),
        form.one("begins") or "",
        form.one("until") or "",
        form.one("note") or "",
        tuple(errors),
    )
    return call.page("delegations", screen, 422 if errors else 200)


ROUTES = (
    Route("GET", "/profile/delegations", show_delegations),
    Route("POST", "/profile/delegations", change_delegations),
)
