"""Conditions in Python's syntax that come from other systems; and the same library as a second opinion on FEEL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.errors import BadDefinition
from engine.rules import BOOLEAN, NUMBER, STRING, Names, Run, compile_brought, compile_expression
from engine.rules.quick import compile_quick, in_feel

NOW = datetime(2026, 5, 5, tzinfo=UTC)
SCOPE = Names({"a": NUMBER, "b": NUMBER, "s": STRING, "p": BOOLEAN, "q": BOOLEAN})
BROUGHT = Names({"total": NUMBER, "b": STRING})


def quick(text: str, names: dict[str, Any], run: Run | None = None) -> Any:
    return compile_quick(text).evaluate(names, run or Run(NOW))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("doc.total > 100 and doc.status in ('Open', 'Paid')", True),
        ("not doc.closed", True),
        ("len(doc.items) == 2", True),
        ("doc.total * 0.1", Decimal("12.0")),
        ("'big' if doc.total > 1000 else 'small'", "small"),
        ("0.1 + 0.2 == 0.3", True),
    ],
)
def test_a_condition_of_another_system_works(text: str, wanted: Any) -> None:
    doc = {"total": Decimal(120), "status": "Open", "closed": False, "items": [1, 2]}

    assert quick(text, {"doc": doc}) == wanted


@pytest.mark.parametrize(
    "text",
    ["doc.delete()", "__import__('os')", "().__class__", "doc.__class__", "[x for x in y]", "9 ** 9 ** 9",
     "lambda: 1", "f'{a}'", "a := 1", "open('x')", "{**a}", "print(1)", "a = 1", "",
     "1 if " * 60 + "1", "x" * 3000],
)  # fmt: skip
def test_what_could_do_harm_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(BadDefinition):
        compile_quick(text)


@pytest.mark.parametrize(
    "text", ["missing > 1", "a + 'x'", "'%999999999d' % 1", "1 / 0", "doc.none", "'a' * 10000000000"]
)
def test_what_fails_is_null_with_its_reason(text: str) -> None:
    run = Run(NOW)

    assert quick(text, {"a": 1, "doc": {"total": 1}}, run) is None
    assert [warning.code for warning in run.warnings] == ["FEEL260"]


def test_an_object_is_never_handed_in() -> None:
    class Record:
        total = 5

    run = Run(NOW)

    assert quick("doc.total", {"doc": Record()}, run) is None


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("a > 1 and not p", "(a > 1 and not(p))"),
        ("s in ('x', 'y')", 's in ["x", "y"]'),
        ("1 < a <= 5", "(1 < a and a <= 5)"),
        ("s is not None", "s != null"),
        ("round(a)", None),
        ("a % 2", None),
    ],
)
def test_the_same_in_feel_is_offered_where_there_is_one(text: str, feel: str | None) -> None:
    assert in_feel(compile_quick(text)) == feel


# -- a second opinion ------------------------------------------------------------------------------------------

NUMBERS = st.recursive(
    st.sampled_from(["a", "b", "1", "2.5", "0", "100"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
    max_leaves=8,
)
TRUTHS = st.recursive(
    st.one_of(
        st.sampled_from(["p", "q", "s == 'x'", "s != 'y'", "s in ('x', 'z')"]),
        st.builds("({} {} {})".format, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS),
    ),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=10,
)
DECIMALS = st.decimals(-1000, 1000, places=2)


@settings(max_examples=200, deadline=None)
@given(st.one_of(NUMBERS, TRUTHS), DECIMALS, DECIMALS, st.sampled_from("xyz"), st.booleans(), st.booleans())
def test_feel_and_python_agree_where_nothing_is_null(
    text: str, a: Decimal, b: Decimal, s: str, p: bool, q: bool
) -> None:
    names = {"a": a, "b": b, "s": s, "p": p, "q": q}
    condition = compile_quick(text)
    feel = in_feel(condition)
    assert feel is not None

    assert compile_expression(feel, SCOPE).evaluate(names, Run(NOW)) == condition.evaluate(names, Run(NOW))


def test_names_of_a_brought_condition_are_those_of_the_record() -> None:
    with pytest.raises(BadDefinition) as told:
        compile_brought("doc.totl > 1 and bb == 2 and doc", BROUGHT)

    assert sorted((one.code, one.nearest) for one in told.value.diagnostics) == [
        ("FEEL062", ""), ("FEEL101", "b"), ("FEEL101", "total"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values", "met"),
    [
        ("doc.total > 100 and b in ('x', 'y')", {"total": Decimal(120), "b": "x"}, True),
        ("doc.total > 100", {"total": Decimal(20)}, False),
        ("self.total", {"total": Decimal(20)}, True),
        ("doc.total > 100", {"total": None}, False),
        ("not b", {"b": None}, True),
    ],
)
def test_a_brought_condition_is_met_or_not_and_never_unknown(text: str, values: dict[str, Any], met: bool) -> None:
    condition, _ = compile_brought(text, BROUGHT)

    assert condition.evaluate(values, Run(NOW)) is met


def test_the_same_in_feel_is_offered_where_the_types_agree() -> None:
    def offered(text: str) -> list[str]:
        return [told.hint.partition(": ")[2] for told in compile_brought(text, BROUGHT)[1]]

    assert offered("doc.total > 100 and b != 'x'") == ['(total > 100 and b != "x")']
    assert offered("doc.total and b") == []
    assert offered("len(b) % 2 == 0") == []
