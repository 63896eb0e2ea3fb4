"""Statistics for SQLite's planner, which makes none by itself and is a hundred times slower without."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import Protocol

FIRST = 500  # changed rows after which statistics are made
SPARSEST = 100_000
READ_SECONDS = 60.0
_ROWS_LOOKED_AT = 400  # of each index; makes it a matter of milliseconds


class Analyzed(Protocol):
    """What is needed of a held connection."""

    driver: object
    analyzed: int
    statistics_at: float
    depth: int


def make_statistics(held: Analyzed) -> None:
    """Make statistics when many rows were changed on a connection since the last time; right after a commit."""
    driver = held.driver
    if not isinstance(driver, sqlite3.Connection):
        return
    changed = driver.total_changes
    if changed - held.analyzed < min(max(FIRST, held.analyzed), SPARSEST):
        return
    held.analyzed = changed
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    # nobody waits for statistics: where somebody else is writing, the next commit will do
    driver.execute("PRAGMA busy_timeout=0")
    with contextlib.suppress(sqlite3.Error):
        driver.execute(f"PRAGMA analysis_limit={_ROWS_LOOKED_AT}")
        driver.execute("ANALYZE")
        held.statistics_at = time.monotonic()
    driver.execute(f"PRAGMA busy_timeout={int(patience)}")


def read_statistics(held: Analyzed) -> None:
    """Read now and then what another connection made."""
    driver = held.driver
    if not isinstance(driver, sqlite3.Connection) or held.depth:
        return
    now = time.monotonic()
    if now - held.statistics_at < READ_SECONDS:
        return
    held.statistics_at = now
    with contextlib.suppress(sqlite3.Error):
        driver.execute("ANALYZE sqlite_schema")
