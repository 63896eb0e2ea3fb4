"""Opens a file as a table, by what it is rather than by what it is called."""

from __future__ import annotations

from pathlib import Path

from engine.kernel.errors import Malformed, Missing
from engine.transfer.files.csv_table import open_csv
from engine.transfer.files.table import Table
from engine.transfer.files.xlsx_table import open_xlsx, sheets_of_xlsx

_ZIP = b"PK\x03\x04"
# the older binary workbook, PDF, and what pictures begin with
_FOREIGN = (b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


def open_table(path: Path, sheet: str = "") -> Table:
    """Open a CSV or XLSX file. Raises Malformed with the reason when it is neither."""
    return open_xlsx(path, sheet) if _is_zip(path) else open_csv(path)


def sheets_of(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets; a CSV file has none."""
    return sheets_of_xlsx(path) if _is_zip(path) else ()


def _is_zip(path: Path) -> bool:
    if not path.is_file():
        raise Missing("no_such_file", name=path.name)
    with path.open("rb") as stream:
        mark = stream.read(8)
    if mark.startswith(_FOREIGN):
        raise Malformed("unknown_format", name=path.name)
    return mark.startswith(_ZIP)
