"""Sessions: statements on one connection, read and counted, and errors in the words of every floor."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.exc import DBAPIError

from engine.kernel.context import Witness
from engine.kernel.errors import Unauthenticated
from engine.storage import faults
from engine.storage.connections import Connections, DialectName, Held
from engine.storage.errors import StaleCatalog, translated
from engine.storage.statements import Compiled, Statement

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

    __slots__ = (
        *("_connections", "_held", "address", "counted", "dialect", "meter", "stamp", "tenant", "unsettled"),
        "witness",
    )

    def __init__(self, held: Held, connections: Connections, stamp: Stamp | None = None) -> None:
        self._held = held
        self._connections = connections
        # what is remembered of a tenant is remembered of its database: a tenant made anew under a name is another
        self.address = connections.address
        self.dialect: DialectName = connections.address.dialect
        self.tenant = connections.address.tenant
        self.stamp = stamp
        self.meter = Meter()
        # what permission rests on was changed here: what is cached for the stamp is not for this session
        self.unsettled = False
        # how often the records of each object have changed, as this session was told (``data_versions``)
        self.counted: tuple[object, Mapping[str, int]] | None = None
        # told the access version by the first statement that reads it
        self.witness: Witness | None = None

    @property
    def memory(self) -> dict[str, Any]:
        """Return what this process remembers of the database, by whose it is."""
        return self._connections.memory

    @property
    def writing(self) -> bool:
        """Tell whether this session is inside a transaction of ``writing()``."""
        return self._held.writing

    @property
    def began(self) -> datetime | None:
        """When this transaction began by the database's clock; None where that is the clock of this machine."""
        return self._held.began if self._held.writing else None

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

    def ring(self) -> None:
        """Tell those who wait for work, as soon as this transaction is committed."""
        self._held.rings = True

    def require_state(self, stamp: Stamp, row: Sequence[Any]) -> None:
        """Return when a row, whose last columns are the tenant's versions, was read from the model of ``stamp``.

        Raises StaleCatalog otherwise, and Unauthenticated when who reads is not who he was.
        """
        self.require_caller(row[-1])
        if row[-2] != stamp.model:
            self._connections.suspect = True
            raise StaleCatalog

    def require_caller(self, access: int) -> None:
        """Return when the caller is known by this access version; raises Unauthenticated otherwise."""
        if self.witness is not None and not self.witness.agrees(access):
            raise Unauthenticated("unauthenticated")

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
