"""The draft that roles and the rules beside them share: who may work on it, and what comes of a form."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from engine.kernel.errors import Conflict, Malformed, Missing, Refused, Rejected
from engine.metamodel.layers.edits import Edit
from engine.tenancy import Workbench
from engine.ui.door import Call, Toast
from engine.ui.views.rights import said_of

_SAID = (Conflict, Malformed, Rejected)


def draft_bench(call: Call) -> Workbench:
    """Return the workbench of the tenant's draft; for those who may not work on it there is no such page."""
    try:
        return call.services.overlays.bench(call.context)
    except Refused:
        raise Missing("no_such_page") from None


def propose_edits(call: Call, edits: Sequence[Edit]) -> Sequence[str]:
    """Add edits to the draft; return what is wrong with them."""
    try:
        if edits:
            call.services.overlays.propose(call.context, edits)
    except _SAID as error:
        return said_of(call, error)
    return ()


def go_on(call: Call, edits: Sequence[Edit], home: str) -> Response:
    """Lead to what the draft changes; without an edit back to ``home``."""
    if not edits:
        return call.go(home, Toast(call.desk.say("roles.nothing_changed")))
    return call.go("/roles/changes", Toast(call.desk.say("roles.drafted")))
