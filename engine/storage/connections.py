"""Driver connections: opened with the tenant's walls up, and held by the thread that uses them."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from engine.kernel.errors import Unavailable
from engine.settings import Settings
from engine.storage.errors import translated
from engine.storage.local_days import local_day
from engine.storage.statistics import read_statistics

DialectName = Literal["sqlite", "postgresql"]
Driver = Any  # sqlite3.Connection or psycopg.Connection; the two share what is used of them

HELD_PER_THREAD = 8
ROLE_PREFIX = "t_"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a tenant's tables are: a file, or a schema and role of a PostgreSQL database."""

    url: URL
    tenant: str

    def __hash__(self) -> int:
        # addresses are parts of the keys of what is kept for a tenant; that of a URL is written out each time
        return hash((self.url.database, self.tenant))

    @property
    def dialect(self) -> DialectName:
        return "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"

    @property
    def file(self) -> Path:
        """Return the file of an SQLite database."""
        return Path(self.url.database or "").absolute()

    @property
    def schema(self) -> str:
        """Return the name of schema and role of a PostgreSQL tenant."""
        return ROLE_PREFIX + self.tenant


def address_of(url: str, tenant: str) -> Address:
    """Return the address of a tenant; ``url`` is an SQLAlchemy address."""
    made = make_url(url)
    if made.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"{made.get_backend_name()} is not a database that tenants can live in")
    return Address(made, tenant)


def open_driver(address: Address, settings: Settings) -> Driver:
    """Open a connection that can reach this tenant's tables and no others."""
    if address.dialect == "sqlite":
        return _open_sqlite(address, settings)
    connection = open_server(address.url, settings)
    name = sql.Identifier(address.schema)
    walls = sql.SQL("SET ROLE {}; SET search_path TO {}").format(name, name)
    try:
        connection.execute(walls)
    except psycopg.errors.UndefinedObject as error:
        connection.close()
        raise Unavailable("database_missing", tenant=address.tenant) from error
    except psycopg.errors.InvalidParameterValue as error:  # role "..." does not exist
        connection.close()
        raise Unavailable("database_missing", tenant=address.tenant) from error
    return connection


def open_server(url: URL, settings: Settings) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection to a PostgreSQL server as the one that the address names."""
    _, options = url.get_dialect()().create_connect_args(url)
    limit = int(settings.statement_seconds * 1000)
    try:
        connection = psycopg.connect(**{"connect_timeout": 10, **options}, autocommit=True)
        connection.execute(
            sql.SQL("SET TimeZone TO 'UTC'; SET statement_timeout TO {}; SET lock_timeout TO {}").format(
                sql.Literal(limit), sql.Literal(int(settings.busy_seconds * 1000))
            )
        )
    except psycopg.Error as error:
        raise translated(error) or error from error
    return connection


def _open_sqlite(address: Address, settings: Settings) -> sqlite3.Connection:
    # mode=rw: a file that is not there is an error, not a new and empty tenant
    name = f"{address.file.as_uri()}?mode=rw"
    try:
        connection = sqlite3.connect(
            name,
            uri=True,
            isolation_level=None,
            timeout=settings.busy_seconds,
            check_same_thread=False,
            cached_statements=512,
        )
    except sqlite3.OperationalError as error:
        if not address.file.exists():
            raise Unavailable("database_missing", tenant=address.tenant) from error
        raise Unavailable("database_unavailable") from error
    try:
        connection.create_function("local_day", 2, local_day, deterministic=True)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        for setting in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            f"synchronous={settings.synchronous}",
            "trusted_schema=OFF",
            "temp_store=MEMORY",
            "cache_size=-8000",
            "mmap_size=268435456",
        ):
            connection.execute(f"PRAGMA {setting}")
    except sqlite3.Error as error:
        connection.close()
        raise translated(error) or error from error
    return connection


class Held:
    """A connection and the SQLAlchemy view of it, held by one thread."""

    __slots__ = (
        *("__weakref__", "alchemy", "closed", "cursor", "depth", "driver", "pid", "rings", "writing"),
        *("analyzed", "began", "statistics_at", "tainted"),
    )

    def __init__(self, address: Address, settings: Settings) -> None:
        self.closed = False
        # the driver remembers something that the server no longer accepts; closed after this use
        self.tainted = False
        # SQLite: rows that had been changed when statistics were last made, and when they were last read
        self.analyzed = 0
        self.statistics_at = time.monotonic()
        self.pid = os.getpid()
        # when the transaction began by the database's clock; None where that is the clock of this machine (K4, Q7)
        self.began: datetime | None = None
        self.depth = 0
        self.writing = False
        # work was left for others in this transaction: they are told when it is committed
        self.rings = False
        self.driver = open_driver(address, settings)
        # one for all statements: each is read to its end before the next
        self.cursor = self.driver.cursor()
        try:
            self.alchemy = _alchemy_over(self.driver, address)
        except BaseException:
            self.driver.close()
            raise

    @property
    def usable(self) -> bool:
        """Tell whether statements can be sent: it is ours, open, and the server did not go away."""
        if self.closed or self.tainted or self.pid != os.getpid():
            return False
        return isinstance(self.driver, sqlite3.Connection) or not (self.driver.closed or self.driver.broken)

    def close(self) -> None:
        """Close quietly; a connection of another process (before a fork) is left alone."""
        if self.closed or self.pid != os.getpid():
            return
        self.closed = True
        with contextlib.suppress(Exception):
            self.alchemy.close()
        with contextlib.suppress(Exception):
            self.driver.close()

    def __del__(self) -> None:
        if hasattr(self, "driver"):
            self.close()


class Connections:
    """The connections of one database, one for each thread that uses it."""

    def __init__(self, address: Address, settings: Settings) -> None:
        self.address = address
        self.settings = settings
        self.suspect = False
        # what the sessions remember of this database
        self.memory: dict[str, Any] = {}
        self._open: weakref.WeakSet[Held] = weakref.WeakSet()

    def mine(self) -> Held:
        """Return this thread's connection, opening one when there is none."""
        book = _thread.held
        held = book.get(self)
        if held is not None and (held.usable or held.depth):
            if len(book) > 1:
                book.move_to_end(self)
            read_statistics(held)
            return held
        self.discard()
        _make_room(book)
        held = book[self] = Held(self.address, self.settings)
        self._open.add(held)
        return held

    def discard(self) -> None:
        """Close this thread's connection; the next use opens a new one."""
        held = _thread.held.pop(self, None)
        if held is not None:
            held.close()

    def close_all(self) -> None:
        """Close the connections of every thread, for a database that is given up."""
        self.discard()
        for held in list(self._open):
            held.close()


class _Thread(threading.local):
    # a thread that ends drops its book, and with it its connections
    def __init__(self) -> None:
        self.held: OrderedDict[Connections, Held] = OrderedDict()


_thread = _Thread()


def _make_room(book: OrderedDict[Connections, Held]) -> None:
    while len(book) >= HELD_PER_THREAD:
        idle = next((known for known, held in book.items() if held.depth == 0), None)
        if idle is None:
            return
        book.pop(idle).close()


# ---------------------------------------------------------------------------------------------------------------------


class _Opening(threading.local):
    driver: Driver = None


_opening = _Opening()


def _alchemy_over(driver: Driver, address: Address) -> Connection:
    # one engine for all tenants of a server: SQLAlchemy's caches are shared and a tenant costs next to nothing
    place = "" if address.dialect == "sqlite" else f"{address.url.host}:{address.url.port}"
    engine = _engine_of(address.dialect, place)
    _opening.driver = driver
    try:
        return engine.connect()
    finally:
        _opening.driver = None


@lru_cache(maxsize=64)
def _engine_of(dialect: DialectName, place: str) -> Engine:
    del place  # distinguishes servers, whose versions may differ
    settings: dict[str, Any] = {
        "creator": lambda: _opening.driver,
        "poolclass": NullPool,
        "pool_reset_on_return": None,
    }
    if dialect == "sqlite":
        return create_engine("sqlite://", **settings)
    return create_engine("postgresql+psycopg://", use_native_hstore=False, **settings)
