"""The fixture of Org-1 for any folder of tests: one tenant for each database and test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import DATABASES
from tests.support.kept import Kept
from tests.support.postgres import PostgresServer
from tests.workflow.org1.house import Org1, empty, open_org1


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Kept[Org1]]:
    """The tenants of this run."""
    made = Kept(tmp_path_factory.mktemp("org1"), postgres_server, open_org1, empty)
    yield made
    made.close()


@pytest.fixture(params=DATABASES)
def org(request: pytest.FixtureRequest, town: Kept[Org1]) -> Org1:
    """Org-1 on SQLite and on PostgreSQL, emptied, on Monday 2026-09-21 at 09:00."""
    return town.of(request.param)
