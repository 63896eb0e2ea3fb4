"""Tenants, their titles and the addresses of their databases, in one small file of the server's home."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import engine.tenancy.codes  # noqa: F401 - declares the codes used here
from engine.kernel.errors import Conflict, Missing, Unavailable

_TABLE = """
CREATE TABLE IF NOT EXISTS tenant (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    address TEXT,
    created_at TEXT NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant. ``address`` None: its database is where the settings' template says."""

    name: str
    title: str
    address: str | None
    created_at: datetime


class Registry:
    """The list of tenants. It is opened for each question: several processes share it."""

    def __init__(self, home: Path) -> None:
        self._file = home / "registry.db"

    def add(self, name: str, title: str, address: str | None) -> Tenant:
        """Add a tenant; Conflict when there is one of that name."""
        now = datetime.now(UTC)
        with self._opened() as connection:
            try:
                connection.execute("INSERT INTO tenant VALUES (?, ?, ?, ?)", (name, title, address, now.isoformat()))
            except sqlite3.IntegrityError as error:
                raise Conflict("tenant_exists", tenant=name) from error
        return Tenant(name, title, address, now)

    def find(self, name: str) -> Tenant:
        """Return a tenant; Missing when there is none."""
        with self._opened() as connection:
            row = connection.execute("SELECT * FROM tenant WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise Missing("no_such_tenant", tenant=name)
        return _tenant(row)

    def all(self) -> list[Tenant]:
        """Return all tenants by name."""
        with self._opened() as connection:
            return [_tenant(row) for row in connection.execute("SELECT * FROM tenant ORDER BY name")]

    def retitle(self, name: str, title: str) -> None:
        """Give a tenant another title."""
        with self._opened() as connection:
            connection.execute("UPDATE tenant SET title = ? WHERE name = ?", (title, name))

    def remove(self, name: str) -> None:
        """Take a tenant off the list."""
        with self._opened() as connection:
            connection.execute("DELETE FROM tenant WHERE name = ?", (name,))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            new = not self._file.exists()
            if new:
                self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=10, isolation_level=None)) as connection:
                if new:
                    # addresses may hold passwords
                    self._file.chmod(0o600)
                connection.execute(_TABLE)
                yield connection
        except (OSError, sqlite3.OperationalError) as error:
            raise Unavailable("storage_unavailable") from error


def _tenant(row: tuple[str, str, str | None, str]) -> Tenant:
    name, title, address, created_at = row
    return Tenant(name, title, address, datetime.fromisoformat(created_at))
