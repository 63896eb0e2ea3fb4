"""The input of a dictionary item becomes an item, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from engine.kernel.errors import Complaint
from engine.kernel.text import LocalText
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import DictionaryItem
from engine.records.shapes.moments import read_date
from engine.records.shapes.numbers import read_boolean, read_integer
from engine.records.shapes.texts import as_text, read_line
from engine.records.shapes.wrong import Wrong

TONES = frozenset({"", "gray", "blue", "green", "amber", "red", "violet", "teal"})
LONGEST_TITLE = 200
MOST_LANGUAGES = 20
_ANYWHERE = ZoneInfo("UTC")


def read_item(start: DictionaryItem, given: Mapping[str, Any]) -> tuple[DictionaryItem, list[Complaint]]:
    """Return ``start`` with the keys of ``given`` laid over it, and what is wrong with them."""
    complaints: list[Complaint] = []
    read: dict[str, Any] = {}
    for key, value in given.items():
        if key == "code":
            continue
        reader = _READERS.get(key)
        if reader is None:
            complaints.append(
                Complaint(key, "unknown_key", {"key": key, "where": "item", "guess": guess(key, _READERS)})
            )
            continue
        try:
            read[key] = reader(value)
        except Wrong as wrong:
            complaints.append(Complaint(key + wrong.path, wrong.code, wrong.params))
    return replace(start, **read), complaints


def _title(value: Any) -> LocalText:
    if isinstance(value, str):
        value = {"zh": value, "en": value}
    if not isinstance(value, Mapping) or len(value) > MOST_LANGUAGES:
        raise Wrong("not_mapping")
    texts: dict[str, str] = {}
    for language, written in value.items():
        text = None if written is None else read_line(written, _ANYWHERE)
        if text is not None and len(text) > LONGEST_TITLE:
            raise Wrong("too_long", f".{language}", max=LONGEST_TITLE)
        if text is not None:
            texts[str(language)[:20]] = text
    return LocalText(texts)


def _order(value: Any) -> int:
    number = None if value is None else read_integer(value, _ANYWHERE)
    if number is not None and abs(number) > 1_000_000:
        raise Wrong("too_large", max=1_000_000)
    return number or 0


def _tone(value: Any) -> str:
    tone = "" if value is None else as_text(value) or ""
    if tone not in TONES:
        raise Wrong("unknown_tone", known=", ".join(sorted(TONES - {""})))
    return tone


def _active(value: Any) -> bool:
    found = None if value is None else read_boolean(value, _ANYWHERE)
    if found is None:
        raise Wrong("not_boolean")
    return found


def _date(value: Any) -> Any:
    return None if value is None else read_date(value, _ANYWHERE)


def _code(value: Any) -> str | None:
    return None if value is None else read_line(value, _ANYWHERE)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "title": _title,
    "order": _order,
    "tone": _tone,
    "active": _active,
    "parent": _code,
    "valid_from": _date,
    "valid_to": _date,
    "successor": _code,
}
