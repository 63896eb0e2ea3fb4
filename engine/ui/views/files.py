"""Files of records as downloads; pictures are drawn from the same address."""

from __future__ import annotations

from flask import Response

from engine.ui.door import Call, Route


def send(call: Call) -> Response:
    """Send a file to whoever may read the record that it belongs to."""
    found = call.services.attachments.open(call.context, call.place["id"])
    made = Response(found.blocks(), headers=dict(found.headers))
    made.call_on_close(found.stream.close)
    return made


ROUTES = (Route("GET", "/files/<id>", send),)
