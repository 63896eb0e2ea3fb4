"""The tiny FEEL of the oracle and the engine's own say the same of every condition that a rule may hold."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.rules import Run, compile_expression
from engine.rules.sample_types import names_of
from tests.oracle.feel import parse
from tests.oracle.spoken import Speaker

EXPRESSIONS = 20_000 if os.environ.get("TESSERA_CAMPAIGN") else 1_500
WORDS = {
    "score": ("number", ("0", "1", "2", "10", "1.5")),
    "budget": ("number", ("0", "1", "100", "2.50")),
    "name": ("text", ('"a"', '"b"', '"ab"', '"A"', '""')),
    "level": ("text", ('"A"', '"B"', '"a%"')),
    "due": ("date", ('@"2026-01-31"', '@"2026-02-28"', '@"2026-03-01"')),
    "active": ("boolean", ("true", "false")),
}
SAMPLE: dict[str, Any] = {
    "score": Decimal(1),
    "budget": Decimal(1),
    "name": "a",
    "level": "a",
    "due": date(2026, 1, 1),
    "active": True,
}
VALUES: dict[str, tuple[Any, ...]] = {
    "score": (None, Decimal(0), Decimal(1), Decimal(2), Decimal(10), Decimal("1.5")),
    "budget": (None, Decimal(0), Decimal(1), Decimal("2.50"), Decimal(100)),
    "name": (None, "", "a", "b", "ab", "A"),
    "level": (None, "A", "B", "a%"),
    "due": (None, date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1)),
    "active": (None, True, False),
}
RUN = Run(datetime(2026, 1, 1, tzinfo=UTC))


def test_both_say_the_same_of_random_conditions() -> None:
    chance = random.Random(4)
    speaker = Speaker(chance, WORDS)
    scope = names_of(SAMPLE)
    told = dict.fromkeys((True, False, None), 0)
    for _ in range(EXPRESSIONS):
        text = speaker.condition(3)
        theirs, ours = compile_expression(text, scope), parse(text)
        for _ in range(6):
            facts = {name: chance.choice(values) for name, values in VALUES.items()}
            found = ours(facts)
            assert found == theirs.value(facts, RUN), (text, facts)
            told[found] += 1

    # each verdict is common, or the comparison would say little
    assert min(told.values()) > sum(told.values()) / 100


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null = null", True),
        ("1 = null", False),
        ("null < 1", None),
        ("null != 1", True),
        ("not(null = 1) and true", True),
        ("null > 1 or true", True),
        ("null > 1 and false", False),
        ("if null > 1 then 1 else 2", Decimal(2)),
        ("2 in (1, 2, 3)", True),
        ("2 in [1..3)", True),
        ("3 in [1..3)", False),
        ("null in (null, 1)", True),
        ('"a" + "b" = "ab"', True),
        ('starts with("ab", "a") // a comment', True),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ("1 between 0 and 2 and true", True),
        ("-1 < 0", True),
    ],
)
def test_the_oracle_reads_feel_as_the_standard_says(text: str, value: Any) -> None:
    assert parse(text)({}) == value
    assert compile_expression(text, names_of({})).value({}, RUN) == value
