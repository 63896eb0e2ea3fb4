"""At scale: Redis is a bell that may be killed, flushed or forged, and nothing is lost by it."""

from __future__ import annotations

import http.server
import json
import os
import pickle  # noqa: TID251 - the bomb is what is tested
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from engine.jobs.redis_bell import FUNCTION, QUEUE
from engine.jobs.rq_worker import GuardedWorker, is_ours
from engine.kernel.clock import FrozenClock
from engine.storage import reply_rows
from tests.support.branch import TENANT, Branch, open_branch
from tests.support.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]


class Sink(http.server.BaseHTTPRequestHandler):
    heard: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).heard.append(body["record"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def sink() -> Iterator[tuple[str, list[str]]]:
    door = type("Door", (Sink,), {"heard": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", door.heard
    server.shutdown()
    server.server_close()


@pytest.fixture
def house(tmp_path: Path, sink: tuple[str, list[str]]) -> Iterator[Branch]:
    """A tenant of the wall clock with a webhook to the sink."""
    (tmp_path / "tenants").mkdir()
    url = f"sqlite:///{tmp_path / 'tenants' / 'acme.db'}"
    made = open_branch(tmp_path, url, FrozenClock(datetime.now(UTC)))
    values = {"name": "sink", "url": sink[0], "secret": "s", "events": ["company.*"], "active": True}
    with made.shelf.database(TENANT).writing() as session:
        reply_rows.add_webhook(session, {**values, "created_at": made.clock.now(), "created_by": "system"})
    yield made
    made.shelf.close()


def started(house: Branch, redis: str, command: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "TESSERA_HOME": str(house.home),
        "TESSERA_REDIS": redis,
        "TESSERA_OUTBOUND_ALLOW": "127.0.0.0/8",
        "TESSERA_SYNCHRONOUS": "NORMAL",
    }
    return subprocess.Popen([sys.executable, "-m", "engine.cli", command], cwd=ROOT, env=environment)


def make(house: Branch, code: str) -> str:
    house.clock.instant = datetime.now(UTC)
    return house.records.create(house.system, "company", {"code": code, "name": code}).id


def wait_for(heard: list[str], id: str, seconds: float) -> float:
    began = time.monotonic()
    while id not in heard and time.monotonic() - began < seconds:
        time.sleep(0.05)
    assert id in heard
    return time.monotonic() - began


def test_workers_hear_by_redis_and_go_on_from_the_database_when_it_is_flushed_or_killed(
    house: Branch, own_redis: RedisServer, sink: tuple[str, list[str]]
) -> None:
    heard = sink[1]
    processes = [started(house, own_redis.url, command) for command in ("scheduler", "worker")]
    try:
        wait_for(heard, make(house, "AA"), 120)
        own_redis.empty()
        wait_for(heard, make(house, "BB"), 30)
        assert own_redis.child is not None
        os.kill(own_redis.child.process.pid, signal.SIGKILL)
        lasted = wait_for(heard, make(house, "CC"), 30)
        assert lasted < 15
        for process in processes:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(60) for process in processes] == [0, 0]
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()
    assert len(heard) == len(set(heard))


def test_whatever_else_stands_in_the_queue_is_thrown_away_unread(redis_url: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    class Bomb:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.system, (f"touch {canary}",)

    connection = Redis.from_url(redis_url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    forged = [
        queue.enqueue("os.system", f"touch {canary}"),
        queue.enqueue(FUNCTION, kwargs={"tenant": "acme", "job_id": "x", "more": 1}),
        queue.enqueue(FUNCTION, "acme", "x"),
        queue.enqueue(FUNCTION, kwargs={"tenant": ["acme"], "job_id": "x"}),
        queue.enqueue("engine.worker.main", kwargs={"tenant": "acme", "job_id": "x"}),
    ]
    bomb = Job.create(FUNCTION, kwargs={}, connection=connection, serializer=JSONSerializer)
    bomb.data = pickle.dumps(Bomb())
    connection.hset(bomb.key, mapping={"data": bomb.data, "created_at": "2026-11-29T00:00:00Z", "origin": QUEUE})
    connection.rpush(queue.key, bomb.id)
    good = queue.enqueue(FUNCTION, kwargs={"tenant": "acme", "job_id": "events"})

    assert is_ours(good)
    assert [is_ours(job) for job in forged] == [False] * len(forged)
    good.delete()
    worker = GuardedWorker([QUEUE], connection=connection, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="ERROR")

    assert not canary.exists()
    assert queue.count == 0


def test_a_server_says_that_redis_is_away_and_serves_on(tmp_path: Path) -> None:
    from engine.settings import Settings
    from engine.wiring import build_engine

    engine = build_engine(Settings(home=tmp_path, redis="redis://127.0.0.1:1/0"))

    assert engine.degraded() == ("redis",)
    assert engine.ready()
    engine.close()
    shutil.rmtree(tmp_path, ignore_errors=True)
