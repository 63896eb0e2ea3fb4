"""The tenant of these tests, one for each database and test process, emptied between tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import DATABASES
from tests.support.kept import Kept
from tests.support.postgres import PostgresServer
from tests.workflow.life.house import LifeHouse, empty, open_house


@pytest.fixture(scope="session")
def lane(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Kept[LifeHouse]]:
    """The tenants of this run."""
    made = Kept(tmp_path_factory.mktemp("life"), postgres_server, open_house, empty)
    yield made
    made.close()


@pytest.fixture(params=DATABASES)
def home(request: pytest.FixtureRequest, lane: Kept[LifeHouse]) -> LifeHouse:
    """The tenant on SQLite and on PostgreSQL, emptied, on Monday 2026-09-21 at 09:00."""
    return lane.of(request.param)
