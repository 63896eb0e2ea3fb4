"""Everything that a tenant's place holds, read past the engine: tables, indexes, links and all rows."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import psycopg
from psycopg import sql

from engine.storage import Database

_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, character_maximum_length, numeric_precision, numeric_scale
FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1"
_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = %s::regnamespace ORDER BY 1, 2"""
_SCHEMA_QUERIES = (_COLUMNS, _INDEXES, _CONSTRAINTS)


def state_digest(database: Database) -> str:
    """Return a hash of all that the tenant has."""
    found = _sqlite(database) if database.dialect == "sqlite" else _postgresql(database)
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _sqlite(database: Database) -> list[str]:
    with closing(sqlite3.connect(database.address.file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = [str(row) for row in connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")]
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").fetchall():
            found += sorted(str(row) for row in connection.execute(f'SELECT * FROM "{name}"'))
    return found


def _postgresql(database: Database) -> list[str]:
    url = database.address.url.set(drivername="postgresql").render_as_string(hide_password=False)
    schema = database.address.schema
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        found = [str(row) for query in _SCHEMA_QUERIES for row in connection.execute(query, [schema]).fetchall()]
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        for (name,) in tables.fetchall():
            if name == "tessera_lock":
                continue  # for a message only; the lock itself ends with its holder
            rows = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, name))).fetchall()
            found += sorted(str(row) for row in rows)
    return found
