"""Short messages against patterns: plain words with places; width and case of letters do not matter (A11)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.metamodel.model.automation import OnMessage, PatternPart

_PLACES = {
    "number": r"[+-]?\d+(?:[.,]\d+)*",
    "word": r"\S+",
    "text": r".+?",
    "date": r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?",
    "range": r"\d+",
}


def fitting(pattern: OnMessage, text: str) -> dict[str, Any] | None:
    """Return the values in the places of a pattern, or None when a message does not fit it."""
    said = " ".join(unicodedata.normalize("NFKC", text).split())
    found = _expression(pattern.parts).fullmatch(said)
    if found is None:
        return None
    values: dict[str, Any] = {}
    for part in pattern.parts:
        if part.name:
            value = _value(part, found[part.name])
            if value is None:
                return None
            values[part.name] = value
    return values


def _expression(parts: tuple[PatternPart, ...]) -> re.Pattern[str]:
    pieces: list[str] = []
    for part in parts:
        if part.name:
            pieces.append(rf"\s*(?P<{part.name}>{_PLACES[part.type or 'word']})\s*")
        else:
            words = unicodedata.normalize("NFKC", part.text).split()
            pieces.append(r"\s*" + r"\s+".join(re.escape(word) for word in words) + r"\s*")
    return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)


def _value(part: PatternPart, text: str) -> Any:
    match part.type:
        case "number":
            try:
                return Decimal(text.replace(",", ""))
            except InvalidOperation:
                return None
        case "range":
            number = int(text)
            return number if part.low <= number <= part.high else None
        case "date":
            year, month, day = (int(piece) for piece in re.findall(r"\d+", text))
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return text.strip()
