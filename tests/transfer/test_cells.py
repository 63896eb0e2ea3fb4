"""What people write into cells, and what is meant by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from engine.metamodel.model import FieldType
from engine.transfer.cells import plain_text, read_cell


@pytest.mark.parametrize(
    ("type_", "cell", "meant"),
    [
        ("text", "  kept as it is ", "  kept as it is "),
        ("text", 7, "7"),
        ("text", 1e20, "100000000000000000000"),
        ("text", True, "true"),
        ("text", date(2026, 1, 2), "2026-01-02"),
        ("integer", 7, "7"),
        ("integer", " 1,234 ", "1234"),
        ("decimal", "1,234.50", "1234.50"),
        ("decimal", "1,23", "1,23"),
        ("decimal", 0.1 + 0.2, "0.3"),
        ("money", "¥1,286,400.00", "1286400.00"),
        ("money", "￥１２.５", "12.5"),
        ("money", "12.50 元", "12.50"),
        ("money", "USD 99", "99"),
        ("money", "(1,234.00)", "-1234.00"),
        ("money", "−5", "-5"),
        ("money", "abc", "abc"),
        ("percent", "13%", "13"),
        ("percent", "13 ％", "13"),
        ("boolean", "是", True),
        ("boolean", "No", False),
        ("boolean", 1, True),
        ("boolean", "maybe", "maybe"),
        ("boolean", False, False),
        ("date", "2026-3-4", "2026-03-04"),
        ("date", "2026/03/04", "2026-03-04"),
        ("date", "2026年3月4日", "2026-03-04"),
        ("date", "2026.3.4", "2026-03-04"),
        ("date", "20260304", "2026-03-04"),
        ("date", "2026-03-04 00:00:00", "2026-03-04"),
        ("date", "2026-03-04 08:00", "2026-03-04 08:00"),
        ("date", "03/04/2026", "03/04/2026"),
        ("date", datetime(2026, 3, 4, tzinfo=UTC), "2026-03-04"),
        ("datetime", "2026/3/4 8:05", "2026-03-04T08:05:00"),
        ("datetime", "2026-03-04T08:05:06+08:00", "2026-03-04T08:05:06+08:00"),
        ("datetime", "2026-03-04", "2026-03-04T00:00:00"),
        ("datetime", date(2026, 3, 4), "2026-03-04T00:00:00"),
        ("time", "8:05", "08:05:00"),
        ("time", time(8, 5), "08:05:00"),
        ("time", timedelta(hours=8, minutes=5), "08:05:00"),
        ("duration", timedelta(hours=2), "PT7200S"),
        ("address", "Obere Str. 57", {"street": "Obere Str. 57"}),
        ("address", '{"city": "苏州"}', {"city": "苏州"}),
        ("json", "[1, 2]", [1, 2]),
        ("choices", "A；B、C; D", ["A", "B", "C", "D"]),
    ],
)
def test_a_cell_means(type_: FieldType, cell: Any, meant: Any) -> None:
    assert read_cell(type_, cell) == meant


@pytest.mark.parametrize("type_", ["text", "integer", "date", "boolean", "choices", "address"])
@pytest.mark.parametrize("cell", [None, "", "   "])
def test_an_empty_cell_is_no_value(type_: FieldType, cell: Any) -> None:
    assert read_cell(type_, cell) is None


def test_a_float_of_a_workbook_shows_as_people_see_it() -> None:
    assert plain_text(9.80000019) == "9.80000019"
    assert plain_text(0.1 + 0.2) == "0.3"
    assert plain_text(99999.0) == "99999"
