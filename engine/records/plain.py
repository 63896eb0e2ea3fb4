"""Typed values as JSON: what trails, events and answers of commands hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.storage import Reference


def as_json(value: Any) -> Any:
    """Return a typed value as JSON: decimals, dates and durations as text."""
    convert = _JSON.get(type(value))
    return value if convert is None else convert(value)


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return f"{'-' if seconds < 0 else ''}PT{abs(seconds)}S"


_JSON: Mapping[type, Any] = {
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    time: time.isoformat,
    datetime: lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    timedelta: _duration,
    Reference: lambda value: {"object": value.object, "id": value.id},
}
