"""XLSX files: a sheet as a table. Whole numbers come as floats from the file and are put right here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from engine.kernel.errors import Malformed, Missing
from engine.transfer.files.table import Cell, Row, check_header, count_row, fit
from engine.transfer.files.xlsx_guard import guard_xlsx

_LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class XlsxTable:
    """One sheet of a workbook."""

    path: Path
    sheet: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        for number, cells in _cells(self.path, self.sheet):
            if number > 1 and (row := fit(number, cells, len(self.header))):
                yield row


def sheets_of_xlsx(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets. Raises Malformed when the file is no workbook."""
    guard_xlsx(path)
    with _workbook(path) as book:
        return tuple(book.sheet_names)


def open_xlsx(path: Path, sheet: str = "") -> XlsxTable:
    """Read the header of a sheet, of the first one when none is named."""
    names = sheets_of_xlsx(path)
    if not names:
        raise Malformed("no_header")
    if sheet and sheet not in names:
        raise Missing("no_such_sheet", sheet=sheet, known=", ".join(names))
    chosen = sheet or names[0]
    first: list[Cell] = next((cells for number, cells in _cells(path, chosen) if number == 1), [])
    return XlsxTable(path, chosen, check_header(tuple(_title(cell) for cell in first)))


def _cells(path: Path, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
    guard_xlsx(path)
    with _workbook(path) as book:
        try:
            page = book.get_sheet_by_name(sheet)
        except CalamineError as error:
            raise Malformed("bad_xlsx", reason=str(error)) from None
        # empty rows above the first filled cell are handed out, empty columns beside it are not: both is as needed
        for number, cells in enumerate(page.iter_rows(), 1):
            count_row(number)
            yield number, [_plain(cell) for cell in cells]


def _plain(cell: Any) -> Cell:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_EXACT:
        return int(cell)
    if isinstance(cell, datetime):
        return cell if cell.time() != datetime.min.time() else date(cell.year, cell.month, cell.day)
    if isinstance(cell, str):
        return cell.strip() or None
    kept: Cell = cell
    return kept


def _title(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _workbook(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise Malformed("bad_xlsx", reason=str(error)) from None
