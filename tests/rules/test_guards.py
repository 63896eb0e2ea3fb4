"""No text can hang the process, fill the memory or raise."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from engine.kernel.errors import BadDefinition
from engine.rules import Limits, Names, Run, compile_expression

SECONDS = 8.0
NOW = datetime(2026, 5, 5, tzinfo=UTC)
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
        ('@"PT36H" * 1e6144', "FEEL210"),
        ('@"P3Y" * 1e6144', "FEEL210"),
        ('@"PT36H" / 1e-6143', "FEEL210"),
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
