"""One small database on each side, filled once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rules.sql.stock import Stock, filled_stock
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_stock() -> Iterator[Stock]:
    with filled_stock("sqlite://") as stock:
        yield stock


@pytest.fixture(scope="session")
def postgres_stock(postgres_server: PostgresServer) -> Iterator[Stock]:
    with postgres_server.fresh_database() as url, filled_stock(url) as stock:
        yield stock


@pytest.fixture(params=["sqlite", "postgresql"])
def stock(request: pytest.FixtureRequest) -> Stock:
    name = "sqlite_stock" if request.param == "sqlite" else "postgres_stock"
    found: Stock = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="session")
def stocks(sqlite_stock: Stock, postgres_stock: Stock) -> list[Stock]:
    return [sqlite_stock, postgres_stock]
