"""``POST objects/{object}/preview``: a form as it would be saved now; nothing is written."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.drawing import draw_complaint
from engine.api.routing import Call
from engine.kernel.errors import Complaint, Malformed


def preview_record(call: Call) -> Response:
    """Answer the values with formulas and numbers, what is wrong with them, and what the form makes of its fields."""
    body = call.body
    object = call.place["object"]
    given, id = body.get("input"), body.get("id")
    complaints = [_wrong(key, "input, id") for key in body if key not in ("input", "id")]
    if not isinstance(given, dict):
        complaints.append(_wrong("input", "{}"))
    if id is not None and not isinstance(id, str):
        complaints.append(_wrong("id", "uuid"))
    if complaints:
        raise Malformed("bad_request", complaints, why="preview")
    assert isinstance(given, dict)
    records = call.services.records
    seen = records.preview(call.context, object, given, id)
    language = call.context.language
    drawn: dict[str, Any] = {
        "values": seen.values,
        "complaints": [draw_complaint(complaint, language) for complaint in seen.complaints],
        "warnings": [draw_complaint(complaint, language) for complaint in seen.warnings],
        "visible": seen.visible,
        "required": seen.required,
        "readonly": seen.readonly,
    }
    return answer(drawn)


def _wrong(path: str, allowed: str) -> Complaint:
    return Complaint(path, "bad_operation", {"allowed": allowed})
