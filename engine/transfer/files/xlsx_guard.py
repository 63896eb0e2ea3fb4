"""A workbook is measured before a library unpacks it: bombs are refused while they are still small."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.kernel.errors import LimitExceeded, Malformed
from engine.transfer import limits

_BLOCK = 1 << 16
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{1,7})([0-9]{1,10})""")
_ROW = re.compile(rb"""<(?:[A-Za-z0-9_]+:)?row\b[^>]*?\br\s*=\s*["']\s*([0-9]{1,10})""")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# an attribute may lie across two blocks
_OVERLAP = 128
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def guard_xlsx(path: Path) -> None:
    """Raise when unpacking the workbook would take more memory than it is worth, or when it is none."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
            entries = archive.infolist()
            _check_directory(entries)
            total = 0
            for entry in entries:
                total += _measure(entry, stream, total)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError) as error:
        raise Malformed("bad_xlsx", reason=str(error) or type(error).__name__) from None


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.ZIP_ENTRIES:
        raise LimitExceeded("entries of a workbook", len(entries), limits.ZIP_ENTRIES)
    declared = sum(entry.file_size for entry in entries)
    if declared > limits.ZIP_BYTES:
        raise LimitExceeded("unpacked bytes of a workbook", declared, limits.ZIP_BYTES)
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise Malformed("bad_xlsx", reason="an entry occurs twice")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Malformed("bad_xlsx", reason="it is protected by a password")


def _measure(entry: zipfile.ZipInfo, stream: BinaryIO, before: int) -> int:
    """Unpack an entry block by block, keep nothing, and return how long it is; the directory may lie."""
    is_sheet = _SHEET.fullmatch(entry.filename) is not None
    size, rest, extent = 0, b"", _Extent()
    for block in _unpacked(entry, stream):
        size += len(block)
        if before + size > limits.ZIP_BYTES:
            raise LimitExceeded("unpacked bytes of a workbook", before + size, limits.ZIP_BYTES)
        if size > limits.ZIP_RATIO_FROM and size > entry.compress_size * limits.ZIP_RATIO:
            raise LimitExceeded("compression of a workbook", size // max(entry.compress_size, 1), limits.ZIP_RATIO)
        if entry.filename.lower().endswith((".xml", ".rels")):
            text = rest + block
            if not rest and text.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00")):
                raise Malformed("bad_xlsx", reason="its XML is not UTF-8")
            if _DOCTYPE.search(text):
                raise Malformed("bad_xlsx", reason="its XML declares a document type")
            if is_sheet:
                extent.widen(text)
            rest = text[-_OVERLAP:]
    return size


class _Extent:
    """How far to the right and down the cells of a sheet reach."""

    def __init__(self) -> None:
        self.rows = 1
        self.columns = 1

    def widen(self, text: bytes) -> None:
        for letters, figures in _CELL.findall(text):
            self.columns = max(self.columns, _column(letters))
            self.rows = max(self.rows, int(figures))
        for figures in _ROW.findall(text):
            self.rows = max(self.rows, int(figures))
        if self.rows - 1 > limits.ROWS:
            raise LimitExceeded("rows of a file", self.rows - 1, limits.ROWS)
        if self.columns > limits.COLUMNS:
            raise LimitExceeded("columns of a file", self.columns, limits.COLUMNS)
        if self.rows * self.columns > limits.SHEET_CELLS:
            raise LimitExceeded("cells of a sheet", self.rows * self.columns, limits.SHEET_CELLS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _unpacked(entry: zipfile.ZipInfo, stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(entry.header_offset)
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    if signature != b"PK\x03\x04":
        raise Malformed("bad_xlsx", reason="an entry is damaged")
    stream.seek(name_length + extra_length, 1)
    left = entry.compress_size
    if entry.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (block := stream.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise Malformed("bad_xlsx", reason="an entry is packed in an unusual way")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and not inflate.eof and (packed := stream.read(min(_BLOCK, left))):
        left -= len(packed)
        while packed:
            yield inflate.decompress(packed, _BLOCK)
            packed = inflate.unconsumed_tail
