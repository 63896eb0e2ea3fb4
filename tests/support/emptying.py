"""Deletes what a test made, in a tenant that many tests use in turn."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from engine.storage import Session
from engine.storage.system import METADATA


def delete_rows(session: Session, tables: Collection[str]) -> None:
    """Delete all rows of tables, past foreign keys and the guards of what is only appended to."""
    if session.dialect == "sqlite":
        session.raw_rows("PRAGMA defer_foreign_keys=ON")
        found = session.raw_rows("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        guards = [(name, words) for name, table, words in found if table in tables]
        for name, _ in guards:
            session.raw_rows(f'DROP TRIGGER "{name}"')
        for table in tables:
            session.raw_rows(f'DELETE FROM "{table}"')
        for _, words in guards:
            session.raw_rows(words)
        return
    # TRUNCATE would make new files for each table and index, and take along what stays and points to what goes
    session.execute(text("SET LOCAL session_replication_role TO replica"))
    deletions = " ".join(f'DELETE FROM "{table}";' for table in tables)
    session.execute(text(f"DO $$ BEGIN {deletions} END $$"))
    for made in METADATA.sorted_tables:
        for column in made.columns:
            if column.identity is not None and made.name in tables:
                session.execute(text(f'ALTER TABLE "{made.name}" ALTER COLUMN "{column.name}" RESTART'))
