"""One tenant's database: reading and writing sessions over the connection that the thread holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.kernel.errors import Unavailable
from engine.settings import Settings
from engine.storage import faults
from engine.storage.connections import Address, Connections, DialectName, Driver, Held, address_of
from engine.storage.errors import StaleCatalog, translated
from engine.storage.sessions import DriverError, Session, Stamp
from engine.storage.statistics import make_statistics
from engine.storage.turns import Turns

READ_STATE = "SELECT model_version, access_version FROM tessera_state"
# key of the advisory lock that a change of the model takes alone and every other change shares; per schema
_MODEL_LOCK = "SELECT pg_catalog.{}(pg_catalog.hashtextextended(pg_catalog.current_schema(), 0))"
_READ_STATE_AND_TIME = READ_STATE.replace(" FROM", ", pg_catalog.now() FROM")
_BEGIN_SHARED = f"BEGIN; {_MODEL_LOCK.format('pg_advisory_xact_lock_shared')}; {_READ_STATE_AND_TIME}"
_BEGIN_ALONE = f"BEGIN; {_MODEL_LOCK.format('pg_advisory_xact_lock')}"


class Database:
    """The database of one tenant; safe to share between threads, each of which holds its own connection."""

    def __init__(self, address: Address, settings: Settings) -> None:
        self.address = address
        self.settings = settings
        self._connections = Connections(address, settings)
        # SQLite takes one writer at a time; a server has a queue of its own
        self._turns = Turns() if address.dialect == "sqlite" else None
        # called with the tenant when a transaction is committed that left work for others
        self.bell: Callable[[str], None] | None = None

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
        held.rings = False
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
            self._ended(held)

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
                self._ended(held)
        finally:
            if relaxed is not None and relaxed.usable:
                relaxed.driver.execute("PRAGMA foreign_keys=ON")

    def dispose(self) -> None:
        """Close all connections; the next use opens new ones."""
        self._connections.close_all()

    def _begun(self, *, alone: bool = False) -> tuple[Held, Stamp | None]:
        held = self._connections.mine()
        if held.writing:
            raise RuntimeError("a transaction is already open in this thread")
        if self._turns is not None and not self._turns.take(self.settings.busy_seconds):
            raise Unavailable("database_busy")
        try:
            return self._begun_on(held, alone)
        except BaseException:
            if self._turns is not None:
                self._turns.give()
            raise

    def _begun_on(self, held: Held, alone: bool) -> tuple[Held, Stamp | None]:
        try:
            return held, _begin(held, alone=alone)
        except Unavailable:
            if held.usable:
                raise
        # the server was restarted while the connection lay idle; nothing has been done yet
        held = self._connections.mine()
        return held, _begin(held, alone=alone)

    def _ended(self, held: Held) -> None:
        held.writing = False
        held.depth -= 1
        if self._turns is not None:
            self._turns.give()

    def _commit(self, held: Held) -> None:
        try:
            held.driver.execute("COMMIT")
        except DriverError as error:
            raise translated(error) or error from error
        _forget_reads(held)
        if faults.after_statement is not None:
            faults.after_statement()
        if held.rings and self.bell is not None:
            self.bell(self.tenant)

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
    held.depth += 1
    held.began = None
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
    if not row:
        return None
    held.began = row[2]
    return Stamp(row[0], row[1])


def _forget_reads(held: Held) -> None:
    # SQLAlchemy believes itself in a transaction after its first statement; the driver is not
    if held.alchemy.in_transaction():
        held.alchemy.rollback()
