"""What moves records along: their life so far, conversions, work that is offered, and incidents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from engine.access import policy_for
from engine.api.answers import answer
from engine.api.once import Answer, perform
from engine.api.routing import Call
from engine.kernel.errors import Malformed, Missing, Refused
from engine.storage import Incident, read_incidents, resolve_incident
from engine.storage.assign_rows import AssignedRow
from engine.storage.life_rows import StepRow
from engine.storage.timer_rows import TimerRow
from engine.workflow.conversions import Conversion, OpenLine, Wish


def show_life(call: Call) -> Response:
    """Answer the life of a record: its state, its steps with the time they took, its clocks, what may follow."""
    object, id = call.place["object"], call.place["id"]
    processes, ctx = call.services.processes, call.context
    life = processes.lifecycles.life(ctx, object, id)
    return answer(
        {
            "state": life.state,
            "since": life.since,
            "waiting_for": life.pending,
            "steps": [draw_step(step) for step in life.steps],
            "clocks": [draw_clock(clock) for clock in life.clocks],
            "assigned": [draw_assigned(row) for row in processes.assignments.history(ctx, object, id)],
            "conversions": [
                {"name": model.name, "title": model.title.in_language(ctx.language), "complete": not model.repeat}
                for model in processes.conversions.offered(ctx, object, id)
            ],
        }
    )


def show_open(call: Call) -> Response:
    """Answer what is left to convert of a record's lines."""
    left = call.services.processes.conversions.left(
        call.context, call.place["object"], call.place["id"], call.place["conversion"]
    )
    return answer({name: [_draw_open(line) for line in lines] for name, lines in left.items()})


def convert_record(call: Call) -> Response:
    """Perform a conversion: ``fields`` by target, ``quantities`` by source line."""
    object, id, name = call.place["object"], call.place["id"], call.place["conversion"]
    wish = _wish(call.body)

    def act() -> Conversion:
        return call.services.processes.conversions.convert(call.context, object, id, name, wish)

    def draw(done: Conversion) -> Answer:
        made = {target: {"object": ref.object, "id": ref.id} for target, ref in done.made.items()}
        return Answer(201, {"made": made, "complete": done.complete})

    return perform(call, act, draw)


def accept_work(call: Call) -> Response:
    """Accept work that is offered to the caller."""
    object, id = call.place["object"], call.place["id"]
    assignments = call.services.processes.assignments
    return perform(call, lambda: assignments.accept(call.context, object, id), lambda _: Answer(204))


def decline_work(call: Call) -> Response:
    """Decline work that is offered to the caller; the next is asked."""
    object, id = call.place["object"], call.place["id"]
    assignments = call.services.processes.assignments
    return perform(call, lambda: assignments.decline(call.context, object, id), lambda _: Answer(204))


def list_incidents(call: Call) -> Response:
    """Answer what went wrong where no user was asking; for administrators."""
    _require_area(call)
    with call.services.records.opener.reading(call.context) as unit:
        found = read_incidents(unit.session)
    return answer({"incidents": [_draw_incident(one) for one in found]})


def resolve(call: Call) -> Response:
    """Mark an incident as resolved."""
    _require_area(call)

    def act() -> None:
        with call.services.records.unit(call.context) as unit:
            if not resolve_incident(unit.session, call.place["incident"], unit.now):
                raise Missing("not_found")

    return perform(call, act, lambda _: Answer(204))


# -- drawing -----------------------------------------------------------------------------------------------------------


def draw_step(step: StepRow) -> dict[str, Any]:
    """Return a step of a life-cycle; ``plain`` and ``working`` are seconds."""
    return {
        "at": step.at,
        "transition": step.transition,
        "from": step.source,
        "to": step.target,
        "by": step.actor,
        "comment": step.comment,
        "plain": step.plain,
        "working": step.working,
    }


def draw_clock(clock: TimerRow) -> dict[str, Any]:
    """Return a clock; ``budget`` and ``consumed`` are seconds of its own time."""
    return {
        "name": clock.name,
        "kind": clock.kind,
        "state": clock.state,
        "outcome": clock.outcome,
        "budget": clock.budget,
        "consumed": clock.consumed,
        "due": clock.due_at,
        "next": clock.fire_at,
        "ended_at": clock.ended_at,
    }


def draw_assigned(row: AssignedRow) -> dict[str, Any]:
    """Return who was chosen for a record by a rule."""
    return {
        "assignment": row.assignment,
        "person": row.person,
        "state": row.state,
        "turn": row.turn,
        "at": row.at,
        "answered_at": row.answered_at,
    }


def _draw_open(line: OpenLine) -> dict[str, Any]:
    return {"id": line.id, "whole": line.whole, "open": line.open}


def _draw_incident(one: Incident) -> dict[str, Any]:
    names = ("id", "kind", "name", "object", "record", "code", "message", "at")
    return {name: getattr(one, name) for name in names}


def _wish(body: Mapping[str, Any]) -> Wish:
    fields, quantities = body.get("fields") or {}, body.get("quantities") or {}
    known = body.keys() <= {"fields", "quantities"}
    parts = (fields, quantities, *(fields.values() if isinstance(fields, Mapping) else ()))
    if not known or not all(isinstance(part, Mapping) for part in parts):
        raise Malformed("bad_operation", allowed="fields, quantities")
    return Wish(fields, quantities)


def _require_area(call: Call) -> None:
    _, catalog = call.services.shelf.current(call.context.tenant)
    if not policy_for(catalog, call.context.actor).administers("jobs"):
        raise Refused("not_allowed", object="incident", action="read")
