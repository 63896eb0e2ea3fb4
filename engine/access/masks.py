"""How a masked value reads: enough to recognise what one knows, never how long the rest is."""

from __future__ import annotations

from typing import Any

HIDDEN_PART = "****"


def mask(value: Any) -> str | None:
    """Return the masked form of a value; null stays null."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) < 7:
        return HIDDEN_PART
    if len(value) < 11:
        return value[0] + HIDDEN_PART + value[-1]
    return value[:3] + HIDDEN_PART + value[-4:]
