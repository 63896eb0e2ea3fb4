"""Wire values of every field type: what is read, and what is refused with which words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.text import EMPTY
from engine.metamodel.model import FieldModel
from engine.records.shapes import Wrong, reader_of
from engine.records.shapes.links import ByKey
from engine.storage import Reference

SHANGHAI = ZoneInfo("Asia/Shanghai")
ID = "01a207ac-98d9-723e-8104-122c259547ca"


def field(type: Any, **options: Any) -> FieldModel:
    return FieldModel("f", type, EMPTY, **options)


def read(type: Any, value: Any, **options: Any) -> Any:
    return reader_of(field(type, **options))(value, SHANGHAI)


GOOD = [
    ("text", "  a b ", "a b"),
    ("text", "", None),
    ("text", "e\u0301", "\u00e9"),
    ("multiline", "a\r\nb\rc", "a\nb\nc"),
    ("richtext", "<p onclick=x>hi<script>bad()</script></p>", "<p>hi</p>"),
    ("integer", "42", 42),
    ("integer", 2**53 - 1, 2**53 - 1),
    ("integer", Decimal("7.0"), 7),
    ("rating", 3, 3),
    ("decimal", "1e2", Decimal("100.00")),
    ("decimal", 0.1, Decimal("0.10")),
    ("money", "-12.5", Decimal("-12.50")),
    ("money", "-0", Decimal("0.00")),
    ("percent", " 7 ", Decimal("7.00")),
    ("boolean", True, True),
    ("boolean", "false", False),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("time", "08:30", time(8, 30)),
    ("datetime", "2026-09-21T08:30:00+08:00", datetime(2026, 9, 21, 0, 30, tzinfo=UTC)),
    ("datetime", "2026-09-21 08:30", datetime(2026, 9, 21, 0, 30, tzinfo=UTC)),
    ("datetime", "2026-09-21T00:30:00.1234567Z", datetime(2026, 9, 21, 0, 30, 0, 123000, tzinfo=UTC)),
    ("duration", "P1DT2H30M", timedelta(days=1, hours=2, minutes=30)),
    ("duration", "-PT90S", timedelta(seconds=-90)),
    ("duration", 60, timedelta(minutes=1)),
    ("choice", "A", "A"),
    ("choices", ["A", "B", "A", None, ""], ["A", "B"]),
    ("choices", [], None),
    ("phone", "+86 (21) 5555-0100", "+86 (21) 5555-0100"),
    ("phone", "(5) 555-4729", "(5) 555-4729"),
    ("phone", "030-0074321", "030-0074321"),
    ("email", "A.B@Example.COM", "A.B@example.com"),
    ("email", "王@例子.公司", "王@例子.公司"),
    ("url", "www.example.com/x", "http://www.example.com/x"),
    ("color", "#1E90FF", "#1e90ff"),
    ("region", "310000", "310000"),
    ("address", {"city": " 上海 ", "street": ""}, {"city": "上海"}),
    ("address", "1 High Street", {"street": "1 High Street"}),
    ("file", {"id": ID, "name": "a.pdf", "size": 3, "type": "application/pdf"},
     {"id": ID, "name": "a.pdf", "type": "application/pdf", "size": 3}),
    ("json", {"a": [1, None, "x", {"b": True}]}, {"a": [1, None, "x", {"b": True}]}),
    ("user", ID, ID),
    ("user", {"login": "ann"}, ByKey("tessera_user", "login", "ann")),
    ("secret", "pass word", "pass word"),
]  # fmt: skip
BAD = [
    ("text", 5, "not_text"),
    ("text", True, "not_text"),
    ("text", ["a"], "not_text"),
    ("text", "a\nb", "not_one_line"),
    ("text", "a\x00b", "bad_characters"),
    ("text", "\ud800", "bad_characters"),
    ("text", "a\x1b[0m", "bad_characters"),
    ("multiline", "x" * 65_537, "too_long"),
    ("integer", "1.5", "not_integer"),
    ("integer", 2**53, "too_large"),
    ("integer", "1e400", "too_large"),
    ("integer", True, "not_number"),
    ("integer", "one", "not_number"),
    ("decimal", "NaN", "not_number"),
    ("decimal", float("inf"), "not_number"),
    ("decimal", "1.005", "too_precise"),
    ("decimal", "1e-70", "too_precise"),
    ("decimal", "1e16", "too_large"),
    ("decimal", "1e999", "too_large"),
    ("decimal", "１２", "not_number"),
    ("decimal", "1_000", "not_number"),
    ("money", [1], "not_number"),
    ("boolean", 1, "not_boolean"),
    ("boolean", "yes", "not_boolean"),
    ("date", "2026-02-31", "no_such_date"),
    ("date", "21.09.2026", "not_date"),
    ("date", "0001-01-01", "not_date"),
    ("date", 20260921, "not_date"),
    ("time", "24:00", "not_time"),
    ("datetime", "2026-02-31T00:00:00Z", "no_such_date"),
    ("datetime", "yesterday", "not_datetime"),
    ("duration", "P1Y", "not_duration"),
    ("duration", "P", "not_duration"),
    ("duration", "P9999999D", "too_large"),
    ("choices", "A", "not_list"),
    ("choices", ["A"] * 501, "too_many"),
    ("choices", ["A", 5], "not_text"),
    ("phone", "call me", "not_phone"),
    ("email", "nobody", "not_email"),
    ("email", "a b@example.com", "not_email"),
    ("url", "javascript:alert(1)", "not_url"),
    ("url", "http://", "not_url"),
    ("url", "http://[", "not_url"),
    ("color", "red", "not_color"),
    ("address", {"planet": "Mars"}, "unknown_part"),
    ("address", ["Mars"], "not_address"),
    ("address", {"city": 5}, "not_text"),
    ("file", {"name": "x"}, "not_file"),
    ("file", {"id": ID, "path": "/etc"}, "unknown_part"),
    ("json", {"a": float("nan")}, "not_json"),
    ("json", "x" * 70_000, "too_long"),
    ("user", "ann", "not_reference"),
    ("user", {"a": 1, "b": 2}, "not_reference"),
    ("user", 5, "not_reference"),
    ("secret", "x" * 5_000, "too_long"),
]


@pytest.mark.parametrize(("type", "value", "expected"), GOOD)
def test_a_value_is_read(type: str, value: Any, expected: Any) -> None:
    found = read(type, value)

    assert found == expected
    assert type in ("json", "address", "file") or str(found) == str(expected)


@pytest.mark.parametrize(("type", "value", "code"), BAD)
def test_a_value_that_is_none_is_told(type: str, value: Any, code: str) -> None:
    with pytest.raises(Wrong) as told:
        read(type, value)

    assert told.value.code == code


def test_references_point_where_they_may() -> None:
    assert read("reference", {"id": ID, "title": "x"}, targets=("client",)) == ID
    assert read("reference", {"email": "a@b.c"}, targets=("client",)) == ByKey("client", "email", "a@b.c")
    assert read("references", [ID, {"id": ID}], targets=("client",)) == [ID]
    targets = ("client", "deal")
    assert read("any_reference", {"object": "deal", "id": ID}, targets=targets) == Reference(ID, None, "deal")
    assert read("any_reference", f"client:{ID}", targets=targets) == Reference(ID, None, "client")
    for value in ("x", {"object": "other", "id": ID}, {"id": ID}, f"other:{ID}", {"object": "deal", "id": "x"}):
        with pytest.raises(Wrong):
            read("any_reference", value, targets=targets)


def test_a_deep_value_is_stopped_before_the_stack_is() -> None:
    value: Any = 1
    for _ in range(5_000):
        value = [value]

    with pytest.raises(Wrong) as told:
        read("json", value)

    assert told.value.code == "too_deep"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(allow_nan=True),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
TYPES = sorted({type for type, _, _ in GOOD} | {"reference", "references", "any_reference", "users", "files", "image"})


@given(st.sampled_from(TYPES), ANYTHING)
def test_no_value_breaks_a_reader(type: str, value: Any) -> None:
    if value is None:
        return
    try:
        found = read(type, value, targets=("client",))
    except Wrong:
        return

    if type not in ("json",) and isinstance(found, str | int | Decimal | date | time | datetime | timedelta):
        again = read(type, found, targets=("client",))
        assert again == found
