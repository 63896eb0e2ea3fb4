"""What goes wrong with databases comes out as an error of its kind, nothing is half done, and work goes on after."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from engine.kernel.errors import TesseraError, Unavailable
from engine.rules import Run
from engine.settings import Settings
from engine.storage import (
    Catalog,
    Database,
    Query,
    Row,
    StaleCatalog,
    Violation,
    every_row,
    insert_row,
    install_model,
    make_place,
    open_database,
    prepare,
    read_stamp,
    remove_place,
    select_page,
)
from engine.storage.connections import HELD_PER_THREAD
from engine.storage.turns import Turns
from tests.storage.conftest import NOW, Add, Install, kept_fields, model_of

PACK = """
object: thing
title: Thing
display: name
fields:
  name: {type: text, title: Name, length: 20, unique: true}
  price: {type: money, title: Price}
"""


def insert(database: Database, catalog: Catalog, name: str) -> None:
    """Insert one record in a transaction of its own."""
    with database.writing(catalog.stamp) as session:
        insert_row(session, catalog, "thing", {**kept_fields(catalog.model, "thing"), "name": name})


def count(database: Database) -> int:
    """Count the records."""
    with database.reading() as session:
        return int(session.raw_rows("SELECT count(*) FROM thing")[0][0])


def end_backends(database: Database) -> None:
    """Let the server end all connections of this database but the one that asks."""
    url = database.address.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(url, autocommit=True)) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def served(shared_postgres: str, settings: Settings) -> Iterator[tuple[Database, Catalog]]:
    """A tenant on PostgreSQL with the pack installed."""
    database = open_database(shared_postgres, "acme", settings)
    make_place(database)
    yield database, install_model(database, model_of(PACK), {})
    remove_place(database)


def test_an_error_rolls_everything_back(tenant: Database, install: Install) -> None:
    catalog = install(PACK)

    class Stop(Exception):
        pass

    def write_and_stop() -> None:
        with tenant.writing() as session:
            for name in "ab":
                insert_row(session, catalog, "thing", {**kept_fields(catalog.model, "thing"), "name": name})
            raise Stop

    with pytest.raises(Stop):
        write_and_stop()

    assert count(tenant) == 0
    insert(tenant, catalog, "c")
    assert count(tenant) == 1


def test_a_server_that_restarted_while_nothing_was_done_is_not_noticed(served: tuple[Database, Catalog]) -> None:
    tenant, catalog = served

    end_backends(tenant)
    assert count(tenant) == 0
    end_backends(tenant)
    insert(tenant, catalog, "a")

    assert count(tenant) == 1


def test_a_server_that_goes_away_in_a_transaction_is_said_and_the_next_one_works(
    served: tuple[Database, Catalog],
) -> None:
    tenant, catalog = served

    def lose() -> None:
        with tenant.writing() as session:
            insert_row(session, catalog, "thing", {**kept_fields(catalog.model, "thing"), "name": "a"})
            end_backends(tenant)
            insert_row(session, catalog, "thing", {**kept_fields(catalog.model, "thing"), "name": "b"})

    with pytest.raises(Unavailable) as lost:
        lose()

    assert lost.value.code == "database_unavailable"
    assert count(tenant) == 0
    insert(tenant, catalog, "c")


def test_a_server_that_is_not_there_is_said(settings: Settings) -> None:
    nowhere = open_database("postgresql+psycopg://nobody@127.0.0.1:9/none", "acme", settings)

    with pytest.raises(Unavailable) as lost, nowhere.reading():
        pass
    assert lost.value.code == "database_unavailable"


def test_a_slow_query_is_stopped(shared_postgres: str, served: tuple[Database, Catalog]) -> None:
    quick = open_database(shared_postgres, served[0].tenant, Settings(statement_seconds=0.1))

    with pytest.raises(Unavailable) as stopped, quick.reading() as session:
        session.raw_rows("SELECT pg_sleep(5)")
    assert stopped.value.code == "query_too_slow"
    quick.dispose()


def test_a_database_that_is_locked_too_long_is_busy(sqlite_url: str) -> None:
    database = open_database(sqlite_url, "acme", Settings(busy_seconds=0.05))
    make_place(database)
    catalog = install_model(database, model_of(PACK), {})
    with closing(sqlite3.connect(database.address.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert count(database) == 0
        with pytest.raises(Unavailable) as busy:
            insert(database, catalog, "a")
        other.execute("ROLLBACK")

    assert busy.value.code == "database_busy"
    insert(database, catalog, "a")
    database.dispose()


def test_a_full_disk_refuses_changes_and_lets_read(sqlite_url: str) -> None:
    database = open_database(sqlite_url, "acme", Settings())
    make_place(database)
    catalog = install_model(database, model_of(PACK), {})
    with database.reading() as session:
        (pages,) = session.raw_rows("PRAGMA page_count")[0]
        session.raw_rows(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(2000):
            insert(database, catalog, f"{number:020d}")

    with pytest.raises(Unavailable) as full:
        fill()

    assert full.value.code == "storage_unavailable"
    kept = count(database)
    with database.reading() as session:
        session.raw_rows("PRAGMA max_page_count = 1000000")
        assert session.raw_rows("PRAGMA integrity_check") == [("ok",)]
    insert(database, catalog, "again")
    assert count(database) == kept + 1
    database.dispose()


def test_what_does_not_fit_a_column_is_a_violation(tenant: Database, install: Install, add: Add) -> None:
    catalog = install(PACK)
    add(catalog, "thing", name="a")

    with pytest.raises(Violation) as twice:
        add(catalog, "thing", name="a")
    with pytest.raises((TesseraError, ValueError)):
        add(catalog, "thing", name="b", price=Decimal("1.234"))

    assert (twice.value.kind, twice.value.table, twice.value.columns) == ("unique", "thing", ("name",))
    assert count(tenant) == 1


def test_threads_have_connections_of_their_own_and_give_them_back(tenant: Database, install: Install) -> None:
    catalog = install(PACK)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                insert(tenant, catalog, f"{number}-{turn}")
                count(tenant)
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert count(tenant) == 30
    assert len(tenant._connections._open) <= 2


def test_a_thread_holds_no_more_than_a_few_connections(tmp_path: Path, settings: Settings) -> None:
    databases = []
    for number in range(HELD_PER_THREAD + 4):
        database = open_database(f"sqlite:///{tmp_path / f'{number}.db'}", f"t{number}", settings)
        make_place(database)
        prepare(database)
        databases.append(database)
    for database in databases:
        with database.reading() as session:
            assert read_stamp(session).model == 0

    assert sum(len(database._connections._open) for database in databases) <= HELD_PER_THREAD
    for database in databases:
        database.dispose()


def test_a_child_process_opens_its_own_connection(tenant: Database, install: Install) -> None:
    catalog = install(PACK)
    insert(tenant, catalog, "parent")
    child = os.fork()
    if child == 0:
        try:
            insert(tenant, catalog, "child")
        except BaseException:  # noqa: BLE001 - told by the exit code
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert count(tenant) == 2


def test_a_prepared_statement_outlives_a_change_of_its_table(tenant: Database, install: Install, add: Add) -> None:
    first = install(PACK)
    add(first, "thing", name="a")
    query = Query("thing", (("name",), ("price",)))

    def read(catalog: Catalog) -> list[Row]:
        with tenant.reading() as session:
            return list(select_page(session, catalog, query, every_row, {}, Run(NOW)).rows)

    for _ in range(8):
        read(first)
    other = open_database(tenant.address.url.render_as_string(False), "acme", tenant.settings)
    second = install_model(other, model_of(PACK.replace("length: 20", "length: 90").replace("money", "text")), {})
    other.dispose()

    for _ in range(2):
        with pytest.raises(StaleCatalog):
            read(first)
    for _ in range(8):
        assert read(second) == [{"name": "a", "price": None}]


def test_writers_of_one_process_take_turns_in_the_order_in_which_they_came(sqlite_url: str) -> None:
    """A job that writes without a pause lets a person in after the transaction at hand."""
    database = open_database(sqlite_url, "acme", Settings())
    make_place(database)
    over, passed = threading.Event(), list[int]()
    written = [0]

    def without_pause() -> None:
        while not over.is_set():
            with database.writing():
                written[0] += 1
                time.sleep(0.002)

    job = threading.Thread(target=without_pause)
    job.start()
    for _ in range(20):
        time.sleep(0.003)
        before = written[0]
        with database.writing():
            passed.append(written[0] - before)
    over.set()
    job.join()

    database.dispose()
    assert max(passed) <= 2


def test_a_turn_that_does_not_come_in_time_is_given_up() -> None:
    turns = Turns()
    assert turns.take(0.01)

    assert not turns.take(0.01)

    turns.give()
    assert turns.take(0.01)
