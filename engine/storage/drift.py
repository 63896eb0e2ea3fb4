"""Compares the live tables with those that the engine believes to have, for operators and tests."""

from __future__ import annotations

import warnings
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.exc import SAWarning

from engine.storage import ddl
from engine.storage.database import Database
from engine.storage.snapshot import Snapshot
from engine.storage.stored_state import read_snapshot
from engine.storage.system import METADATA


def drift(database: Database) -> list[str]:
    """Return every difference between the tables that are there and those that should be."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.reading() as session:
        wanted = metadata_of(read_snapshot(session), database)
        options: dict[str, Any] = {"compare_type": True, "compare_server_default": False}
        context = MigrationContext.configure(session.connection(), opts=options)
        with warnings.catch_warnings():
            # tables may refer to each other in a circle; nothing here depends on their order
            warnings.simplefilter("ignore", SAWarning)
            return [str(difference) for difference in compare_metadata(context, wanted)]


def metadata_of(snapshot: Snapshot, database: Database) -> MetaData:
    """Return a snapshot and the engine's own tables as SQLAlchemy metadata, with links and indexes."""
    made = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(made)
    for shape in snapshot.tables.values():
        made_table = ddl.table_of(shape, database.dialect, within=made)
        ddl.indexes_of(shape, made_table, database.dialect)
    for shape in snapshot.tables.values():
        ddl.link(shape, made.tables[shape.name])
    return made
