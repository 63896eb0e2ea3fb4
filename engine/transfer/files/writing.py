"""Writes tables: CSV that Excel reads, XLSX without formulas. Rows go out as they come; nothing is kept in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from engine.transfer.files.cell_guard import guarded

FileFormat = Literal["csv", "xlsx"]
OutCell = str | int | Decimal | bool | date | datetime | time | None

CSV_MARK = "\ufeff"
# a double keeps fifteen digits; a longer number stays a text, digit for digit
_EXACT_DIGITS = 15
_BLOCK = 1 << 16
_WIDEST = 40
_CELL_MOST = 32_767


def csv_blocks(header: Sequence[str], rows: Iterable[Sequence[OutCell]]) -> Iterator[bytes]:
    """Yield a CSV file in blocks: UTF-8 with a mark, texts that look like formulas guarded."""
    buffer = io.StringIO()
    buffer.write(CSV_MARK)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if buffer.tell() > _BLOCK:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[OutCell]], sheet: str = "Sheet1") -> None:
    """Write an XLSX file with one sheet."""
    with _book(path) as book:
        page = book.add_worksheet(_sheet_name(sheet))
        styles = _Styles(book)
        page.freeze_panes(1, 0)
        for column, name in enumerate(header):
            page.set_column(column, column, min(max(len(name.encode("gb18030", "replace")) + 4, 12), _WIDEST))
            page.write_string(0, column, name, styles.head)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                styles.write(page, number, column, cell)


def write_template(
    path: Path, sheet: str, columns: Sequence[tuple[str, bool, str]], choices: Sequence[tuple[str, Sequence[str]]]
) -> None:
    """Write an empty file to fill in. A column is (label, required, remark); ``choices`` are (label, words)."""
    with _book(path, streaming=False) as book:
        page = book.add_worksheet(_sheet_name(sheet))
        styles = _Styles(book)
        page.freeze_panes(1, 0)
        lists = dict(choices)
        for column, (label, required, remark) in enumerate(columns):
            page.set_column(column, column, min(max(len(label.encode("gb18030", "replace")) + 6, 12), _WIDEST))
            page.write_string(
                0, column, f"{label} *" if required else label, styles.needed if required else styles.head
            )
            if remark:
                page.write_comment(0, column, remark)
        if choices:
            _offer(book, page, columns, lists, styles)


def _offer(book: Any, page: Any, columns: Sequence[tuple[str, bool, str]], lists: Any, styles: _Styles) -> None:
    """Put the words of dictionaries on a second sheet and let the cells offer them."""
    from xlsxwriter.utility import xl_range_formula

    known = book.add_worksheet("choices")
    for place, (label, words) in enumerate(lists.items()):
        known.write_string(0, place, label, styles.head)
        for number, word in enumerate(words, 1):
            known.write_string(number, place, word)
        column = next(index for index, one in enumerate(columns) if one[0] == label)
        source = ["choices", 1, place, max(len(words), 1), place]
        name = xl_range_formula(*source)
        rule = {"validate": "list", "source": f"={name}", "error_type": "warning", "ignore_blank": True}
        page.data_validation(1, column, 5_000, column, rule)


class _Styles:
    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "bg_color": "#f1f3f5", "bottom": 1})
        self.needed = book.add_format({"bold": True, "bg_color": "#fff4e0", "bottom": 1})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.time = book.add_format({"num_format": "hh:mm:ss"})

    def write(self, page: Any, row: int, column: int, cell: OutCell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, bool):
            page.write_boolean(row, column, cell)
        elif isinstance(cell, int | Decimal) and _exact(cell):
            page.write_number(row, column, cell)
        elif isinstance(cell, datetime):
            page.write_datetime(row, column, cell.replace(tzinfo=None), self.moment)
        elif isinstance(cell, date):
            page.write_datetime(row, column, cell, self.date)
        elif isinstance(cell, time):
            page.write_datetime(row, column, cell, self.time)
        else:
            page.write_string(row, column, _csv_text(cell)[:_CELL_MOST])


def _book(path: Path, *, streaming: bool = True) -> Any:
    from xlsxwriter import Workbook

    # texts stay texts: no formula, no link, no number is made of them
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return Workbook(str(path), {**plain, "constant_memory": streaming, "tmpdir": str(path.parent)})


def _exact(number: int | Decimal) -> bool:
    digits = Decimal(number).normalize().as_tuple()
    return len(digits.digits) <= _EXACT_DIGITS


def _sheet_name(name: str) -> str:
    kept = "".join(sign for sign in name if sign not in "[]:*?/\\'")
    return kept[:31] or "Sheet1"


def _csv_cell(cell: OutCell) -> str:
    return guarded(cell) if isinstance(cell, str) else _csv_text(cell)


def _csv_text(cell: OutCell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
