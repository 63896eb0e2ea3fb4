"""The steps of a schema plan on whole tables: indexes, links, rebuilding, and values made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from engine.storage.operations import Operation
from engine.storage.snapshot import ForeignKeyShape, IndexShape, TableShape


@dataclass(frozen=True, slots=True)
class MakeTable(Operation):
    """A new table with all its columns and indexes."""

    code: ClassVar[str] = "plan_create_table"
    shape: TableShape


@dataclass(frozen=True, slots=True)
class RebuildTable(Operation):
    """The table is written anew in its final shape (SQLite). ``sources`` maps its columns to present ones."""

    code: ClassVar[str] = "plan_rebuild_table"
    shape: TableShape
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _OfIndex(Operation):
    shape: TableShape
    index: IndexShape

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "fields": ", ".join(self.index.columns), "unique": self.index.unique}


@dataclass(frozen=True, slots=True)
class MakeIndex(_OfIndex):
    """A new index."""

    code: ClassVar[str] = "plan_create_index"


@dataclass(frozen=True, slots=True)
class DropIndex(_OfIndex):
    """An index that is no longer wanted."""

    code: ClassVar[str] = "plan_drop_index"


@dataclass(frozen=True, slots=True)
class _OfKey(Operation):
    key: ForeignKeyShape

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "field": self.key.column, "target": self.key.target}


@dataclass(frozen=True, slots=True)
class Link(_OfKey):
    """A column is held to ids that exist (PostgreSQL; SQLite rebuilds)."""

    code: ClassVar[str] = "plan_add_link"


@dataclass(frozen=True, slots=True)
class Unlink(_OfKey):
    """A column is no longer held to ids that exist."""

    code: ClassVar[str] = "plan_drop_link"


@dataclass(frozen=True, slots=True)
class MakeKeys(Operation):
    """Sort keys and search texts are made anew for all rows."""

    code: ClassVar[str] = "plan_make_keys"
    columns: tuple[str, ...]
    rows: int = 0

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "rows": self.rows}


@dataclass(frozen=True, slots=True)
class Recalculate(Operation):
    """Formulas and roll-ups are calculated anew for all records, by the records floor."""

    code: ClassVar[str] = "plan_recalculate"
    fields: tuple[str, ...]
    rows: int = 0

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "fields": ", ".join(self.fields), "rows": self.rows}
