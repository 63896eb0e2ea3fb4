"""The trail of changes: each one's entry in the audit and its event, in one statement where the database can."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ClauseElement, bindparam, insert

from engine.kernel.events import Event
from engine.storage.audit import COLUMNS, AuditEntry, append_audit
from engine.storage.connections import DialectName
from engine.storage.outbox import VALUES, append_events, row_of
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import AUDIT, OUTBOX

Told = tuple[AuditEntry, Event]


def append_trail(session: Session, told: Sequence[Told], at: datetime, unheard: Collection[str] = ()) -> None:
    """Write what was done and what the rest is told of it, in the order of the changes.

    Events of a name in ``unheard`` are kept as heard.
    """
    if session.dialect == "sqlite" or not told:
        append_audit(session, *(entry for entry, _ in told))
        append_events(session, [event for _, event in told], at, unheard)
        return
    rows = [_row(entry, event, at, event.name in unheard) for entry, event in told]
    if len(rows) == 1:
        session.change(_APPEND, rows[0])
    else:
        session.change_many(_APPEND, rows)
    if any(row["v_done_at"] is None for row in rows):
        session.ring()


def _row(entry: AuditEntry, event: Event, at: datetime, heard: bool) -> dict[str, Any]:
    row = row_of(event, at, at if heard else None)
    row.update({f"a_{name}": getattr(entry, name) for name in COLUMNS})
    return row


def _both(_: DialectName) -> ClauseElement:
    entry = insert(AUDIT).values({name: bindparam(f"a_{name}") for name in COLUMNS}).inline()
    return insert(OUTBOX).values(VALUES).inline().add_cte(entry.cte("entry"))


_APPEND = Statement(_both)
