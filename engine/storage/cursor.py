"""Cursors: the place in an ordered list, bound to the list that they were made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from engine.kernel.errors import Malformed
from engine.storage.column_types import Stored
from engine.storage.query import Query

_MARK = 12
_LONGEST = 8_000


def list_mark(query: Query) -> bytes:
    """Return what a list is known by: all that decides which records it holds, and in which order."""
    told = (
        query.object,
        [(key.path, key.descending) for key in query.sort],
        [condition.text for condition in query.conditions],
        query.quick,
        query.quick_in,
        query.deleted,
        [(match.field, str(match.value)) for match in query.match],
    )
    return hashlib.sha256(repr(told).encode()).digest()[:_MARK]


def write_cursor(mark: bytes, values: Sequence[Any]) -> str:
    """Return the cursor behind the row that has these sort values."""
    return base64.urlsafe_b64encode(mark + orjson.dumps([_told(value) for value in values])).decode().rstrip("=")


def cursor_behind(query: Query, id: str) -> str:
    """Return the cursor behind a record of a list that is sorted by nothing but ids."""
    return write_cursor(list_mark(query), [id])


def read_cursor(cursor: str, mark: bytes, kinds: Sequence[Stored]) -> list[Any]:
    """Return the sort values of a cursor; Malformed when it is not one of this list."""
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise Malformed("bad_cursor")
    try:
        held = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        told = orjson.loads(held[_MARK:])
        if held[:_MARK] != mark or not isinstance(told, list) or len(told) != len(kinds):
            raise Malformed("bad_cursor")
        return [None if text is None else _read(text, kind) for text, kind in zip(told, kinds, strict=True)]
    except (binascii.Error, ValueError, TypeError, InvalidOperation, OverflowError) as error:
        raise Malformed("bad_cursor") from error


_TOLD_AS: dict[str, type] = {"integer": int, "duration": int, "boolean": bool}


def _told(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return value.isoformat()


def _read(told: Any, kind: Stored) -> Any:
    wanted: Any = _TOLD_AS.get(kind.kind, str)
    if not isinstance(told, wanted) or isinstance(told, bool) != (wanted is bool):
        raise ValueError("a cursor holds another kind of value")
    match kind.kind:
        case "integer":
            if not -(2**63) <= told < 2**63:
                raise ValueError("too large")
            return told
        case "decimal":
            return _decimal(told, kind)
        case "date":
            return date.fromisoformat(told)
        case "datetime":
            found = datetime.fromisoformat(told)
            if found.tzinfo is None:
                raise ValueError("no zone")
            return found
        case "time":
            return time.fromisoformat(told)
        case "duration":
            return timedelta(seconds=told)
    if "\0" in str(told):
        raise ValueError("no text of a database holds this")
    return told


def _decimal(told: str, kind: Stored) -> Decimal:
    found = Decimal(told)
    unit = Decimal(1).scaleb(-kind.scale)
    if not found.is_finite() or abs(found) >= 10**18 or found.quantize(unit) != found:
        raise ValueError("not a number of this field")
    return found
