"""Approval flows set up on screen: levels, approvers, conditions, time; tried on a record before they are applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from engine.kernel.errors import BadDefinition, Complaint, Missing, Rejected, TesseraError
from engine.metamodel.layers.edits import Edit
from engine.metamodel.layers.flow import step_id
from engine.records import Listing
from engine.ui.door import Call, Route
from engine.ui.screens.custom.flow_edits import level_complaints, level_edits, moved, setting_edits
from engine.ui.screens.custom.flows import build_flow, build_flows, build_level, steps_of
from engine.ui.screens.custom.shop import Shop
from engine.ui.screens.flowcharts import FlowNode, draw_flow
from engine.ui.views.customising import HOME, open_shop, posted_texts, proposed
from engine.ui.widgets.base import Option

_FLOWS = f"{HOME}/approvals"
_SAMPLES = 20


def show_flows(call: Call) -> Response:
    """Draw all approval flows."""
    shop = open_shop(call)
    known = call.desk.model.approvals
    running = {name: sum(one["open"] for one in _versions(call, name)) for name in known}
    return call.page("custom/flows", build_flows(shop, running))


def show_flow(call: Call) -> Response:
    """Draw one flow; with a record in the address, the way that it would take."""
    shop, name = _of_flow(call)
    records = _samples(call, shop, name)
    try:
        tried = _tried(call, shop, name)
        problems: Sequence[str] = ()
    except (BadDefinition, TesseraError) as error:
        tried, problems = (), (error.message(call.desk.words.language),)
    return call.page("custom/flow", build_flow(shop, name, _versions(call, name), problems, (records, tried)))


def change_flow(call: Call) -> Response:
    """Change the settings of a flow, or the order of its levels."""
    shop, name = _of_flow(call)
    given = posted_texts(call)
    match given.get("_do"):
        case "up" | "down":
            edits: Sequence[Edit] = tuple(moved(shop, name, given.get("step", ""), up=given["_do"] == "up"))
        case "remove":
            edits = (Edit("remove", "approval", name, ("steps", given.get("step", ""))),)
        case _:
            edits = tuple(setting_edits(shop, name, given))
    try:
        return proposed(call, edits, f"{_FLOWS}/{name}")
    except Rejected as error:
        problems = shop.errors(error.complaints)
        return call.page("custom/flow", build_flow(shop, name, _versions(call, name), problems), 422)


def show_level(call: Call) -> Response:
    """Draw the form of a level, or of a new one."""
    shop, name = _of_flow(call)
    return call.page("custom/level", build_level(shop, name, _level(call, shop, name)))


def save_level(call: Call) -> Response:
    """Add a level or change it."""
    shop, name = _of_flow(call)
    id, given = _level(call, shop, name), posted_texts(call)
    wrong: Sequence[Complaint] = tuple(level_complaints(given))
    if not wrong:
        try:
            return proposed(call, tuple(level_edits(shop, name, id, given)), f"{_FLOWS}/{name}")
        except Rejected as error:
            wrong = error.complaints
    return call.page("custom/level", build_level(shop, name, id, given, wrong), 422)


# ---------------------------------------------------------------------------------------------------------------------


def _of_flow(call: Call) -> tuple[Shop, str]:
    shop, name = open_shop(call), call.place["flow"]
    if shop.found("approval", name) is None:
        raise Missing("no_such_page")
    return shop, name


def _level(call: Call, shop: Shop, flow: str) -> str:
    id = call.place.get("step", "")
    if id and id not in {step_id(one) for one in steps_of(shop.body("approval", flow))}:
        raise Missing("no_such_page")
    return id


def _versions(call: Call, flow: str) -> Sequence[Mapping[str, Any]]:
    if flow not in call.desk.model.approvals:
        return ()
    return call.services.approvals.versions.of(call.context, flow)


def _samples(call: Call, shop: Shop, flow: str) -> Sequence[Option]:
    object = str(shop.body("approval", flow).get("object", ""))
    model = call.desk.model.objects.get(object)
    if model is None:
        return ()
    chosen = call.argument("record")
    listing = Listing(object, sort=("-updated_at",), fields=(model.display,), limit=_SAMPLES)
    page = call.services.records.list(call.context, listing)
    return tuple(Option(one.id, str(one.values[model.display] or one.id), one.id == chosen) for one in page.records)


def _tried(call: Call, shop: Shop, flow: str) -> Sequence[FlowNode]:
    record = call.argument("record")
    if not record:
        return ()
    body = shop.body("approval", flow)
    told = call.services.approvals.try_out(call.context, flow, record, body)
    return draw_flow(call.desk, flow, told["path"])


ROUTES = (
    Route("GET", _FLOWS, show_flows),
    Route("GET", f"{_FLOWS}/<flow>", show_flow),
    Route("POST", f"{_FLOWS}/<flow>", change_flow),
    Route("GET", f"{_FLOWS}/<flow>/level", show_level),
    Route("POST", f"{_FLOWS}/<flow>/level", save_level),
    Route("GET", f"{_FLOWS}/<flow>/level/<step>", show_level),
    Route("POST", f"{_FLOWS}/<flow>/level/<step>", save_level),
)
