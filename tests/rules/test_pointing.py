"""A place in a text is shown, and values speak for types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.rules.pointing import pointed
from engine.rules.sample_types import names_of


def test_the_caret_stands_under_the_character() -> None:
    assert pointed("a > 1\n  and b", 2, 7) == ("  and b", "      ^")


def test_a_chinese_character_takes_the_room_of_two() -> None:
    assert pointed('客户 = "A" and x', 1, 14) == ('客户 = "A" and x', " " * 15 + "^")


def test_of_a_very_long_line_the_surroundings_are_shown() -> None:
    line, caret = pointed("a" * 500 + "b" + "c" * 500, 1, 501)

    assert len(line) == 120
    assert line[len(caret) - 1] == "b"


def test_a_place_behind_the_text_or_outside_of_it_does_no_harm() -> None:
    assert pointed("1 +", 1, 5) == ("1 +", "    ^")
    assert pointed("1 +", 7, 1) == ()
    assert pointed("", 1, 1) == ("", "^")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Decimal(1), "number"), (1, "number"), ("a", "string"), (True, "boolean"), (date(2026, 5, 5), "date"),
        (None, "Any"), ([], "list<Any>"), ([None, 1], "list<number>"), ([1, "a"], "list<Any>"),
        ([{"a": None}, {"a": 1, "b": "x"}], "list<context<a: number, b: string>>"),
        ({"a": {"b": None}}, "context<a: context<b: Any>>"), ([[1], [None]], "list<list<number>>"),
    ],
)  # fmt: skip
def test_a_value_speaks_for_its_type(value: Any, wanted: str) -> None:
    assert str(names_of({"it": value}).type_of("it")) == wanted
