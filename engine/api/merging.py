"""``records/{object}/{id}/merge``: duplicates become the record that is addressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Response

from engine.api.drawing import draw_change
from engine.api.etag import etag_of, required_version
from engine.api.once import Answer, perform
from engine.api.routing import Call
from engine.kernel.errors import Malformed
from engine.records import Merged, Merger

_KEYS = ("records", "take", "values")


def merge_records(call: Call) -> Response:
    """Merge other records into this one."""
    unknown = sorted(set(call.body) - set(_KEYS))
    if unknown:
        raise Malformed("unknown_parameter", name=unknown[0][:60], known=", ".join(_KEYS))
    merger = Merger(
        call.place["id"],
        required_version(call.header("If-Match")),
        _versions(_part(call, "records")),
        {name: _ids(name, ids) for name, ids in _part(call, "take").items()},
        _part(call, "values"),
    )

    def act() -> Merged:
        return call.services.records.merge(call.context, call.place["object"], merger)

    def drawn(merged: Merged) -> Answer:
        told = {**draw_change(merged.change, call.context.language), "moved": dict(merged.moved)}
        return Answer(200, told, {"ETag": etag_of(merged.change.version)})

    return perform(call, act, drawn)


def _part(call: Call, name: str) -> Mapping[str, Any]:
    found = call.body.get(name, {})
    if not isinstance(found, dict):
        raise Malformed("bad_parameter", name=name, value=str(found)[:40], allowed="an object")
    return found


def _versions(sent: Mapping[str, Any]) -> dict[str, int]:
    for version in sent.values():
        if not isinstance(version, int) or isinstance(version, bool) or not 0 < version < 2**53:
            raise Malformed("bad_parameter", name="records", value=str(version)[:40], allowed='{"<id>": <version>}')
    return dict(sent)


def _ids(name: str, sent: Any) -> Sequence[str]:
    ids = [sent] if isinstance(sent, str) else sent
    if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
        raise Malformed("bad_parameter", name=f"take.{name}"[:60], value=str(sent)[:40], allowed="an id, or ids")
    return ids
