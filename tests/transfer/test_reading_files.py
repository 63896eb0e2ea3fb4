"""Files as people have them, and files that are meant to hurt."""

from __future__ import annotations

import codecs
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from engine.kernel.errors import LimitExceeded, Malformed, Missing, Rejected
from engine.transfer import limits
from engine.transfer.files import guarded, open_table, sheets_of, unguarded
from engine.transfer.files.writing import csv_blocks, write_xlsx

PAYLOADS = [
    *(f"{sign}cmd|' /C calc'!A0" for sign in "=+-@|"),
    *(
        f"{lead}=1+1"
        for lead in ("\t", "\r", "\n", " ", "  \t", "\u3000", "\u00a0", '"', ";", ",", "'", "''", "\u200b")
    ),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)", "\0=1", "=1\n=2", "-5", "+86 21 5555", "@name", "=HYPERLINK('x')"),
    *("plain", "'quoted'", "a=1", "'", "''", "it's", "中文", "a,b", 'say "hi"', "two\nlines", "'plain"),
]


def test_a_csv_is_read_whatever_its_encoding_and_separator(tmp_path: Path) -> None:
    text = "名称{0}金额\r\n苏州“恒远”{0}12\r\nÅkers{0}3\r\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        for separator in ",;\t":
            path = file_of(tmp_path, text.format(separator).encode(encoding))

            table = open_table(path)

            assert table.header == ("名称", "金额"), (encoding, separator)
            assert [row.cells for row in table.rows()] == [("苏州“恒远”", "12"), ("Åkers", "3")]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = file_of(tmp_path, b'a,b\n"one\nmore",1\n\n,\n2\n')

    rows = list(open_table(path).rows())

    assert [(row.number, row.cells) for row in rows] == [(2, ("one\nmore", "1")), (5, ("2", None))]


def test_cells_beyond_the_header_are_noticed(tmp_path: Path) -> None:
    rows = list(open_table(file_of(tmp_path, b"a,b\n1,2,3\n1,2,,\n")).rows())

    assert [row.spare for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_header"),
        (b",,\n1,2,3\n", "no_header"),
        (b"a\n\xff\xff\xfe\x81", "bad_encoding"),
        (b'a,b\n1,"2\n3,4\n', "bad_csv"),
        (b'a,b\n1,"2"x\n', "bad_csv"),
        (b"%PDF-1.4", "unknown_format"),
        (b"\x89PNG\r\n", "unknown_format"),
        (b"PK\x03\x04 not really", "bad_xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        list(open_table(file_of(tmp_path, content)).rows())

    assert caught.value.code == code


def test_a_missing_file_and_a_missing_sheet_are_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"nothing\.csv"):
        open_table(tmp_path / "nothing.csv")
    book = workbook(tmp_path, [["a"]])

    with pytest.raises(Missing, match="elsewhere"):
        open_table(book, "elsewhere")
    assert sheets_of(book) == ("Sheet1",)


def test_a_column_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="occurs twice"):
        open_table(file_of(tmp_path, b"a,b,a\n"))


def test_a_line_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINE_BYTES", 1_000)
    fits = file_of(tmp_path, b"a\n" + b"x" * 998 + b"\n")
    assert len(list(open_table(fits).rows())) == 1

    with pytest.raises(LimitExceeded):
        list(open_table(file_of(tmp_path, b"a\n" + b"x" * 1_001 + b"\n")).rows())
    with pytest.raises(LimitExceeded):
        list(open_table(file_of(tmp_path, b"a\n" + "客".encode() * 400 + b"\n")).rows())


def test_rows_and_columns_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 10)
    monkeypatch.setattr(limits, "COLUMNS", 5)
    assert len(list(open_table(file_of(tmp_path, b"a\n" + b"1\n" * 10)).rows())) == 10

    for content in (b"a\n" + b"1\n" * 11, b",".join(b"c%d" % n for n in range(6))):
        with pytest.raises(LimitExceeded):
            list(open_table(file_of(tmp_path, content)).rows())
    with pytest.raises(LimitExceeded):
        open_table(workbook(tmp_path, [["a"]] * 12))
    with pytest.raises(LimitExceeded):
        open_table(workbook(tmp_path, [["a", "b", "c", "d", "e", "f"]]))


def test_a_workbook_gives_whole_numbers_dates_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    moment = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    write_xlsx(path, ["n", "d", "m", "t"], [[7, date(2026, 3, 4), moment, " text "]])

    (row,) = open_table(path).rows()

    assert row.cells == (7, date(2026, 3, 4), moment.replace(tzinfo=None), "text")
    assert type(row.cells[0]) is int


def test_texts_that_look_like_formulas_leave_harmless_and_come_back_whole(tmp_path: Path) -> None:
    for text in PAYLOADS:
        assert unguarded(guarded(text)) == text
        cell = guarded(text)
        bare = cell.lstrip(' \t\r\n;,"\u3000\u00a0\u200b\0')
        assert bare[:1] not in set("=+-@＝＋－＠|") or cell.startswith("'"), text
    path = tmp_path / "out.csv"
    path.write_bytes(b"".join(csv_blocks(["text"], [[text] for text in PAYLOADS])))

    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    read = [row.cells[0] for row in open_table(path).rows()]
    assert read == PAYLOADS


def test_a_workbook_holds_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_xlsx(path, ["text"], [[text] for text in PAYLOADS])

    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")

    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    bombs = {
        "ratio": {"xl/worksheets/sheet1.xml": b"<x>" + b"\0" * 4_000_000},
        "many": {f"xl/media/{n}": b"" for n in range(limits.ZIP_ENTRIES + 1)},
        "far right": {"xl/worksheets/sheet1.xml": b'<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData>'},
        "far down": {"xl/worksheets/sheet1.xml": b"<sheetData><row r = '1048576'><c/></row></sheetData>"},
        "wide and long": {
            "xl/worksheets/sheet1.xml": b'<row r="1"><c r="A1"/></row><row r="150000"><c r="CC150000"/></row>'
        },
    }
    for name, entries in bombs.items():
        path = tmp_path / f"{name}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, content in entries.items():
                archive.writestr(entry, content)

        with pytest.raises(LimitExceeded):
            open_table(path)


def test_a_directory_that_lies_about_sizes_does_not_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ZIP_BYTES", 1_000_000)
    monkeypatch.setattr(limits, "ZIP_RATIO", 1_000_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 3_000_000)
    true_size, small = (3_000_000).to_bytes(4, "little"), (300).to_bytes(4, "little")
    path = file_of(tmp_path, buffer.getvalue().replace(true_size, small), "liar.xlsx")

    with pytest.raises(LimitExceeded):
        open_table(path)


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "xxe.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>')

    with pytest.raises(Malformed) as caught:
        open_table(path)

    assert caught.value.code == "bad_xlsx"


def file_of(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def workbook(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return path
