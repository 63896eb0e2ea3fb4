"""R9: each committed event reaches its receiver and its rules, whatever dies, forgets or refuses in between."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.promises.conftest import TIER
from tests.promises.outbox import Committed, Heard, wrong_deliveries, wrong_effects
from tests.promises.pack import PACK, write_pack
from tests.promises.product import Client, Product
from tests.promises.sink import Mood, Sink
from tests.support.redis import RedisServer

EVENTS, KILLS, FORGOTTEN, WORKERS = {1: (60, 1, 1, 1), 2: (2_000, 20, 5, 2), 3: (30_000, 200, 30, 3)}[TIER]
# what one worker may have handed over and not yet noted when it is killed: a batch of each of its lanes
IN_HAND = 24
# by the clock of the last workers everything is due that was put off after failures, and every lease has run out
LATER = {"TESSERA_CLOCK_SHIFT": "8000"}
MARKED = """
---
object: mark
title: {zh: 记号, en: Mark}
display: of
fields:
  of: {type: text, title: {zh: 对象, en: Of}, length: 80}
  edition: {type: integer, title: {zh: 版本, en: Edition}}
---
automation: mark_what_was_made
object: account
on: {created: true}
run_as: system
do: [{create: mark, with: {of: "=record.id", edition: 1}}]
---
automation: mark_what_was_counted
object: account
on: {updated: [count]}
run_as: system
do: [{create: mark, with: {of: "=record.id", edition: "=before.count + 2"}}]
"""


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    made.close()


@pytest.mark.campaign
def test_r09_events_reach_receiver_and_rules_once_whatever_dies(
    own: Product, own_redis: RedisServer, sink: Sink, tmp_path: Path
) -> None:
    told = {"TESSERA_REDIS": own_redis.url, "TESSERA_OUTBOUND_ALLOW": "127.0.0.0/8"}
    own.do("pack", "upgrade", "acme", str(write_pack(tmp_path, PACK.replace("1.0.0", "1.0.1") + MARKED)))
    own.serve(told=told)
    own.work("scheduler", "--poll", "0.5", told=told)
    for _ in range(WORKERS):
        own.work("worker", told=told)
    made = own.client().send("POST", "webhooks", {"name": "sink", "url": sink.url, "events": ["account.*"]})
    assert made.status == 201, made
    dead = own.client().make("account", name="refused")["id"]
    sink.mood = _moody(random.Random(9), dead)

    writers = [threading.Thread(target=_write, args=(own.client(), turn, EVENTS // 4)) for turn in range(4)]
    for writer in writers:
        writer.start()
    _make_trouble(own, own_redis, told)
    for writer in writers:
        writer.join()
    own.kill_workers()

    sink.mood = lambda event: 410 if event["record"] == dead else 200
    # without Redis it does the work itself
    own.work("scheduler", "--poll", "0.5", told={"TESSERA_OUTBOUND_ALLOW": "127.0.0.0/8", **LATER})
    _wait(lambda: bool(_deliveries(own, "dead")), 30)
    (buried,) = _deliveries(own, "dead")
    assert "410" in buried["error"]
    sink.mood = lambda _: 200
    assert own.client().send("POST", f"jobs/{buried['id']}/retry").status == 204
    _wait(lambda: not _waits(own), 60 * TIER)

    _assert_kept(own, sink, dead)


def _assert_kept(own: Product, sink: Sink, dead: str) -> None:
    rows = own.rows("SELECT id, record, version FROM tessera_outbox WHERE name LIKE 'account.%'")
    committed = [Committed(row[0], row[1], row[2]) for row in rows]
    versions = dict(own.rows("SELECT id, version FROM account"))
    # an event for each version of each record, and none besides
    assert sorted((event.record, event.version) for event in committed) == sorted(
        (id, version) for id, last in versions.items() for version in range(1, last + 1)
    )
    assert len(committed) >= EVENTS
    assert wrong_deliveries(committed, sink.heard, KILLS * WORKERS * IN_HAND, [dead]) == []
    marks = own.rows("SELECT of, edition FROM mark")
    assert wrong_effects([(event.record, event.version) for event in committed], marks) == []
    handled = own.rows("SELECT event, handler FROM tessera_handled")
    assert len(handled) == len(set(handled))


def _write(client: Client, turn: int, events: int) -> None:
    """Make accounts and count each of them up, an event each."""
    made = 0
    while made < events:
        record = client.make("account", name=f"w{turn}-{made}")
        made += 1
        for version in range(1, min(5, events - made + 1)):
            assert client.patch("account", record["id"], version, {"count": version}).status == 200
            made += 1


def _make_trouble(own: Product, redis: RedisServer, told: dict[str, str]) -> None:
    """Kill workers, let Redis forget and die, while people write."""
    chance = random.Random(90)
    forgets = set(range(0, KILLS, max(KILLS // FORGOTTEN, 1)))
    for turn in range(KILLS):
        time.sleep(chance.uniform(1.5, 2.5))
        if turn in forgets:
            redis.empty()
            redis.kill()
        victim = own.workers[1 + chance.randrange(WORKERS)]
        if turn % 4 == 3:
            # it sleeps through its lease, and wakes while others do its work
            victim.send_signal(signal.SIGSTOP)
            time.sleep(35)
            victim.send_signal(signal.SIGCONT)
            time.sleep(1)
        own.kill_workers(victim)
        if turn < KILLS - 1:
            own.work("worker", told=told)
        if turn in forgets:
            time.sleep(0.5)
            redis.restart()


def _moody(chance: random.Random, dead: str) -> Callable[[Any], Mood]:
    """Answer well mostly, and else as receivers do on a bad day."""
    moods: list[Mood] = [500, 503, "slow", "cut"] + (["silent"] if TIER > 1 else [])

    def mood(event: Any) -> Mood:
        if event["record"] == dead:
            return 410
        return chance.choice(moods) if chance.random() < 0.15 else 200

    return mood


def _deliveries(own: Product, state: str) -> list[Any]:
    found: list[Any] = own.client().get("deliveries", state=state).value["deliveries"]
    return found


def _waits(own: Product) -> bool:
    (events,) = own.rows("SELECT count(*) FROM tessera_outbox WHERE done_at IS NULL")
    (deliveries,) = own.rows("SELECT count(*) FROM tessera_delivery WHERE state = 'waiting'")
    return bool(events[0] or deliveries[0])


def _wait(until: Callable[[], bool], seconds: float) -> None:
    # processor time is dear in tests, so patience is long and looking is rare
    deadline = time.monotonic() + 4 * seconds
    while not until():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.2)


EVENT = [Committed("e1", "a", 1), Committed("e2", "a", 2), Committed("e3", "b", 1)]
FIRST, SECOND, OTHER = Heard("e1", "a", 1, b"1", True), Heard("e2", "a", 2, b"2", True), Heard("e3", "b", 1, b"3", True)
LATE = Heard("e1", "a", 1, b"1", False)


@pytest.mark.parametrize(
    ("heard", "says"),
    [
        ([FIRST, SECOND], "e3: was committed and never taken"),
        ([LATE, SECOND, OTHER], "e1: was committed and never taken"),
        ([FIRST, SECOND, OTHER, Heard("e9", "b", 2, b"", True)], "e9: was never committed"),
        ([FIRST, SECOND, OTHER, OTHER, OTHER], "2 came again after they were taken, may be 1"),
        ([FIRST, SECOND, OTHER, Heard("e3", "b", 1, b"x", False)], "e3: came with 2 bodies"),
        ([SECOND, FIRST, OTHER], "a: version 1 came after 2"),
        ([LATE, SECOND, FIRST, OTHER], "a: version 1 came after 2"),
    ],
)
def test_r09_the_checker_finds_what_was_planted(heard: list[Heard], says: str) -> None:
    assert wrong_deliveries(EVENT, [LATE, FIRST, OTHER, SECOND, OTHER], 1) == []
    assert wrong_deliveries(EVENT, [SECOND, FIRST, OTHER], 1, ["a"]) == []

    assert wrong_deliveries(EVENT, heard, 1) == [says]


def test_r09_effects_that_miss_or_are_there_twice_are_found() -> None:
    assert wrong_effects([("a", 1), ("a", 2)], [("a", 2), ("a", 1)]) == []
    assert wrong_effects([("a", 1)], []) == ["a 1: no effect"]
    assert wrong_effects([("a", 1)], [("a", 1), ("a", 1)]) == ["a 1: 2 effects"]
    assert wrong_effects([], [("a", 1)]) == ["a 1: no cause"]
