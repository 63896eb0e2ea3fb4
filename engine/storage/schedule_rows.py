"""For which instant each daily job of the engine was last put into the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select, update

from engine.storage.job_tables import SCHEDULE
from engine.storage.sessions import Session


def read_schedule(session: Session) -> Mapping[str, datetime]:
    """Return the instants by the name of the job."""
    rows = session.execute(select(SCHEDULE.c.name, SCHEDULE.c.ran_for)).mappings()
    return {row["name"]: row["ran_for"] for row in rows}


def note_schedule(session: Session, name: str, ran_for: datetime) -> None:
    """Note that a job was put into the queue for an instant."""
    changed = update(SCHEDULE).where(SCHEDULE.c.name == name).values(ran_for=ran_for)
    if not session.execute(changed).rowcount:
        session.execute(insert(SCHEDULE).values(name=name, ran_for=ran_for))
