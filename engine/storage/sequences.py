"""Counters inside the caller's transaction, blocks of numbers for fast rules, and the book of gapless numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.storage.connections import DialectName
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import COUNTER, NUMBER


@dataclass(frozen=True, slots=True)
class Issued:
    """A number of a gapless rule and the record that has it."""

    rule: str
    scope: str
    period: str
    value: int
    number: str
    object: str
    record: str


def next_counter(session: Session, rule: str, scope: str, period: str, start: int = 1, count: int = 1) -> int:
    """Take ``count`` figures and return the last of them. The counter stays locked until the transaction ends.

    A rolled back transaction gives its figures back, so that they are dense.
    """
    values = {"rule": rule, "scope": scope, "period": period, "first": start + count - 1, "count": count}
    row = session.row(_NEXT, values)
    assert row is not None
    return int(row[0])


def peek_counter(session: Session, rule: str, scope: str, period: str, start: int = 1) -> int:
    """Return the figure that would come next; nothing is taken."""
    row = session.row(_PEEK, {"rule": rule, "scope": scope, "period": period})
    return start if row is None else int(row[0]) + 1


def raise_counter(session: Session, rule: str, scope: str, period: str, least: int) -> None:
    """See that the next figure is above ``least``, for numbers that came from elsewhere."""
    session.rows(_RAISE, {"rule": rule, "scope": scope, "period": period, "least": least})


def note_issued(session: Session, issued: Sequence[Issued], at: datetime) -> None:
    """Write gapless numbers into their book, in the transaction that took them."""
    rows = [
        {
            "rule": one.rule,
            "scope": one.scope,
            "period": one.period,
            "value": one.value,
            "number": one.number,
            "object": one.object,
            "record": one.record,
            "at": at,
        }
        for one in issued
    ]
    if len(rows) == 1:
        session.change(_ISSUE, rows[0])
    elif rows:
        session.change_many(_ISSUE, rows)


def void_numbers(session: Session, object: str, record: str, at: datetime, reason: str) -> int:
    """Mark the gapless numbers of a record that is deleted as void; the rows stay. Return how many."""
    return session.change(_VOID, {"the_object": object, "the_record": record, "now": at, "why": reason})


def numbers_of(session: Session, rule: str, scope: str, period: str) -> list[tuple[int, str, datetime | None]]:
    """Return value, number and time of voiding of all numbers of a counter, in order."""
    chosen = select(NUMBER.c.value, NUMBER.c.number, NUMBER.c.void_at)
    chosen = chosen.where(NUMBER.c.rule == rule, NUMBER.c.scope == scope, NUMBER.c.period == period)
    rows = session.execute(chosen.order_by(NUMBER.c.value)).mappings()
    return [(row["value"], row["number"], row["void_at"]) for row in rows]


# ---------------------------------------------------------------------------------------------------------------------

_KEY = (COUNTER.c.rule, COUNTER.c.scope, COUNTER.c.period)


def upsert(dialect: DialectName, table: Any) -> Any:
    """Return the INSERT of a dialect, which knows what to do when the row is there."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def _key_of(counter: Any) -> tuple[Any, ...]:
    return tuple(column == bindparam(column.name) for column in counter)


def _next(dialect: DialectName) -> Any:
    new = upsert(dialect, COUNTER).values(
        rule=bindparam("rule"), scope=bindparam("scope"), period=bindparam("period"), value=bindparam("first")
    )
    more = COUNTER.c.value + bindparam("count", type_=COUNTER.c.value.type)
    return new.on_conflict_do_update(index_elements=_KEY, set_={"value": more}).returning(COUNTER.c.value)


def _raise(dialect: DialectName) -> Any:
    new = upsert(dialect, COUNTER).values(
        rule=bindparam("rule"), scope=bindparam("scope"), period=bindparam("period"), value=bindparam("least")
    )
    most = func.max if dialect == "sqlite" else func.greatest
    larger = most(COUNTER.c.value, new.excluded.value)
    return new.on_conflict_do_update(index_elements=_KEY, set_={"value": larger}).returning(COUNTER.c.value)


_NEXT = Statement(_next)
_RAISE = Statement(_raise)
_PEEK = Statement(lambda _: select(COUNTER.c.value).where(*_key_of(_KEY)))
_ISSUE = Statement(
    lambda _: insert(NUMBER).values(
        {name: bindparam(name) for name in ("rule", "scope", "period", "value", "number", "object", "record", "at")}
    )
)
_VOID = Statement(
    lambda _: (
        update(NUMBER)
        .where(
            NUMBER.c.object == bindparam("the_object"),
            NUMBER.c.record == bindparam("the_record"),
            NUMBER.c.void_at.is_(None),
        )
        .values(void_at=bindparam("now"), reason=bindparam("why"))
    )
)
