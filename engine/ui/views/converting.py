"""Conversions on the page of a record: the buttons, the question with what is left of each line, and the deed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from engine.kernel.errors import Complaint, Conflict, Rejected
from engine.metamodel.model import ConversionModel
from engine.records import Record
from engine.ui.door import Call, Route, Toast
from engine.ui.problems import status_of
from engine.ui.screens.converting import PARTS, Entered, MakeAct, build_conversion, build_makes, read_quantities
from engine.ui.views.finding import found_id, found_object
from engine.ui.views.saving import read_posted
from engine.workflow.conversions import Conversion, Proposal, Wish


def makes_of(call: Call, object: str, id: str) -> tuple[MakeAct, ...]:
    """Return the conversions that the reader may perform on a record now."""
    desk = call.desk
    if not any(model.object == object for model in desk.model.conversions.values()):
        return ()
    offered = call.services.processes.conversions.offered(call.context, object, id)
    return build_makes(desk, offered, f"/o/{object}/{id}")


def ask_conversion(call: Call) -> Response:
    """Draw the question that comes before a conversion."""
    record, proposal = _asked(call)
    return _ask(call, record, proposal, Entered())


def convert(call: Call) -> Response:
    """Perform a conversion with what was said, and go to what it made."""
    found, id, name = found_object(call), found_id(call), call.place["name"]
    said = _read(call)
    conversions = call.services.processes.conversions
    try:
        if said.complaints:
            raise Rejected("invalid", said.complaints, count=len(said.complaints))
        done = conversions.convert(call.context, found.name, id, name, Wish(said.given, said.quantities))
    except (Rejected, Conflict) as error:
        record, proposal = _asked(call)
        complaints = error.complaints if isinstance(error, Rejected) else ()
        entered = Entered(said.kept, said.quantities, complaints, error.message(call.desk.words.language))
        return _ask(call, record, proposal, entered, status_of(error))
    return _go(call, call.desk.model.conversions[name], done, f"/o/{found.name}/{id}")


@dataclass(frozen=True, slots=True)
class _Said:
    given: Mapping[str, Mapping[str, Any]]
    kept: Mapping[str, Mapping[str, Any]]
    quantities: Mapping[str, str]
    complaints: tuple[Complaint, ...]


def _read(call: Call) -> _Said:
    desk = call.desk
    model = desk.model.conversions.get(call.place["name"])
    given: dict[str, Mapping[str, Any]] = {}
    kept: dict[str, Mapping[str, Any]] = {}
    complaints: list[Complaint] = []
    for target in model.makes.values() if model is not None else ():
        if target.ask:
            posted = read_posted(call, desk.model.objects[target.object], new=True, under=target.name)
            given[target.name] = {name: posted.input[name] for name in target.ask if name in posted.input}
            kept[target.name] = {name: posted.kept[name] for name in target.ask if name in posted.kept}
            complaints += [replace(one, path=f"{target.name}.{one.path}") for one in posted.complaints]
    texts = {id: (call.form.one(f"{PARTS}.{id}") or "").strip() for id in call.form.keys(PARTS)}
    return _Said(given, kept, read_quantities(texts), tuple(complaints))


def _asked(call: Call) -> tuple[Record, Proposal]:
    found, id = found_object(call), found_id(call)
    record = call.services.records.get(call.context, found.name, id)
    return record, call.services.processes.conversions.proposal(call.context, found.name, id, call.place["name"])


def _go(call: Call, model: ConversionModel, done: Conversion, source: str) -> Response:
    desk = call.desk
    # what somebody filled in is what it was about: others may come along with what was asked for
    asked_first = sorted(done.made, key=lambda name: not model.makes[name].ask)
    made = next((ref for name in asked_first if desk.may((ref := done.made[name]).object, "read")), None)
    if made is None:
        return call.go(source, Toast(desk.say("make.done")))
    name = desk.title(desk.model.objects[made.object].title)
    return call.go(f"/o/{made.object}/{made.id}", Toast(desk.say("make.made", object=name)))


def _ask(call: Call, record: Record, proposal: Proposal, entered: Entered, status: int = 200) -> Response:
    screen = build_conversion(call.desk, record, proposal, entered)
    if call.by_htmx:
        return call.fragment("fragments/ask", status, s=screen, back_to="")
    return call.page("ask", screen, status, back_to="")


ROUTES = (
    Route("GET", "/o/<object>/<id>/make/<name>", ask_conversion),
    Route("POST", "/o/<object>/<id>/make/<name>", convert),
)
