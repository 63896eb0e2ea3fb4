"""Values of one kind turned into another when a field changes its type: exact, or said not to fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from engine.storage.column_types import Stored

Turn = Callable[[Any], Any]

_NUMBER = re.compile(r"^[+-]?[0-9]{1,18}(\.[0-9]{1,18})?$")
_TRUE = frozenset({"true", "yes", "1", "是"})
_FALSE = frozenset({"false", "no", "0", "否"})


class DoesNotFit(ValueError):
    """A value that the new kind cannot hold without loss."""


def widens(old: Stored, new: Stored) -> bool:
    """Tell whether every value of ``old`` is one of ``new`` as it stands."""
    if old.kind == new.kind == "text":
        return new.length >= old.length
    if old.kind == "text" and new.kind == "longtext":
        return True
    if old.kind == new.kind == "decimal":
        return new.scale >= old.scale and new.length - new.scale >= old.length - old.scale
    return False


def conversion(old: Stored, new: Stored) -> Turn | None:
    """Return the function that turns a value of ``old`` into one of ``new``, or None when there is none."""
    read = _READERS.get((_family(old), _family(new)))
    if read is None:
        return None
    turn = read
    return lambda value: fitted(turn(value), new)


def fitted(value: Any, stored: Stored) -> Any:
    """Return a value if the column can hold it exactly, or raise DoesNotFit."""
    if value is None:
        return None
    if stored.kind == "text" and len(value) > stored.length:
        raise DoesNotFit(f"longer than {stored.length} characters")
    if stored.kind == "decimal":
        return _fitted_decimal(Decimal(value), stored)
    if stored.kind == "integer":
        whole = int(value)
        if whole != value or not -(2**53) < whole < 2**53:
            raise DoesNotFit("not a whole number")
        return whole
    return value


def _fitted_decimal(value: Decimal, stored: Stored) -> Decimal:
    unit = Decimal(1).scaleb(-stored.scale)
    try:
        kept = value.quantize(unit)
    except InvalidOperation as error:
        raise DoesNotFit("too many digits") from error
    if kept != value:
        raise DoesNotFit(f"more than {stored.scale} decimals")
    if abs(kept.scaleb(stored.scale)) >= 10**stored.length:
        raise DoesNotFit(f"more than {stored.length} digits")
    return kept


def _family(stored: Stored) -> str:
    return {"longtext": "text", "integer": "number", "decimal": "number"}.get(stored.kind, stored.kind)


def _same(value: Any) -> Any:
    return value


def _number_of(text: str) -> Decimal | None:
    bare = text.strip().replace(",", "")
    if not bare:
        return None
    if _NUMBER.match(bare) is None:
        raise DoesNotFit("not a number")
    return Decimal(bare)


def _boolean_of(text: str) -> bool | None:
    bare = text.strip().casefold()
    if not bare:
        return None
    if bare in _TRUE or bare in _FALSE:
        return bare in _TRUE
    raise DoesNotFit("neither true nor false")


def _from_iso(read: Callable[[str], Any]) -> Turn:
    def parse(text: str) -> Any:
        if not text.strip():
            return None
        try:
            return read(text.strip())
        except ValueError as error:
            raise DoesNotFit("not written as ISO 8601") from error

    return parse


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _date_of(value: datetime) -> date:
    if value.timetz().replace(tzinfo=None) != time(0):
        raise DoesNotFit("has a time of day")
    return value.date()


def _list_of(text: str) -> list[str]:
    return [text] if text else []


def _only(values: Any) -> str | None:
    if not isinstance(values, list) or len(values) > 1 or not all(isinstance(value, str) for value in values):
        raise DoesNotFit("more than one value")
    return values[0] if values else None


def _number_text(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _truth(value: Any) -> bool:
    if value not in (0, 1):
        raise DoesNotFit("neither 0 nor 1")
    return bool(value)


_READERS: dict[tuple[str, str], Turn] = {
    ("text", "text"): _same,
    ("text", "number"): _number_of,
    ("text", "boolean"): _boolean_of,
    ("text", "date"): _from_iso(date.fromisoformat),
    ("text", "datetime"): _from_iso(_instant),
    ("text", "time"): _from_iso(time.fromisoformat),
    ("text", "json"): _list_of,
    ("json", "text"): _only,
    ("number", "number"): _same,
    ("number", "text"): _number_text,
    ("number", "boolean"): _truth,
    ("boolean", "number"): int,
    ("boolean", "text"): lambda value: "true" if value else "false",
    ("date", "text"): date.isoformat,
    ("date", "datetime"): lambda value: datetime(value.year, value.month, value.day, tzinfo=UTC),
    ("datetime", "date"): _date_of,
    ("datetime", "text"): lambda value: value.astimezone(UTC).isoformat(),
    ("time", "text"): time.isoformat,
    ("duration", "number"): lambda value: int(value.total_seconds()),
    ("number", "duration"): lambda value: timedelta(seconds=int(value)),
}


def plain(value: Any) -> str:
    """Return a value as a person reads it in a list of what does not fit."""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
