"""R7: of several who change definitions at once one does; the others are told who; the lock dies with him."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.promises.conftest import TIER
from tests.promises.pack import PACK, write_pack
from tests.promises.product import TENANT, Product

RACES = {1: 1, 2: 20, 3: 200}[TIER]
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")


@contextlib.contextmanager
def tables_held(product: Product) -> Iterator[None]:
    """Keep a table, so that whoever changes the definitions stands still in the middle of his work."""
    if product.database:
        url = product.database.replace("postgresql+psycopg://", "postgresql://")
        with closing(psycopg.connect(url)) as server:
            server.execute(f"LOCK TABLE t_{TENANT}.account IN SHARE MODE")
            yield
    else:
        with closing(sqlite3.connect(product.file, isolation_level=None, timeout=20)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield


def wait_until_held(product: Product, winner: subprocess.Popen[str]) -> None:
    """Return when the process has taken the lock of the tenant's definitions."""
    path = product.file.with_name(product.file.name + ".lock")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert winner.poll() is None, winner.communicate()
        if product.database:
            told = str(product.rows("SELECT holder FROM tessera_lock WHERE name = 'install'"))
        else:
            told = path.read_text()
        if f", {winner.pid})" in told:
            return
        time.sleep(0.01)
    raise AssertionError("nobody took the lock")


def test_r07_others_are_told_who_works_since_when_and_a_killed_one_holds_nobody_up(
    own: Product, next_pack: Path
) -> None:
    with tables_held(own):
        # his patience outlasts the others' start, however busy the machine is
        winner = own.command("pack", "upgrade", TENANT, str(next_pack), told={"TESSERA_BUSY_SECONDS": "120"})
        wait_until_held(own, winner)
        others = [own.command("pack", "upgrade", TENANT, str(next_pack)) for _ in range(2)]
        told = [(other.communicate(timeout=60)[0], other.returncode) for other in others]
        assert winner.poll() is None
        winner.kill()
        winner.communicate()

    for out, code in told:
        value: Any = json.loads(out)
        assert (code, value["code"]) == (3, "install_running")
        assert MOMENT.search(value["message"])
        assert "?" not in value["message"]
    assert own.do("pack", "upgrade", TENANT, str(next_pack))["packs"][0]["version"] == "1.1.0"


@pytest.mark.campaign
def test_r07_of_upgrades_at_the_same_moment_each_is_whole_or_told_to_wait(own: Product, tmp_path: Path) -> None:
    for race in range(RACES):
        newer = PACK.replace("version: 1.0.0", f"version: 1.2.{race}").replace("length: 200", f"length: {201 + race}")
        folder = write_pack(tmp_path / str(race), newer)
        (before,) = own.rows("SELECT max(version) FROM tessera_model")
        racers = [own.command("pack", "upgrade", TENANT, str(folder)) for _ in range(4)]
        ends = [(racer.communicate(timeout=120), racer.returncode) for racer in racers]

        codes = [code for _, code in ends]
        assert set(codes) <= {0, 3}, ends
        assert 0 in codes
        assert own.rows("SELECT max(version) FROM tessera_model") == [(before[0] + 1,)]
