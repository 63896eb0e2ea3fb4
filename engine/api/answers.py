"""Values to the bytes of an answer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from werkzeug.wrappers import Response

from engine.storage import Reference

JSON = "application/json"
# references are dataclasses, which orjson would write with all their fields
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS


def to_bytes(value: Any) -> bytes:
    """Return the JSON of a value: decimals as text, instants in UTC, references with their titles."""
    return orjson.dumps(value, _plain, _OPTIONS)


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(to_bytes(value), status, headers, content_type=JSON)


def duration_text(value: timedelta) -> str:
    """Return a length of time as ISO 8601 writes it, to the second."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    days, rest = divmod(seconds, 86_400)
    parts = ((rest // 3_600, "H"), (rest % 3_600 // 60, "M"), (rest % 60, "S"))
    clock = "".join(f"{count}{unit}" for count, unit in parts if count)
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}" if seconds else "PT0S"


def _plain(value: Any) -> Any:
    if type(value) is Decimal:
        return format(value, "f")
    if type(value) is Reference:
        drawn = {"id": value.id, "title": value.title}
        return drawn if value.object is None else {"object": value.object, **drawn}
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, tuple):
        return list(value)
    if hasattr(value, "items"):
        return dict(value.items())
    raise TypeError(f"{type(value).__name__} has no JSON form")
