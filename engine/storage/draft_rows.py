"""The draft of a tenant's definitions: read, and saved only over the revision that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from engine.storage.connections import DialectName
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import DRAFT


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft: its content as plain JSON, the version of the definitions it began with, who changed it last."""

    revision: int
    model_version: int
    content: Any
    changed_at: datetime
    changed_by: str


def read_draft(session: Session) -> DraftRow | None:
    """Return the draft; None when none was ever begun."""
    row = session.execute(select(*(DRAFT.c[name] for name in _COLUMNS))).one_or_none()
    return None if row is None else DraftRow(*tuple(row))


def save_draft(session: Session, row: DraftRow) -> bool:
    """Save a draft as the revision after the one before it; False when somebody else saved another meanwhile."""
    values: dict[str, Any] = {f"v_{name}": getattr(row, name) for name in _COLUMNS}
    if row.revision == 1 and session.change(_INSERT, values):
        return True
    return session.change(_UPDATE, {**values, "before": row.revision - 1}) == 1


_COLUMNS = ("revision", "model_version", "content", "changed_at", "changed_by")
_UPDATE = Statement(
    lambda _: (
        update(DRAFT)
        .where(DRAFT.c.revision == bindparam("before"))
        .values({name: bindparam(f"v_{name}") for name in _COLUMNS})
    )
)


def _insert(dialect: DialectName) -> Any:
    values: dict[str, Any] = {name: bindparam(f"v_{name}") for name in _COLUMNS}
    return upsert(dialect, DRAFT).values(id=1, **values).on_conflict_do_nothing()


_INSERT = Statement(_insert)
