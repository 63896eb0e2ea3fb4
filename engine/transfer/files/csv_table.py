"""CSV files as people have them: UTF-8 or GB 18030, separated by comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from engine.kernel.errors import LimitExceeded, Malformed
from engine.transfer import limits
from engine.transfer.files.cell_guard import unguarded
from engine.transfer.files.table import Cell, Row, check_header, count_row, fit

SEPARATORS = (",", ";", "\t")
# the standard library keeps this for the whole process; a line cannot be longer anyway
csv.field_size_limit(limits.LINE_BYTES)
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file whose encoding and separator are known."""

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        with self.path.open(encoding=self.encoding, newline="") as stream:
            reader = csv.reader(_lines(stream), delimiter=self.separator, strict=True)
            number = 0
            try:
                for cells in reader:
                    number += 1
                    count_row(number)
                    wide: list[Cell] = [unguarded(cell) for cell in cells]
                    if number > 1 and (row := fit(number, wide, len(self.header))):
                        yield row
            except csv.Error as error:
                raise Malformed("bad_csv", row=number + 1, reason=str(error)) from None


def open_csv(path: Path) -> CsvTable:
    """Find out how a CSV file is written. Raises Malformed when its text or its header cannot be read."""
    encoding = _encoding_of(path)
    with path.open(encoding=encoding, newline="") as stream:
        first = next(_lines(stream), "")
        separator = max(SEPARATORS, key=lambda sign: len(_split(first, sign)))
        stream.seek(0)
        try:
            header = next(csv.reader(_lines(stream), delimiter=separator, strict=True), [])
        except csv.Error as error:
            raise Malformed("bad_csv", row=1, reason=str(error)) from None
    return CsvTable(path, encoding, separator, check_header(tuple(map(unguarded, header))))


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(limits.LINE_BYTES + 1):
        size = len(line) if line.isascii() else len(line.encode("utf-8", "surrogatepass"))
        if size > limits.LINE_BYTES:
            raise LimitExceeded("bytes of a CSV line", size, limits.LINE_BYTES)
        yield line


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _encoding_of(path: Path) -> str:
    with path.open("rb") as stream:
        mark = stream.read(4)
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(path, "utf-16")
    if _broken_at(path, "utf-8-sig") is None:
        return "utf-8-sig"
    return _checked(path, "gb18030")


def _checked(path: Path, encoding: str) -> str:
    position = _broken_at(path, encoding)
    if position is not None:
        raise Malformed("bad_encoding", position=position)
    return encoding


def _broken_at(path: Path, encoding: str) -> int | None:
    """Return where the file stops being text in ``encoding``, or None when it never does."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return done + error.start
            done += len(block)
            if not block:
                return None
