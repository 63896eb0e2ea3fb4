"""One tenant's database: reading and writing sessions over the connection that the thread holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.exc import DBAPIError

from engine.kernel.errors import Unavailable
from engine.settings import Settings
from engine.storage import faults
from engine.storage.connections import Address, Connections, DialectName, Driver, Held, address_of
from engine.storage.errors import StaleCatalog, translated
from engine.storage.statements import Compiled, Statement
from engine.storage.statistics import make_statistics

READ_STATE = "SELECT model_version, access_version FROM tessera_state"
# key of the advisory lock that a change of the model takes alone and every other change shares; per schema
_MODEL_LOCK = "SELECT pg_catalog.{}(pg_catalog.hashtextextended(pg_catalog.current_schema(), 0))"
_BEGIN_SHARED = f"BEGIN; {_MODEL_LOCK.format('pg_advisory_xact_lock_shared')}; {READ_STATE}"
_BEGIN_ALONE = f"BEGIN; {_MODEL_LOCK.format('pg_advisory_xact_lock')}"

DriverError = (sqlite3.Error, psycopg.Error)


class Stamp(NamedTuple):
    """The state of a tenant that caches are good for: its model, and the facts that permission rests on."""

    model: int
    access: int


@dataclass(slots=True)
class Meter:
    """Counts the statements of a session; transaction control does not count."""

    statements: int = 0


class Session:
    """One connection for a while. Inside ``writing()`` everything is one transaction."""

    __slots__ = ("_connections", "_held", "dialect", "meter", "stamp", "tenant")

    def __init__(self, held: Held, connections: Connections, stamp: Stamp | None = None) -> None:
        self._held = held
        self._connections = connections
        self.dialect: DialectName = connections.address.dialect
        self.tenant = connections.address.tenant
        self.stamp = stamp
        self.meter = Meter()

    @property
    def writing(self) -> bool:
        """Tell whether this session is inside a transaction of ``writing()``."""
        return self._held.writing

    def rows(self, statement: Compiled | Statement, values: Mapping[str, Any] = {}) -> list[tuple[Any, ...]]:
        """Run a compiled statement and return all its rows as the driver gives them."""
        compiled = statement.on(self.dialect) if isinstance(statement, Statement) else statement
        return self.raw_rows(compiled.text, compiled.arguments(values))

    def row(self, statement: Compiled | Statement, values: Mapping[str, Any] = {}) -> tuple[Any, ...] | None:
        """Run a compiled statement and return its first row, or None."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def change(self, statement: Compiled | Statement, values: Mapping[str, Any] = {}) -> int:
        """Run a compiled statement that changes rows and return how many."""
        compiled = statement.on(self.dialect) if isinstance(statement, Statement) else statement
        self.meter.statements += 1
        try:
            changed: int = self._held.cursor.execute(compiled.text, compiled.arguments(values)).rowcount
        except DriverError as error:
            raise self._told(error) from error
        if faults.after_statement is not None:
            faults.after_statement()
        return changed

    def change_many(self, statement: Compiled | Statement, many: Sequence[Mapping[str, Any]]) -> int:
        """Run one compiled statement for many sets of values and return how many rows changed in all."""
        compiled = statement.on(self.dialect) if isinstance(statement, Statement) else statement
        self.meter.statements += 1
        cursor = self._held.driver.cursor()
        try:
            cursor.executemany(compiled.text, [compiled.arguments(values) for values in many])
        except DriverError as error:
            raise self._told(error) from error
        if faults.after_statement is not None:
            faults.after_statement()
        return int(cursor.rowcount)

    def raw_rows(self, text: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run the text of a statement made by the engine, never by a user, and return all its rows."""
        self.meter.statements += 1
        try:
            found: list[tuple[Any, ...]] = self._held.cursor.execute(text, arguments).fetchall()
        except DriverError as error:
            if not self._may_try_again():
                raise self._told(error) from error
            return self.raw_rows(text, arguments)
        if faults.after_statement is not None:
            faults.after_statement()
        return found

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run an SQLAlchemy statement; fetch its rows before the session ends."""
        self.meter.statements += 1
        try:
            result = self._held.alchemy.execute(statement, parameters)
        except DBAPIError as error:
            raise (self._told(error.orig) if isinstance(error.orig, Exception) else error) from error
        if faults.after_statement is not None:
            faults.after_statement()
        return result

    def connection(self) -> Connection:
        """Return SQLAlchemy's view of the connection, for tools that need one."""
        return self._held.alchemy

    def require_model(self, stamp: Stamp, version: int) -> None:
        """Return when a row was read from the model of ``stamp``; raises StaleCatalog otherwise."""
        if version != stamp.model:
            self._connections.suspect = True
            raise StaleCatalog

    def _told(self, error: Exception) -> Exception:
        found = translated(error)
        if isinstance(found, StaleCatalog):
            self._connections.suspect = True
            # a statement prepared for the older tables would fail for ever
            self._held.tainted = True
        return found or error

    def _may_try_again(self) -> bool:
        # a server that was restarted while the connection lay idle is not the caller's trouble
        held = self._held
        if held.usable or held.writing or held.depth > 1 or self.meter.statements > 1:
            return False
        depth, held.depth = held.depth, 0
        self._held = self._connections.mine()
        self._held.depth = depth
        return True

    @property
    def held(self) -> Held:
        """Return the connection behind this session; for the database that gave it."""
        return self._held


class Database:
    """The database of one tenant; safe to share between threads, each of which holds its own connection."""

    def __init__(self, address: Address, settings: Settings) -> None:
        self.address = address
        self.settings = settings
        self._connections = Connections(address, settings)

    @property
    def dialect(self) -> DialectName:
        return self.address.dialect

    @property
    def tenant(self) -> str:
        return self.address.tenant

    @property
    def suspect(self) -> bool:
        """Tell whether somebody met a newer model than the one on the shelf."""
        return self._connections.suspect

    @suspect.setter
    def suspect(self, suspect: bool) -> None:
        self._connections.suspect = suspect

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading, without a transaction; inside ``writing()`` it reads what was written."""
        held = self._connections.mine()
        held.depth += 1
        session = Session(held, self._connections)
        try:
            yield session
        finally:
            held = session.held
            held.depth -= 1
            if held.depth == 0:
                _forget_reads(held)

    @contextmanager
    def writing(self, stamp: Stamp | None = None) -> Iterator[Session]:
        """Give a session in a transaction, committed at the end and rolled back on any error.

        With ``stamp``, raises StaleCatalog when the model is no longer the one of that stamp.
        """
        held, found = self._begun()
        try:
            if stamp is not None and (found is None or found.model != stamp.model):
                self.suspect = True
                raise StaleCatalog
            yield Session(held, self._connections, found)
            self._commit(held)
            make_statistics(held)
        except BaseException:
            self._rollback(held)
            raise
        finally:
            held.writing = False
            held.depth -= 1

    @contextmanager
    def changing_model(self, *, without_foreign_keys: bool = False) -> Iterator[Session]:
        """Give a session in a transaction that no other change of this tenant overlaps."""
        relaxed = self._connections.mine() if without_foreign_keys and self.dialect == "sqlite" else None
        if relaxed is not None:
            # inside a transaction SQLite ignores this
            relaxed.driver.execute("PRAGMA foreign_keys=OFF")
        try:
            held, _ = self._begun(alone=True)
            try:
                yield Session(held, self._connections)
                self._commit(held)
            except BaseException:
                self._rollback(held)
                raise
            finally:
                held.writing = False
                held.depth -= 1
        finally:
            if relaxed is not None and relaxed.usable:
                relaxed.driver.execute("PRAGMA foreign_keys=ON")

    def dispose(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._connections.close_all()

    def _begun(self, *, alone: bool = False) -> tuple[Held, Stamp | None]:
        held = self._connections.mine()
        try:
            return held, _begin(held, alone=alone)
        except Unavailable:
            if held.usable:
                raise
        # the server was restarted while the connection lay idle; nothing has been done yet
        held = self._connections.mine()
        return held, _begin(held, alone=alone)

    def _commit(self, held: Held) -> None:
        try:
            held.driver.execute("COMMIT")
        except DriverError as error:
            raise translated(error) or error from error
        _forget_reads(held)
        if faults.after_statement is not None:
            faults.after_statement()

    def _rollback(self, held: Held) -> None:
        try:
            if isinstance(held.driver, sqlite3.Connection):
                if held.driver.in_transaction:
                    held.driver.execute("ROLLBACK")
            else:
                held.driver.execute("ROLLBACK")
            _forget_reads(held)
        except DriverError:
            # the server went away, and with it the transaction
            self._connections.discard()


def open_database(url: str, tenant: str, settings: Settings) -> Database:
    """Return the database of a tenant. Nothing is opened yet."""
    return Database(address_of(url, tenant), settings)


def read_stamp(session: Session) -> Stamp:
    """Return the present state of the tenant."""
    found = session.raw_rows(READ_STATE)
    if not found:
        return Stamp(0, 0)
    return Stamp(*found[0])


# ---------------------------------------------------------------------------------------------------------------------


def _begin(held: Held, *, alone: bool) -> Stamp | None:
    if held.writing:
        raise RuntimeError("a transaction is already open in this thread")
    held.depth += 1
    try:
        found = _begin_sqlite(held.driver) if isinstance(held.driver, sqlite3.Connection) else _begin_pg(held, alone)
    except DriverError as error:
        held.depth -= 1
        raise translated(error) or error from error
    held.writing = True
    if faults.after_statement is not None:
        faults.after_statement()
    return found


def _begin_sqlite(driver: sqlite3.Connection) -> Stamp | None:
    driver.execute("BEGIN IMMEDIATE")
    try:
        row = driver.execute(READ_STATE).fetchone()
    except sqlite3.OperationalError:
        # a database that is being made has no state yet
        return None
    return Stamp(*row) if row else None


def _begin_pg(held: Held, alone: bool) -> Stamp | None:
    driver: Driver = held.driver
    if alone:
        driver.execute(_BEGIN_ALONE)
        return None
    cursor = driver.execute(_BEGIN_SHARED)
    cursor.nextset()
    cursor.nextset()
    row = cursor.fetchone()
    return Stamp(*row) if row else None


def _forget_reads(held: Held) -> None:
    # SQLAlchemy believes itself in a transaction after its first statement; the driver is not
    if held.alchemy.in_transaction():
        held.alchemy.rollback()
