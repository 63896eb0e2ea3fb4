"""What a plain scalar means: the core schema of YAML 1.2, and nothing that looks otherwise than it is."""

from __future__ import annotations

import re

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OTHER_BASE = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")

# a whole number that JSON's readers keep exactly, and the digits that a binary fraction keeps
LARGEST = 2**53 - 1
MOST_DIGITS = 15


class InexactNumberError(ValueError):
    """The number would not be kept digit for digit."""


def plain_value(text: str) -> str | int | float | bool | None:
    """Return the value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INTEGER.match(text):
        return _exact(text)
    if _OTHER_BASE.match(text):
        value = int(text, 0)
        if value > LARGEST:
            raise InexactNumberError(text)
        return value
    if _DECIMAL.match(text):
        return _fraction(text)
    if _NO_NUMBER.match(text):
        raise InexactNumberError(text)
    return text


def _exact(text: str) -> int:
    digits = text.lstrip("+-").lstrip("0")
    if len(digits) > len(str(LARGEST)) or abs(int(text)) > LARGEST:
        raise InexactNumberError(text)
    return int(text)


def _fraction(text: str) -> float:
    mantissa = re.split("[eE]", text)[0].lstrip("+-").replace(".", "").lstrip("0")
    value = float(text)
    if len(mantissa) > MOST_DIGITS or value in (float("inf"), float("-inf")):
        raise InexactNumberError(text)
    return value
