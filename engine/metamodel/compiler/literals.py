"""A literal of a definition becomes the value that a field of its type holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from engine.metamodel.model import DictionaryModel, FieldModel

_WIDE = Context(prec=100)
_DURATION = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")


class BadLiteralError(ValueError):
    """The literal is not a value of the field's type."""


def literal_of(field: FieldModel, value: Any, dictionary: DictionaryModel | None) -> Any:
    """Return the value; BadLiteralError when the field cannot hold it."""
    if field.type in ("choice", "choices"):
        return _choice(field, value, dictionary)
    read = _READERS.get(field.type)
    if read is None:
        raise BadLiteralError(value)
    return read(field, value)


def _choice(field: FieldModel, value: Any, dictionary: DictionaryModel | None) -> Any:
    codes = [str(code) for code in value] if isinstance(value, list) else [str(value)]
    if isinstance(value, list | dict) and field.type == "choice":
        raise BadLiteralError(value)
    if dictionary is not None and any(code not in dictionary.items for code in codes):
        raise BadLiteralError(value)
    return codes[0] if field.type == "choice" else codes


def _text(field: FieldModel, value: Any) -> str:
    if not isinstance(value, str) or len(value) > field.length:
        raise BadLiteralError(value)
    return value


def _boolean(field: FieldModel, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadLiteralError(value)
    return value


def _number(field: FieldModel, value: Any) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadLiteralError(value)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadLiteralError(value) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** (field.digits - field.scale):
        raise BadLiteralError(value)
    exact = number.quantize(Decimal(1).scaleb(-field.scale), context=_WIDE)
    if exact != number:
        raise BadLiteralError(value)
    return int(exact) if field.type in ("integer", "rating") else exact


def _date(field: FieldModel, value: Any) -> date:
    return _parsed(date.fromisoformat, value)  # type: ignore[no-any-return]


def _time(field: FieldModel, value: Any) -> time:
    return _parsed(time.fromisoformat, value)  # type: ignore[no-any-return]


def _datetime(field: FieldModel, value: Any) -> datetime:
    instant: datetime = _parsed(datetime.fromisoformat, value)
    if instant.tzinfo is None:
        raise BadLiteralError(value)
    return instant.astimezone(UTC)


def _duration(field: FieldModel, value: Any) -> timedelta:
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()[1:]):
        raise BadLiteralError(value)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    try:
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise BadLiteralError(value) from None
    return -length if match.group(1) else length


def _color(field: FieldModel, value: Any) -> str:
    if not isinstance(value, str) or not _COLOR.match(value):
        raise BadLiteralError(value)
    return value


def _mapping(field: FieldModel, value: Any) -> Any:
    if not isinstance(value, dict):
        raise BadLiteralError(value)
    return value


def _anything(field: FieldModel, value: Any) -> Any:
    return value


def _parsed(parse: Callable[[str], Any], value: Any) -> Any:
    try:
        return parse(value)
    except (TypeError, ValueError):
        raise BadLiteralError(value) from None


_READERS: Mapping[str, Callable[[FieldModel, Any], Any]] = {
    **dict.fromkeys(("text", "multiline", "richtext", "phone", "email", "url", "code", "region"), _text),
    **dict.fromkeys(("integer", "decimal", "money", "percent", "rating"), _number),
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "duration": _duration,
    "color": _color,
    "address": _mapping,
    "json": _anything,
}
