"""``files``: a file on its way into a field, and out of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from werkzeug.wrappers import Response

from engine.api.bodies import require_storable
from engine.api.once import Answer, perform
from engine.api.routing import Call
from engine.kernel.errors import Malformed

PARAMETERS = ("object", "field", "name")


def send_file(call: Call) -> Response:
    """Keep a file for a field: the body as it is, or the one part of a multipart body."""
    parameters = call.parameters
    object, field = parameters.get("object", ""), parameters.get("field", "")
    name = parameters.get("name", "")
    if call.request.mimetype == "multipart/form-data":
        parts = list(call.request.files.values())
        if len(parts) != 1 or call.request.form:
            raise Malformed("one_file")
        name = name or require_storable(parts[0].filename or "")
        received = call.services.attachments.receive(call.context, object, field, name, parts[0].stream)
    else:
        received = call.services.attachments.receive(call.context, object, field, name, call.request.stream)

    def act() -> Mapping[str, Any]:
        return call.services.attachments.note(call.context, received)

    # the same content for the same field is the same request
    return perform(replace(call, raw=received.fingerprint), act, _kept)


def _kept(kept: Mapping[str, Any]) -> Answer:
    return Answer(201, dict(kept), {"Location": f"/api/v1/files/{kept['id']}"})


def get_file(call: Call) -> Response:
    """Answer the bytes of a file."""
    found = call.services.attachments.open(call.context, call.place["id"])
    made = Response(found.blocks(), headers=dict(found.headers))
    made.call_on_close(found.stream.close)
    return made
