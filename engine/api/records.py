"""``records/{object}`` and ``records/{object}/{id}``: read, create, change, delete, restore, move, look back."""

from __future__ import annotations

from werkzeug.wrappers import Response

from engine.api.answers import answer
from engine.api.drawing import draw_change, draw_entry, draw_record
from engine.api.etag import etag_of, is_current, required_version
from engine.api.once import Answer, perform
from engine.api.parameters import truth, whole_number, words
from engine.api.routing import Call
from engine.kernel.errors import Missing
from engine.records import Change

HISTORY = ("limit",)
_MOST_FIELDS = 300


def get_record(call: Call) -> Response:
    """Answer one record, with what the caller may do with it."""
    object = call.place["object"]
    asked = words(call.parameters, "fields", _MOST_FIELDS)
    fields = (*asked, "deleted_at") if asked and _recycles(call, object) else asked
    record = call.services.records.get(call.context, object, call.place["id"], fields or None)
    if record.values.get("deleted_at") is not None and not truth(call.parameters, "deleted"):
        raise Missing("not_found")
    headers = {"ETag": etag_of(record.version)}
    if is_current(call.header("If-None-Match"), record.version):
        return Response(status=304, headers=headers)
    return answer(draw_record(record), headers=headers)


def create_record(call: Call) -> Response:
    """Create a record."""
    object = call.place["object"]

    def act() -> Change:
        return call.services.records.create(call.context, object, call.body)

    return perform(call, act, lambda change: _changed(call, change, 201))


def update_record(call: Call) -> Response:
    """Change fields of a record."""
    object, id = call.place["object"], call.place["id"]
    version = required_version(call.header("If-Match"))

    def act() -> Change:
        return call.services.records.update(call.context, object, id, version, call.body)

    return perform(call, act, lambda change: _changed(call, change, 200))


def delete_record(call: Call) -> Response:
    """Delete a record, into the recycle bin where the object has one."""
    object, id = call.place["object"], call.place["id"]
    version = required_version(call.header("If-Match"))

    def act() -> Change:
        return call.services.records.delete(call.context, object, id, version)

    return perform(call, act, lambda _: Answer(204))


def restore_record(call: Call) -> Response:
    """Take a record out of the recycle bin."""
    object, id = call.place["object"], call.place["id"]
    version = required_version(call.header("If-Match"))

    def act() -> Change:
        return call.services.records.restore(call.context, object, id, version)

    return perform(call, act, lambda change: _changed(call, change, 200))


def move_record(call: Call) -> Response:
    """Perform a transition of the record's life-cycle."""
    object, id, name = call.place["object"], call.place["id"], call.place["transition"]
    version = required_version(call.header("If-Match"))

    def act() -> Change:
        return call.services.workflow.perform(call.context, object, id, version, name, call.body)

    return perform(call, act, lambda change: _changed(call, change, 200))


def record_history(call: Call) -> Response:
    """Answer who changed what, the latest first, without what the caller may not see."""
    limits = call.services.settings.limits
    limit = whole_number(call.parameters, "limit", 50, limits.page)
    entries = call.services.records.history(call.context, call.place["object"], call.place["id"], limit)
    return answer({"entries": [draw_entry(entry) for entry in entries]})


def _recycles(call: Call, object: str) -> bool:
    _, catalog = call.services.shelf.current(call.context.tenant)
    return object in catalog.model.objects and catalog.model.objects[object].recycles


def _changed(call: Call, change: Change, status: int) -> Answer:
    headers = {"ETag": etag_of(change.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/records/{change.object}/{change.id}"
    return Answer(status, draw_change(change, call.context.language), headers)
