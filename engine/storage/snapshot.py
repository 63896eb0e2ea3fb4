"""The shape of a tenant's tables as plain values: of a model, of a stored state, or of the live database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.storage.column_types import Stored


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column. ``dropped``: no field has it any more; its values are kept until they are purged."""

    name: str
    stored: Stored
    nullable: bool = True
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class IndexShape:
    """An index; ``live`` covers only records outside the recycle bin, ``given`` only those with a value in its first.

    Most records point at nothing in most of their optional references. An index of those that do is small, costs a
    write nothing where there is no value, and its statistics speak of values: SQLite takes many nulls for one value
    that nearly every row has, and reads the whole table instead. ``covers`` are columns that rows are not found by, but
    that figures are made of: whoever reads only these need not read the table.
    """

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    live: bool = False
    given: bool = False
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKeyShape:
    """A column that holds the id of a row of ``target``."""

    name: str
    column: str
    target: str


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table. The key is always ``id``. ``dropped``: no object has it any more; its rows are kept.

    ``searched`` are the fields that the search column is made of; ``computed`` maps the computed fields to a digest
    of how, so that a change is seen and the stored values are made anew.
    """

    name: str
    columns: Mapping[str, ColumnShape]
    indexes: Mapping[str, IndexShape] = field(default_factory=dict)
    foreign_keys: Mapping[str, ForeignKeyShape] = field(default_factory=dict)
    dropped: bool = False
    searched: tuple[str, ...] = ()
    computed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tables of a tenant's objects."""

    tables: Mapping[str, TableShape] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {name: _table_json(table) for name, table in self.tables.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Snapshot:
        """Return the snapshot of its stored form."""
        return cls({name: _table_of(name, table) for name, table in stored.items()})


EMPTY = Snapshot()


def _table_json(table: TableShape) -> dict[str, Any]:
    return {
        "columns": {
            column.name: {
                "stored": str(column.stored),
                **({} if column.nullable else {"nullable": False}),
                **({"dropped": True} if column.dropped else {}),
            }
            for column in table.columns.values()
        },
        "indexes": {
            index.name: {
                "columns": list(index.columns),
                "unique": index.unique,
                "live": index.live,
                **({"given": True} if index.given else {}),
                **({"covers": list(index.covers)} if index.covers else {}),
            }
            for index in table.indexes.values()
        },
        "foreign_keys": {key.name: [key.column, key.target] for key in table.foreign_keys.values()},
        "dropped": table.dropped,
        "searched": list(table.searched),
        "computed": dict(table.computed),
    }


def _table_of(name: str, stored: Mapping[str, Any]) -> TableShape:
    return TableShape(
        name,
        {
            column: ColumnShape(
                column, Stored.parse(told["stored"]), told.get("nullable", True), told.get("dropped", False)
            )
            for column, told in stored["columns"].items()
        },
        {index: _index_of(index, told) for index, told in stored["indexes"].items()},
        {key: ForeignKeyShape(key, column, target) for key, (column, target) in stored["foreign_keys"].items()},
        stored["dropped"],
        tuple(stored["searched"]),
        stored["computed"],
    )


def _index_of(name: str, told: Mapping[str, Any]) -> IndexShape:
    given, covers = told.get("given", False), tuple(told.get("covers", ()))
    return IndexShape(name, tuple(told["columns"]), told["unique"], told["live"], given, covers)
