"""Readers of values with parts: addresses, files, JSON, and lists of plain values."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.records.shapes.texts import as_text, read_line
from engine.records.shapes.wrong import Wrong

MANY = 500
FILES = 50
JSON_BYTES = 64 * 1024
JSON_DEPTH = 64
ADDRESS = ("country", "province", "city", "district", "street", "postcode")
FILE = ("id", "name", "size", "type")

Reader = Callable[[Any, ZoneInfo], Any]


def list_reader(read: Reader, limit: int = MANY) -> Reader:
    """Return a reader of a list of what ``read`` reads; repeats and empty entries are dropped, order is kept."""

    def read_list(value: Any, zone: ZoneInfo) -> list[Any] | None:
        if value == "":
            return None
        if not isinstance(value, list | tuple):
            raise Wrong("not_list")
        if len(value) > limit:
            raise Wrong("too_many", max=limit)
        found: list[Any] = []
        for index, entry in enumerate(value):
            try:
                item = None if entry is None else read(entry, zone)
            except Wrong as wrong:
                raise wrong.below(f"[{index}]") from None
            if item is not None and item not in found:
                found.append(item)
        return found or None

    return read_list


def read_address(value: Any, zone: ZoneInfo) -> dict[str, str] | None:
    """A postal address; unknown parts are refused, empty ones dropped."""
    if isinstance(value, str):
        value = {"street": value}
    if not isinstance(value, Mapping):
        raise Wrong("not_address")
    found = {}
    for part, entry in value.items():
        if part not in ADDRESS:
            raise Wrong("unknown_part", part=part, known=", ".join(ADDRESS))
        try:
            text = None if entry is None else read_line(entry, zone)
        except Wrong as wrong:
            raise wrong.below(f".{part}") from None
        if text is not None and len(text) > 200:
            raise Wrong("too_long", f".{part}", max=200)
        if text is not None:
            found[part] = text
    return {part: found[part] for part in ADDRESS if part in found} or None


def read_file(value: Any, zone: ZoneInfo) -> dict[str, Any] | None:
    """A stored file, by what the upload answered."""
    if value == "":
        return None
    if isinstance(value, str):
        value = {"id": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("id"), str):
        raise Wrong("not_file")
    for part in value:
        if part not in FILE:
            raise Wrong("unknown_part", part=part, known=", ".join(FILE))
    found: dict[str, Any] = {"id": as_text(value["id"])}
    for part in ("name", "type"):
        if value.get(part) is not None:
            found[part] = read_line(value[part], zone)
    if type(value.get("size")) is int:
        found["size"] = value["size"]
    return found


def read_json(value: Any, _zone: ZoneInfo) -> Any:
    """Any JSON value within the limits; a text stays a text."""
    plain = _plain(value, 0)
    if len(json.dumps(plain, ensure_ascii=False).encode()) > JSON_BYTES:
        raise Wrong("too_long", max=JSON_BYTES)
    return plain


def _plain(value: Any, depth: int) -> Any:
    if depth > JSON_DEPTH:
        raise Wrong("too_deep", max=JSON_DEPTH)
    if isinstance(value, str):
        return as_text(value) or ""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return float(value)
    if isinstance(value, Mapping):
        if len(value) > 1_000:
            raise Wrong("too_many", max=1_000)
        return {as_text(str(key)) or "": _plain(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        if len(value) > 10_000:
            raise Wrong("too_many", max=10_000)
        return [_plain(entry, depth + 1) for entry in value]
    raise Wrong("not_json")
