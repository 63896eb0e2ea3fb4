"""Fixtures of all tests: real servers, one of each per test process, fresh databases, and a clock that stands still."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.kernel.clock import FrozenClock
from tests.support.browser import launch_options
from tests.support.postgres import PostgresServer, start_postgres
from tests.support.redis import RedisServer, start_redis

DATABASES = ["sqlite", "postgresql"]

# models, tables and statements stay once they are made: looking for garbage as often as usual would go over them all
gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL; its fresh_database() gives as many empty databases as a test wants."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis."""
    if sys.platform == "win32":
        pytest.skip("no Redis server comes as a wheel for Windows; set TEST_REDIS_URL")
    server = start_redis()
    yield server
    server.stop()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis that the test may kill."""
    server = start_redis()
    if server.child is None:
        pytest.skip("a Redis that is not ours is not killed")
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of an empty Redis."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that is not there yet, in a folder of this test's own."""
    return f"sqlite:///{tmp_path / 'database' / 'test.db'}"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of this test's own, once on SQLite and once on PostgreSQL."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    if request.param == "sqlite":
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    return url


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at a Monday morning until a test moves it."""
    return FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Playwright's fixtures (browser, page) with the Chromium that the machine has or gets."""
    return launch_options()
