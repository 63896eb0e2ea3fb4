"""R1, with R24 and parts of R3 and R5: what was acknowledged outlives the killing of all our processes."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.promises.checkers import wrong_numbers, wrong_trail, wrong_writes
from tests.promises.conftest import TIER, Found
from tests.promises.load import Writer, all_found, writers_of
from tests.promises.product import Product

KILLS, CLIENTS = {1: (2, 6), 2: (100, 8), 3: (1_000, 8)}[TIER]


@pytest.mark.campaign
def test_r01_acknowledged_writes_outlive_the_killing_of_the_server_group(own: Product) -> None:
    chance = random.Random(1)
    own.serve(workers=2)
    account = own.client().make("account", name="all entries")["id"]
    writers: list[Writer] = []
    for turn in range(KILLS):
        now = writers_of(own, CLIENTS, turn, account)
        working = [threading.Thread(target=writer.work) for writer in now]
        for thread in working:
            thread.start()
        time.sleep(chance.uniform(0.6, 1.6))
        own.stop()
        for thread in working:
            thread.join()
        writers += now
        own.serve(workers=2)
        repeat_what_had_no_answer(own, now)

    assert [told for writer in writers for told in writer.surprises] == []
    writes = [write for writer in writers for write in writer.writes]
    assert sum(write.acked for write in writes) >= KILLS
    assert wrong_writes(writes, all_found(own.client())) == []
    assert own.integrity() == "ok"
    assert_numbers_and_trail(own)


def repeat_what_had_no_answer(own: Product, writers: list[Writer]) -> None:
    """Send each creation that was cut off again under its key: whether or not it had acted, it must be there once."""
    for writer in writers:
        writer.client = own.client()
        for object, label, given in writer.unanswered:
            writer.ask_for(object, label, given)
        writer.unanswered.clear()


def assert_numbers_and_trail(own: Product) -> None:
    """Gapless and dense numbers are 1..n, and the audit has one entry for each committed change."""
    assert wrong_numbers([row[0] for row in own.rows("SELECT number FROM entry")], "E") == []
    assert wrong_numbers([row[0] for row in own.rows("SELECT number FROM account")], "A") == []
    issued = own.rows("SELECT number FROM tessera_number WHERE void_at IS NULL")
    assert sorted(issued) == sorted(own.rows("SELECT number FROM entry"))
    versions = {
        row[0]: row[1] for row in own.rows("SELECT id, version FROM entry UNION ALL SELECT id, version FROM account")
    }
    trail = own.rows("SELECT record, version FROM tessera_audit WHERE object IN ('entry', 'account')")
    assert wrong_trail(versions, [(row[0], row[1]) for row in trail]) == []
    (posted,) = own.rows("SELECT count(*) FROM entry WHERE status = 'posted'")
    (held,) = (
        own.client()
        .get("records/account", q="", where='name = "all entries"', fields="posted,entries")
        .value["records"]
    )
    assert float(held["posted"]) == pytest.approx(5.5 * posted[0])


@pytest.mark.parametrize("turn", range({1: 1, 2: 10, 3: 100}[TIER]))
def test_r01_a_copy_of_the_files_taken_while_clients_write_is_whole(copied: Found, tmp_path: Path, turn: int) -> None:
    own: Product = copied("sqlite")
    own.serve()
    account = own.client().make("account", name="all entries")["id"]
    writers = writers_of(own, 4, 0, account)
    working = [threading.Thread(target=writer.work) for writer in writers]
    for thread in working:
        thread.start()
    time.sleep(random.Random(turn).uniform(0.4, 1.4))
    acked = [write for writer in writers for write in list(writer.writes)]
    # stopped, so that file and log are of the same moment, as in a snapshot of the disk
    own.servers[0].process.send_signal(signal.SIGSTOP)
    for suffix in ("", "-wal"):
        source = Path(f"{own.file}{suffix}")
        if source.exists():
            shutil.copyfile(source, tmp_path / f"copy.db{suffix}")
    own.stop()
    for thread in working:
        thread.join()

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        there = {row[0] for row in copy.execute("SELECT name FROM account UNION SELECT label FROM entry")}
    assert {write.label for write in acked} <= there
