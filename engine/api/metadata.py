"""``me``, ``objects``, ``openapi.json``: who asks, and what there is for him."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from engine.access import Policy, policy_for
from engine.api.answers import answer
from engine.api.openapi import describe_api
from engine.api.routing import Call
from engine.kernel.errors import Missing
from engine.metamodel import describe_object, describe_tenant
from engine.storage import Catalog


def show_me(call: Call) -> Response:
    """Answer who asks, by which credential, and what he holds."""
    caller = call.visit.caller
    actor = caller.actor
    return answer(
        {
            "tenant": caller.tenant,
            "user": {"id": actor.user, "login": actor.login, "name": actor.name},
            "roles": sorted(actor.roles),
            "administrator": actor.administrator,
            "department": actor.unit,
            "language": call.context.language,
            "via": caller.via,
            "scopes": sorted(caller.scopes),
        }
    )


def list_objects(call: Call) -> Response:
    """Answer the objects that the caller sees, and what he may do with each."""
    catalog, policy = _known(call)
    seen = [name for name in catalog.model.objects if policy.may(name, "read")]
    drawn = describe_tenant(catalog.model, call.context.language, seen)
    for object in drawn["objects"]:
        object["allowed"] = sorted(policy.actions(object["name"]))
    return answer(drawn)


def show_object(call: Call) -> Response:
    """Answer the model of one object, as far as the caller may know it."""
    catalog, policy = _known(call)
    name = call.place["object"]
    if not policy.may(name, "read"):
        raise Missing("no_such_object", object=name[:80])
    drawn: dict[str, Any] = describe_object(catalog.model, name, call.context.language, policy.readable(name))
    drawn["inbound"] = [
        way
        for way in drawn["inbound"]
        if policy.may(way["object"], "read") and way["field"] in policy.readable(way["object"])
    ]
    drawn["allowed"] = sorted(policy.actions(name))
    drawn["writable"] = sorted(policy.writable(name, "update"))
    return answer(drawn)


def show_openapi(call: Call) -> Response:
    """Answer the OpenAPI document of what the caller may see and do."""
    catalog, policy = _known(call)
    title = f"Tessera, {call.context.tenant}"
    return answer(describe_api(catalog.model, policy, call.context.language, title))


def _known(call: Call) -> tuple[Catalog, Policy]:
    _, catalog = call.services.shelf.current(call.context.tenant)
    return catalog, policy_for(catalog, call.context.actor)
