"""The lock under which a tenant's definitions are changed: one holder, known by name, gone when its process is."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from engine.kernel.errors import Conflict, Unavailable
from engine.storage.connections import Address, open_driver
from engine.storage.database import Database
from engine.storage.errors import translated

_KEY = "pg_catalog.hashtextextended(pg_catalog.current_schema(), 1)"


@contextlib.contextmanager
def hold_lock(database: Database, holder: str) -> Iterator[None]:
    """Hold the lock of a tenant; raises Conflict with the name and the start of whoever has it."""
    address = database.address
    if address.dialect == "sqlite":
        with _file_lock(address, holder):
            yield
    else:
        with _server_lock(database, holder):
            yield


@contextlib.contextmanager
def _file_lock(address: Address, holder: str) -> Iterator[None]:
    path = address.file.with_name(address.file.name + ".lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unavailable("storage_unavailable") from error
    try:
        if not _locked(descriptor):
            raise _running(*_written(path))
        # the lock is the system's and dies with the process; the text is for the message only
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps([holder, _now()]).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            # far behind the text, which others must be able to read
            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _written(path: Path) -> tuple[str, str]:
    with contextlib.suppress(OSError, ValueError):
        holder, since = json.loads(path.read_text())
        return str(holder), str(since)
    return "?", "?"


@contextlib.contextmanager
def _server_lock(database: Database, holder: str) -> Iterator[None]:
    # a connection of its own: the lock belongs to it, and ends with it
    with contextlib.closing(open_driver(database.address, database.settings)) as connection:
        try:
            (got,) = _row(connection, f"SELECT pg_catalog.pg_try_advisory_lock({_KEY})")
            if not got:
                found = _row(connection, "SELECT holder, since FROM tessera_lock WHERE name = 'install'")
                raise _running(*((found[0], found[1].isoformat()) if found else ("?", "?")))
            connection.execute(
                "INSERT INTO tessera_lock (name, holder, since) VALUES ('install', %s, %s)"
                " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, since = excluded.since",
                (holder, datetime.now(UTC)),
            )
        except psycopg.Error as error:
            raise translated(error) or error from error
        try:
            yield
        finally:
            with contextlib.suppress(psycopg.Error):
                connection.execute("DELETE FROM tessera_lock WHERE name = 'install'")
                # let go here, not when the server gets round to the closed connection: who comes next comes at once
                _row(connection, f"SELECT pg_catalog.pg_advisory_unlock({_KEY})")


def _row(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()


def _running(holder: str, since: str) -> Conflict:
    return Conflict("install_running", holder=holder, since=since)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
