"""Drafted roles and rules: what they would change for whom, then applied exactly so, or forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import BadDefinition, Conflict, Missing, Refused, Rejected
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.impacts import build_impact
from engine.ui.views.rights import said_of

_SAID = (Conflict, Rejected)


def show_changes(call: Call) -> Response:
    """Draw what the draft would change."""
    return _page(call)


def apply_changes(call: Call) -> Response:
    """Apply what was shown, take back the last edit, or forget the draft."""
    overlays, context, form = call.services.overlays, call.context, call.form
    if not call.desk.policy.everything:
        raise Missing("no_such_page")
    try:
        match form.one("_do"):
            case "apply":
                overlays.apply(context, form.one("token") or "", form.one("note") or "")
                return call.go("/roles", Toast(call.desk.say("impact.applied")))
            case "back":
                overlays.take_back(context)
            case "discard":
                overlays.discard(context)
                return call.go("/roles", Toast(call.desk.say("impact.discarded")))
            case _:
                raise Missing("no_such_page")
    except _SAID as error:
        return _page(call, said_of(call, error))
    return call.go("/roles/changes")


def export(call: Call) -> Response:
    """Answer the tenant's own layer as YAML."""
    try:
        text = call.services.overlays.export(call.context)
    except Refused:
        raise Missing("no_such_page") from None
    headers = {"Content-Disposition": 'attachment; filename="overlay.yaml"'}
    return Response(text, 200, headers, mimetype="application/yaml")


def _page(call: Call, errors: Sequence[str] = ()) -> Response:
    try:
        found = call.services.overlays.plan(call.context)
    except Refused:
        raise Missing("no_such_page") from None
    except BadDefinition as error:
        raise Rejected("invalid", count=len(error.diagnostics)) from error
    names = dict(call.services.rights.portraying.names(call.context))
    return call.page("impact", build_impact(call.desk, found, names, errors), 422 if errors else 200)


ROUTES = (
    Route("GET", "/roles/changes", show_changes),
    Route("POST", "/roles/changes", apply_changes),
    Route("GET", "/roles/+export", export),
)
