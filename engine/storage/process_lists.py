"""Lists of processes: what waits for a person, what he decided, submitted or was copied on; never wide columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, literal, or_, select, tuple_
from sqlalchemy.sql import ColumnElement

from engine.storage.process_rows import InstanceRow
from engine.storage.process_tables import CANDIDATE, COPY, INSTANCE, OPEN_TASK, TASK
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


def _mine() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return two conditions, each of which an index answers: what a user holds, and what he may take or decide."""
    user: Any = bindparam("user")
    offered = TASK.c.id.in_(select(CANDIDATE.c.task).where(CANDIDATE.c.user == user))
    taken = or_(TASK.c.state == "ready", and_(TASK.c.state == "open", TASK.c.principal == user))
    return and_(TASK.c.assignee == user, TASK.c.state == "open", OPEN_TASK), and_(offered, taken, OPEN_TASK)


def _either(chosen: Sequence[Select[Any]]) -> Any:
    """Return the ids of several selections, each once."""
    own, offered = (select(one.subquery().c.id) for one in chosen)
    return own.union(offered)


_COUNT = Statement(
    lambda _: select(func.count()).select_from(
        _either([select(TASK.c.id).where(one).limit(COUNTED) for one in _mine()]).subquery()
    )
)


def count_todo(session: Session, user: str) -> int:
    """Return how many tasks wait for a user, counting no further than ``COUNTED``."""
    row = session.row(_COUNT, {"user": user})
    return 0 if row is None else min(int(row[0]), COUNTED)


def todo(session: Session, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Return the tasks that wait for a user, the oldest first."""
    key = (TASK.c.opened_at, TASK.c.id)
    behind = [] if wanted.after is None else [tuple_(*key) > tuple_(*_bound(wanted.after, key))]
    parts = [
        _narrowed(select(TASK.c.id).where(one, *behind), TASK, wanted).order_by(*key).limit(wanted.limit)
        for one in _mine()
    ]
    chosen = select(*(TASK.c[name] for name in _TASK_COLUMNS)).where(TASK.c.id.in_(_either(parts)))
    chosen = chosen.order_by(*key).limit(wanted.limit)
    return [dict(row) for row in session.execute(chosen, {"user": wanted.user}).mappings()]


def done(session: Session, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Return the tasks that a user decided, the latest first."""
    key = (TASK.c.closed_at, TASK.c.id)
    chosen = select(*(TASK.c[name] for name in _TASK_COLUMNS)).where(TASK.c.decided_by == wanted.user)
    if wanted.after is not None:
        chosen = chosen.where(tuple_(*key) < tuple_(*_bound(wanted.after, key)))
    chosen = _narrowed(chosen, TASK, wanted).order_by(*(part.desc() for part in key)).limit(wanted.limit)
    return [dict(row) for row in session.execute(chosen).mappings()]


def _bound(after: tuple[datetime, str], key: Sequence[Any]) -> list[Any]:
    return [literal(value, part.type) for value, part in zip(after, key, strict=True)]


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
    live = (OPEN_TASK, TASK.c.state.in_(("open", "waiting", "paused")))
    held = select(TASK.c.instance).where(TASK.c.assignee == user, *live)
    # each of these has somebody who is to do it: so they are looked for among the live ones
    lent = select(TASK.c.instance).where(TASK.c.assignee > "", TASK.c.principal == user, *live)
    both = held.union(lent).subquery()
    return [str(id) for id in session.execute(select(both.c.instance).order_by(both.c.instance).limit(limit)).scalars()]


def held_tasks(session: Session, user: str, limit: int) -> list[str]:
    """Return ids of the live tasks that a user is to do, the oldest first."""
    live = (OPEN_TASK, TASK.c.state.in_(("open", "waiting", "paused")))
    chosen = select(TASK.c.id).where(TASK.c.assignee == user, *live)
    return [str(id) for id in session.execute(chosen.order_by(TASK.c.id).limit(limit)).scalars()]


def open_for(session: Session, substitute: str, principal: str) -> list[str]:
    """Return ids of the instances in which a substitute holds a live task for a principal."""
    chosen = select(TASK.c.instance).where(
        OPEN_TASK,
        TASK.c.state.in_(("open", "waiting", "paused")),
        TASK.c.assignee == substitute,
        TASK.c.principal == principal,
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
