"""Readers of the field types that hold rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.records.shapes.texts import as_text
from engine.records.shapes.wrong import Wrong

TABLE_BYTES = 1024 * 1024
_COLUMN = ("is", "name", "type", "values", "default", "label")


def read_table(value: Any, _zone: ZoneInfo) -> dict[str, Any] | None:
    """A decision table: its cells become texts, as they are written in a grid; JSON text is taken as well."""
    if isinstance(value, str):
        if not value.strip():
            return None
        value = _parsed(value)
    if not isinstance(value, Mapping):
        raise Wrong("not_table")
    table = {as_text(str(key)) or "": _part(str(key), part) for key, part in value.items()}
    if len(json.dumps(table, ensure_ascii=False).encode()) > TABLE_BYTES:
        raise Wrong("too_long", max=TABLE_BYTES)
    return table


def _parsed(text: str) -> Any:
    if len(text) > TABLE_BYTES:
        raise Wrong("too_long", max=TABLE_BYTES)
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Wrong("not_table") from None


def _part(key: str, value: Any) -> Any:
    read = _PARTS.get(key)
    return _text(value) if read is None else read(value)


def _inputs(value: Any) -> list[dict[str, Any]]:
    return [_column(one, "is") for one in _listed(value)]


def _outputs(value: Any) -> list[dict[str, Any]]:
    return [_column(one, "name") for one in _listed(value)]


def _column(value: Any, main: str) -> dict[str, Any]:
    """Return a column's settings; empty ones are left out. What has another name is kept for the check to name."""
    if isinstance(value, str):
        return {main: _text(value)}
    if not isinstance(value, Mapping):
        raise Wrong("not_table")
    texts = {as_text(str(key)) or "": _setting(str(key), part) for key, part in value.items()}
    return {key: text for key, text in texts.items() if text or key not in _COLUMN}


def _setting(key: str, value: Any) -> Any:
    """Return a column's setting as a text; what it is called may be a text per language."""
    if key == "label" and isinstance(value, Mapping):
        return {as_text(str(language)) or "": text for language, part in value.items() if (text := _text(part))}
    return _text(value)


def _rule_list(value: Any) -> list[list[str]]:
    return [[_text(cell) for cell in _listed(rule)] for rule in _listed(value)]


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise Wrong("not_table")
    return list(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if not isinstance(value, str):
        raise Wrong("not_table")
    return (as_text(value.replace("\r\n", "\n")) or "").strip()


_PARTS: Mapping[str, Callable[[Any], Any]] = {
    "inputs": _inputs,
    "outputs": _outputs,
    "rules": _rule_list,
    "tests": _rule_list,
}
