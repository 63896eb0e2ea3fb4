"""A cell as a person wrote it becomes the plain value that a save understands; what is not understood stays as it is.

The save itself judges: a cell that cannot be made sense of goes through unchanged and is complained about there, in
the same words as on a page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from engine.metamodel.model import FieldType
from engine.transfer.files import Cell

Value = Any

_TRUE = frozenset({"true", "yes", "y", "1", "t", "x", "是", "真", "有", "√", "✓", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "f", "否", "假", "无", "×", "off"})
_CURRENCY = re.compile(r"^(?:CNY|RMB|USD|EUR|HKD|JPY|GBP)\s*|^[¥$€£]\s*|\s*(?:元|CNY|RMB|USD|EUR)$", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
_COMPACT_DATE = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_MOMENT = re.compile(_DATE.pattern + r"[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(.*)")
_TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")
_SEVERAL = re.compile(r"[;；、|\n]")
# Excel shows fifteen digits of a float; the rest is noise of the binary fraction
_SHOWN = ".15g"


def plain_text(cell: Cell) -> str:
    """Return a cell as the text that a person sees in it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return format(Decimal(format(cell, _SHOWN)), "f")
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return _clock(cell)
    return str(cell)


def read_cell(type_: FieldType, cell: Cell) -> Value:
    """Return the plain value of a cell for a field of this type."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    reader = _READERS.get(type_)
    return plain_text(cell) if reader is None else reader(cell)


def split_several(cell: Cell) -> list[str]:
    """Return the parts of a cell that holds several values."""
    return [part for part in (piece.strip() for piece in _SEVERAL.split(plain_text(cell))) if part]


def _number(cell: Cell) -> Value:
    if isinstance(cell, bool):
        return cell
    text = unicodedata.normalize("NFKC", plain_text(cell)).replace("\u2212", "-").strip()
    negative = text.startswith("(") and text.endswith(")")
    text = _CURRENCY.sub("", _CURRENCY.sub("", text.strip("()") if negative else text)).strip()
    if text.endswith("%"):
        text = text[:-1].strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return f"-{text}" if negative and text else text


def _boolean(cell: Cell) -> Value:
    if isinstance(cell, bool):
        return cell
    word = unicodedata.normalize("NFKC", plain_text(cell)).strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else plain_text(cell)


def _date(cell: Cell) -> Value:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = unicodedata.normalize("NFKC", plain_text(cell)).strip()
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if found:
        return "-".join((found[1], found[2].zfill(2), found[3].zfill(2)))
    moment = _MOMENT.fullmatch(text)
    if moment and not moment[7] and all(not part or int(part) == 0 for part in moment.group(4, 5, 6)):
        return "-".join((moment[1], moment[2].zfill(2), moment[3].zfill(2)))
    return text


def _moment(cell: Cell) -> Value:
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00"
    text = unicodedata.normalize("NFKC", plain_text(cell)).strip()
    found = _MOMENT.fullmatch(text)
    if found:
        day = "-".join((found[1], found[2].zfill(2), found[3].zfill(2)))
        return f"{day}T{found[4].zfill(2)}:{found[5]}:{found[6] or '00'}{found[7].strip()}"
    day = _date(text)
    return f"{day}T00:00:00" if _DATE.fullmatch(day) else text


def _time(cell: Cell) -> Value:
    if isinstance(cell, datetime):
        return cell.time().isoformat()
    if isinstance(cell, timedelta):
        return _clock(cell)
    text = plain_text(cell).strip()
    found = _TIME.fullmatch(text)
    return f"{found[1].zfill(2)}:{found[2]}:{found[3] or '00'}" if found else text


def _clock(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _duration(cell: Cell) -> Value:
    if isinstance(cell, timedelta):
        return f"PT{int(cell.total_seconds())}S"
    return plain_text(cell).strip()


def _address(cell: Cell) -> Value:
    text = plain_text(cell).strip()
    if text.startswith("{"):
        return _json(cell)
    return {"street": text}


def _json(cell: Cell) -> Value:
    text = plain_text(cell)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


_READERS: Mapping[str, Callable[[Cell], Value]] = {
    "integer": _number,
    "decimal": _number,
    "money": _number,
    "percent": _number,
    "rating": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _moment,
    "time": _time,
    "duration": _duration,
    "address": _address,
    "json": _json,
    "decision_table": _json,
    "choices": split_several,
    "users": split_several,
    "references": split_several,
}
