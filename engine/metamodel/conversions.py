"""What becomes of stored values when a field changes its type."""

from __future__ import annotations

from typing import Literal

from engine.metamodel.model import FieldModel

_TEXTS = frozenset({"text", "multiline", "richtext", "phone", "email", "url", "code", "color", "region"})
_NUMBERS = frozenset({"integer", "decimal", "money", "percent", "rating"})
_TO_TEXT = _NUMBERS | {"boolean", "date", "time", "datetime", "choice"}
# a single value becomes a list of one
_TO_LIST = {"choice": "choices", "reference": "references", "user": "users", "file": "files", "image": "files"}
_FROM_TEXT = _NUMBERS | {"date", "choice", "boolean"}


def conversion_risk(old: FieldModel, new: FieldModel) -> Literal["rewrite", "check", "loss", "refused"]:
    """Return whether values follow by themselves, must be looked at first, or need a conversion."""
    if new.computed:
        return "rewrite"
    if old.type in _NUMBERS and new.type in _NUMBERS:
        wider = new.digits - new.scale >= old.digits - old.scale and new.scale >= old.scale
        return "rewrite" if wider else "check"
    if old.type in _TO_TEXT and new.type in _TEXTS:
        return "rewrite" if new.length >= _longest(old) else "check"
    if old.type in _TEXTS and new.type in _TEXTS:
        return "rewrite" if new.length >= old.length and new.type in ("text", "multiline") else "check"
    if old.type in _TEXTS and new.type in _FROM_TEXT:
        return "check"
    if _TO_LIST.get(old.type) == new.type and set(old.targets) <= set(new.targets):
        return "rewrite"
    if {old.type, new.type} == {"file", "image"}:
        return "rewrite"
    return "refused"


def _longest(field: FieldModel) -> int:
    if field.type in _NUMBERS:
        return field.digits + 2
    return {"boolean": 5, "date": 10, "time": 8, "datetime": 32}.get(field.type, 64)
