"""A real server in a process of its own, to be killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Server:
    """``tessera serve`` over a home; ``kill`` takes the whole process group without a word."""

    def __init__(self, home: Path, database: str) -> None:
        self.home = home
        self.database = database
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> float:
        """Start, wait for the first answer, and return how long it took."""
        environment = {
            **os.environ,
            "TESSERA_HOME": str(self.home),
            "TESSERA_DATABASE": self.database,
            "TESSERA_PORT": str(self.port),
            "TESSERA_LOG_LEVEL": "INFO",
        }
        log = (self.home / "server.log").open("ab")
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", "serve", *options],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        while time.perf_counter() - started < 60:
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return time.perf_counter() - started
            except OSError:
                time.sleep(0.03)
            if self.process.poll() is not None:
                raise AssertionError((self.home / "server.log").read_text())
        raise AssertionError("the server did not answer")

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            return ask(connection, method, path, body, headers or {})
        finally:
            connection.close()


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]
) -> tuple[int, Any]:
    """Send a request over an open connection and return status and JSON."""
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        headers = {"Content-Type": "application/json", **headers}
    connection.request(method, path, data, headers)
    answer = connection.getresponse()
    text = answer.read()
    told = (answer.getheader("Content-Type") or "").partition(";")[0]
    return answer.status, json.loads(text) if text and told.endswith("json") else text.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
