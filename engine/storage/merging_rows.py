"""What the engine itself keeps of records, given to the record that stays when duplicates become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Table, Text, bindparam, cast, delete, func, insert, literal, or_, select, update
from sqlalchemy.sql import ColumnElement

from engine.kernel.names import new_record_id
from engine.storage.access_tables import SHARE
from engine.storage.catalog import Catalog
from engine.storage.fetching import among
from engine.storage.message_tables import MESSAGE
from engine.storage.process_tables import COPY, INSTANCE, TASK
from engine.storage.row_tools import key_list
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import FILE
from engine.storage.table_map import column_name

# processes that are over, their tasks and copies, and what was told about a record
_TOLD: tuple[Table, ...] = (INSTANCE, TASK, COPY, MESSAGE)
_FILE = ("object", "field", "name", "type", "size", "digest", "created_at", "created_by")
_OPEN = Statement(
    lambda dialect: select(INSTANCE.c.record).where(
        INSTANCE.c.object == bindparam("object"),
        among(INSTANCE.c.record, "keys", dialect),
        INSTANCE.c.closed_at.is_(None),
    )
)


def in_processes(session: Session, object: str, records: Iterable[str]) -> list[str]:
    """Return those of the records about which a process is running."""
    given = {"object": object, "keys": key_list(session, records)}
    return sorted({row[0] for row in session.rows(_OPEN, given)})


def move_told(session: Session, object: str, gone: Sequence[str], stays: str) -> dict[str, int]:
    """Let what was told and decided about records be about another one; return how many rows, by table."""
    moved = {}
    for table in _TOLD:
        mine = (table.c.object == object, table.c.record.in_(gone))
        moved[table.name] = session.execute(update(table).where(*mine).values(record=stays)).rowcount
    return {name: count for name, count in moved.items() if count}


def move_shares(session: Session, object: str, gone: Sequence[str], stays: str) -> int:
    """Let those with whom records are shared have the one that stays: the farther level, the later end."""
    there = {row.receiver: row for row in session.execute(select(SHARE).where(*_shared(object, [stays])))}
    found = session.execute(select(SHARE).where(*_shared(object, gone)).order_by(SHARE.c.at, SHARE.c.id)).all()
    for row in found:
        known = there.get(row.receiver)
        if known is None:
            session.execute(update(SHARE).where(SHARE.c.id == row.id).values(record=stays))
            there[row.receiver] = row
            continue
        until = None if known.until is None or row.until is None else max(known.until, row.until)
        better = {"level": max(known.level, row.level), "until": until}
        session.execute(update(SHARE).where(SHARE.c.id == known.id).values(**better))
        session.execute(delete(SHARE).where(SHARE.c.id == row.id))
    return len(found)


def copy_files(session: Session, ids: Iterable[str], gone: Sequence[str], stays: str) -> Mapping[str, str]:
    """Give a record files of its own with the bytes of those of other records; return their new ids by the old ones."""
    columns = [FILE.c[name] for name in _FILE]
    made: dict[str, str] = {}
    for id in ids:
        fresh = new_record_id()
        mine = (FILE.c.id == id, FILE.c.record.in_(gone))
        copied = select(literal(fresh), literal(stays), *columns).where(*mine)
        if session.execute(insert(FILE).from_select(["id", "record", *_FILE], copied)).rowcount:
            made[id] = fresh
    return made


def listing(session: Session, catalog: Catalog, object: str, field: str, ids: Sequence[str]) -> list[str]:
    """Return the records that hold one of the ids in a list of ids."""
    table = catalog.tables.table(object)
    # a list of ids is stored as JSON; ids hold nothing that JSON writes in another way
    place = func.instr if session.dialect == "sqlite" else func.strpos
    text = cast(table.c[column_name(field)], Text)
    held = or_(*(place(text, f'"{id}"') > 0 for id in ids))
    return [row[0] for row in session.execute(select(table.c.id).where(held).order_by(table.c.id))]


def _shared(object: str, records: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return (SHARE.c.object == object, SHARE.c.record.in_(records))
