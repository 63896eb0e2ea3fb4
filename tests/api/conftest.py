"""Houses for tests: one of a test's own, and one that a whole file shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.house import House, open_house
from tests.conftest import DATABASES


@contextmanager
def opened(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    if kind == "sqlite":
        house = open_house(f"sqlite:///{folder}/{{tenant}}.db", folder)
        yield house
        house.close()
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url:
        house = open_house(url, folder)
        yield house
        house.close()


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house of this test's own."""
    with opened(request.param, tmp_path, request) as made:
        yield made


@pytest.fixture(scope="module", params=DATABASES)
def shared_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that all tests of a file share; they leave it as they find it or do not mind."""
    with opened(request.param, tmp_path_factory.mktemp("house"), request) as made:
        yield made
