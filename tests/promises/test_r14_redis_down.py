"""R14: without Redis people read, write and log in as ever; what waits is done from the database; it says so."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from werkzeug.test import Client

from engine.auth import NewUser
from engine.auth.service import Visitor
from engine.jobs import Dispatcher, Threads
from engine.jobs.redis_bell import RedisBell
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import TesseraError
from engine.settings import Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.promises.pack import PACK, write_pack
from tests.support.redis import RedisServer

TENANT = "acme"
PASSWORD = "correct horse battery"


def _stop(redis: RedisServer) -> Callable[[], None]:
    assert redis.child is not None
    process = redis.child.process
    os.kill(process.pid, signal.SIGSTOP)
    return lambda: os.kill(process.pid, signal.SIGCONT)


def _kill(redis: RedisServer) -> Callable[[], None]:
    redis.kill()
    return redis.restart


def _fill(redis: RedisServer) -> Callable[[], None]:
    _set(redis.url, "maxmemory", "1")
    return lambda: _set(redis.url, "maxmemory", "0")


def _lock(redis: RedisServer) -> Callable[[], None]:
    _set(redis.url, "requirepass", "other")
    return lambda: _set(redis.url.replace("redis://", "redis://:other@"), "requirepass", "")


def _set(url: str, name: str, value: str) -> None:
    with Redis.from_url(url) as client:
        client.config_set(name, value)


MODES = {"killed": _kill, "stopped": _stop, "full": _fill, "locked": _lock}


@pytest.fixture
def engine(database_url: str, tmp_path: Path, own_redis: RedisServer) -> Iterator[Engine]:
    made = build_engine(
        Settings(
            home=tmp_path,
            database=database_url,
            secret=b"0123456789abcdef" * 3,
            password_cost="cheap",
            synchronous="OFF",
            redis=own_redis.url,
        )
    )
    made.tenancy.create(TENANT, "Acme")
    made.tenancy.install(TENANT, [write_pack(tmp_path / "pack", PACK)])
    for login in ("ann", *MODES):
        made.auth.accounts.create(TENANT, NewUser(login, login, PASSWORD, ("clerk",)))
    made.work()
    yield made
    made.background.stop()
    made.close()


def test_r14_people_work_and_what_waits_is_done_whatever_befalls_redis(engine: Engine, own_redis: RedisServer) -> None:
    token = str(engine.auth.tokens.create(TENANT, "ann", "tests", ["read", "write"], None))
    client = Client(web_app_of(engine), use_cookies=False)
    head = {"Authorization": f"Bearer {token}"}
    threads = Threads(engine.background.lanes)
    bell = RedisBell(own_redis.url, engine.background.runner, threads)
    dispatcher = Dispatcher(engine.background.lanes, bell, engine.background.tenants, engine.clock, 0.2)
    threads.start()
    dispatcher.start()
    try:
        _wait(lambda: _ready(client) == "ok")
        for mode, befall in MODES.items():
            end = befall(own_redis)
            _wait(lambda: _ready(client) == "degraded:redis")
            made = client.post("/api/v1/records/account", json={"name": mode}, headers=head)
            assert made.status_code == 201, (mode, made.text)
            read = client.get(f"/api/v1/records/account/{made.json['id']}", headers=head)  # type: ignore[index]
            assert (read.status_code, read.json["name"]) == (200, mode)  # type: ignore[index]
            assert engine.auth.log_in(TENANT, "ann", PASSWORD, Visitor("10.0.0.1"))
            assert _guesses(engine, mode) <= engine.settings.limits.login_tries
            # nobody answers the bell: the scheduler does it itself
            _wait(lambda: _waiting(engine) == 0)
            end()
            _wait(lambda: _ready(client) == "ok")
    finally:
        dispatcher.stop()
        threads.stop()


def _guesses(engine: Engine, login: str) -> int:
    """Try wrong passwords until that is stopped; return how many were looked at."""
    for number in range(30):
        try:
            engine.auth.log_in(TENANT, login, "wrong password", Visitor(f"10.1.{number}.1"))
        except TesseraError as error:
            if error.code == "too_many_tries":
                return number
    raise AssertionError("guessing was never stopped")


def _ready(client: Client) -> str:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    return str((answer.json or {})["status"])


def _waiting(engine: Engine) -> int:
    tally = engine.jobs.tally(Context(TENANT, SYSTEM, "en", clock=engine.clock))
    return sum(tally.events.values())


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.2)
