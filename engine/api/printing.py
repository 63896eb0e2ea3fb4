"""``records/{object}/{id}/print``: which formats a record offers, and its document."""

from __future__ import annotations

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.routing import Call

PARAMETERS = ("language",)


def list_prints(call: Call) -> Response:
    """Answer the print formats that a record offers to the caller."""
    object, id = call.place["object"], call.place["id"]
    formats = call.services.printing.offered(call.context, object, id)
    drawn = [
        {
            "name": one.name,
            "title": one.title.in_language(call.context.language),
            "languages": list(one.body.by_language),
        }
        for one in formats
    ]
    return answer({"formats": drawn})


def print_record(call: Call) -> Response:
    """Answer a record as a PDF document."""
    place = call.place
    language = call.parameters.get("language")
    made = call.services.printing.pdf(call.context, place["object"], place["id"], place["print"], language)
    return Response(made.pdf, headers=dict(made.headers))
