"""Makes and removes the place of a tenant's tables: a file, or a schema and a role."""

from __future__ import annotations

import contextlib
import sqlite3

import psycopg
from psycopg import sql

from engine.kernel.errors import Unavailable
from engine.settings import Settings
from engine.storage.connections import Address, open_server
from engine.storage.database import Database
from engine.storage.errors import translated


def make_place(database: Database) -> None:
    """Make an empty place for the tenant. One that is there already is left as it is."""
    address = database.address
    if address.dialect == "sqlite":
        _make_file(address)
    else:
        _make_schema(address, database.settings)


def remove_place(database: Database) -> None:
    """Remove the tenant's place with all that is in it."""
    database.dispose()
    address = database.address
    if address.dialect == "sqlite":
        for suffix in ("", "-wal", "-shm", "-journal"):
            address.file.with_name(address.file.name + suffix).unlink(missing_ok=True)
    else:
        _remove_schema(address, database.settings)


def _make_file(address: Address) -> None:
    try:
        address.file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(address.file, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable("storage_unavailable") from error
    try:
        # the file is written by the first statement that needs it; the mode of its journal is kept in it
        connection.execute("PRAGMA journal_mode=WAL")
        address.file.chmod(0o600)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable("storage_unavailable") from error
    finally:
        connection.close()


def _make_schema(address: Address, settings: Settings) -> None:
    name = sql.Identifier(address.schema)
    with contextlib.closing(open_server(address.url, settings)) as server:
        try:
            if not _exists(server, "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", address.schema):
                # another database of the same server may have made the role meanwhile
                with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                    server.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOINHERIT").format(name))
            if not _is_superuser(server):
                server.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
            server.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(name, name))
        except psycopg.Error as error:
            raise translated(error) or Unavailable("database_unavailable") from error


def _remove_schema(address: Address, settings: Settings) -> None:
    name = sql.Identifier(address.schema)
    with contextlib.closing(open_server(address.url, settings)) as server:
        server.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        # a tenant of that name in another database of the server keeps the role
        with contextlib.suppress(psycopg.errors.DependentObjectsStillExist):
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))


def _is_superuser(server: psycopg.Connection[tuple[object, ...]]) -> bool:
    return _exists(server, "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper")


def _exists(server: psycopg.Connection[tuple[object, ...]], query: str, *values: str) -> bool:
    return server.execute(query.encode(), values).fetchone() is not None
