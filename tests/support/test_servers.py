"""The servers that tests stand on are real, empty and one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from engine.kernel.clock import FrozenClock
from tests.support.postgres import PostgresServer


def test_every_test_gets_an_empty_database_of_its_own(database_url: str) -> None:
    engine = create_engine(database_url)

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mark (id INTEGER)"))
        connection.execute(text("INSERT INTO mark VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM mark")).scalar() == 1
    engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_roles_made_in_one_test_are_gone_in_the_next(postgres_url: str, turn: int) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE ROLE t_fleeting NOLOGIN")
        connection.execute("CREATE SCHEMA acme AUTHORIZATION t_fleeting")


def test_postgres_sorts_by_code_point_and_knows_utf8(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        words = connection.execute("SELECT w FROM (VALUES ('b'), ('B'), ('安'), ('a')) AS t (w) ORDER BY w").fetchall()

    assert [word for (word,) in words] == ["B", "a", "b", "安"]


def test_postgres_runs_without_rights_over_the_machine(postgres_server: PostgresServer) -> None:
    if postgres_server.child is None:
        pytest.skip("the server was given by TEST_PG_URL")

    status = Path(f"/proc/{postgres_server.child.process.pid}/status")

    if status.exists():
        (owner,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("Uid:"))
        assert owner != "0"


def test_redis_answers_and_is_empty(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("mark", 1)


def test_redis_is_empty_again(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_the_clock_stands_still(clock: FrozenClock) -> None:
    assert clock.now() == clock.now() == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
