"""The rows that could not be imported, as a file that can be mended and read again."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.kernel.errors import Complaint
from engine.transfer.cells import plain_text
from engine.transfer.files import Cell, guarded
from engine.transfer.headers import OWN_COLUMNS

# without it Excel takes the file for its local encoding
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class RowError:
    """One complaint about one row. ``file`` is empty for the main file."""

    row: int
    column: str
    code: str
    message: str
    file: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Return the JSON form."""
        return {"file": self.file, "row": self.row, "column": self.column, "code": self.code, "message": self.message}


class ErrorFile:
    """Appends; ``length`` is what the journal keeps, so that what a killed process wrote in excess is cut off."""

    def __init__(self, path: Path, header: Sequence[str], length: int = 0) -> None:
        self._path = path
        self._width = len(header)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.length = length
        if not length:
            self._append(_MARK.encode() + _line([*OWN_COLUMNS, *header]))

    def add(self, rows: Iterable[tuple[Sequence[Cell], Sequence[RowError]]]) -> None:
        """Append failed rows: the cells stand beside the first complaint, further ones follow below."""
        text = b""
        for cells, errors in rows:
            for index, error in enumerate(errors):
                place = f"{error.file}:{error.row}" if error.file else str(error.row)
                own = [place, guarded(error.column), error.code, guarded(error.message)]
                original = [guarded(plain_text(cell)) for cell in cells] if index == 0 else [""] * self._width
                text += _line([*own, *original])
        if text:
            self._append(text)

    def _append(self, text: bytes) -> None:
        with self._path.open("ab") as stream:
            # what a chunk wrote that was then done anew
            stream.truncate(self.length)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        self.length += len(text)


def message_of(complaint: Complaint, language: str) -> str:
    """Return what is wrong and what to do, in one text."""
    hint = complaint.hint(language)
    text = complaint.message(language)
    return f"{text} {hint}".strip() if hint else text


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode("utf-8", "replace")
