"""How many records are in which state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from engine.storage.catalog import Catalog
from engine.storage.sessions import Session
from engine.storage.table_map import column_name


def states_held(session: Session, catalog: Catalog, object: str, field: str) -> dict[str, int]:
    """Return, for each value of a field, how many records hold it, those in the recycle bin included."""
    table = catalog.tables.table(object)
    column = table.c[column_name(field)]
    rows: Sequence[Any] = session.execute(
        select(column, func.count()).where(column.is_not(None)).group_by(column)
    ).all()
    return {str(row[0]): int(row[1]) for row in rows}
