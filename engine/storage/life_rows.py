"""Steps of life-cycles as rows, and transitions that wait for an approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from engine.storage.connections import DialectName
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.timer_tables import PENDING, STEP


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a life-cycle; ``plain`` and ``working`` are the seconds that the record spent in the state it left."""

    id: str
    object: str
    record: str
    transition: str
    source: str | None
    target: str
    actor: str
    at: datetime
    comment: str = ""
    plain: int | None = None
    working: int | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A transition that a gate holds; ``passed`` maps gates that were passed to a digest of what they rest on."""

    object: str
    record: str
    transition: str
    gate: int
    source: str
    actor: str
    at: datetime
    comment: str = ""
    passed: Mapping[str, str] = field(default_factory=dict)


def add_step(session: Session, row: StepRow) -> None:
    """Write a step."""
    session.change(_ADD_STEP, {f"v_{name}": getattr(row, name) for name in _STEP})


def entered_at(session: Session, object: str, record: str) -> datetime | None:
    """Return when a record came into its present state by a step; None when it was born in it."""
    moved = STEP.c.source != STEP.c.target
    chosen = select(STEP.c.at).where(STEP.c.object == object, STEP.c.record == record, moved)
    return session.execute(chosen.order_by(STEP.c.id.desc()).limit(1)).scalar_one_or_none()


def was_taken(session: Session, object: str, record: str, transition: str, since: datetime | None) -> bool:
    """Tell whether a transition was performed on a record since an instant."""
    chosen = select(STEP.c.id).where(STEP.c.object == object, STEP.c.record == record, STEP.c.transition == transition)
    if since is not None:
        chosen = chosen.where(STEP.c.at >= since)
    return session.execute(chosen.limit(1)).first() is not None


def read_steps(session: Session, object: str, record: str, limit: int = 500) -> list[StepRow]:
    """Return the steps of a record, oldest first."""
    chosen = select(STEP).where(STEP.c.object == object, STEP.c.record == record)
    rows = session.execute(chosen.order_by(STEP.c.id).limit(limit)).mappings().all()
    return [StepRow(**row) for row in rows]


def read_pending(session: Session, object: str, record: str) -> PendingRow | None:
    """Return the transition of a record that a gate holds, or None."""
    chosen = select(PENDING).where(PENDING.c.object == object, PENDING.c.record == record)
    row = session.execute(chosen).mappings().first()
    return None if row is None else PendingRow(**row)


def save_pending(session: Session, row: PendingRow) -> None:
    """Write that a gate holds a transition; one per record."""
    session.change(_SAVE_PENDING, {f"v_{name}": getattr(row, name) for name in _PENDING})


def forget_pending(session: Session, object: str, record: str) -> bool:
    """Forget a transition that a gate held; tell whether there was one."""
    gone = delete(PENDING).where(PENDING.c.object == object, PENDING.c.record == record)
    return session.execute(gone).rowcount == 1


# ---------------------------------------------------------------------------------------------------------------------

_STEP = (
    *("id", "object", "record", "transition", "source", "target", "actor", "at", "comment", "plain", "working"),
    "cause",
)
_PENDING = ("object", "record", "transition", "gate", "source", "actor", "at", "comment", "passed")


def _save_pending(dialect: DialectName) -> Any:
    new = upsert(dialect, PENDING).values({name: bindparam(f"v_{name}") for name in _PENDING})
    later = {name: new.excluded[name] for name in _PENDING[2:]}
    return new.on_conflict_do_update(index_elements=[PENDING.c.object, PENDING.c.record], set_=later)


_ADD_STEP = Statement(lambda _: insert(STEP).values({name: bindparam(f"v_{name}") for name in _STEP}))
_SAVE_PENDING = Statement(_save_pending)
