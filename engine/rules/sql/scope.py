"""What SQL needs to know of the tables: implemented by storage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.sql import ColumnElement, Select

from engine.rules.feel_types import FeelType


@dataclass(frozen=True, slots=True)
class SqlValue:
    """An element of SQL with its type, and how the value lies in it.

    number      with ``scale``: a whole number of 64 bits, times ``10 ** scale`` (integers have 0, on both databases);
                without: NUMERIC. ``digits``: no stored number has more, those behind the point included.
    duration    whole seconds, with ``scale`` 0.
    record      the id, as text.
    list        a JSON array of texts (codes or ids), as text.
    date, time, date and time   PostgreSQL's own types (the last with a zone); on SQLite ``2024-01-31``,
                ``10:30:00.000000`` and, in UTC, ``2024-01-31T10:30:00.000000Z``.
    boolean     boolean, or 1 and 0.
    """

    element: ColumnElement[Any]
    type: FeelType
    scale: int | None = None
    nullable: bool = True
    digits: int = 18


class SqlScope(Protocol):
    """Where names live in the database. One scope stands for one row of one FROM clause."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        ...

    def column(self, path: tuple[str, ...]) -> SqlValue | None:
        """Return the column of a path; joins over to-one references are the scope's affair.

        A path that ends at a reference gives its id. None: there is no such column.
        """
        ...

    def lines(self, path: tuple[str, ...]) -> SqlLines | None:
        """Return the rows behind a to-many path."""
        ...

    def has_bound(self, name: str) -> bool:
        """Tell whether the value of a root name is known before any row is read."""
        ...

    def bound(self, name: str) -> Any:
        """Return such a value."""
        ...


class SqlLines(Protocol):
    """The child rows of one row."""

    def select(self, build: Callable[[SqlScope], Select[Any]]) -> Select[Any]:
        """Return what ``build`` makes of the scope of one child row, with FROM and the correlation added.

        ``build`` is called once with the scope of a child row, and returns a SELECT without a FROM clause of its own;
        the joins that its columns ask for and ``child.parent = row.id`` are added by ``select``. The result must be
        correlated to every FROM clause but its own (``correlate_except``).
        """
        ...

    def some(self, build: Callable[[SqlScope], Select[Any]]) -> ColumnElement[bool]:
        """Return whether there is any row of what ``select`` would return; never null."""
        ...
