"""Processes killed at random: what was acknowledged is there, nothing is there by halves, numbers have no gap."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.records.conftest import House
from tests.records.test_truth import TIER, assert_true

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = {1: 2, 2: 25, 3: 150}[TIER]
PROCESSES = 3


def start(house: House, url: str, client: str, product: str, seed: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.records.worker", url, house.people["ann"], client, product, str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.campaign
def test_killed_processes_leave_whole_changes_and_no_gap(house: House) -> None:
    chance = random.Random(7)
    client = house.make("client", name="Acme")
    saw = house.make("product", name="Saw", price="1.25")
    created: dict[str, str] = {}
    updated: dict[str, int] = {}
    for turn in range(ROUNDS):
        workers = [start(house, house.url, client.id, saw.id, turn * PROCESSES + number) for number in range(PROCESSES)]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.2, 0.8))
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
        for worker in workers:
            told = worker.communicate()[0].splitlines()
            for words in (line.split() for line in told):
                if len(words) == 3 and words[0] == "created":
                    created[words[1]] = words[2]
                elif len(words) == 3 and words[0] == "updated":
                    updated[words[1]] = int(words[2])

    rows = dict(house.rows("SELECT id, number FROM deal"))
    versions = dict(house.rows("SELECT id, version FROM deal"))
    assert len(created) >= ROUNDS
    assert {id: rows.get(id) for id in created} == created
    assert all(versions[id] >= version for id, version in updated.items())
    numbers = sorted(rows.values())
    assert numbers == [f"D202611-{value:03d}" for value in range(1, len(numbers) + 1)]
    assert [row[0] for row in house.rows("SELECT number FROM tessera_number ORDER BY value")] == numbers
    assert house.rows("SELECT count(*) FROM deal_line") == [(2 * len(rows),)]
    trail = house.rows("SELECT object, record, max(version), count(*) FROM tessera_audit GROUP BY object, record")
    assert [row for row in trail if row[2] != row[3]] == []
    assert house.rows("SELECT count(*) FROM tessera_audit") == house.rows("SELECT count(*) FROM tessera_outbox")
    assert_true(house)
