"""Incidents: what went wrong where no user was asking, for the administrators; and small marks of the engine's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from engine.kernel.names import new_record_id
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.timer_tables import INCIDENT, RULE_CLOCK


@dataclass(frozen=True, slots=True)
class Incident:
    """What failed (``kind`` and ``name`` of the rule, clock or flow), for which record, and why."""

    kind: str
    name: str
    object: str
    record: str
    code: str
    message: str
    chain: str = ""
    id: str = ""
    at: datetime | None = None
    resolved_at: datetime | None = None


def note_incident(session: Session, incident: Incident, at: datetime) -> str:
    """Write an incident; return its id."""
    id = str(new_record_id())
    values = {name: getattr(incident, name) for name in ("kind", "name", "object", "record", "code", "chain")}
    session.execute(insert(INCIDENT).values(id=id, message=incident.message[:2000], at=at, **values))
    return id


def read_incidents(session: Session, *, resolved: bool = False, limit: int = 100) -> list[Incident]:
    """Return incidents, newest first; those that are resolved only when asked for."""
    chosen = select(INCIDENT)
    if not resolved:
        chosen = chosen.where(INCIDENT.c.resolved_at.is_(None))
    rows = session.execute(chosen.order_by(INCIDENT.c.id.desc()).limit(limit)).mappings().all()
    return [Incident(**row) for row in rows]


def resolve_incident(session: Session, id: str, at: datetime) -> bool:
    """Mark an incident as resolved; tell whether it was open."""
    done = update(INCIDENT).where(INCIDENT.c.id == id, INCIDENT.c.resolved_at.is_(None)).values(resolved_at=at)
    return session.execute(done).rowcount == 1


def read_mark(session: Session, name: str) -> str | None:
    """Return a mark that the engine left for itself."""
    found = session.execute(select(RULE_CLOCK.c.definition).where(RULE_CLOCK.c.rule == name)).scalar_one_or_none()
    return None if found is None else str(found)


def save_mark(session: Session, name: str, text: str, at: datetime) -> None:
    """Leave a mark."""
    new = upsert(session.dialect, RULE_CLOCK).values(rule=name, scheduled=at, definition=text)
    session.execute(new.on_conflict_do_update(index_elements=[RULE_CLOCK.c.rule], set_={"definition": text}))
