"""Tenants to do background work in: the standard pack on either database, emptied by being made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.kernel.clock import FrozenClock
from tests.support.branch import Branch, open_branch


@pytest.fixture
def branch(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Branch]:
    """A tenant on SQLite, then on PostgreSQL."""
    made = open_branch(tmp_path, database_url, clock)
    yield made
    made.shelf.close()


@pytest.fixture
def local(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Iterator[Branch]:
    """A tenant on SQLite."""
    Path(sqlite_url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)
    made = open_branch(tmp_path, sqlite_url, clock)
    yield made
    made.shelf.close()
