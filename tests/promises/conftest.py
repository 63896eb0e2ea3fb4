"""One home for each kind of database, founded once by the real commands; tests share it or get a copy of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import DATABASES
from tests.promises.pack import NEXT_PACK, PACK, write_pack
from tests.promises.product import Product
from tests.support.postgres import PostgresServer

Found = Callable[[str], Product]

# 1, 2 or 3: figures of every day, of the first and of the second tier
TIER = int(os.environ.get("TESSERA_CAMPAIGN", "1").removeprefix("t")) + os.environ.get("TESSERA_CAMPAIGN", "").count(
    "t"
)


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pack."""
    return write_pack(tmp_path_factory.mktemp("packs") / "first", PACK)


@pytest.fixture(scope="session")
def next_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pack's next version."""
    return write_pack(tmp_path_factory.mktemp("packs") / "next", NEXT_PACK)


@pytest.fixture(scope="session")
def founded(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, pack: Path
) -> Iterator[Callable[[str], Product]]:
    """Give the home of a kind of database on which no server ever runs, to be copied."""
    made: dict[str, Product] = {}
    with contextlib.ExitStack() as stack:

        def found(dialect: str) -> Product:
            if dialect not in made:
                url = "" if dialect == "sqlite" else stack.enter_context(postgres_server.fresh_database())
                made[dialect] = Product(tmp_path_factory.mktemp(f"founded-{dialect}"), url)
                made[dialect].found(pack)
            return made[dialect]

        yield found


@pytest.fixture(scope="session")
def copied(founded: Found, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """Give a copy of the founded home, with its database."""
    made: list[Product] = []

    def copy(dialect: str) -> Product:
        template = founded(dialect)
        home = tmp_path_factory.mktemp("home")
        shutil.copytree(template.home, home, dirs_exist_ok=True)
        url = template.database
        if url:
            name = f"{url.rpartition('/')[2]}_{len(made)}"
            _on_server(url, "CREATE DATABASE {} TEMPLATE {}", name, url.rpartition("/")[2])
            url = f"{url.rpartition('/')[0]}/{name}"
        made.append(Product(home, url, token=template.token))
        return made[-1]

    yield copy
    for product in made:
        product.stop()
        if product.database:
            _on_server(
                founded("postgresql").database, "DROP DATABASE {} WITH (FORCE)", product.database.rpartition("/")[2]
            )


@pytest.fixture(scope="session")
def all_shared(copied: Found) -> Found:
    """Give the home that tests share, with two server processes on it."""
    made: dict[str, Product] = {}

    def shared(dialect: str) -> Product:
        if dialect not in made:
            made[dialect] = copied(dialect)
            made[dialect].serve(2)
        return made[dialect]

    return shared


@pytest.fixture(params=DATABASES)
def dialect(request: pytest.FixtureRequest) -> str:
    """The kind of database, both in turn."""
    return str(request.param)


@pytest.fixture
def shared(dialect: str, all_shared: Found) -> Product:
    """Two servers on a home that other tests use too: for tests that kill and upgrade nothing."""
    return all_shared(dialect)


@pytest.fixture
def own(dialect: str, copied: Found) -> Iterator[Product]:
    """A home of this test's own; no server runs yet."""
    product = copied(dialect)
    yield product
    product.stop()


def _on_server(url: str, statement: str, *names: str) -> None:
    address = url.replace("postgresql+psycopg://", "postgresql://").rpartition("/")[0] + "/postgres"
    with contextlib.closing(psycopg.connect(address, autocommit=True)) as server:
        server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
