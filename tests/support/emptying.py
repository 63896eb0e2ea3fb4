"""Deletes what a test made, in a tenant that many tests use in turn."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from engine.storage import Database
from engine.storage.system import METADATA


def delete_rows(database: Database, url: str, tables: Sequence[str]) -> None:
    """Delete all rows of tables, past foreign keys and the guards of what is only appended to."""
    if database.dialect == "sqlite":
        _delete_from_file(database, tables)
        return
    # TRUNCATE would make new files for each table and index, and take along what stays and points to what goes
    identities = [(made.name, one.name) for made in METADATA.sorted_tables for one in made.columns if one.identity]
    with psycopg.connect(url.replace("+psycopg", "")) as owner:
        owner.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(f"t_{database.tenant}")))
        owner.execute("SET LOCAL session_replication_role TO replica")
        for table in tables:
            owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, column in identities:
            if table in tables:
                again = sql.SQL("ALTER TABLE {} ALTER COLUMN {} RESTART")
                owner.execute(again.format(sql.Identifier(table), sql.Identifier(column)))


def _delete_from_file(database: Database, tables: Sequence[str]) -> None:
    with database.writing() as session:
        session.raw_rows("PRAGMA defer_foreign_keys=ON")
        found = session.raw_rows("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        guards = [(name, words) for name, table, words in found if table in tables]
        for name, _ in guards:
            session.raw_rows(f'DROP TRIGGER "{name}"')
        for table in tables:
            session.raw_rows(f'DELETE FROM "{table}"')
        for _, words in guards:
            session.raw_rows(words)
