"""Rows of the engine's own tables to and from Python: statements that insert, and values read back by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Table, bindparam, insert

from engine.storage.connections import DialectName
from engine.storage.sessions import Session
from engine.storage.statements import Statement


def inserting(table: Table, names: Iterable[str]) -> Statement:
    """Return the statement that inserts a row with these columns, each from the parameter ``v_<name>``."""
    wanted = tuple(names)
    return Statement(lambda _: insert(table).values({name: bindparam(f"v_{name}") for name in wanted}))


def values_of(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of an insert: each named attribute of a row."""
    return {f"v_{name}": getattr(row, name) for name in names}


def _loaded(table: Table, names: Sequence[str], row: Sequence[Any], dialect: DialectName) -> dict[str, Any]:
    """Return the values of a row by name, as Python holds them."""
    loaders = _LOADERS.get((table.name, dialect)) or _loaders(table, dialect)
    found: dict[str, Any] = {}
    for name, value in zip(names, row, strict=True):
        load = loaders.get(name)
        found[name] = value if load is None or value is None else load(value)
    return found


_LOADERS: dict[tuple[str, str], dict[str, Any]] = {}


def key_list(session: Session, keys: Iterable[str]) -> Any:
    """Return the parameter of a list of ids, as the driver takes it."""
    wanted = list(keys)
    return orjson.dumps(wanted).decode() if session.dialect == "sqlite" else wanted


def _loaders(table: Table, dialect: DialectName) -> dict[str, Any]:
    from engine.storage.column_types import load_kind
    from engine.storage.sql_types import OwnType

    made: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, OwnType):
            made[column.name] = load_kind(column.type.kind, dialect)
        elif dialect == "sqlite" and column.type.python_type is bool:
            made[column.name] = bool
    _LOADERS[table.name, dialect] = made
    return made


def rows_of(
    session: Session, table: Table, names: Sequence[str], found: Iterable[Sequence[Any]]
) -> list[dict[str, Any]]:
    """Return rows that a compiled statement found as mappings of Python values."""
    return [_loaded(table, names, row, session.dialect) for row in found]
