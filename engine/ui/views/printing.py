"""Printing from the page of a record: the documents that it offers, and each of them as a PDF."""

from __future__ import annotations

from flask import Response

from engine.ui.door import Call, Route
from engine.ui.screens.printing import PrintLink, build_prints
from engine.ui.views.finding import found_id, found_object


def prints_of(call: Call, object: str, id: str) -> tuple[PrintLink, ...]:
    """Return the documents that the reader may print of a record."""
    if not any(format.object == object for format in call.desk.model.prints.values()):
        return ()
    formats = call.services.printing.offered(call.context, object, id)
    return build_prints(call.desk, formats, f"/o/{object}/{id}")


def print_record(call: Call) -> Response:
    """Send a record as a document."""
    found, id = found_object(call), found_id(call)
    language = call.argument("language") or None
    made = call.services.printing.pdf(call.context, found.name, id, call.place["print"], language)
    return Response(made.pdf, headers=dict(made.headers))


ROUTES = (Route("GET", "/o/<object>/<id>/print/<print>", print_record),)
