"""Files and pictures: what is kept is shown, what is chosen goes to the file store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine.metamodel.model import FieldModel
from engine.ui.widgets.base import ABSENT, NOTHING, Cell, CellKind, Draw, Input, Look, Option, Posted, Spot

_KILO = 1024


@dataclass(frozen=True, slots=True)
class FileWidget:
    """One file or picture. The form sends back what was kept as JSON; a new file arrives beside it."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        kept = posted.many(name)
        if not kept:
            return ABSENT
        found = [_parsed(text) for text in kept if text]
        return found[-1] if found else None

    def show(self, field: FieldModel, look: Look) -> Draw:
        kind: CellKind = "image" if field.type == "image" else "link"
        return lambda value: Cell("files", parts=(_one(value, kind),)) if value else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return _ask(field, [value] if isinstance(value, Mapping) else [], spot)

    def width(self, field: FieldModel) -> int:
        return 6


@dataclass(frozen=True, slots=True)
class FilesWidget:
    """Several files."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        kept = posted.many(name)
        return [_parsed(text) for text in kept if text] if kept else ABSENT

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: Cell("files", parts=tuple(_one(part) for part in value)) if value else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        return _ask(field, value if isinstance(value, Sequence) and not isinstance(value, str) else [], spot)

    def width(self, field: FieldModel) -> int:
        return 12


def size_text(size: int) -> str:
    """Return a size as people read it."""
    if size < _KILO:
        return f"{size} B"
    if size < _KILO * _KILO:
        return f"{size / _KILO:.0f} KB"
    return f"{size / _KILO / _KILO:.1f} MB"


def _ask(field: FieldModel, kept: Sequence[Any], spot: Spot) -> Input:
    options = tuple(
        Option(
            orjson.dumps(part).decode(),
            str(part.get("name", "")),
            chosen=True,
            note=size_text(int(part.get("size") or 0)),
        )
        for part in kept
        if isinstance(part, Mapping)
    )
    return Input("files", spot, options=options, mode="image" if field.type == "image" else field.type)


def _one(value: Any, kind: CellKind = "link") -> Cell:
    if not isinstance(value, Mapping):
        return Cell("text", str(value))
    return Cell(
        kind,
        str(value.get("name", "")),
        href=f"/files/{value.get('id', '')}",
        note=size_text(int(value.get("size") or 0)),
    )


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return text
