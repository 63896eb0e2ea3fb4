"""Records in comparisons: two records are the same when their ids are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.values import equal


def identity(value: Any) -> Any:
    """Return the id of a record, a reference to one, or the id itself."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, Mapping):
        return value.get("id")
    if isinstance(value, list | tuple):
        return [identity(part) for part in value]
    return getattr(value, "id", value)


def equal_records(left: Any, right: Any) -> bool | None:
    """Return whether two records, or a record and an id, are the same."""
    return equal(identity(left), identity(right))
