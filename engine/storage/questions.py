"""What a plan asks of the data that are there: how many rows, what is missing, double, or would not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Column, MetaData, Table, and_, func, select
from sqlalchemy import exists as sql_exists

from engine.rules import Expression, Run
from engine.storage.conversion import DoesNotFit, Turn, conversion, fitted, plain
from engine.storage.sessions import Session
from engine.storage.snapshot import ColumnShape, TableShape
from engine.storage.sql_types import sql_type
from engine.storage.table_map import DELETED

CHUNK = 500
_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Wrong:
    """How many, and a few of them as text."""

    count: int
    samples: tuple[str, ...] = ()


NOTHING_WRONG = Wrong(0)


class Questions:
    """Asks a table as it is now."""

    def __init__(self, session: Session, shape: TableShape) -> None:
        self._session = session
        self._shape = shape

    @cached_property
    def table(self) -> Table:
        """The table with its columns as they are; made when something is asked, most plans ask of few tables."""
        columns = [Column(name, sql_type(column.stored)) for name, column in self._shape.columns.items()]
        return Table(self._shape.name, MetaData(), *columns)

    @cached_property
    def rows(self) -> int:
        """How many rows there are; asked once, and only where something depends on it."""
        return self._count(select(func.count()).select_from(self.table))

    def missing(self, column: str) -> int:
        """Return how many rows have no value."""
        return self._count(select(func.count()).select_from(self.table).where(self.table.c[column].is_(None)))

    def present(self, column: str) -> int:
        """Return how many rows have a value."""
        return self._count(select(func.count(self.table.c[column])))

    def doubles(self, columns: Sequence[str], *, live: bool) -> Wrong:
        """Return the values that occur more than once; a row with a null among them is never a double."""
        chosen = [self.table.c[name] for name in columns]
        known = [column.is_not(None) for column in chosen]
        if live and DELETED in self.table.c:
            known.append(self.table.c[DELETED].is_(None))
        double = select(*chosen).where(and_(*known)).group_by(*chosen).having(func.count() > 1)
        count = self._count(select(func.count()).select_from(double.subquery()))
        if not count:
            return NOTHING_WRONG
        found = self._session.execute(double.order_by(*chosen).limit(_SAMPLES))
        return Wrong(count, tuple(" / ".join(plain(value) for value in row) for row in found))

    def orphans(self, column: str, target: str) -> Wrong:
        """Return the values that are no id of ``target``."""
        pointing = self.table.c[column]
        other = Table(target, MetaData(), Column("id", pointing.type)).alias("target")
        lost = and_(pointing.is_not(None), ~sql_exists().where(other.c.id == pointing))
        count = self._count(select(func.count()).select_from(self.table).where(lost))
        if not count:
            return NOTHING_WRONG
        found = self._session.execute(select(pointing).where(lost).distinct().limit(_SAMPLES))
        return Wrong(count, tuple(plain(row[0]) for row in found))

    def unfit(self, column: ColumnShape, new: ColumnShape, expression: Expression | None) -> Wrong:
        """Return the values of a column that cannot become values of ``new``."""
        count = 0
        samples: list[str] = []
        names = {name: name for name in self._shape.columns}
        for _, value in converted(self._session, self.table, Turned(column, new, expression, names)):
            if isinstance(value, _Unfit):
                count += 1
                if len(samples) < _SAMPLES:
                    samples.append(plain(value.value))
        return Wrong(count, tuple(samples))

    def _count(self, statement: Any) -> int:
        return int(self._session.execute(statement).scalar_one())


@dataclass(frozen=True, slots=True)
class _Unfit:
    value: Any


def chunks(session: Session, table: Table, wanted: Sequence[str]) -> Iterator[list[Any]]:
    """Yield all rows of a table in pieces: the id first, then ``wanted``."""
    last: str | None = None
    while True:
        statement = select(table.c.id, *(table.c[name] for name in wanted)).order_by(table.c.id).limit(CHUNK)
        if last is not None:
            statement = statement.where(table.c.id > last)
        found = list(session.execute(statement))
        if not found:
            return
        yield found
        last = found[-1][0]


@dataclass(frozen=True, slots=True)
class Turned:
    """What becomes of a column: by an expression over the record (``names`` maps its fields to columns), or as is."""

    old: ColumnShape
    new: ColumnShape
    expression: Expression | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def converted(session: Session, table: Table, turned: Turned) -> Iterator[tuple[str, Any]]:
    """Yield id and new value of each row; a value that does not fit comes in a wrapper of its own."""
    if turned.expression is not None:
        yield from _calculated(session, table, turned, turned.expression)
        return
    turn = conversion(turned.old.stored, turned.new.stored)
    assert turn is not None, "the planner asked before"
    for chunk in chunks(session, table, [turned.old.name]):
        for id, value in chunk:
            if value is not None:
                yield id, _turned(turn, value)


def fits(value: Any) -> bool:
    """Tell whether ``converted`` gave a value."""
    return not isinstance(value, _Unfit)


def _turned(turn: Turn, value: Any) -> Any:
    try:
        return turn(value)
    except (DoesNotFit, ValueError, ArithmeticError):
        return _Unfit(value)


def _calculated(session: Session, table: Table, turned: Turned, expression: Expression) -> Iterator[tuple[str, Any]]:
    run = Run(datetime.now(UTC))
    for chunk in chunks(session, table, list(turned.names.values())):
        for id, *values in chunk:
            record: Mapping[str, Any] = dict(zip(turned.names, values, strict=True))
            run.restart()
            found = expression.evaluate(record, run)
            try:
                yield id, fitted(found, turned.new.stored)
            except (DoesNotFit, ValueError, TypeError, ArithmeticError):
                yield id, _Unfit(found)
