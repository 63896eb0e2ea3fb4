"""A branch with the standard pack on each database, and files to import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from engine.kernel.clock import FrozenClock
from engine.transfer import MappingDef, mapping_of
from tests.support.branch import Branch, open_branch


@pytest.fixture
def branch(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Branch]:
    """A tenant with the standard pack, on SQLite and on PostgreSQL."""
    opened = open_branch(tmp_path / "home", database_url, clock)
    yield opened
    opened.shelf.close()


@pytest.fixture
def local(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Iterator[Branch]:
    """The same on SQLite alone, for what has nothing to do with the database."""
    Path(sqlite_url.removeprefix("sqlite:///")).parent.mkdir()
    opened = open_branch(tmp_path / "home", sqlite_url, clock)
    yield opened
    opened.shelf.close()


def csv_file(path: Path, header: str, rows: Sequence[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def mapping(object: str, key: str | None = None, **columns: object) -> MappingDef:
    return mapping_of({"object": object, "key": key, "columns": columns})
