"""The shares of a record as rows that a condition can go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, type_coerce
from sqlalchemy.sql import ColumnElement, FromClause, Select

from engine.rules import DATE_TIME, NUMBER, STRING
from engine.rules.sql import SqlLines, SqlScope, SqlValue
from engine.storage.access_tables import SHARE
from engine.storage.sql_types import Words

# what stands behind a record under this name; packs cannot give it to a field
SHARES = "_shares"


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One share."""

    row: FromClause
    dialect: str
    bounds: SqlScope

    def column(self, path: tuple[str, ...]) -> SqlValue | None:
        """Return a column of a share."""
        if len(path) != 1:
            return None
        match path[0]:
            case "receiver":
                return SqlValue(self.row.c.receiver, STRING, None, nullable=False)
            case "level":
                return SqlValue(type_coerce(self.row.c.level, BigInteger()), NUMBER, 0, nullable=False, digits=9)
            case "until":
                return SqlValue(self.row.c.until, DATE_TIME, None)
        return None

    def lines(self, path: tuple[str, ...]) -> SqlLines | None:
        """Return nothing: a share has no rows of its own."""
        return None

    def has_bound(self, name: str) -> bool:
        """Tell what the record's own scope tells."""
        return self.bounds.has_bound(name)

    def bound(self, name: str) -> Any:
        """Return what the record's own scope returns."""
        return self.bounds.bound(name)


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of the record whose id is ``record``."""

    outer: SqlScope
    object: str
    record: ColumnElement[Any]
    prefix: str

    def some(self, build: Callable[[SqlScope], Select[Any]]) -> ColumnElement[bool]:
        """Return whether the record has such a share; those that have are found once, not row by row."""
        row = SHARE.alias(f"{self.prefix}_shares"[:60])
        named = bindparam(None, self.object, type_=Words(), unique=True)
        statement = build(ShareRow(row, self.outer.dialect, self.outer)).with_only_columns(row.c.record)
        statement = statement.select_from(row).where(row.c.object == named).correlate(None)
        return and_(self.record.is_not(None), self.record.in_(statement))

    def select(self, build: Callable[[SqlScope], Select[Any]]) -> Select[Any]:
        """Return what ``build`` makes of one share, tied to its record."""
        row = SHARE.alias(f"{self.prefix}_shares"[:60])
        statement = build(ShareRow(row, self.outer.dialect, self.outer))
        named = bindparam(None, self.object, type_=Words(), unique=True)
        return (
            statement.select_from(row).where(row.c.object == named, row.c.record == self.record).correlate_except(row)
        )
