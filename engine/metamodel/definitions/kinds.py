"""KINDS: the words that may open a document, and which of them the engine can run today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_SCHEMAS = Path(__file__).parent.parent / "schemas"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document. A kind without a schema is reserved: packs that use it are refused."""

    name: str
    available: bool = True

    @property
    def schema(self) -> Mapping[str, Any]:
        """Return the published JSON Schema of the kind."""
        return _read_schema(self.name)


_AVAILABLE = (
    "pack",
    "object",
    "dictionary",
    "numbering",
    "list",
    "form",
    "board",
    "calendar",
    "timeline",
    "network",
    "webform",
    "dataset",
    "chart",
    "dashboard",
    "menu",
    "role",
    "privilege",
    "restrict",
    "sharing",
    "never",
    "lifecycle",
    "approval",
    "automation",
    "assignment",
    "worktime",
    "conversion",
    "adjustment",
    "explosion",
    "message",
    "params",
    "decision",
    "print",
    "connector",
    "test",
    "migration",
    "change",
)
_RESERVED = (
    "tree",
    "survey",
)

KINDS: Mapping[str, Kind] = {
    **{name: Kind(name) for name in _AVAILABLE},
    **{name: Kind(name, available=False) for name in _RESERVED},
}


def kind_of(name: str) -> Kind | None:
    """Return the kind of that name, or None."""
    return KINDS.get(name)


def schema_of(kind: str) -> Mapping[str, Any]:
    """Return the published JSON Schema of a kind. KeyError when it has none."""
    if not KINDS[kind].available:
        raise KeyError(kind)
    return KINDS[kind].schema


def parts_schema() -> Mapping[str, Any]:
    """Return the schema that holds what the others share."""
    return _read_schema("parts")


@cache
def _read_schema(name: str) -> Mapping[str, Any]:
    text = (_SCHEMAS / f"{name}.schema.json").read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema
