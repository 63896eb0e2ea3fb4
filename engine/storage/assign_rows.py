"""Whose turn it is, who was chosen for what, and how much people already have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from engine.rules import Expression, Run
from engine.storage.catalog import Catalog
from engine.storage.connections import DialectName
from engine.storage.fetching import among
from engine.storage.scope import Frame, RowScope
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.statements import Compiled, Statement
from engine.storage.table_map import DELETED, column_name
from engine.storage.timer_tables import ASSIGNED, CURSOR
from engine.storage.wording import Piece, Wording, every_row


@dataclass(frozen=True, slots=True)
class Cursor:
    """The turn of an assignment for a key: the last person it chose, and the running weights of a weighted one."""

    assignment: str
    key: str
    last: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AssignedRow:
    """A choice. ``state``: done, offered, accepted, declined, late or over (somebody else got it)."""

    id: str
    assignment: str
    key: str
    object: str
    record: str
    person: str
    state: str
    turn: int
    at: datetime
    answered_at: datetime | None = None


def hold_cursor(session: Session, assignment: str, key: str) -> Cursor:
    """Lock the turn of an assignment for a key until the transaction ends (G1)."""
    new = upsert(session.dialect, CURSOR).values(assignment=assignment, key=key, weights={}).on_conflict_do_nothing()
    session.execute(new)
    chosen = select(CURSOR).where(CURSOR.c.assignment == assignment, CURSOR.c.key == key).with_for_update()
    row = session.execute(chosen).mappings().one()
    return Cursor(**row)


def save_cursor(session: Session, cursor: Cursor) -> None:
    """Write whose turn it was."""
    where = (CURSOR.c.assignment == cursor.assignment, CURSOR.c.key == cursor.key)
    session.execute(update(CURSOR).where(*where).values(last=cursor.last, weights=dict(cursor.weights)))


def add_assigned(session: Session, row: AssignedRow) -> None:
    """Write a choice."""
    names = ("id", "assignment", "key", "object", "record", "person", "state", "at", "answered_at")
    session.execute(insert(ASSIGNED).values({name: getattr(row, name) for name in names} | {"try": row.turn}))


def answer_assigned(session: Session, id: str, state: str, at: datetime) -> bool:
    """Write what became of an offer; False: it is no longer open."""
    done = update(ASSIGNED).where(ASSIGNED.c.id == id, ASSIGNED.c.state == "offered")
    return session.execute(done.values(state=state, answered_at=at)).rowcount == 1


def assigned_of(session: Session, object: str, record: str) -> list[AssignedRow]:
    """Return who was chosen for a record, oldest first."""
    chosen = select(ASSIGNED).where(ASSIGNED.c.object == object, ASSIGNED.c.record == record)
    return [_row(row) for row in session.execute(chosen.order_by(ASSIGNED.c.id)).mappings().all()]


def read_assigned(session: Session, id: str) -> AssignedRow | None:
    """Return one choice, or None."""
    row = session.execute(select(ASSIGNED).where(ASSIGNED.c.id == id)).mappings().first()
    return None if row is None else _row(row)


def last_assigned(session: Session, assignment: str, people: Iterable[str]) -> dict[str, str]:
    """Return the id of the last choice of each person by an assignment; ids grow with time."""
    given = {"assignment": assignment, "people": _listed(session, people)}
    return {row[0]: row[1] for row in session.rows(_LAST, given)}


def _listed(session: Session, people: Iterable[str]) -> Any:
    wanted = list(people)
    return orjson.dumps(wanted).decode() if session.dialect == "sqlite" else wanted


_LAST = Statement(
    lambda dialect: (
        select(ASSIGNED.c.person, func.max(ASSIGNED.c.id))
        .where(ASSIGNED.c.assignment == bindparam("assignment"), among(ASSIGNED.c.person, "people", dialect))
        .group_by(ASSIGNED.c.person)
    )
)


@dataclass(frozen=True, slots=True)
class Counting:
    """Records of ``object`` for which ``where`` is true, counted by the person in ``by``."""

    object: str
    by: str
    where: Expression | None


def count_by_person(
    session: Session,
    catalog: Catalog,
    counting: Counting,
    people: Iterable[str],
    conditions: tuple[Mapping[str, Any], Run],
) -> dict[str, int]:
    """Return how many records each of ``people`` has; ``conditions`` is what they know and how they are run."""
    bound, run = conditions
    words = Wording(catalog.tables, every_row, bound, run)
    form = words.look(("where", 0), counting.where)
    key = ("count_by_person", counting.object, counting.by, form, tuple(bound))

    def build() -> tuple[Compiled, tuple[Piece, ...]]:
        frame = Frame(counting.object, catalog.tables.table(counting.object), words)
        person = _people(session.dialect)
        tests: list[Any] = [frame.row.c[column_name(counting.by)] == person]
        if counting.where is not None:
            scope = RowScope(frame, counting.object, frame.row, trusted=True)
            tests.append(words.condition(("where", 0), scope))
        if catalog.model.objects[counting.object].recycles:
            tests.append(frame.row.c[DELETED].is_(None))
        # person by person: a walk of an index each, where grouping would compare row by row, and those of nobody else
        count = select(func.count()).select_from(frame.source).where(*tests).correlate(person.table)
        return Compiled(select(person, count.scalar_subquery()), session.dialect), tuple(words.pieces)

    compiled, pieces = catalog.tables.statements.get(key, build)
    given = {**words.arguments(pieces), "people": _listed(session, people)}
    return {row[0]: row[1] for row in session.rows(compiled, given)}


def _people(dialect: DialectName) -> Any:
    """Return the column of the people whom a statement is given."""
    if dialect == "sqlite":
        return func.json_each(bindparam("people", type_=Text())).table_valued("value", name="people").c.value
    given = func.unnest(bindparam("people", type_=ARRAY(Text()))).table_valued("value")
    return given.render_derived(name="people").c.value


def _row(row: Any) -> AssignedRow:
    values = dict(row)
    values["turn"] = values.pop("try")
    return AssignedRow(**values)
