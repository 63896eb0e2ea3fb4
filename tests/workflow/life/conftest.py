"""The tenant of these tests, one for each database and test process, emptied between tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.support.postgres import PostgresServer
from tests.workflow.life.house import LifeHouse, empty, open_house


class Lane:
    """The tenants of this run."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder, self._server = folder, server
        self._open = ExitStack()
        self._made: dict[str, LifeHouse] = {}

    def house(self, kind: str) -> LifeHouse:
        """Return the tenant, emptied."""
        if kind not in self._made:
            home = self._folder / kind
            home.mkdir()
            if kind == "sqlite":
                url = f"sqlite:///{home}/{{tenant}}.db"
            else:
                url = self._open.enter_context(self._server.fresh_database())
            self._made[kind] = open_house(url, home)
        empty(self._made[kind])
        return self._made[kind]

    def close(self) -> None:
        for house in self._made.values():
            house.engine.close()
        self._open.close()


@pytest.fixture(scope="session")
def lane(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Lane]:
    made = Lane(tmp_path_factory.mktemp("life"), postgres_server)
    yield made
    made.close()


@pytest.fixture(params=DATABASES)
def home(request: pytest.FixtureRequest, lane: Lane) -> LifeHouse:
    """The tenant on SQLite and on PostgreSQL, emptied, on Monday 2026-09-21 at 09:00."""
    return lane.house(request.param)
