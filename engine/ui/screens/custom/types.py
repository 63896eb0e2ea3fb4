"""The kinds of fields that are offered on screen, and what is asked for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORMULA = "formula"
# group -> the types in it, in the order in which they are offered
GROUPS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "multiline"),
    "numbers": ("integer", "decimal", "money", "percent"),
    "choices": ("choice", "choices", "boolean"),
    "times": ("date", "datetime"),
    "links": ("reference", "references", "user", "department"),
    "contact": ("phone", "email", "url", "address"),
    "files": ("file", "files", "image"),
    "computed": (FORMULA,),
}
OFFERED = frozenset(name for names in GROUPS.values() for name in names)
# of a formula: what it may come to -> the type that the rule language calls so
RESULTS: Mapping[str, str] = {
    "money": "number",
    "decimal": "number",
    "integer": "number",
    "percent": "number",
    "text": "string",
    "date": "date",
    "boolean": "boolean",
}
# what can be asked of which types; everything else is not drawn
ASKED: Mapping[str, frozenset[str]] = {
    "length": frozenset({"text", "multiline"}),
    "scale": frozenset({"decimal"}),
    "range": frozenset({"integer", "decimal", "money", "percent", "date"}),
    "of": frozenset({"choice", "choices"}),
    "to": frozenset({"reference", "references"}),
    "where": frozenset({"reference", "references"}),
    "unique": frozenset({"text", "integer", "phone", "email", "code"}),
    "search": frozenset({"text", "phone", "email"}),
    "default": frozenset({"text", "integer", "decimal", "money", "percent", "boolean", "choice"}),
}
ICONS: Mapping[str, str] = {
    "text": "letter-case",
    "multiline": "menu-2",
    "richtext": "menu-2",
    "integer": "hash",
    "decimal": "hash",
    "money": "cash",
    "percent": "hash",
    "boolean": "check",
    "date": "calendar",
    "datetime": "clock",
    "time": "clock",
    "duration": "clock",
    "choice": "selector",
    "choices": "checks",
    "reference": "link",
    "references": "link",
    "any_reference": "link",
    "lines": "table",
    "user": "user",
    "users": "users",
    "department": "sitemap",
    "phone": "phone",
    "email": "message",
    "url": "world",
    "address": "map-pin",
    "region": "map-pin",
    "file": "file",
    "files": "paperclip",
    "image": "file",
    FORMULA: "math-function",
    "expression": "math-function",
    "decision_table": "table",
}


def icon_of(field: Mapping[str, Any]) -> str:
    """Return the icon of a field."""
    if field.get("as"):
        return ICONS[FORMULA]
    if field.get("rollup"):
        return "sum"
    return ICONS.get(str(field.get("type")), "letter-case")


def asks(type_: str, what: str) -> bool:
    """Tell whether a setting makes sense for a type."""
    return type_ in ASKED.get(what, ())
