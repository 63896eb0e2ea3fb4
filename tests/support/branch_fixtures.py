"""Fixtures: a tenant with the standard pack of a test's own, for whichever folder imports them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.kernel.clock import FrozenClock
from tests.support.branch import Branch, open_branch


@pytest.fixture
def branch(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Branch]:
    """A tenant with the standard pack, on SQLite and on PostgreSQL."""
    made = open_branch(tmp_path / "home", database_url, clock)
    yield made
    made.shelf.close()


@pytest.fixture
def local(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Iterator[Branch]:
    """The same on SQLite alone, for what has nothing to do with the database."""
    Path(sqlite_url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)
    made = open_branch(tmp_path / "home", sqlite_url, clock)
    yield made
    made.shelf.close()
