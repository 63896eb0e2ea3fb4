"""A value of a field as a text for people: titles of choices and references, days and hours of the reader's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.kernel.context import Context
from engine.metamodel.model import FieldModel
from engine.storage import Reference

# how the parts of an address follow each other on one line
_WRITTEN: Mapping[str, tuple[str, ...]] = {
    "zh": ("province", "city", "district", "street"),
    "en": ("street", "district", "city", "province", "postcode", "country"),
}


def word_of(value: Any, field: FieldModel | None, dictionaries: Mapping[str, Any], ctx: Context) -> str:
    """Return a value as a text for people."""
    if isinstance(value, Reference):
        return value.title or ""
    items = dictionaries.get(field.dictionary or "") if field is not None and hasattr(field, "dictionary") else None
    if items is not None and isinstance(value, str):
        item = items.items.get(value)
        return item.title.in_language(ctx.language) if item is not None else value
    if field is not None and field.type == "address" and isinstance(value, Mapping):
        return address_line(value, ctx.language)
    if isinstance(value, datetime):
        return value.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return {"zh": ("否", "是")}.get(ctx.language, ("no", "yes"))[value]
    if isinstance(value, list | tuple):
        return "、".join(word_of(part, field, dictionaries, ctx) for part in value)
    return plain_word(value)


def plain_word(value: Any) -> str:
    """Return a plain value as a text."""
    if value is None or isinstance(value, Mapping):
        return str(value.get("title") or value.get("name") or "") if isinstance(value, Mapping) else ""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, list | tuple):
        return "、".join(plain_word(part) for part in value)
    return str(value)


def address_line(value: Mapping[str, Any], language: str) -> str:
    """Return a postal address on one line; a city that is its own province is written once."""
    parts = [str(value[part]) for part in _WRITTEN.get(language, _WRITTEN["en"]) if value.get(part)]
    once = [part for index, part in enumerate(parts) if index == 0 or part != parts[index - 1]]
    return ("" if language == "zh" else ", ").join(once)
