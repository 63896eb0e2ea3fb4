"""How often the records of an object have changed: what is remembered of them is good for one such figure.

Every change of a record leaves an entry in the trail, in its own transaction, so the entries of an object that can be
seen are its version. They are counted from a mark on, an entry itself. Up to the mark nothing may be under way any
more: PostgreSQL gives numbers when an entry is written and shows it when it is committed, so that a lower number may
appear behind a higher one. The mark moves on only when no transaction holds the table; SQLite has one writer at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, bindparam, case, func, select, text

from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import AUDIT

_MARK, _LAST = bindparam("mark", type_=BigInteger()), bindparam("last", type_=BigInteger())
_END = Statement(lambda _: select(AUDIT.c.id, AUDIT.c.record).order_by(AUDIT.c.id.desc()).limit(1))
_SINCE = Statement(
    lambda _: (
        select(
            AUDIT.c.object,
            func.count(case((AUDIT.c.id > _MARK, 1))),
            func.max(AUDIT.c.id),
            func.max(case((AUDIT.c.id == _MARK, AUDIT.c.record))),
        )
        .where(AUDIT.c.id >= _MARK)
        .group_by(AUDIT.c.object)
    )
)
_BETWEEN = Statement(
    lambda _: (
        select(AUDIT.c.object, func.count()).where(AUDIT.c.id > _MARK, AUDIT.c.id <= _LAST).group_by(AUDIT.c.object)
    )
)
_AT = Statement(lambda _: select(AUDIT.c.record).where(AUDIT.c.id == _LAST))
# whoever has written an entry, or is about to, holds this lock until he commits
_WRITERS = Statement(
    lambda _: text(
        "SELECT count(*) FROM pg_locks WHERE relation = 'tessera_audit'::regclass AND mode = 'RowExclusiveLock' "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
)
# so many entries are counted anew each time before the mark is moved
_MANY = 200
Versions = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    """An entry of the trail, the record that it is about, and how many entries of each object lie before."""

    id: int
    record: str
    before: Mapping[str, int] = field(default_factory=dict)


class DataVersions:
    """The versions of one database's objects, as one process counts them."""

    __slots__ = ("_lock", "_mark", "_trail")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: _Mark | None = None
        # what was counted from another beginning cannot be compared
        self._trail: object = object()

    def of(self, session: Session, objects: Iterable[str], *, fresh: bool = False) -> Versions | None:
        """Return the versions of some objects; None while that cannot be told.

        A session is told once, ``fresh`` as often as it asks. What is read between two calls with the same answer, of
        which the later one is fresh, is the data of that version.
        """
        counted = None if fresh else session.counted
        if counted is None:
            counted = self._count(session)
        if counted is None:
            return None
        if not fresh:
            session.counted = counted
        trail, numbers = counted
        return (trail, *(numbers.get(name, 0) for name in objects))

    def _count(self, session: Session) -> tuple[object, Mapping[str, int]] | None:
        with self._lock:
            mark, trail = self._mark, self._trail
        if mark is not None:
            since = session.rows(_SINCE, {"mark": mark.id})
            if any(row[3] == mark.record for row in since):
                before = mark.before
                if sum(row[1] for row in since) > _MANY:
                    self._move(session, mark, max(row[2] for row in since))
                return trail, {**before, **{row[0]: before.get(row[0], 0) + int(row[1]) for row in since}}
        return self._begin(session, mark)

    def _begin(self, session: Session, lost: _Mark | None) -> tuple[object, Mapping[str, int]] | None:
        """Set the first mark; anew where the one that was ``lost`` is no longer there, as in a restored database."""
        row = session.row(_END)
        if row is None or not _settled(session):
            return None
        with self._lock:
            if self._mark is lost:
                self._mark, self._trail = _Mark(int(row[0]), row[1]), object()
        # counted by whoever comes next
        return None

    def _move(self, session: Session, mark: _Mark, last: int) -> None:
        """Set the mark to ``last`` if everything up to it has come to its end."""
        at = session.row(_AT, {"last": last})
        if at is None or not _settled(session):
            return
        counted = {row[0]: int(row[1]) for row in session.rows(_BETWEEN, {"mark": mark.id, "last": last})}
        whole = {name: mark.before.get(name, 0) + counted.get(name, 0) for name in mark.before.keys() | counted.keys()}
        with self._lock:
            if self._mark is mark:
                self._mark = _Mark(last, at[0], whole)


def _settled(session: Session) -> bool:
    if session.dialect == "sqlite":
        return True
    row = session.row(_WRITERS)
    return row is not None and row[0] == 0
