"""What a database can complain about, turned into the families of errors that every floor knows."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, Literal

import psycopg

import engine.storage.codes  # noqa: F401 - declares the codes used here
from engine.kernel.errors import Conflict, Rejected, TesseraError, Unavailable

ViolationKind = Literal["unique", "reference", "required", "value"]

_CODES: dict[ViolationKind, str] = {
    "unique": "not_unique",
    "reference": "reference_broken",
    "required": "value_missing",
    "value": "value_not_allowed",
}
_SQLITE_COLUMNS = re.compile(r"^(UNIQUE|NOT NULL) constraint failed: (.+)$")
_SQLITE_KINDS: dict[str, ViolationKind] = {"UNIQUE": "unique", "NOT NULL": "required"}
_STATES: dict[str, ViolationKind] = {
    "23505": "unique",
    "23503": "reference",
    "23001": "reference",
    "23502": "required",
    "23514": "value",
}
# what a statement made for an older model runs into
_OLD_MODEL = ("42P01", "42703")


class StaleCatalog(Unavailable):
    """The model changed since the catalog was taken; take the current one and start anew."""

    def __init__(self) -> None:
        super().__init__("model_changed")


class Violation(Conflict):
    """The database refused a row. ``columns`` and ``constraint`` say what it told, as far as it did."""

    def __init__(
        self, kind: ViolationKind, table: str = "", columns: Sequence[str] = (), constraint: str | None = None
    ) -> None:
        self.kind = kind
        self.table = table
        self.columns = tuple(columns)
        self.constraint = constraint
        super().__init__(_CODES[kind], fields=", ".join(columns) or constraint or "")


def translated(error: Exception) -> TesseraError | None:
    """Return the error to raise in place of a driver's, or None when it is a programming error of ours."""
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error)
    if isinstance(error, psycopg.Error):
        return _from_postgresql(error)
    return None


def _from_sqlite(error: sqlite3.Error) -> TesseraError | None:
    name: str = getattr(error, "sqlite_errorname", "")
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        return _sqlite_violation(name, text)
    if "integer overflow" in text:
        return Rejected("number_out_of_range")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Unavailable("database_busy")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Unavailable("storage_unavailable")
    if name.startswith("SQLITE_CANTOPEN"):
        return Unavailable("database_unavailable")
    if name.startswith("SQLITE_INTERRUPT"):
        return Unavailable("query_too_slow")
    if "no such column" in text or "no such table" in text or "has no column named" in text:
        return StaleCatalog()
    return None


def _sqlite_violation(name: str, text: str) -> Violation:
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return Violation("reference")
    if match := _SQLITE_COLUMNS.match(text):
        pairs = [column.partition(".") for column in match[2].split(", ")]
        columns = [column for _, _, column in pairs]
        return Violation(_SQLITE_KINDS[match[1]], pairs[0][0], columns)
    if name == "SQLITE_CONSTRAINT_PRIMARYKEY":
        return Violation("unique", columns=["id"])
    return Violation("value", constraint=text.rpartition(": ")[2])


def _from_postgresql(error: psycopg.Error) -> TesseraError | None:
    state = error.sqlstate or ""
    if kind := _STATES.get(state):
        told: Any = error.diag
        columns = [told.column_name] if told.column_name else []
        return Violation(kind, told.table_name or "", columns, told.constraint_name)
    if state in _OLD_MODEL or (state == "0A000" and "cached plan" in str(error)):
        return StaleCatalog()
    if state in ("22001", "22003", "22P02", "22007", "22008", "22P05", "22021"):
        return Violation("value")
    if state in ("40P01", "40001", "55P03"):
        return Unavailable("database_busy")
    if state == "57014":
        return Unavailable("query_too_slow")
    if state in ("53100", "58030", "25006"):
        return Unavailable("storage_unavailable")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) or state.startswith(("57P", "53", "08")):
        return Unavailable("database_unavailable")
    return None
