"""A table in a file: a header, then rows, read one after the other as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from engine.kernel.errors import Complaint, LimitExceeded, Malformed, Rejected
from engine.transfer import limits

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` counts as a spreadsheet does, the header being row 1. ``spare``: more cells than columns."""

    number: int
    cells: tuple[Cell, ...]
    spare: bool = False


class Table(Protocol):
    """A table. Rows without content are left out, but counted."""

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of the columns; unnamed ones are empty."""

    def rows(self) -> Iterator[Row]:
        """Return the rows from the first one on."""


def check_header(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return the header, trimmed. Raises Malformed when it is empty, Rejected when a name occurs twice."""
    header = tuple(cell.strip() for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise Malformed("no_header")
    if len(header) > limits.COLUMNS:
        raise LimitExceeded("columns of a file", len(header), limits.COLUMNS)
    twice = dict.fromkeys(name for name in header if name and header.count(name) > 1)
    if twice:
        complaints = [Complaint(name, "column_twice", {"column": name}) for name in twice]
        raise Rejected("bad_mapping", complaints, count=len(twice))
    return header


def fit(number: int, cells: list[Cell], width: int) -> Row | None:
    """Return the row as wide as the header, or None when nothing is in it."""
    while cells and (cells[-1] is None or cells[-1] == ""):
        cells.pop()
    if not cells:
        return None
    spare = len(cells) > width
    padded = (*cells[:width], *([None] * (width - len(cells))))
    return Row(number, tuple(None if cell == "" else cell for cell in padded), spare)


def count_row(number: int) -> None:
    """Raise LimitExceeded behind the last row that a file may have."""
    if number - 1 > limits.ROWS:
        raise LimitExceeded("rows of a file", number - 1, limits.ROWS)
