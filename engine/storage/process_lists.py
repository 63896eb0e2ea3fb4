"""Lists of processes: what waits for a person, what he decided, submitted or was copied on; never wide columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.sql import ColumnElement

from engine.storage.process_rows import InstanceRow
from engine.storage.process_tables import CANDIDATE, COPY, INSTANCE, TASK
from engine.storage.sessions import Session
from engine.storage.statements import Statement

COUNTED = 100
_TASK_COLUMNS = (
    *("id", "instance", "flow", "object", "record", "title", "submitter", "step", "visit", "round", "slot", "kind"),
    *("principal", "assignee", "state", "mark", "decision", "decided_by", "behalf", "reason"),
    *("opened_at", "due_at", "seen_at", "closed_at"),
)
_INSTANCE_COLUMNS = (
    *("id", "flow", "version", "object", "record", "slot", "title", "submitter", "status", "incident", "round"),
    *("outcome", "reason", "started_at", "closed_at"),
)
_COPY_COLUMNS = ["id", "instance", "round", "object", "record", "flow", "title", "text", "at", "read_at"]

_PART = Statement(
    lambda _: select(
        or_(
            exists().where(
                TASK.c.instance == bindparam("instance"),
                or_(
                    TASK.c.assignee == bindparam("user"),
                    TASK.c.decided_by == bindparam("user"),
                    TASK.c.principal == bindparam("user"),
                ),
            ),
            exists().where(
                TASK.c.instance == bindparam("instance"),
                CANDIDATE.c.task == TASK.c.id,
                CANDIDATE.c.user == bindparam("user"),
            ),
            exists().where(COPY.c.instance == bindparam("instance"), COPY.c.user == bindparam("user")),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of a list: whose, of which flow, behind which row, how many."""

    user: str
    flow: str = ""
    after: tuple[datetime, str] | None = None
    limit: int = 20
    text: str = ""


def had_part(session: Session, instance: str, user: str) -> bool:
    """Tell whether a user holds or held a task of an instance, or got a copy."""
    row = session.row(_PART, {"instance": instance, "user": user})
    return row is not None and bool(row[0])


def _mine() -> ColumnElement[bool]:
    user: Any = bindparam("user")
    own = and_(TASK.c.assignee == user, TASK.c.state == "open")
    offered = TASK.c.id.in_(select(CANDIDATE.c.task).where(CANDIDATE.c.user == user))
    taken = or_(TASK.c.state == "ready", and_(TASK.c.state == "open", TASK.c.principal == user))
    return or_(own, and_(offered, taken))


_COUNT = Statement(
    lambda _: select(func.count()).select_from(
        select(literal(1)).select_from(TASK).where(_mine()).limit(COUNTED).subquery()
    )
)


def count_todo(session: Session, user: str) -> int:
    """Return how many tasks wait for a user, counting no further than ``COUNTED``."""
    row = session.row(_COUNT, {"user": user})
    return 0 if row is None else int(row[0])


def todo(session: Session, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Return the tasks that wait for a user, the oldest first."""
    chosen = select(*(TASK.c[name] for name in _TASK_COLUMNS)).where(_mine())
    if wanted.after is not None:
        at, id = wanted.after
        chosen = chosen.where(or_(TASK.c.opened_at > at, and_(TASK.c.opened_at == at, TASK.c.id > id)))
    chosen = _narrowed(chosen, TASK, wanted).order_by(TASK.c.opened_at, TASK.c.id).limit(wanted.limit)
    return [dict(row) for row in session.execute(chosen, {"user": wanted.user}).mappings()]


def done(session: Session, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Return the tasks that a user decided, the latest first."""
    chosen = select(*(TASK.c[name] for name in _TASK_COLUMNS)).where(TASK.c.decided_by == wanted.user)
    if wanted.after is not None:
        at, id = wanted.after
        chosen = chosen.where(or_(TASK.c.closed_at < at, and_(TASK.c.closed_at == at, TASK.c.id < id)))
    chosen = _narrowed(chosen, TASK, wanted).order_by(TASK.c.closed_at.desc(), TASK.c.id.desc()).limit(wanted.limit)
    return [dict(row) for row in session.execute(chosen).mappings()]


def submitted(session: Session, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Return the instances that a user submitted, the latest first."""
    chosen = select(*(INSTANCE.c[name] for name in _INSTANCE_COLUMNS)).where(
        INSTANCE.c.submitter == wanted.user, INSTANCE.c.parent.is_(None)
    )
    if wanted.after is not None:
        chosen = chosen.where(INSTANCE.c.id < wanted.after[1])
    chosen = _narrowed(chosen, INSTANCE, wanted).order_by(INSTANCE.c.id.desc()).limit(wanted.limit)
    return [dict(row) for row in session.execute(chosen).mappings()]


def copied(session: Session, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Return the copies of a user, unread ones first, then the latest."""
    chosen = select(*(COPY.c[name] for name in _COPY_COLUMNS)).where(COPY.c.user == wanted.user)
    if wanted.after is not None:
        chosen = chosen.where(COPY.c.id < wanted.after[1])
    unread = COPY.c.read_at.is_(None).desc()
    order = (COPY.c.id.desc(),) if wanted.after is not None else (unread, COPY.c.id.desc())
    chosen = _narrowed(chosen, COPY, wanted).order_by(*order).limit(wanted.limit)
    return [dict(row) for row in session.execute(chosen).mappings()]


def open_tasks_of(session: Session, user: str, limit: int) -> list[str]:
    """Return ids of the instances in which a user holds a live task, or owns its voice; for when he leaves."""
    chosen = (
        select(TASK.c.instance)
        .where(TASK.c.state.in_(("open", "waiting", "paused")))
        .where(or_(TASK.c.assignee == user, TASK.c.principal == user))
        .distinct()
        .order_by(TASK.c.instance)
        .limit(limit)
    )
    return [str(id) for id in session.execute(chosen).scalars()]


def held_tasks(session: Session, user: str, limit: int) -> list[str]:
    """Return ids of the live tasks that a user is to do, the oldest first."""
    chosen = select(TASK.c.id).where(TASK.c.assignee == user, TASK.c.state.in_(("open", "waiting", "paused")))
    return [str(id) for id in session.execute(chosen.order_by(TASK.c.id).limit(limit)).scalars()]


def open_for(session: Session, substitute: str, principal: str) -> list[str]:
    """Return ids of the instances in which a substitute holds a live task for a principal."""
    chosen = select(TASK.c.instance).where(
        TASK.c.state.in_(("open", "waiting", "paused")), TASK.c.assignee == substitute, TASK.c.principal == principal
    )
    return sorted({str(id) for id in session.execute(chosen).scalars()})


def open_instances(session: Session, flow: str = "", after: str = "", limit: int = 500) -> list[str]:
    """Return ids of open instances in their order, behind ``after``."""
    chosen = select(INSTANCE.c.id).where(INSTANCE.c.closed_at.is_(None), INSTANCE.c.id > after)
    if flow:
        chosen = chosen.where(INSTANCE.c.flow == flow)
    return [str(id) for id in session.execute(chosen.order_by(INSTANCE.c.id).limit(limit)).scalars()]


def all_instances(session: Session) -> list[InstanceRow]:
    """Return every instance; for checks."""
    names = [item.name for item in fields(InstanceRow)]
    rows = session.execute(select(*(INSTANCE.c[name] for name in names)).order_by(INSTANCE.c.id)).mappings()
    return [InstanceRow(**row) for row in rows]


def todo_exactly(session: Session, user: str) -> set[str]:
    """Return the tasks that wait for a user, worked out row by row; for checks of lists and counters."""
    rows = session.execute(select(TASK.c.id, TASK.c.assignee, TASK.c.principal, TASK.c.state)).mappings().all()
    pairs = set(session.execute(select(CANDIDATE.c.task).where(CANDIDATE.c.user == user)).scalars())
    found = set()
    for row in rows:
        own = row["assignee"] == user and row["state"] == "open"
        shared = row["id"] in pairs and row["state"] == "open" and row["principal"] == user
        if own or shared or (row["id"] in pairs and row["state"] == "ready"):
            found.add(str(row["id"]))
    return found


def _narrowed(chosen: Any, table: Any, wanted: Wanted) -> Any:
    if wanted.flow:
        chosen = chosen.where(table.c.flow == wanted.flow)
    if wanted.text:
        chosen = chosen.where(table.c.title.contains(wanted.text, autoescape=True))
    return chosen
