"""The steps of a schema plan: what each does to tables and data, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from engine.kernel.catalogue import code_of
from engine.rules import Expression
from engine.storage.snapshot import ColumnShape


@dataclass(frozen=True, slots=True)
class Operation:
    """A step on one table. ``code`` names its sentence in the catalogue."""

    code: ClassVar[str] = ""
    table: str

    def params(self) -> Mapping[str, Any]:
        """Return what the sentence speaks of."""
        return {"object": self.table}

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form with the sentence in each language."""
        params = dict(self.params())
        sentence = code_of(self.code).sentence(params)
        return {"step": self.code.removeprefix("plan_"), **params, "say": dict(sentence.by_language)}


@dataclass(frozen=True, slots=True)
class _OfColumn(Operation):
    column: ColumnShape

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "field": self.column.name, "type": str(self.column.stored)}


@dataclass(frozen=True, slots=True)
class MoveTable(Operation):
    """A table gets another name."""

    code: ClassVar[str] = "plan_rename_table"
    old: str

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "old": self.old}


@dataclass(frozen=True, slots=True)
class KeepTable(Operation):
    """The object is gone; its rows are kept until they are purged."""

    code: ClassVar[str] = "plan_keep_table"


@dataclass(frozen=True, slots=True)
class ReviveTable(Operation):
    """An object comes back, and with it its rows."""

    code: ClassVar[str] = "plan_revive_table"


@dataclass(frozen=True, slots=True)
class AddColumn(_OfColumn):
    """A new column, empty at first; ``target`` is set when it holds ids of another table."""

    code: ClassVar[str] = "plan_add_column"
    target: str | None = None


@dataclass(frozen=True, slots=True)
class MoveColumn(Operation):
    """A column gets another name."""

    code: ClassVar[str] = "plan_rename_column"
    old: str
    new: str

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "field": self.new, "old": self.old}


@dataclass(frozen=True, slots=True)
class KeepColumn(_OfColumn):
    """The field is gone; its values are kept until they are purged."""

    code: ClassVar[str] = "plan_keep_column"


@dataclass(frozen=True, slots=True)
class ReviveColumn(_OfColumn):
    """A field comes back, and with it its values."""

    code: ClassVar[str] = "plan_revive_column"


@dataclass(frozen=True, slots=True)
class WidenColumn(_OfColumn):
    """A column takes more than before; every value fits."""

    code: ClassVar[str] = "plan_widen_column"
    old: ColumnShape


@dataclass(frozen=True, slots=True)
class ConvertColumn(_OfColumn):
    """A column takes another kind of value; ``rows`` values are converted, one by one."""

    code: ClassVar[str] = "plan_convert_column"
    old: ColumnShape
    rows: int = 0
    expression: Expression | None = field(default=None, compare=False)
    # what the expression may look at: the columns as they are then, by the names that fields had before
    record: Mapping[str, ColumnShape] = field(default_factory=dict, compare=False)

    def params(self) -> Mapping[str, Any]:
        return {
            "object": self.table,
            "field": self.column.name,
            "type": str(self.column.stored),
            "old": str(self.old.stored),
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class FillColumn(_OfColumn):
    """Rows without a value get the default."""

    code: ClassVar[str] = "plan_fill_column"
    value: Any = None
    rows: int = 0

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "field": self.column.name, "value": str(self.value), "rows": self.rows}


@dataclass(frozen=True, slots=True)
class Demand(_OfColumn):
    """A column begins to demand a value (SQLite rebuilds the table)."""

    code: ClassVar[str] = "plan_demand_value"


@dataclass(frozen=True, slots=True)
class Loosen(_OfColumn):
    """A column ceases to demand a value (SQLite rebuilds the table)."""

    code: ClassVar[str] = "plan_allow_empty"


@dataclass(frozen=True, slots=True)
class ClearLost(_OfColumn):
    """A column that comes back loses the pointers to records that were deleted meanwhile."""

    code: ClassVar[str] = "plan_clear_lost"
    target: str
    rows: int = 0

    def params(self) -> Mapping[str, Any]:
        return {"object": self.table, "field": self.column.name, "target": self.target, "rows": self.rows}
