"""A look into a tenant's database past the engine: what is stored, and small repairs that leave no trace."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

import psycopg

# what may change without anything being done: who was here, and what is given once
LEFT_OUT = {"tessera_user", "tessera_token", "tessera_session", "tessera_idempotency", "tessera_job", "tessera_attempt"}
_KEPT = ("version", "updated_at", "updated_by")


class Beside:
    """A connection of a test's own to the database of a tenant."""

    def __init__(self, url: str, tenant: str) -> None:
        self.lite = url.startswith("sqlite")
        if self.lite:
            path = url.removeprefix("sqlite:///").replace("{tenant}", tenant)
            self.connection: Any = sqlite3.connect(path, isolation_level=None, timeout=20)
        else:
            self.connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
            self.connection.execute(f"SET search_path TO t_{tenant}")
        self.tables = sorted(name for (name,) in self.ask(_TABLES[self.lite].format(tenant=tenant)))

    def ask(self, query: str, values: Iterable[Any] = ()) -> list[Any]:
        """Return the rows of a query; ? stands for a value."""
        text = query if self.lite else query.replace("?", "%s")
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(text, tuple(values))
            return list(cursor.fetchall()) if cursor.description else []

    def digests(self) -> dict[str, str]:
        """Return a hash of each table."""
        told = {}
        for name in self.tables:
            if name not in LEFT_OUT:
                rows = sorted(map(repr, self.ask(f'SELECT * FROM "{name}"')))
                told[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
        return told

    def digest(self) -> str:
        """Return a hash of all that is stored."""
        return hashlib.sha256(repr(self.digests()).encode()).hexdigest()

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        """Return the stored rows of a table by id."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            return {row[names.index("id")]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}

    # -- repairs -------------------------------------------------------------------------------------------------------

    def mark(self, objects: Iterable[str]) -> tuple[int, dict[str, dict[str, tuple[Any, ...]]]]:
        """Remember the versions of all records, and the last entry of the trail."""
        columns = ", ".join(_KEPT)
        kept = {
            name: {id: tuple(rest) for id, *rest in self.ask(f'SELECT id, {columns} FROM "{name}"')} for name in objects
        }
        (last,) = self.ask("SELECT coalesce(max(id), 0) FROM tessera_audit")[0]
        return int(last), kept

    def forget_since(self, mark: tuple[int, dict[str, dict[str, tuple[Any, ...]]]]) -> None:
        """Give all records their versions back, and take away what the trail has learnt since."""
        last, kept = mark
        self.ask("DELETE FROM tessera_audit WHERE id > ?", (last,))
        setting = ", ".join(f"{name} = ?" for name in _KEPT)
        for name, rows in kept.items():
            for id, values in rows.items():
                self.ask(f'UPDATE "{name}" SET {setting} WHERE id = ?', (*values, id))

    def rewrite_trail(self, object: str, id: str, changes: Mapping[str, Any]) -> None:
        """Write other values into the trail of a record."""
        query = "SELECT id, changes FROM tessera_audit WHERE object = ? AND record = ?"
        for entry, told in self.ask(query, (object, id)):
            read = json.loads(told) if isinstance(told, str | bytes) else dict(told)
            if changes.keys() & read.keys():
                read |= {name: [read[name][0], value] for name, value in changes.items() if name in read}
                self.ask("UPDATE tessera_audit SET changes = ? WHERE id = ?", (json.dumps(read), entry))

    def close(self) -> None:
        self.connection.close()


_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = 't_{tenant}'",
}
