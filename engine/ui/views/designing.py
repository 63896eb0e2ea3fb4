"""Approval flows set up on screen: steps and blocks, people, conditions, time; tried on a record before they apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from engine.kernel.errors import BadDefinition, Complaint, Missing, Rejected, TesseraError
from engine.records import Listing
from engine.ui.door import Call, Route, Toast
from engine.ui.screens.custom.beginning import build_new
from engine.ui.screens.custom.flow_settings import (
    build_settings,
    new_flow,
    setting_edits,
    stored_settings,
)
from engine.ui.screens.custom.flow_steps import KINDS, StepForm, build_kinds
from engine.ui.screens.custom.flow_trees import Placed, edits_between, find, shifted, steps_of, without
from engine.ui.screens.custom.flows import FlowFacts, build_check, build_flow, build_flows
from engine.ui.screens.custom.shop import Shop
from engine.ui.screens.flowcharts import FlowNode, draw_flow
from engine.ui.screens.parts import arranged
from engine.ui.views.customising import HOME, open_shop, posted_texts, proposed
from engine.ui.widgets.base import Option

_FLOWS = f"{HOME}/approvals"
_SAMPLES = 20
_MAP = "map."


def show_flows(call: Call) -> Response:
    """Draw all approval flows."""
    shop = open_shop(call)
    known = call.desk.model.approvals
    running = {name: sum(one["open"] for one in _versions(call, name)) for name in known}
    return call.page("custom/flows", build_flows(shop, running))


def show_new_flow(call: Call) -> Response:
    """Draw the form of a new flow."""
    return call.page("custom/flow_new", build_new(open_shop(call), "approvals"))


def save_new_flow(call: Call) -> Response:
    """Make a flow with a first step, which can then be changed."""
    shop, given = open_shop(call), posted_texts(call)
    name, edits, wrong = new_flow(shop, given)
    if not wrong:
        try:
            return proposed(call, edits, f"{_FLOWS}/{name}")
        except Rejected as error:
            wrong = error.complaints
    return call.page("custom/flow_new", build_new(shop, "approvals", given, wrong), 422)


def show_flow(call: Call) -> Response:
    """Draw one flow; with a record in the address, the way that it would take."""
    shop, name = _of_flow(call)
    records = _samples(call, shop, name)
    try:
        tried = _tried(call, shop, name)
        problems: Sequence[str] = ()
    except (BadDefinition, TesseraError) as error:
        tried, problems = (), (error.message(call.desk.words.language),)
    return call.page("custom/flow", build_flow(shop, name, FlowFacts(_versions(call, name), problems, records, tried)))


def change_flow(call: Call) -> Response:
    """Move a step up or down among its neighbours, or take it away."""
    shop, name = _of_flow(call)
    given = posted_texts(call)
    steps = steps_of(shop.body("approval", name))
    one = _placed(shop, name, given.get("step", ""))
    match given.get("_do"):
        case "up" | "down":
            after = shifted(steps, one, -1 if given["_do"] == "up" else 1)
        case "remove":
            after = without(steps, one)
        case _:
            raise Missing("no_such_page")
    try:
        return proposed(call, tuple(edits_between(name, steps, after)), f"{_FLOWS}/{name}")
    except Rejected as error:
        facts = FlowFacts(_versions(call, name), shop.errors(error.complaints), _samples(call, shop, name))
        return call.page("custom/flow", build_flow(shop, name, facts), 422)


def show_settings(call: Call) -> Response:
    """Draw what holds for the whole flow."""
    shop, name = _of_flow(call)
    return call.page("custom/settings", build_settings(shop, name, stored_settings(shop, name)))


def save_settings(call: Call) -> Response:
    """Change what holds for the whole flow, or only draw a form with another row."""
    shop, name = _of_flow(call)
    given = posted_texts(call)
    if ":" in given.get("_do", ""):
        return call.page("custom/settings", build_settings(shop, name, arranged(given, given["_do"])))
    if given.get("_do") == "draw":
        return call.page("custom/settings", build_settings(shop, name, given))
    try:
        return proposed(call, tuple(setting_edits(shop, name, given)), f"{_FLOWS}/{name}")
    except Rejected as error:
        return call.page("custom/settings", build_settings(shop, name, given, error.complaints), 422)


def show_level(call: Call) -> Response:
    """Draw the form of a step; for a new one, first the choice of its kind."""
    shop, name = _of_flow(call)
    at = call.argument("at")
    if not call.place.get("step") and call.argument("kind") not in KINDS:
        return call.page("custom/kinds", build_kinds(shop, name, at))
    form = _form(call, shop, name, call.argument("kind"))
    return call.page("custom/level", form.screen(form.stored(at)))


def save_level(call: Call) -> Response:
    """Add a step or change it, or only draw its form with another row or for another choice."""
    shop, name = _of_flow(call)
    given = posted_texts(call)
    form = _form(call, shop, name, given.get("kind", ""))
    do = given.get("_do", "")
    if ":" in do or do == "draw":
        return call.page("custom/level", form.screen(arranged(given, do) if ":" in do else given))
    wrong: Sequence[Complaint] = tuple(form.complaints(given))
    if not wrong:
        try:
            return proposed(call, form.edits(given), f"{_FLOWS}/{name}")
        except Rejected as error:
            wrong = error.complaints
    return call.page("custom/level", form.screen(given, wrong), 422)


def move_cases(call: Call) -> Response:
    """Tell what moving the running cases to a version would do, or move them; close a version or open it again."""
    shop, name = _of_flow(call)
    given = posted_texts(call)
    version, do = int(call.form.number("version") or 0), given.get("_do", "")
    versions = call.services.approvals.versions
    if do in ("close", "reopen"):
        versions.set_closed(call.context, name, version, do == "close")
        return call.go(f"{_FLOWS}/{name}", Toast(call.desk.say(f"custom.version_{do}")))
    asked = {key.removeprefix(_MAP): text for key, text in given.items() if key.startswith(_MAP)}
    steps = {old: new for old, new in asked.items() if new}
    found = versions.migrate(call.context, name, version, steps, dry_run=do != "move")
    check = build_check(shop, name, version, found, asked)
    facts = FlowFacts(_versions(call, name), (), _samples(call, shop, name), (), check)
    return call.page("custom/flow", build_flow(shop, name, facts))


# ---------------------------------------------------------------------------------------------------------------------


def _of_flow(call: Call) -> tuple[Shop, str]:
    shop, name = open_shop(call), call.place["flow"]
    if shop.found("approval", name) is None:
        raise Missing("no_such_page")
    return shop, name


def _form(call: Call, shop: Shop, flow: str, kind: str) -> StepForm:
    key = call.place.get("step", "")
    if key:
        kind = _placed(shop, flow, key).kind
    if kind not in KINDS:
        raise Missing("no_such_page")
    return StepForm(shop, flow, key, kind)


def _placed(shop: Shop, flow: str, key: str) -> Placed:
    found = find(steps_of(shop.body("approval", flow)), key)
    if found is None:
        raise Missing("no_such_page")
    return found


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
    desk = call.desk
    listing = Listing(object, sort=("-updated_at",), fields=desk.called(object) or ("id",), limit=_SAMPLES)
    page = call.services.records.list(call.context, listing)
    return tuple(Option(one.id, desk.name_of(one), one.id == chosen) for one in page.records)


def _tried(call: Call, shop: Shop, flow: str) -> Sequence[FlowNode]:
    record = call.argument("record")
    if not record:
        return ()
    body = shop.body("approval", flow)
    told = call.services.approvals.try_out(call.context, flow, record, body)
    return draw_flow(call.desk, flow, told["path"])


ROUTES = (
    Route("GET", _FLOWS, show_flows),
    Route("GET", f"{HOME}/new-approval", show_new_flow),
    Route("POST", f"{HOME}/new-approval", save_new_flow),
    Route("GET", f"{_FLOWS}/<flow>", show_flow),
    Route("POST", f"{_FLOWS}/<flow>", change_flow),
    Route("GET", f"{_FLOWS}/<flow>/settings", show_settings),
    Route("POST", f"{_FLOWS}/<flow>/settings", save_settings),
    Route("POST", f"{_FLOWS}/<flow>/versions", move_cases),
    Route("GET", f"{_FLOWS}/<flow>/level", show_level),
    Route("POST", f"{_FLOWS}/<flow>/level", save_level),
    Route("GET", f"{_FLOWS}/<flow>/level/<step>", show_level),
    Route("POST", f"{_FLOWS}/<flow>/level/<step>", save_level),
)
