"""The statements over delegations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from engine.storage import Session
from engine.storage.access_tables import DELEGATION

Names = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who may act in whose place, from a moment until a moment (not included). None stands for all."""

    id: str
    principal: str
    delegate: str
    begins: datetime
    until: datetime
    roles: Names = None
    objects: Names = None
    actions: Names = None
    privileges: frozenset[str] = frozenset()
    note: str = ""
    created_at: datetime | None = None
    created_by: str = ""
    ended_at: datetime | None = None

    def runs(self, now: datetime) -> bool:
        """Tell whether it holds at a moment."""
        return self.ended_at is None and self.begins <= now < self.until


_COLUMNS = (
    DELEGATION.c.id,
    DELEGATION.c.principal,
    DELEGATION.c.delegate,
    DELEGATION.c["from"].label("begins"),
    DELEGATION.c.until,
    DELEGATION.c.roles,
    DELEGATION.c.objects,
    DELEGATION.c.actions,
    DELEGATION.c.privileges,
    DELEGATION.c.note,
    DELEGATION.c.created_at,
    DELEGATION.c.created_by,
    DELEGATION.c.ended_at,
)


def delegations_to(session: Session, delegate: str, now: datetime) -> list[Delegation]:
    """Return those that make a user a delegate now or later, by their beginning."""
    chosen = (DELEGATION.c.delegate == delegate, DELEGATION.c.until > now, DELEGATION.c.ended_at.is_(None))
    rows = session.execute(select(*_COLUMNS).where(*chosen).order_by(DELEGATION.c["from"], DELEGATION.c.id))
    return [_delegation(row) for row in rows]


def delegations_of(session: Session, user: str | None, since: datetime) -> list[Delegation]:
    """Return those by or to a user (or anybody) that are not over at a moment, nor were ended."""
    statement = select(*_COLUMNS).where(DELEGATION.c.until > since, DELEGATION.c.ended_at.is_(None))
    if user is not None:
        statement = statement.where(or_(DELEGATION.c.principal == user, DELEGATION.c.delegate == user))
    rows = session.execute(statement.order_by(DELEGATION.c["from"], DELEGATION.c.id))
    return [_delegation(row) for row in rows]


def find_delegation(session: Session, id: str) -> Delegation | None:
    """Return one by its id."""
    row = session.execute(select(*_COLUMNS).where(DELEGATION.c.id == id)).one_or_none()
    return None if row is None else _delegation(row)


def insert_delegation(session: Session, delegation: Delegation) -> None:
    """Write a new one."""
    session.execute(
        insert(DELEGATION).values(
            {
                "id": delegation.id,
                "principal": delegation.principal,
                "delegate": delegation.delegate,
                "from": delegation.begins,
                "until": delegation.until,
                "roles": _listed(delegation.roles),
                "objects": _listed(delegation.objects),
                "actions": _listed(delegation.actions),
                "privileges": _listed(delegation.privileges),
                "note": delegation.note,
                "created_at": delegation.created_at,
                "created_by": delegation.created_by,
            }
        )
    )


def end_delegation(session: Session, id: str, now: datetime) -> bool:
    """End one; tell whether it had not ended."""
    open_ = (DELEGATION.c.id == id, DELEGATION.c.ended_at.is_(None))
    return session.execute(update(DELEGATION).where(*open_).values(ended_at=now)).rowcount == 1


def _listed(names: Names) -> list[str] | None:
    return None if names is None else sorted(names)


def _names(value: Any) -> Names:
    return None if value is None else frozenset(value)


def _delegation(row: Row[Any]) -> Delegation:
    values = row._asdict()
    for key in ("roles", "objects", "actions"):
        values[key] = _names(values[key])
    values["privileges"] = frozenset(values["privileges"] or ())
    return Delegation(**values)
