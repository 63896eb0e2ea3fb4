"""Lines from a file of their own, held by the key of the record they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.transfer.binding import BoundLines
from engine.transfer.cells import plain_text
from engine.transfer.files import Row


class LineRows:
    """The rows of a lines file by their record's key. They lie in memory; the limit of rows bounds them."""

    def __init__(self, lines: BoundLines) -> None:
        assert lines.parent is not None
        self.lines = lines
        self._rows: dict[str, list[Row]] = {}
        for row in lines.sheet.table.rows():
            self._rows.setdefault(plain_text(row.cells[lines.parent]).strip(), []).append(row)

    def of(self, key: str) -> list[Row]:
        """Return the rows of one record, in the order of the file."""
        return self._rows.get(key, [])

    def orphans(self, keys: Mapping[str, int]) -> Iterator[tuple[str, Row]]:
        """Yield the rows whose record is not among ``keys``."""
        for key, rows in self._rows.items():
            if key not in keys:
                yield from ((key, row) for row in rows)
