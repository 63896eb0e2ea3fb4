"""Patterns of messages: plain words with places; width and case of letters do not matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.metamodel.model.automation import PatternPart

_DIGITS = r"[-+]?\d[\d,]*(?:\.\d+)?"
_FORMS = {
    "number": _DIGITS,
    "range": r"\d+",
    "word": r"\S+",
    "text": r".+?",
    "date": r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.月]\d{1,2}日?",
}
_DATE = re.compile(r"\d+")


def fit(parts: Sequence[PatternPart], text: str, today: date) -> Mapping[str, Any] | None:
    """Return the values of the places when a text fits, else None. A date without a year is the next such day."""
    folded = unicodedata.normalize("NFKC", text).strip()
    found = re.fullmatch(_expression(parts), folded, re.IGNORECASE | re.DOTALL)
    if found is None:
        return None
    values: dict[str, Any] = {}
    for number, part in enumerate(parts):
        if not part.name:
            continue
        value = _value(part, found[f"p{number}"].strip(), today)
        if value is None:
            return None
        values[part.name] = value
    return values


def _expression(parts: Sequence[PatternPart]) -> str:
    made = ""
    after_place = False
    for number, part in enumerate(parts):
        if part.name:
            # two places are parted by a space; between a word and a place Chinese writes none
            made += r"\s+" if after_place else r"\s*"
            made += f"(?P<p{number}>{_FORMS[part.type or 'word']})"
            after_place = True
        elif words := unicodedata.normalize("NFKC", part.text).split():
            made += r"\s*" + r"\s+".join(re.escape(word) for word in words)
            after_place = False
    return made


def _value(part: PatternPart, text: str, today: date) -> Any:
    match part.type:
        case "number":
            return _number(text)
        case "range":
            return int(text) if len(text) < 10 and part.low <= int(text) <= part.high else None
        case "date":
            return _date(text, today)
        case _:
            return text or None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _date(text: str, today: date) -> date | None:
    numbers = [int(part) for part in _DATE.findall(text)]
    try:
        if len(numbers) == 3:
            return date(*numbers)
        found = date(today.year, *numbers)
        return found if found >= today else date(today.year + 1, *numbers)
    except ValueError:
        return None
