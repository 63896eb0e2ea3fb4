"""Copies of one run of an approval, made inside the database: many cases without as many clicks.

A copy has the texts of its rows with every id that belongs to the run given another end: the first 24 characters stay,
the last twelve are the number of the copy. JSON is text in both databases, so ids inside of it are replaced too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# table -> the column that tells whose row it is, and the name under which the template's id of that kind is given
OWNED = {
    "tessera_instance": ("id", "instance"),
    "tessera_submission": ("instance", "instance"),
    "tessera_task": ("instance", "instance"),
    "tessera_hold": ("instance", "instance"),
    "tessera_timer": ("record", "record"),
    "tessera_process_event": ("instance", "instance"),
}


@dataclass(frozen=True)
class Differing:
    """What copies do not have in common: ``texts`` are replaced by expressions over ``s.n``, and so are ``columns``.

    A column whose expression is empty is left to the database.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


ALIKE = Differing()


class Copier:
    """A connection of its own to the tenant's database, past the engine."""

    def __init__(self, url: str, tenant: str, file: Path) -> None:
        self.sqlite = url.startswith("sqlite")
        if self.sqlite:
            import sqlite3

            self._connection: Any = sqlite3.connect(file)
        else:
            import psycopg

            self._connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))
            self.run(f"SET search_path TO t_{tenant}")

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        """Return what a statement finds."""
        return list(self._connection.execute(text).fetchall())

    def run(self, text: str) -> None:
        """Run a statement and commit."""
        self._connection.execute(text)
        self._connection.commit()

    def close(self) -> None:
        """Give the connection back, with fresh statistics for who comes next."""
        if not self.sqlite:
            self._connection.commit()
            self._connection.autocommit = True
        # a server of people at work has long tidied up what was loaded
        self.run("ANALYZE" if self.sqlite else "VACUUM ANALYZE")
        if self.sqlite:
            self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def columns(self, table: str) -> Sequence[tuple[str, bool]]:
        """Return the names of a table's columns, and whether each holds text."""
        if self.sqlite:
            found = self.rows(f"SELECT name, type FROM pragma_table_info('{table}')")
        else:
            found = self.rows(
                "SELECT column_name, data_type FROM information_schema.columns "
                f"WHERE table_name = '{table}' AND table_schema = current_schema() ORDER BY ordinal_position"
            )
        return [(name, kind.lower().startswith(("text", "varchar", "char"))) for name, kind in found]

    def numbers(self, first: int, last: int) -> str:
        """Return a relation ``s(n)`` of the numbers from ``first`` to ``last``."""
        if self.sqlite:
            steps = f"SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}"
            return f"(WITH RECURSIVE s(n) AS ({steps}) SELECT n FROM s) s"
        return f"generate_series({first}, {last}) AS s(n)"

    def _ending(self) -> str:
        return "printf('%012x', s.n)" if self.sqlite else "lpad(to_hex(s.n), 12, '0')"

    def copy(
        self, table: str, where: str, ids: Sequence[str], numbers: tuple[int, int], differing: Differing = ALIKE
    ) -> None:
        """Copy the rows that fit, once for each number from the first to the last."""
        names, values = [], []
        for name, is_text in self.columns(table):
            own = differing.columns.get(name)
            if own == "":
                continue
            value = f't."{name}"' if own is None else own
            is_text = is_text and own is None
            if is_text:
                for id in ids:
                    value = f"replace({value}, '{id}', '{id[:24]}' || {self._ending()})"
                for old, new in differing.texts.items():
                    value = f"replace({value}, '{old}', {new})"
            names.append(f'"{name}"')
            values.append(value)
        listed, counted = ", ".join(names), self.numbers(*numbers)
        self.run(f"INSERT INTO {table} ({listed}) SELECT {', '.join(values)} FROM {table} t, {counted} WHERE {where}")


@dataclass(frozen=True)
class Ran:
    """A run of an approval that is there already, and its record."""

    object: str
    instance: str
    record: str


def copy_run(copier: Copier, ran: Ran, numbers: tuple[int, int], differing: Differing = ALIKE) -> None:
    """Copy a run with its record and everything that belongs to it, once for each number."""
    tasks = [row[0] for row in copier.rows(f"SELECT id FROM tessera_task WHERE instance = '{ran.instance}'")]
    timers = [row[0] for row in copier.rows(f"SELECT id FROM tessera_timer WHERE record = '{ran.record}'")]
    ids = [ran.instance, ran.record, *tasks, *timers]
    copier.copy(ran.object, f"t.id = '{ran.record}'", ids, numbers)
    for table, (column, kind) in OWNED.items():
        own = ran.instance if kind == "instance" else ran.record
        copier.copy(table, f"t.{column} = '{own}'", ids, numbers, differing)
