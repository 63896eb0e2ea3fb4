"""SQL and Python say the same of every row: values, the rows of a filter, and the rows of its negation."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.rules.sql.sides import assert_same
from tests.rules.sql.spoken import conditions, values
from tests.rules.sql.stock import Stock

EXAMPLES = {"2": 1_500, "3": 8_000}
USUAL = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@USUAL
@given(text=conditions())
def test_a_condition_is_the_same_in_sql_and_in_python(text: str, stocks: list[Stock]) -> None:
    note(text)
    assert_same(text, stocks)
    assert_same(f"not({text})", stocks)


@settings(USUAL, max_examples=80)
@given(text=values())
def test_a_value_is_the_same_in_sql_and_in_python(text: str, stocks: list[Stock]) -> None:
    assert_same(text, stocks)


@pytest.mark.campaign
def test_a_long_run_finds_no_difference(stocks: list[Stock]) -> None:
    count = EXAMPLES.get(os.environ.get("TESSERA_CAMPAIGN", ""), 40)

    @settings(USUAL, max_examples=count)
    @given(text=conditions(depth=4))
    def attempt(text: str) -> None:
        note(text)
        assert_same(text, stocks)
        assert_same(f"not({text})", stocks)

    attempt()
