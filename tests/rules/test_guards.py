"""No text can hang the process, fill the memory or raise."""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from engine.kernel.errors import BadDefinition
from engine.rules import Limits, Names, Run, compile_expression, compile_tests
from engine.rules.feel_types import ANY
from tests.rules.test_cases import CASES

NOW = datetime(2026, 5, 5, tzinfo=UTC)
SECONDS = 8.0
DOUBLING = ", ".join(f"a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 50))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("for i in 1..1000000000 return i", "FEEL243"),
        ("for i in 1..90000, j in 1..90000 return i", "FEEL240"),
        ("some i in 1..90000, j in 1..90000 satisfies false", "FEEL240"),
        ("{f: function(n) f(n + 1), r: f(1)}.r", "FEEL242"),
        ("10 ** 10000", "FEEL210"),
        ("1e6000 * 1e6000", "FEEL210"),
        ("exp(99999)", "FEEL210"),
        ('matches("' + "a" * 60 + '!", "(a|aa)+$")', "FEEL246"),
        ('string join(for i in 1..90000 return "' + "x" * 50 + '")', "FEEL244"),
        ("{a0: [1], " + DOUBLING + ", z: string(a49)}.z", "FEEL210"),
        ("{a0: [1], " + DOUBLING + ", z: flatten(a49)}.z", "FEEL240"),
        ("{a0: [1], " + DOUBLING + ", z: a49}.z", "FEEL243"),
        ("sort(for i in 1..90000 return -i, function(a, b) a < b)", "FEEL240"),
    ],
)
def test_what_would_not_end_is_null_with_its_limit(text: str, code: str) -> None:
    run, started = Run(NOW), time.perf_counter()

    found = compile_expression(text, Names(), lenient=True).evaluate({}, run)

    assert found is None
    assert code in [warning.code for warning in run.warnings]
    assert time.perf_counter() - started < SECONDS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 200 + "1" + ")" * 200, "FEEL020"),
        ("+".join(["1"] * 500), "FEEL020"),
        ("+".join(["1"] * 30_000), "FEEL021"),
        ("[" * 1000, "FEEL020"),
        ("if true then " * 300 + "1" + " else 2" * 300, "FEEL020"),
    ],
)
def test_a_text_too_large_is_refused_when_it_is_read(text: str, code: str) -> None:
    with pytest.raises(BadDefinition) as caught:
        compile_expression(text, Names())

    assert [found.code for found in caught.value.diagnostics] == [code]


def test_limits_can_be_set() -> None:
    run = Run(NOW, limits=Limits(steps=10))

    assert compile_expression("for i in 1..11 return i", Names()).evaluate({}, run) is None
    assert [warning.message for warning in run.warnings] == ["the evaluation takes more than 10 steps"]


def test_no_more_than_the_first_warnings_are_kept() -> None:
    run = Run(NOW)

    compile_expression("for i in 1..1000 return i + null", Names()).evaluate({}, run)

    assert len(run.warnings) == 50


def mutated(text: str, chance: random.Random) -> str:
    pieces = list(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(pieces) + 1)
        act = chance.random()
        if act < 0.35 and at < len(pieces):
            del pieces[at]
        elif act < 0.7:
            pieces.insert(
                at, chance.choice([*"()[]{}.,:+-*/=<>?\"'@ \n\\0129a中", "..", "**", " and ", " in ", "null"])
            )
        elif pieces:
            other = chance.randrange(len(pieces))
            pieces[at - 1], pieces[other] = pieces[other], pieces[at - 1]
    return "".join(pieces)


def fuzz(count: int, seed: int) -> None:
    chance, texts = random.Random(seed), [case.values[:3:2] for case in CASES]
    for _ in range(count):
        text, given = chance.choice(texts)
        text = mutated(text, chance)
        scope, started = Names(dict.fromkeys(given, ANY)), time.perf_counter()
        with suppress(BadDefinition):
            if chance.random() < 0.5:
                compiled = compile_expression(text, scope, lenient=True)
            else:
                compiled = compile_tests(text, ANY, scope, lenient=True)
            compiled.evaluate({**given, "?": 1}, Run(NOW))
        assert time.perf_counter() - started < SECONDS, text


@pytest.mark.campaign
def test_mutated_texts_raise_nothing_but_complaints() -> None:
    level = os.environ.get("TESSERA_CAMPAIGN", "1")

    fuzz({"1": 2_000, "2": 20_000}.get(level, 100_000), seed=20260505)
