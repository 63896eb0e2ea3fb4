"""Rows of running processes: instances and tasks; read and written by the approval kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from engine.storage.fetching import among
from engine.storage.process_tables import CANDIDATE, INSTANCE, TASK
from engine.storage.row_tools import inserting, key_list, rows_of, values_of
from engine.storage.sessions import Session
from engine.storage.statements import Statement

LIVE = ("open", "ready", "waiting", "paused")


@dataclass(slots=True)
class InstanceRow:
    """One run of an approval, as it is stored. ``place`` is empty once it is closed."""

    id: str
    flow: str
    version: int
    object: str
    record: str
    slot: str
    place: str | None
    title: str
    submitter: str
    submitted_as: Mapping[str, Any]
    status: str
    incident: bool
    round: int
    seq: int
    hash: str
    state: Mapping[str, Any]
    patch: Mapping[str, Any] | None
    base_version: int
    gate: Mapping[str, Any] | None
    parent: str | None
    parent_key: str | None
    outcome: str | None
    reason: str | None
    started_at: datetime
    closed_at: datetime | None = None


@dataclass(slots=True)
class TaskRow:
    """The assignment of one voice to a person."""

    id: str
    instance: str
    flow: str
    object: str
    record: str
    title: str
    submitter: str
    step: str
    visit: int
    round: int
    slot: int
    kind: str
    principal: str | None
    assignee: str | None
    state: str
    opened_at: datetime
    mark: str = ""
    decision: str | None = None
    decided_by: str | None = None
    behalf: str | None = None
    reason: str | None = None
    comment: str | None = None
    draft: Mapping[str, Any] | None = None
    due_at: datetime | None = None
    seen_at: datetime | None = None
    urged: Sequence[str] | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TurnedRow:
    """A task that stays alive, or lives again, in another state."""

    id: str
    state: str
    mark: str
    assignee: str | None
    principal: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """How a task ended."""

    id: str
    state: str
    decision: str | None
    decided_by: str | None
    behalf: str | None
    reason: str | None
    comment: str | None
    closed_at: datetime


_I = tuple(item.name for item in fields(InstanceRow))
_T = tuple(item.name for item in fields(TaskRow))


# -- instances ---------------------------------------------------------------------------------------------------------

_ADD_INSTANCE = inserting(INSTANCE, _I)
_CHANGED = [
    "version",
    "status",
    "incident",
    "round",
    "seq",
    "hash",
    "state",
    "patch",
    "place",
    "base_version",
    "outcome",
    "reason",
    "closed_at",
    "gate",
    "submitter",
    "title",
    "submitted_as",
]
_CHANGE_INSTANCE = Statement(
    lambda _: (
        update(INSTANCE)
        .where(INSTANCE.c.id == bindparam("the_id"), INSTANCE.c.seq == bindparam("the_seq"))
        .values({name: bindparam(f"v_{name}") for name in _CHANGED})
    )
)
_READ_INSTANCE = Statement(lambda _: select(*(INSTANCE.c[n] for n in _I)).where(INSTANCE.c.id == bindparam("id")))
_LOCK_INSTANCE = Statement(
    lambda dialect: (
        select(*(INSTANCE.c[n] for n in _I)).where(INSTANCE.c.id == bindparam("id"))
        if dialect == "sqlite"
        else select(*(INSTANCE.c[n] for n in _I)).where(INSTANCE.c.id == bindparam("id")).with_for_update()
    )
)
_AT_PLACE = Statement(lambda _: select(INSTANCE.c.id).where(INSTANCE.c.place == bindparam("place")))
_OF_RECORD = Statement(
    lambda _: (
        select(*(INSTANCE.c[n] for n in _I))
        .where(INSTANCE.c.object == bindparam("object"), INSTANCE.c.record == bindparam("record"))
        .order_by(INSTANCE.c.id.desc())
        .limit(200)
    )
)
_CHILDREN = Statement(
    lambda _: (
        select(*(INSTANCE.c[n] for n in _I)).where(INSTANCE.c.parent == bindparam("parent")).order_by(INSTANCE.c.id)
    )
)


def add_instance(session: Session, row: InstanceRow) -> None:
    """Write a new instance; Violation when the place is taken."""
    session.change(_ADD_INSTANCE, values_of(row, _I))


def change_instance(session: Session, row: InstanceRow, seq: int) -> bool:
    """Write what changes of an instance, if its trail still ends at ``seq``; tell whether it did."""
    values = {**values_of(row, _CHANGED), "the_id": row.id, "the_seq": seq}
    return session.change(_CHANGE_INSTANCE, values) == 1


def read_instance(session: Session, id: str, *, lock: bool = False) -> InstanceRow | None:
    """Return an instance; with ``lock`` nobody else changes it before this transaction ends."""
    found = session.rows(_LOCK_INSTANCE if lock else _READ_INSTANCE, {"id": id})
    return next((InstanceRow(**row) for row in rows_of(session, INSTANCE, _I, found)), None)


def instance_at(session: Session, place: str) -> str | None:
    """Return the id of the open instance of a record's slot."""
    row = session.row(_AT_PLACE, {"place": place})
    return None if row is None else str(row[0])


def instances_of(session: Session, object: str, record: str) -> list[InstanceRow]:
    """Return the instances of a record, the newest first."""
    found = session.rows(_OF_RECORD, {"object": object, "record": record})
    return [InstanceRow(**row) for row in rows_of(session, INSTANCE, _I, found)]


def children_of(session: Session, parent: str) -> list[InstanceRow]:
    """Return the instances that an instance started, in their order."""
    found = session.rows(_CHILDREN, {"parent": parent})
    return [InstanceRow(**row) for row in rows_of(session, INSTANCE, _I, found)]


# -- tasks -------------------------------------------------------------------------------------------------------------

_ADD_TASK = inserting(TASK, _T)
_TURNED = ("state", "mark", "assignee", "principal", "due_at")
_REBORN = ("decision", "decided_by", "behalf", "reason", "comment", "closed_at")
_TURN_TASK = Statement(
    lambda _: (
        update(TASK)
        .where(TASK.c.id == bindparam("the_id"))
        .values({**{name: bindparam(f"v_{name}") for name in _TURNED}, **dict.fromkeys(_REBORN)})
    )
)
_CLOSED = ("state", "decision", "decided_by", "behalf", "reason", "comment", "closed_at")
_CLOSE_TASK = Statement(
    lambda _: (
        update(TASK)
        .where(TASK.c.id == bindparam("the_id"))
        .values({**{name: bindparam(f"v_{name}") for name in _CLOSED}, "draft": None, "mark": ""})
    )
)
_READ_TASK = Statement(lambda _: select(*(TASK.c[n] for n in _T)).where(TASK.c.id == bindparam("id")))
_TASKS_OF = Statement(
    lambda _: select(*(TASK.c[n] for n in _T)).where(TASK.c.instance == bindparam("instance")).order_by(TASK.c.id)
)
_LIVE_TASKS = Statement(
    lambda _: (
        select(*(TASK.c[n] for n in _T))
        .where(TASK.c.instance == bindparam("instance"), or_(*(TASK.c.state == state for state in LIVE)))
        .order_by(TASK.c.id)
    )
)
_SET_DRAFT = Statement(
    lambda _: update(TASK).where(TASK.c.id == bindparam("the_id")).values(draft=bindparam("v_draft"))
)
_SET_SEEN = Statement(
    lambda _: (
        update(TASK).where(TASK.c.id == bindparam("the_id"), TASK.c.seen_at.is_(None)).values(seen_at=bindparam("v_at"))
    )
)
_SET_URGED = Statement(
    lambda _: update(TASK).where(TASK.c.id == bindparam("the_id")).values(urged=bindparam("v_urged"))
)
_SET_MARK = Statement(lambda _: update(TASK).where(TASK.c.id == bindparam("the_id")).values(mark=bindparam("v_mark")))
_RENAME = Statement(lambda _: update(TASK).where(TASK.c.id == bindparam("the_id")).values(step=bindparam("v_step")))
_ADD_CANDIDATE = inserting(CANDIDATE, ("task", "user"))
_DROP_CANDIDATES = Statement(lambda dialect: delete(CANDIDATE).where(among(CANDIDATE.c.task, "keys", dialect)))
_CANDIDATES = Statement(
    lambda _: select(CANDIDATE.c.user).where(CANDIDATE.c.task == bindparam("task")).order_by(CANDIDATE.c.user)
)


def add_tasks(session: Session, rows: Sequence[TaskRow]) -> None:
    """Write new tasks."""
    if len(rows) == 1:
        session.change(_ADD_TASK, values_of(rows[0], _T))
    elif rows:
        session.change_many(_ADD_TASK, [values_of(row, _T) for row in rows])


def turn_tasks(session: Session, rows: Sequence[TurnedRow]) -> None:
    """Write the state of tasks that stay alive."""
    changed = [{**values_of(row, _TURNED), "the_id": row.id} for row in rows]
    if len(changed) == 1:
        session.change(_TURN_TASK, changed[0])
    elif changed:
        session.change_many(_TURN_TASK, changed)


def close_tasks(session: Session, rows: Sequence[ClosedTask]) -> None:
    """Write how tasks ended; what was typed into them meanwhile is dropped."""
    changed = [{**values_of(row, _CLOSED), "the_id": row.id} for row in rows]
    if len(changed) == 1:
        session.change(_CLOSE_TASK, changed[0])
    elif changed:
        session.change_many(_CLOSE_TASK, changed)


def read_task(session: Session, id: str) -> TaskRow | None:
    """Return a task, or None."""
    found = session.rows(_READ_TASK, {"id": id})
    return next((TaskRow(**row) for row in rows_of(session, TASK, _T, found)), None)


def tasks_of(session: Session, instance: str, *, live: bool = False) -> list[TaskRow]:
    """Return the tasks of an instance in their order; with ``live`` only those that are not closed."""
    found = session.rows(_LIVE_TASKS if live else _TASKS_OF, {"instance": instance})
    return [TaskRow(**row) for row in rows_of(session, TASK, _T, found)]


def save_draft(session: Session, task: str, draft: Mapping[str, Any] | None) -> None:
    """Keep what somebody typed into a task without deciding."""
    session.change(_SET_DRAFT, {"the_id": task, "v_draft": None if draft is None else dict(draft)})


def note_seen(session: Session, task: str, at: datetime) -> bool:
    """Note that the assignee looked at a task; tell whether it was the first time."""
    return session.change(_SET_SEEN, {"the_id": task, "v_at": at}) == 1


def note_urged(session: Session, task: str, moments: Sequence[str]) -> None:
    """Keep when somebody urged the assignee of a task."""
    session.change(_SET_URGED, {"the_id": task, "v_urged": list(moments)})


def mark_task(session: Session, task: str, mark: str) -> None:
    """Set what a list shows beside a task."""
    session.change(_SET_MARK, {"the_id": task, "v_mark": mark})


def rename_step(session: Session, task: str, step: str) -> None:
    """Put a task under another step of its flow."""
    session.change(_RENAME, {"the_id": task, "v_step": step})


def add_candidates(session: Session, pairs: Sequence[tuple[str, str]]) -> None:
    """Write who besides the assignee may take tasks: (task, user)."""
    rows = [{"v_task": task, "v_user": user} for task, user in pairs]
    if len(rows) == 1:
        session.change(_ADD_CANDIDATE, rows[0])
    elif rows:
        session.change_many(_ADD_CANDIDATE, rows)


def drop_candidates(session: Session, tasks: Sequence[str]) -> None:
    """Delete the candidates of tasks."""
    if tasks:
        session.change(_DROP_CANDIDATES, {"keys": key_list(session, tasks)})


def candidates_of(session: Session, task: str) -> list[str]:
    """Return who besides the assignee may take a task."""
    return [str(row[0]) for row in session.rows(_CANDIDATES, {"task": task})]
