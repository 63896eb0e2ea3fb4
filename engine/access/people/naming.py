"""Which user a value stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.storage import Reference


def user_id(value: Any) -> str | None:
    """Return the id of the person that a value stands for: an id, a reference, or the facts of a person."""
    if isinstance(value, Reference):
        return value.id
    if isinstance(value, Mapping):
        id = value.get("id")
        return id if isinstance(id, str) else None
    return value if isinstance(value, str) else None


def user_ids(value: Any) -> list[str]:
    """Return the ids of the person or people that a value stands for."""
    several = value if isinstance(value, (list, tuple)) else [value]
    return [id for id in map(user_id, several) if id is not None]
