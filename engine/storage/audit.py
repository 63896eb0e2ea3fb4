"""Before and after of every change, in the transaction of the change; rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import AUDIT


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change of one record. ``changes`` maps fields to [before, after] as JSON values."""

    at: datetime
    actor: str
    object: str
    record: str
    version: int
    action: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
    cause: str = ""
    id: int = 0


COLUMNS = ("at", "actor", "object", "record", "version", "action", "changes", "request_id", "cause")
_APPEND = Statement(lambda _: insert(AUDIT).values({name: bindparam(f"v_{name}") for name in COLUMNS}).inline())


def append_audit(session: Session, *entries: AuditEntry) -> None:
    """Write entries, in their order."""
    rows = [{f"v_{name}": getattr(entry, name) for name in COLUMNS} for entry in entries]
    if len(rows) == 1:
        session.change(_APPEND, rows[0])
    elif rows:
        session.change_many(_APPEND, rows)


def read_audit(
    session: Session, object: str, record: str, *, before: int | None = None, limit: int = 50
) -> list[AuditEntry]:
    """Return the entries of a record, newest first; ``before`` is the id of the last one already read."""
    chosen = select(AUDIT.c.id, *(AUDIT.c[name] for name in COLUMNS))
    chosen = chosen.where(AUDIT.c.object == object, AUDIT.c.record == record)
    if before is not None:
        chosen = chosen.where(AUDIT.c.id < before)
    rows = session.execute(chosen.order_by(AUDIT.c.id.desc()).limit(limit)).mappings()
    return [AuditEntry(**row) for row in rows]
