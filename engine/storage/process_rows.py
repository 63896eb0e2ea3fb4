"""Rows of running processes: instances, tasks, copies, submissions, holds; read and written by the approval kernel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Table, bindparam, delete, insert, select, update

from engine.storage.connections import DialectName
from engine.storage.fetching import among
from engine.storage.process_tables import APPROVED, CANDIDATE, COPY, HOLD, INSTANCE, SUBMISSION, TASK
from engine.storage.sessions import Session
from engine.storage.sql_types import Words
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
class Hold:
    """What a process keeps of a record: ``kind`` record locks all but ``fields``, change reserves only ``fields``."""

    object: str
    record: str
    instance: str
    kind: str
    flow: str
    fields: tuple[str, ...]
    revised: tuple[str, ...] = ()
    reviser: str | None = None


_I = tuple(item.name for item in fields(InstanceRow))
_T = tuple(item.name for item in fields(TaskRow))
_JSON = frozenset({"submitted_as", "state", "patch", "gate", "draft", "urged", "fields", "revised", "material", "facts"})


def _inserting(table: Table, names: Iterable[str]) -> Statement:
    wanted = tuple(names)
    return Statement(lambda _: insert(table).values({name: bindparam(f"v_{name}") for name in wanted}))


def values_of(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of an insert: each named attribute of a row."""
    return {f"v_{name}": getattr(row, name) for name in names}


def _loaded(table: Table, names: Sequence[str], row: Sequence[Any], dialect: DialectName) -> dict[str, Any]:
    """Return the values of a row by name, as Python holds them."""
    loaders = _LOADERS.get((table.name, dialect)) or _loaders(table, dialect)
    found: dict[str, Any] = {}
    for name, value in zip(names, row, strict=True):
        load = loaders.get(name)
        found[name] = value if load is None or value is None else load(value)
    return found


_LOADERS: dict[tuple[str, str], dict[str, Any]] = {}


def _loaders(table: Table, dialect: DialectName) -> dict[str, Any]:
    from engine.storage.column_types import load_kind
    from engine.storage.sql_types import OwnType

    made: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, OwnType):
            made[column.name] = load_kind(column.type.kind, dialect)
        elif dialect == "sqlite" and column.type.python_type is bool:
            made[column.name] = bool
    if dialect == "sqlite":
        for name in _JSON & made.keys():
            made[name] = made[name] or orjson.loads
    _LOADERS[table.name, dialect] = made
    return made


def rows_of(session: Session, table: Table, names: Sequence[str], found: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return rows that a compiled statement found as mappings of Python values."""
    return [_loaded(table, names, row, session.dialect) for row in found]


# -- instances ---------------------------------------------------------------------------------------------------------

_ADD_INSTANCE = _inserting(INSTANCE, _I)
_CHANGED = (
    "version status incident round seq hash state patch place base_version outcome reason closed_at gate "
    "submitter title submitted_as"
).split()
_CHANGE_INSTANCE = Statement(
    lambda _: update(INSTANCE)
    .where(INSTANCE.c.id == bindparam("the_id"), INSTANCE.c.seq == bindparam("the_seq"))
    .values({name: bindparam(f"v_{name}") for name in _CHANGED})
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
    lambda _: select(*(INSTANCE.c[n] for n in _I))
    .where(INSTANCE.c.object == bindparam("object"), INSTANCE.c.record == bindparam("record"))
    .order_by(INSTANCE.c.id.desc())
    .limit(200)
)
_CHILDREN = Statement(
    lambda _: select(*(INSTANCE.c[n] for n in _I))
    .where(INSTANCE.c.parent == bindparam("parent"))
    .order_by(INSTANCE.c.id)
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

_ADD_TASK = _inserting(TASK, _T)
_TURNED = ("state", "mark", "assignee", "principal", "due_at", "opened_at", "slot", "step", "visit")
_TURN_TASK = Statement(
    lambda _: update(TASK)
    .where(TASK.c.id == bindparam("the_id"))
    .values({name: bindparam(f"v_{name}") for name in _TURNED})
)
_CLOSED = ("state", "decision", "decided_by", "behalf", "reason", "comment", "closed_at")
_CLOSE_TASK = Statement(
    lambda _: update(TASK)
    .where(TASK.c.id == bindparam("the_id"))
    .values({**{name: bindparam(f"v_{name}") for name in _CLOSED}, "draft": None, "mark": ""})
)
_READ_TASK = Statement(lambda _: select(*(TASK.c[n] for n in _T)).where(TASK.c.id == bindparam("id")))
_TASKS_OF = Statement(
    lambda _: select(*(TASK.c[n] for n in _T)).where(TASK.c.instance == bindparam("instance")).order_by(TASK.c.id)
)
_LIVE_TASKS = Statement(
    lambda _: select(*(TASK.c[n] for n in _T))
    .where(TASK.c.instance == bindparam("instance"), TASK.c.state.in_(LIVE))
    .order_by(TASK.c.id)
)
_SET_DRAFT = Statement(
    lambda _: update(TASK).where(TASK.c.id == bindparam("the_id")).values(draft=bindparam("v_draft"))
)
_SET_SEEN = Statement(
    lambda _: update(TASK)
    .where(TASK.c.id == bindparam("the_id"), TASK.c.seen_at.is_(None))
    .values(seen_at=bindparam("v_at"))
)
_SET_URGED = Statement(
    lambda _: update(TASK).where(TASK.c.id == bindparam("the_id")).values(urged=bindparam("v_urged"))
)
_SET_MARK = Statement(lambda _: update(TASK).where(TASK.c.id == bindparam("the_id")).values(mark=bindparam("v_mark")))
_ADD_CANDIDATE = _inserting(CANDIDATE, ("task", "user"))
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


def turn_tasks(session: Session, rows: Sequence[TaskRow]) -> None:
    """Write the state of tasks that stay alive."""
    changed = [{**values_of(row, _TURNED), "the_id": row.id} for row in rows]
    if len(changed) == 1:
        session.change(_TURN_TASK, changed[0])
    elif changed:
        session.change_many(_TURN_TASK, changed)


def close_tasks(session: Session, rows: Sequence[TaskRow]) -> None:
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
        keys: Any = orjson.dumps(list(tasks)).decode() if session.dialect == "sqlite" else list(tasks)
        session.change(_DROP_CANDIDATES, {"keys": keys})


def candidates_of(session: Session, task: str) -> list[str]:
    """Return who besides the assignee may take a task."""
    return [str(row[0]) for row in session.rows(_CANDIDATES, {"task": task})]


# -- copies, submissions, holds ----------------------------------------------------------------------------------------

_COPY = ("id", "instance", "round", "user", "object", "record", "flow", "title", "text", "at")
_ADD_COPY = _inserting(COPY, _COPY)
_COPIED = Statement(
    lambda _: select(COPY.c.user).where(COPY.c.instance == bindparam("instance"), COPY.c.round == bindparam("round"))
)
_READ_COPY = Statement(
    lambda _: update(COPY)
    .where(COPY.c.id == bindparam("the_id"), COPY.c.user == bindparam("the_user"), COPY.c.read_at.is_(None))
    .values(read_at=bindparam("v_at"))
)
_SUBMITTED = ("instance", "round", "record_version", "facts", "at")
_ADD_SUBMISSION = _inserting(SUBMISSION, _SUBMITTED)
_READ_SUBMISSION = Statement(
    lambda _: select(SUBMISSION.c.facts, SUBMISSION.c.record_version).where(
        SUBMISSION.c.instance == bindparam("instance"), SUBMISSION.c.round == bindparam("round")
    )
)
_HOLD = ("object", "record", "instance", "kind", "flow", "fields", "revised", "reviser")
_ADD_HOLD = _inserting(HOLD, _HOLD)
_SET_REVISER = Statement(
    lambda _: update(HOLD).where(HOLD.c.instance == bindparam("instance")).values(reviser=bindparam("v_reviser"))
)
_SET_FIELDS = Statement(
    lambda _: update(HOLD).where(HOLD.c.instance == bindparam("instance")).values(fields=bindparam("v_fields"))
)
_DROP_HOLD = Statement(lambda _: delete(HOLD).where(HOLD.c.instance == bindparam("instance")))
_HOLDS = Statement(
    lambda dialect: select(*(HOLD.c[n] for n in _HOLD)).where(
        HOLD.c.object == bindparam("object"), among(HOLD.c.record, "keys", dialect)
    )
)
_DROP_APPROVED = Statement(
    lambda _: delete(APPROVED).where(
        APPROVED.c.object == bindparam("object"),
        APPROVED.c.record == bindparam("record"),
        APPROVED.c.slot == bindparam("slot", type_=Words()),
    )
)
_APPROVED = ("object", "record", "slot", "instance", "record_version", "material", "stale")
_ADD_APPROVED = _inserting(APPROVED, _APPROVED)
_READ_APPROVED = Statement(
    lambda _: select(*(APPROVED.c[n] for n in _APPROVED)).where(
        APPROVED.c.object == bindparam("object"), APPROVED.c.record == bindparam("record")
    )
)
_STALE = Statement(
    lambda _: update(APPROVED)
    .where(APPROVED.c.instance == bindparam("instance"), APPROVED.c.stale.is_(False))
    .values(stale=True)
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy for one person."""

    id: str
    instance: str
    round: int
    user: str
    object: str
    record: str
    flow: str
    title: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """The newest approval of a record in a slot. ``stale``: a material field changed since."""

    object: str
    record: str
    slot: str
    instance: str
    record_version: int
    material: Sequence[str] = field(default_factory=list)
    stale: bool = False


def add_copies(session: Session, copies: Sequence[Copy]) -> list[str]:
    """Write copies, one for each person and round; return who gets one."""
    if not copies:
        return []
    first = copies[0]
    had = {str(row[0]) for row in session.rows(_COPIED, {"instance": first.instance, "round": first.round})}
    new = {copy.user: copy for copy in copies if copy.user not in had}
    if new:
        session.change_many(_ADD_COPY, [values_of(copy, _COPY) for copy in new.values()])
    return list(new)


def read_copy(session: Session, id: str, user: str, at: datetime) -> bool:
    """Note that a copy was read; tell whether it was unread."""
    return session.change(_READ_COPY, {"the_id": id, "the_user": user, "v_at": at}) == 1


def add_submission(session: Session, instance: str, round: int, version: int, facts: Any, at: datetime) -> None:
    """Keep the subject as it is at the beginning of a round, or (round 0) at its approval."""
    row = {"v_instance": instance, "v_round": round, "v_record_version": version, "v_facts": facts, "v_at": at}
    session.change(_ADD_SUBMISSION, row)


def read_submission(session: Session, instance: str, round: int) -> Mapping[str, Any] | None:
    """Return the subject as it was kept."""
    found = session.rows(_READ_SUBMISSION, {"instance": instance, "round": round})
    rows = rows_of(session, SUBMISSION, ("facts", "record_version"), found)
    return rows[0]["facts"] if rows else None


def add_hold(session: Session, hold: Hold) -> None:
    """Keep a record."""
    row = values_of(hold, _HOLD)
    session.change(_ADD_HOLD, {**row, "v_fields": list(hold.fields), "v_revised": list(hold.revised)})


def set_reviser(session: Session, instance: str, user: str | None) -> None:
    """Open the fields for revising to one person, or to nobody."""
    session.change(_SET_REVISER, {"instance": instance, "v_reviser": user})


def set_held_fields(session: Session, instance: str, names: Sequence[str]) -> None:
    """Replace the fields of a hold."""
    session.change(_SET_FIELDS, {"instance": instance, "v_fields": list(names)})


def drop_hold(session: Session, instance: str) -> None:
    """Give the record free."""
    session.change(_DROP_HOLD, {"instance": instance})


def holds_on(session: Session, object: str, records: Sequence[str]) -> list[Hold]:
    """Return what processes keep of records."""
    keys: Any = orjson.dumps(list(records)).decode() if session.dialect == "sqlite" else list(records)
    found = rows_of(session, HOLD, _HOLD, session.rows(_HOLDS, {"object": object, "keys": keys}))
    return [Hold(**{**row, "fields": tuple(row["fields"]), "revised": tuple(row["revised"])}) for row in found]


def save_approved(session: Session, approved: Approved) -> None:
    """Note the newest approval of a record."""
    where = {"object": approved.object, "record": approved.record, "slot": approved.slot}
    session.change(_DROP_APPROVED, where)
    session.change(_ADD_APPROVED, values_of(approved, _APPROVED))


def approved_of(session: Session, object: str, record: str) -> list[Approved]:
    """Return the approvals that stand for a record, one for each slot."""
    found = session.rows(_READ_APPROVED, {"object": object, "record": record})
    return [Approved(**row) for row in rows_of(session, APPROVED, _APPROVED, found)]


def mark_stale(session: Session, instance: str) -> bool:
    """Note that an approval holds no more; tell whether it did until now."""
    return session.change(_STALE, {"instance": instance}) == 1
