"""Changes and their answers; with an Idempotency-Key a repeated request has one effect and gets the same answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from werkzeug.wrappers import Response

from engine.api.answers import JSON, to_bytes
from engine.api.routing import Call
from engine.kernel.errors import Malformed
from engine.records import Once, StoredAnswer

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"^[A-Za-z0-9_.:-]{1,200}$")
_LONGEST_ROUTE = 300

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a change is answered with. ``value`` None: an answer without a body."""

    status: int
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def perform(call: Call, act: Callable[[], T], draw: Callable[[T], Answer]) -> Response:
    """Do something and answer it; at most once when the caller named the request."""
    key = call.header(KEY_HEADER)
    if key is None:
        drawn = draw(act())
        return _respond(drawn.status, _text(drawn), drawn.headers)
    require_key(key)

    def answer(result: T) -> StoredAnswer:
        drawn = draw(result)
        return StoredAnswer(drawn.status, _text(drawn).decode(), dict(drawn.headers))

    stored = call.services.records.run_once(call.context, _once(call, key), act, answer)
    headers = dict(stored.headers)
    if stored.replayed:
        headers["Idempotency-Replayed"] = "true"
    return _respond(stored.status, stored.body.encode(), headers)


def require_key(key: str) -> None:
    """Refuse a key that is none."""
    if not _KEY.match(key):
        raise Malformed("bad_header", name=KEY_HEADER, value=key[:40], allowed="1 - 200: A-Z a-z 0-9 _ . : -")


def _once(call: Call, key: str) -> Once:
    request = call.request
    route = f"{request.method} {request.path}"
    parts = (request.query_string, (call.header("If-Match") or "").encode(), call.raw)
    digest = hashlib.sha256(b"\x00".join(parts)).hexdigest()
    return Once(key, route[:_LONGEST_ROUTE], digest)


def _text(answer: Answer) -> bytes:
    return b"" if answer.value is None else to_bytes(answer.value)


def _respond(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    return Response(body, status, dict(headers), content_type=JSON if body else None)
