"""``GET records/{object}``: the query string becomes a listing, a page becomes JSON."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.drawing import draw_record
from engine.api.parameters import one_of, truth, whole_number, words
from engine.api.routing import Call
from engine.records import Listing

PARAMETERS = ("where", "q", "sort", "fields", "limit", "after", "count", "view", "deleted")
_DEFAULT_LIMIT = 50
_MOST_FIELDS = 300
_EXACT = 10**12


def list_records(call: Call) -> Response:
    """Answer a page of records that the caller may see."""
    object = call.place["object"]
    parameters = call.parameters
    limits = call.services.settings.limits
    count = one_of(parameters, "count", ("true", "exact", "false"), "false")
    listing = Listing(
        object=object,
        where=parameters.get("where") or None,
        quick=parameters.get("q", ""),
        sort=words(parameters, "sort", limits.sort_keys),
        fields=words(parameters, "fields", _MOST_FIELDS),
        limit=whole_number(parameters, "limit", _DEFAULT_LIMIT, limits.page),
        after=parameters.get("after") or None,
        view=parameters.get("view") or None,
        deleted=truth(parameters, "deleted"),
    )
    page = call.services.records.list(call.context, listing)
    drawn: dict[str, Any] = {"records": [draw_record(record) for record in page.records], "next": page.after}
    if count != "false":
        cap = limits.count if count == "true" else _EXACT
        counted = call.services.records.count_listing(call.context, listing, cap)
        drawn["count"] = counted.value
        drawn["count_capped"] = counted.capped
    return answer(drawn)
