"""The fixture of Org-1 for any folder of tests: one tenant for each database and test process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.support.postgres import PostgresServer
from tests.workflow.org1.house import Org1, empty, open_org1


class Town:
    """The tenants of this run, one for each database."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder, self._server = folder, server
        self._open = ExitStack()
        self._made: dict[str, Org1] = {}

    def org(self, kind: str) -> Org1:
        """Return the tenant, emptied."""
        if kind not in self._made:
            home = self._folder / kind
            home.mkdir()
            if kind == "sqlite":
                url = f"sqlite:///{home}/{{tenant}}.db"
            else:
                url = self._open.enter_context(self._server.fresh_database())
            self._made[kind] = open_org1(url, home)
        empty(self._made[kind])
        return self._made[kind]

    def close(self) -> None:
        """Tear everything down."""
        for org in self._made.values():
            org.engine.close()
        self._open.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Town]:
    """The tenants of this run."""
    made = Town(tmp_path_factory.mktemp("org1"), postgres_server)
    yield made
    made.close()


@pytest.fixture(params=DATABASES)
def org(request: pytest.FixtureRequest, town: Town) -> Org1:
    """Org-1 on SQLite and on PostgreSQL, emptied, on Monday 2026-09-21 at 09:00."""
    return town.org(request.param)
