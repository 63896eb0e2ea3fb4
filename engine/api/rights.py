"""``access/...``: why, assignments, delegations, sharing, transfer, leavers, separation of duties, impact."""

from __future__ import annotations

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.drawing import draw_change
from engine.api.etag import etag_of, required_version
from engine.api.once import Answer, perform
from engine.api.rights_bodies import Body
from engine.api.rights_drawing import (
    draw_answer,
    draw_assigned,
    draw_breaches,
    draw_delegation,
    draw_effective,
    draw_impact,
    draw_share,
)
from engine.api.routing import Call
from engine.kernel.errors import Malformed
from engine.rights.delegating import NewDelegation
from engine.rights.explaining import Question
from engine.rights.handing import Handed
from engine.rights.sharing import NewShare
from engine.tenancy import SetOverlay

EXPLAIN = ("object", "record", "action", "field", "user")
USER = ("user",)
_ALWAYS = frozenset[str]()


def explain(call: Call) -> Response:
    """Answer why somebody may, or may not, do something with a record, and what would help."""
    asked = call.parameters
    if "object" not in asked:
        raise Malformed("bad_parameter", name="object", value="", allowed="an object")
    question = Question(
        asked["object"],
        asked.get("action", "read"),
        asked.get("record"),
        asked.get("field") or None,
        asked.get("user", ""),
    )
    return answer(draw_answer(call.services.rights.explaining.explain(call.context, question)))


def effective(call: Call) -> Response:
    """Answer everything that somebody may do."""
    found = call.services.rights.explaining.effective(call.context, call.parameters.get("user", ""))
    return answer({"objects": draw_effective(found)})


def list_assignments(call: Call) -> Response:
    """Answer the users whose roles the caller administers."""
    return answer({"users": [draw_assigned(one) for one in call.services.rights.assigning.all(call.context)]})


def assign(call: Call) -> Response:
    """Let a user hold exactly these roles."""
    roles = Body(call.body, "roles").names("roles")
    if roles is None:
        raise Malformed("bad_parameter", name="roles", value="", allowed="a list of names")
    held = call.services.rights.assigning.assign(call.context, call.place["login"], roles)
    return answer({"roles": list(held)})


def list_delegations(call: Call) -> Response:
    """Answer the delegations by and to the caller or a user."""
    found = call.services.rights.delegating.of(call.context, call.parameters.get("user"))
    return answer({"delegations": [draw_delegation(one) for one in found]})


def delegate(call: Call) -> Response:
    """Let somebody act in the caller's place, or in that of a user whom he administers."""
    body = Body(
        call.body, "principal", "delegate", "from", "until", "roles", "objects", "actions", "privileges", "note"
    )
    begins, until = body.moment("from", required=True), body.moment("until", required=True)
    assert begins is not None
    assert until is not None
    new = NewDelegation(
        principal=body.text("principal", call.context.actor.login),
        delegate=body.text("delegate"),
        begins=begins,
        until=until,
        roles=body.names("roles"),
        objects=body.names("objects"),
        actions=body.names("actions"),
        privileges=body.names("privileges") or _ALWAYS,
        note=body.text("note", "-") if "note" in call.body else "",
    )
    made = call.services.rights.delegating.delegate(call.context, new)
    return answer(draw_delegation(made), 201)


def end_delegation(call: Call) -> Response:
    """End a delegation."""
    call.services.rights.delegating.end(call.context, call.place["id"])
    return Response(status=204)


def list_shares(call: Call) -> Response:
    """Answer the shares of a record."""
    found = call.services.rights.sharing.of(call.context, call.place["object"], call.place["id"])
    return answer({"shares": [draw_share(one) for one in found]})


def share(call: Call) -> Response:
    """Share a record."""
    body = Body(call.body, "to", "level", "until", "note")
    new = NewShare(body.text("to"), body.text("level", "read"), body.moment("until"), body.text("note", "-"))
    made = call.services.rights.sharing.share(call.context, call.place["object"], call.place["id"], new)
    return answer(draw_share(made), 201)


def end_share(call: Call) -> Response:
    """End a share."""
    call.services.rights.sharing.end(call.context, call.place["id"])
    return Response(status=204)


def transfer(call: Call) -> Response:
    """Give a record another owner or department, with related records by choice."""
    version = required_version(call.header("If-Match"))
    related = sorted(Body({"related": call.body.get("related")}, "related").names("related") or ())
    given = {name: value for name, value in call.body.items() if name != "related"}

    def act() -> Handed:
        place, handing = call.place, call.services.rights.handing
        return handing.transfer(call.context, place["object"], place["id"], version, given, related)

    def drawn(handed: Handed) -> Answer:
        told = {**draw_change(handed.change, call.context.language), "related": dict(handed.related)}
        return Answer(200, told, {"ETag": etag_of(handed.change.version)})

    return perform(call, act, drawn)


def belongings(call: Call) -> Response:
    """Answer how many records of each object a user owns."""
    return answer({"objects": dict(call.services.rights.handing.belongings(call.context, call.place["login"]))})


def hand_over(call: Call) -> Response:
    """Give everything that a user owns to another."""
    body = Body(call.body, "to", "objects")
    moved = call.services.rights.handing.hand_over(
        call.context, call.place["login"], body.text("to"), body.names("objects")
    )
    return answer({"objects": dict(moved)})


def duties(call: Call) -> Response:
    """Answer what separation of duties forbids and yet is so."""
    return answer({"duties": draw_breaches(call.services.rights.foreseeing.check(call.context))})


def impact(call: Call) -> Response:
    """Answer what the tenant's own layer, as sent, would change for the users; nothing is changed."""
    rights = call.services.rights.foreseeing
    rights.require(call.context)
    overlay = call.body.get("overlay")
    if not isinstance(overlay, str) or set(call.body) != {"overlay"}:
        raise Malformed("bad_parameter", name="overlay", value="", allowed="YAML")
    plan = call.services.tenancy.plan(call.context.tenant, SetOverlay(overlay))
    return answer(draw_impact(*rights.impact(call.context, plan.model)))
