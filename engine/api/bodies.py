"""The one place where bytes of a request become JSON values; whatever could crash the stack stops here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from engine.kernel.errors import LimitExceeded, Malformed
from engine.settings import Limits

LARGEST_INTEGER = 2**53 - 1
DIGITS = 38
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_BAD_CHARACTER = re.compile("[\x00\ud800-\udfff]")


def parse_json(body: bytes, limits: Limits) -> Any:
    """Return the JSON value: integers as int, other numbers as Decimal; raises Malformed or LimitExceeded."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("bad_json", why="it is not UTF-8") from None
    try:
        value = _decoder(limits).decode(text)
    except json.JSONDecodeError as error:
        raise Malformed("bad_json", why=f"{error.msg}, line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise LimitExceeded("json_depth", f"> {limits.json_depth}", limits.json_depth, 400) from None
    if body.count(b"[") + body.count(b"{") > limits.json_depth:
        _require_depth(value, limits)
    if body.count(b",") >= limits.json_array:
        _require_short_arrays(value, limits)
    if _SUSPICIOUS.search(body):
        _require_text(text, value)
    return value


def parse_object(body: bytes, limits: Limits) -> Mapping[str, Any]:
    """Return the JSON object that the body holds."""
    value = parse_json(body, limits)
    if not isinstance(value, dict):
        raise Malformed("not_an_object")
    return value


def require_storable(text: str) -> str:
    """Return the text; raises Malformed when it holds what no database keeps (NUL, a lone surrogate)."""
    if bad := _BAD_CHARACTER.search(text):
        raise Malformed("bad_text", character=f"U+{ord(bad.group()):04X}")
    return text


_DECODERS: dict[Limits, json.JSONDecoder] = {}


def _decoder(limits: Limits) -> json.JSONDecoder:
    if (known := _DECODERS.get(limits)) is not None:
        return known

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(pairs) > limits.json_keys:
            raise LimitExceeded("json_keys", len(pairs), limits.json_keys, 400)
        found = dict(pairs)
        if len(found) != len(pairs):
            _complain_twice(pairs)
        return found

    decoder = json.JSONDecoder(
        object_pairs_hook=build, parse_float=_decimal, parse_int=_integer, parse_constant=_complain_constant
    )
    return _DECODERS.setdefault(limits, decoder)


def _complain_twice(pairs: list[tuple[str, Any]]) -> NoReturn:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise Malformed("json_key_twice", key=key[:80])
        seen.add(key)
    raise AssertionError("no key stands twice")


def _complain_constant(text: str) -> NoReturn:
    raise Malformed("bad_number", number=text)


def _integer(text: str) -> int:
    if len(text) > 17 or not -LARGEST_INTEGER <= (number := int(text)) <= LARGEST_INTEGER:
        raise LimitExceeded("integer", text[:60], LARGEST_INTEGER)
    return number


def _decimal(text: str) -> Decimal:
    if len(text) > 100:
        raise LimitExceeded("number_digits", len(text), DIGITS)
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal holds
        raise LimitExceeded("number_digits", text[:60], DIGITS) from None
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # JSON has no NaN
    whole = len(digits) + exponent
    if number and (whole > DIGITS or len(digits) > DIGITS or -exponent > DIGITS):
        raise LimitExceeded("number_digits", text[:60], DIGITS)
    return number


def _require_depth(value: Any, limits: Limits) -> None:
    level = [value]
    depth = 0
    while level:
        containers = [item for item in level if isinstance(item, (dict, list))]
        if containers:
            depth += 1
        if depth > limits.json_depth:
            raise LimitExceeded("json_depth", f"> {limits.json_depth}", limits.json_depth, 400)
        level = [part for item in containers for part in (item.values() if isinstance(item, dict) else item)]


def _require_short_arrays(value: Any, limits: Limits) -> None:
    level = [value]
    while level:
        for item in level:
            if isinstance(item, list) and len(item) > limits.json_array:
                raise LimitExceeded("json_array", len(item), limits.json_array, 400)
        containers = [item for item in level if isinstance(item, (dict, list))]
        level = [part for item in containers for part in (item.values() if isinstance(item, dict) else item)]


def _require_text(text: str, value: Any) -> None:
    require_storable(text)
    level = [value]
    while level:
        for item in level:
            if isinstance(item, str):
                require_storable(item)
            elif isinstance(item, dict):
                for key in item:
                    require_storable(key)
        containers = [item for item in level if isinstance(item, (dict, list))]
        level = [part for item in containers for part in (item.values() if isinstance(item, dict) else item)]
