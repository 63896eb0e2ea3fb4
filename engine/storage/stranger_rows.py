"""How often people without an account did something, counted in the tenant's database for all processes together.

What they are known by is kept as a digest, and for two periods at most. Within a period the count is exact; what the
one before counts for fades while this one passes, so that nobody gets twice as much around a full hour.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from engine.storage.connections import DialectName
from engine.storage.sequences import upsert
from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import STRANGER


def _count(dialect: DialectName) -> Any:
    new = upsert(dialect, STRANGER).values(known_by=bindparam("v_known_by"), period=bindparam("v_period"), count=1)
    again: Mapping[str, Any] = {"count": STRANGER.c.count + 1}
    return new.on_conflict_do_update(index_elements=[STRANGER.c.known_by, STRANGER.c.period], set_=again)


_COUNT = Statement(_count)
_READ = Statement(
    lambda _: select(STRANGER.c.period, STRANGER.c.count).where(STRANGER.c.known_by == bindparam("known_by"))
)
_FORGET = Statement(lambda _: delete(STRANGER).where(STRANGER.c.period < bindparam("oldest")))


def count_stranger(session: Session, key: str, now: datetime, within: timedelta) -> float:
    """Count once more what is known by ``key``; return how often that makes within the time up to now."""
    known_by = hashlib.sha256(key.encode()).hexdigest()
    period, passed = divmod(now.timestamp(), within.total_seconds())
    session.change(_COUNT, {"v_known_by": known_by, "v_period": int(period)})
    counts = {row[0]: int(row[1]) for row in session.rows(_READ, {"known_by": known_by})}
    mine = counts[int(period)]
    if mine == 1:
        session.change(_FORGET, {"oldest": int(period) - 1})
    return mine + counts.get(int(period) - 1, 0) * (1 - passed / within.total_seconds())
