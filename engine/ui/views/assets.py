"""What pages are made of besides HTML: script, style, icons."""

from __future__ import annotations

from flask import Response

from engine.ui.assets import read_asset, read_icon, squeezed
from engine.ui.door import Call, Route

_FOREVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"


def send_asset(call: Call) -> Response:
    """Send a built file; one whose name holds its hash may be kept for ever."""
    name = call.place["name"]
    content, kind, lasting = read_asset(name)
    headers = {"Cache-Control": _FOREVER if lasting else _A_DAY, "Vary": "Accept-Encoding"}
    if lasting and "gzip" in call.request.headers.get("Accept-Encoding", ""):
        content = squeezed(name)
        headers["Content-Encoding"] = "gzip"
    return Response(content, content_type=f"{kind}; charset=utf-8", headers=headers)


def send_icon(call: Call) -> Response:
    """Send one icon of the whole set."""
    content = read_icon(call.place["name"])
    return Response(content, content_type="image/svg+xml", headers={"Cache-Control": _A_DAY})


ROUTES = (
    Route("GET", "/assets/<name>", send_asset, "public"),
    Route("GET", "/assets/icons/<name>.svg", send_icon, "public"),
)
