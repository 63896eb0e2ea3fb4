"""R1 below our processes: a database that stops at once, a kernel that refuses fsync, and fsyncs counted."""

from __future__ import annotations

import random
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.checkers import wrong_writes
from tests.promises.conftest import TIER, Found
from tests.promises.load import Writer, all_found, writers_of
from tests.promises.product import Product
from tests.promises.refusals import refuse_fsync
from tests.promises.test_r01_durable import assert_numbers_and_trail, repeat_what_had_no_answer
from tests.support.postgres import PostgresServer, start_durable_postgres

CRASHES, CLIENTS = {1: (1, 4), 2: (20, 8), 3: (100, 8)}[TIER]
WRITES = 20


@pytest.fixture
def durable(tmp_path: Path, pack: Path) -> Iterator[tuple[PostgresServer, Product]]:
    """A PostgreSQL that keeps what it promises, of this test's own, and the product on it."""
    server = start_durable_postgres()
    try:
        with server.fresh_database() as url:
            own = Product(tmp_path, url)
            own.found(pack)
            yield server, own
            own.stop()
    finally:
        server.stop()


@pytest.mark.campaign
def test_r01_acknowledged_writes_outlive_postgresql_that_stops_at_once(durable: tuple[PostgresServer, Product]) -> None:
    server, own = durable
    chance = random.Random(2)
    own.serve(workers=2)
    account = own.client().make("account", name="all entries")["id"]
    writers: list[Writer] = []
    for turn in range(CRASHES):
        now = writers_of(own, CLIENTS, turn, account)
        for writer in now:
            writer.no_answer = frozenset((503,))
        working = [threading.Thread(target=writer.work) for writer in now]
        for thread in working:
            thread.start()
        time.sleep(chance.uniform(0.4, 1.2))
        server.crash()
        for thread in working:
            thread.join()
        server.start_again()
        writers += now
        for writer in now:
            writer.no_answer = frozenset()
        repeat_what_had_no_answer(own, now)

    assert [told for writer in writers for told in writer.surprises] == []
    writes = [write for writer in writers for write in writer.writes]
    assert sum(write.acked for write in writes) >= CRASHES
    assert wrong_writes(writes, all_found(own.client())) == []
    assert_numbers_and_trail(own)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is told to refuse fsync in Linux's way")
def test_r01_nothing_is_acknowledged_that_the_kernel_did_not_put_on_disk(copied: Found) -> None:
    own = copied("sqlite")
    own.serve(first=refuse_fsync)
    client = own.client()

    told = [client.send("POST", "records/account", {"name": f"lost {turn}"}) for turn in range(3)]

    assert {answer.status for answer in told} <= {503, 507}, told
    assert client.get("records/account").status == 200


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace counts fsyncs; refused ones are seen without it")
def test_r01_each_acknowledged_write_costs_an_fsync_on_sqlite(copied: Found, tmp_path: Path) -> None:
    own = copied("sqlite")
    log = tmp_path / "strace"
    own.serve(under=["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(log)])
    client = own.client()
    client.make("account", name="warm")
    before = _synced(log)

    for turn in range(WRITES):
        client.make("account", name=f"counted {turn}")

    assert _synced(log) - before >= WRITES


def test_r01_each_acknowledged_write_costs_an_fsync_on_postgresql(durable: tuple[PostgresServer, Product]) -> None:
    server, own = durable
    own.serve()
    client = own.client()
    client.make("account", name="warm")
    before = server.wal_syncs()

    for turn in range(WRITES):
        client.make("account", name=f"counted {turn}")

    deadline = time.monotonic() + 30  # a session tells its figures when it has been idle for a while
    while server.wal_syncs() - before < WRITES and time.monotonic() < deadline:
        time.sleep(0.5)
    assert server.wal_syncs() - before >= WRITES


def _synced(log: Path) -> int:
    return len(re.findall(r"f(?:data)?sync\(\d+\)? *.*= 0", log.read_text()))
