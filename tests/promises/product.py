"""The product as operators and clients have it: commands, server processes, REST over loopback, its database."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.support.servers import PATIENCE, free_port

ROOT = Path(__file__).resolve().parents[2]
TENANT = "acme"
TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; ``value`` is its JSON."""

    status: int
    value: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """Return the stable code of an error, or nothing."""
        return str(self.value.get("code", "")) if isinstance(self.value, dict) else ""


class NoAnswerError(Exception):
    """The server vanished before its answer was complete: whether it acted is unknown."""


@dataclass(slots=True)
class Client:
    """One client with a connection that it keeps; not to be shared between threads."""

    port: int
    token: str
    connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request to ``/api/v1`` and return the complete answer."""
        connection = self.connection
        if connection is None:
            connection = self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = None if body is None else json.dumps(body).encode()
        found: http.client.HTTPResponse | None = None
        try:
            connection.request(method, f"/api/v1/{path}", raw, sent if raw else {**sent, "Content-Type": ""})
            found = connection.getresponse()
            text = found.read()
        except (OSError, ValueError, AttributeError, http.client.HTTPException) as error:
            # whoever ends a turn closes connections under their writers, which http.client meets as it happens
            if found is not None:
                found.close()  # half an answer keeps the socket
            connection.close()  # opened anew, perhaps, after it was given up
            self.close()
            raise NoAnswerError(str(error)) from error
        if self.connection is not connection:
            connection.close()  # given up by another thread meanwhile
        return Answer(found.status, json.loads(text) if text else None, dict(found.headers))

    def get(self, path: str, **parameters: str | int) -> Answer:
        """Read something."""
        query = "&".join(f"{name}={quote(str(value))}" for name, value in parameters.items())
        return self.send("GET", path + ("?" + query if query else ""))

    def make(self, object: str, **values: Any) -> Any:
        """Create a record and return it as the server drew it."""
        told = self.send("POST", f"records/{object}", values)
        assert told.status == 201, told
        return told.value

    def patch(self, object: str, id: str, version: int, values: Mapping[str, Any], **headers: str) -> Answer:
        """Change a record of a known version."""
        return self.send("PATCH", f"records/{object}/{id}", values, If_Match=f'"{version}"', **headers)

    def close(self) -> None:
        """Give up the connection."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def __del__(self) -> None:
        self.close()


@dataclass(slots=True)
class Server:
    """A process group that serves."""

    process: subprocess.Popen[bytes]
    port: int

    def wait_ready(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            if _is_ready(self.port):
                return
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.03)

    def kill(self) -> None:
        """Kill the whole group, without a word of warning."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + PATIENCE
        while _listens(self.port) and time.monotonic() < deadline:
            time.sleep(0.01)


def _is_ready(port: int) -> bool:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
        try:
            asked.request("GET", "/readyz")
            with contextlib.closing(asked.getresponse()) as told:
                return told.status == 200
        except (OSError, http.client.HTTPException):
            return False


def _die_with_the_tests() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(slots=True)
class Product:
    """One home with one tenant; what it is asked goes through commands and servers only."""

    home: Path
    database: str
    servers: list[Server] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    token: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Return what the product's processes are told."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TESSERA_", "ENGINE_"))}
        return {
            **kept,
            "TESSERA_HOME": str(self.home),
            "TESSERA_DATABASE": self.database or "sqlite:///{home}/tenants/{tenant}.db",
            "TESSERA_PASSWORD_COST": "cheap",
            "TESSERA_LANGUAGE": "en",
            "TESSERA_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }

    def command(
        self,
        *words: str,
        faults: str = "",
        under: Sequence[str] = (),
        told: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.Popen[str]:
        """Start ``tessera WORDS --json``, ``under`` another program where one is named, with more environment."""
        return subprocess.Popen(
            [*under, sys.executable, "-m", "engine.cli", *words, "--json"],
            env={**self.environment, "ENGINE_FAULTS": faults, **told},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, faults: str = "", under: Sequence[str] = ()) -> tuple[int, str, str]:
        """Run a command to its end; return exit code, output and complaints."""
        process = self.command(*words, faults=faults, under=under)
        out, err = process.communicate(timeout=10 * PATIENCE)
        return process.returncode, out, err

    def do(self, *words: str) -> Any:
        """Run a command that must succeed; return its JSON."""
        code, out, err = self.run(*words)
        assert code == 0, (words, code, out, err)
        return json.loads(out)

    def found(self, pack: Path) -> None:
        """Make the tenant, its pack, an administrator and his token."""
        self.do("tenant", "create", TENANT, "--pack", str(pack))
        self.do("user", "create", TENANT, "ann", "--administrator", "--generate")
        self.token = self.do("token", "create", TENANT, "ann")["token"]

    def serve(
        self,
        count: int = 1,
        workers: int = 1,
        *,
        under: Sequence[str] = (),
        first: Callable[[], None] = lambda: None,
        told: Mapping[str, str] = {},
    ) -> Sequence[Server]:
        """Start servers, each a process group of its own, and wait until they answer.

        ``under``: the program that watches them. ``first`` is done in their process. ``told``: what their environment
        holds besides.
        """
        started = []
        for _ in range(count):
            at = free_port()
            words = ["serve", "--port", str(at), "--threads", "8", "--workers", str(workers)]
            with (self.home / f"server-{at}.log").open("ab") as log:
                process = subprocess.Popen(
                    [*under, sys.executable, "-m", "engine.cli", *words],
                    env={**self.environment, **told},
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=lambda: (_die_with_the_tests(), first()),  # noqa: PLW1509 - calls of the system only
                )
            started.append(Server(process, at))
        self.servers += started
        for server in started:
            server.wait_ready()
        return started

    def work(self, *words: str, told: Mapping[str, str] = {}) -> subprocess.Popen[bytes]:
        """Start a process that works in the background, a group of its own: ``worker``, or ``scheduler``."""
        with (self.home / f"{words[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "engine.cli", *words],
                env={**self.environment, **told},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_the_tests,  # noqa: PLW1509 - calls of the system only
            )
        self.workers.append(process)
        return process

    def kill_workers(self, *some: subprocess.Popen[bytes]) -> None:
        """Kill processes that work in the background with their children; all of them when none is named."""
        for process in some or tuple(self.workers):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.workers.remove(process)

    def client(self, number: int = 0) -> Client:
        """Return a client of one of the servers in turn."""
        made = Client(self.servers[number % len(self.servers)].port, self.token)
        self.clients.append(made)
        return made

    def stop(self) -> None:
        """Kill all servers that still run."""
        for client in self.clients:
            client.close()
        self.clients.clear()
        self.kill_workers()
        for server in self.servers:
            server.kill()
        self.servers.clear()

    @property
    def dialect(self) -> str:
        return "postgresql" if self.database else "sqlite"

    @property
    def file(self) -> Path:
        """Return the SQLite file of the tenant."""
        return self.home / "tenants" / f"{TENANT}.db"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the tenant's database past the engine."""
        if not self.database:
            with contextlib.closing(sqlite3.connect(self.file, timeout=20)) as connection:
                return connection.execute(query).fetchall()
        with self._connected() as server:
            return server.execute(query.encode()).fetchall()

    def integrity(self) -> str:
        """Return "ok" when the database finds nothing wrong with itself."""
        if self.database:
            return "ok" if self.rows("SELECT 1") == [(1,)] else "broken"
        broken = self.rows("PRAGMA foreign_key_check")
        return str(self.rows("PRAGMA integrity_check")[0][0]) if not broken else f"links: {broken}"

    @contextlib.contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        url = self.database.replace("postgresql+psycopg://", "postgresql://")
        with contextlib.closing(psycopg.connect(url, autocommit=True)) as server:
            server.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(f"t_{TENANT}")))
            yield server
