"""Rules tried on a few records before they run over all; nothing of it stays."""

from __future__ import annotations

from flask import Response

from engine.kernel.errors import Missing
from engine.kernel.names import RecordRef
from engine.records import Listing
from engine.ui.door import Call, Route
from engine.ui.screens.trying import TryScreen, tried_boxes
from engine.ui.views.finding import found_id, found_object
from engine.workflow.automations.trying import MOST


def show_trial(call: Call) -> Response:
    """Draw what a transition that runs a rule over all would do to the records that fit a search."""
    desk, found, id, name = call.desk, found_object(call), found_id(call), call.place["name"]
    trying = call.services.processes.automations.trying
    object = trying.subject_of(desk.model, found.name, name)
    life = desk.model.lifecycle_of(found.name)
    if object is None or life is None or not desk.may(found.name, name):
        raise Missing("no_such_page")
    record = call.services.records.get(call.context, found.name, id)
    quick = call.argument("q")[:100]
    listing = Listing(object, quick=quick, fields=("id",), sort=("-updated_at",), limit=MOST)
    ids = [one.id for one in call.services.records.list(call.context, listing).records]
    tried = trying.try_out(call.context, RecordRef(found.name, id), name, ids)
    screen = TryScreen(
        title=desk.say("trying.title", action=desk.title(life.transitions[name].title)),
        action=f"/o/{found.name}/{id}/try/{name}",
        back=f"/o/{found.name}/{id}",
        list_title=desk.title(found.plural),
        list_href=f"/o/{found.name}",
        record=desk.name_of(record),
        objects=desk.title(desk.model.objects[object].plural),
        quick=quick,
        boxes=tried_boxes(desk, object, tried),
    )
    return call.page("trying", screen)


ROUTES = (Route("GET", "/o/<object>/<id>/try/<name>", show_trial),)
