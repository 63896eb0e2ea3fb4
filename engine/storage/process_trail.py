"""The trail of processes: rows that are only ever added, each with the hash of the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from engine.storage.process_tables import ARCHIVED_EVENT, PROCESS_EVENT
from engine.storage.row_tools import inserting, rows_of, values_of
from engine.storage.sessions import Session
from engine.storage.statements import Statement

GENESIS = ""


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """One fact: who did what, for whom, when, by which channel, at which step, on which version of the record."""

    instance: str
    seq: int
    at: datetime
    actor: str
    behalf: str | None
    channel: str
    type: str
    step: str | None
    visit: int | None
    round: int
    task: str | None
    decision: str | None
    reason: str | None
    comment: str | None
    record_version: int | None
    facts: Mapping[str, Any]
    hash: str = ""

    def sealed(self, before: str) -> ProcessEvent:
        """Return the row with its hash, which covers the row and the hash of the one before."""
        return replace(self, hash=hash_of(self, before))


_E = tuple(item.name for item in fields(ProcessEvent))
_ADD = inserting(PROCESS_EVENT, _E)
_READ = Statement(
    lambda _: (
        select(*(PROCESS_EVENT.c[n] for n in _E))
        .where(PROCESS_EVENT.c.instance == bindparam("instance"))
        .order_by(PROCESS_EVENT.c.seq)
    )
)
_READ_ARCHIVED = Statement(
    lambda _: (
        select(*(ARCHIVED_EVENT.c[n] for n in _E))
        .where(ARCHIVED_EVENT.c.instance == bindparam("instance"))
        .order_by(ARCHIVED_EVENT.c.seq)
    )
)


def hash_of(event: ProcessEvent, before: str) -> str:
    """Return the hash of a row that stands behind a row with the hash ``before``."""
    values = {name: getattr(event, name) for name in _E if name != "hash"}
    values["at"] = event.at.astimezone(UTC).isoformat(timespec="milliseconds")
    told = orjson.dumps([before, values], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()


def append_process_events(session: Session, events: Sequence[ProcessEvent]) -> None:
    """Write rows of the trail, in one go."""
    rows = [values_of(event, _E) for event in events]
    if len(rows) == 1:
        session.change(_ADD, rows[0])
    elif rows:
        session.change_many(_ADD, rows)


def read_process_events(session: Session, instance: str, *, archived: bool = True) -> list[ProcessEvent]:
    """Return the trail of an instance; without ``archived`` only what was not yet moved away by age."""
    statements = (_READ_ARCHIVED, _READ) if archived else (_READ,)
    found: list[ProcessEvent] = []
    for statement in statements:
        rows = session.rows(statement, {"instance": instance})
        found += [ProcessEvent(**row) for row in rows_of(session, PROCESS_EVENT, _E, rows)]
    return sorted(found, key=lambda event: event.seq)


def broken_links(events: Iterable[ProcessEvent]) -> list[int]:
    """Return the numbers of the rows that were altered, or behind which one is missing."""
    wrong: list[int] = []
    before, expected = GENESIS, 1
    for event in events:
        if event.seq != expected or hash_of(event, before) != event.hash:
            wrong.append(event.seq)
        before, expected = event.hash, event.seq + 1
    return wrong
