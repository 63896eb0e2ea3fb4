"""A data dictionary, as the packs wrote it; tenants keep their changes as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.kernel.text import LocalText


@dataclass(frozen=True, slots=True)
class DictionaryItem:
    """One item. ``parent`` is the code of an item of the same dictionary (a tree) or of ``depends_on``'s."""

    code: str
    title: LocalText
    order: int = 0
    tone: str = ""
    active: bool = True
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class DictionaryModel:
    """A dictionary. ``open`` lets users with the grant add and change items; ``depends_on`` names the
    dictionary that holds the parents, the dictionary itself for a tree."""

    name: str
    title: LocalText
    items: Mapping[str, DictionaryItem] = field(default_factory=dict)
    open: bool = False
    depends_on: str | None = None
    layer: str = ""
