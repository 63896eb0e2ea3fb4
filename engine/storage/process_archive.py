"""The archive of the trail: rows that have grown old are moved there, whole and in their order (E5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.storage.process_tables import ARCHIVED_EVENT, INSTANCE, PROCESS_EVENT
from engine.storage.sessions import Session


def instances_begun_before(session: Session, moment: datetime, after: str, limit: int) -> list[str]:
    """Return ids of instances that began before a moment, open and closed ones, from behind the id ``after`` on.

    Older rows of the trail can be theirs only; so nothing needs an index by time.
    """
    chosen = (
        select(INSTANCE.c.id)
        .where(INSTANCE.c.id > after, INSTANCE.c.started_at < moment)
        .order_by(INSTANCE.c.id)
        .limit(limit)
    )
    return list(session.execute(chosen).scalars())


def archive_events(session: Session, instances: Sequence[str], before: datetime) -> int:
    """Move the rows of these instances that are older than a moment into the archive; return how many.

    The database lets a row leave the trail only when the archive holds the very same.
    """
    if not instances:
        return 0
    names = [column.name for column in PROCESS_EVENT.columns]
    old = (PROCESS_EVENT.c.instance.in_(instances), PROCESS_EVENT.c.at < before)
    insert = (sqlite if session.dialect == "sqlite" else postgresql).insert
    # another process may be at the same rows
    session.execute(
        insert(ARCHIVED_EVENT).from_select(names, select(PROCESS_EVENT).where(*old)).on_conflict_do_nothing()
    )
    kept = exists().where(
        ARCHIVED_EVENT.c.instance == PROCESS_EVENT.c.instance, ARCHIVED_EVENT.c.seq == PROCESS_EVENT.c.seq
    )
    return session.execute(delete(PROCESS_EVENT).where(*old, kept)).rowcount
