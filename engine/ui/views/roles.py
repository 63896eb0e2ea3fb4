"""Roles to read: side by side, and one by one as a matrix."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import Missing, Refused
from engine.rights.assigning import Assigned
from engine.ui.door import Call, Route
from engine.ui.screens.navigation import may_open
from engine.ui.screens.roles import build_role, build_roles


def show_roles(call: Call) -> Response:
    """Draw all roles side by side."""
    _require(call)
    return call.page("roles", build_roles(call.desk, assigned_users(call), _pending(call)))


def show_role(call: Call) -> Response:
    """Draw what one role may do."""
    _require(call)
    role = call.desk.model.roles.get(call.place["role"])
    if role is None:
        raise Missing("no_such_page")
    return call.page("role", build_role(call.desk, role, assigned_users(call)))


def assigned_users(call: Call) -> Sequence[Assigned] | None:
    """Return the users whose roles the reader administers; None when he administers none."""
    try:
        return call.services.rights.assigning.all(call.context)
    except Refused:
        return None


def _pending(call: Call) -> int:
    if not call.desk.policy.everything:
        return 0
    draft = call.services.overlays.bench(call.context).draft
    return len(draft.edits) or int(not draft.empty)


def _require(call: Call) -> None:
    if not may_open(call.desk, "roles"):
        raise Missing("no_such_page")


ROUTES = (
    Route("GET", "/roles", show_roles),
    Route("GET", "/roles/<role>", show_role),
)
