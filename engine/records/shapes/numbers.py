"""Readers of numbers: exact, never through a binary fraction."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.records.shapes.wrong import Wrong

LARGEST_INTEGER = 2**53 - 1
MOST_STARS = 5

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?")


def as_decimal(value: Any) -> Decimal | None:
    """Return the exact number that is meant, or None for an empty text. True and false are not numbers."""
    kind = type(value)
    if kind is int:
        if abs(value) > 10**40:
            raise Wrong("too_large", max="10^40")
        return Decimal(value)
    if kind is Decimal or kind is float:
        value = str(value)
    elif kind is not str:
        raise Wrong("not_number")
    text = value.strip()
    if not text:
        return None
    if not text.isascii() or _NUMBER.fullmatch(text) is None:
        raise Wrong("not_number")
    return Decimal(text)


def read_integer(value: Any, _zone: ZoneInfo) -> int | None:
    """A whole number that every JSON reader can hold."""
    if type(value) is int:
        return _bounded(value)
    number = as_decimal(value)
    if number is None:
        return None
    if number.adjusted() > 40:
        raise Wrong("too_large", max=LARGEST_INTEGER)
    if number != number.to_integral_value():
        raise Wrong("not_integer")
    return _bounded(int(number))


def read_rating(value: Any, zone: ZoneInfo) -> int | None:
    """So many stars of five."""
    stars = read_integer(value, zone)
    if stars is not None and not 0 <= stars <= MOST_STARS:
        raise Wrong("out_of_range", range=f"[0..{MOST_STARS}]")
    return stars


def decimal_reader(digits: int, scale: int) -> Callable[[Any, ZoneInfo], Decimal | None]:
    """Return a reader of decimals with at most ``digits`` digits, ``scale`` of them behind the point."""
    limit = Decimal(10) ** (digits - scale)
    unit = Decimal(1).scaleb(-scale)
    wide = Context(prec=80)

    def read(value: Any, _zone: ZoneInfo) -> Decimal | None:
        number = as_decimal(value)
        if number is None:
            return None
        # the exponent is looked at first: quantizing 1e999 would be work for nothing
        if number.adjusted() >= digits - scale and abs(number) >= limit:
            raise Wrong("too_large", max=digits - scale)
        rounded = number.quantize(unit, context=wide) if number.adjusted() >= -60 else Decimal(0)
        if rounded != number:
            raise Wrong("too_precise", scale=scale)
        return rounded if rounded else abs(rounded)

    return read


def read_boolean(value: Any, _zone: ZoneInfo) -> bool | None:
    """True or false, also as the words; 1 and 0 are numbers."""
    if value is True or value is False:
        return bool(value)
    if value == "":
        return None
    if value in ("true", "false"):
        return bool(value == "true")
    raise Wrong("not_boolean")


def _bounded(number: int) -> int:
    if abs(number) > LARGEST_INTEGER:
        raise Wrong("too_large", max=LARGEST_INTEGER)
    return number
