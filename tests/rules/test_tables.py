"""Decision tables: hit policies, the index that finds rules, and what is wrong with a table as a whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.errors import BadDefinition
from engine.rules import ANY, DATE, NUMBER, STRING, Names, Run
from engine.rules.decisions import (
    TableBox,
    TableInput,
    TableOutput,
    TableRule,
    analyse,
    compile_decision_table,
)  # fmt: skip
from engine.rules.decisions.boxes import Aggregation, HitPolicy

NOW = datetime(2026, 5, 5, tzinfo=UTC)
SCOPE = Names({"amount": NUMBER, "region": STRING, "on": DATE})


def table(
    rules: list[tuple[list[str], str]],
    hit_policy: HitPolicy = "UNIQUE",
    aggregation: Aggregation = "",
    allowed: str = "",
    default: str = "",
) -> TableBox:
    """A table over amount and region with one output."""
    return TableBox(
        (TableInput("amount"), TableInput("region")),
        (TableOutput("answer", allowed=allowed, default=default),),
        tuple(TableRule(tuple(cells), (output,)) for cells, output in rules),
        hit_policy,
        aggregation,
    )


def decide(box: TableBox, amount: Any, region: Any, run: Run | None = None) -> Any:
    names = {"amount": None if amount is None else Decimal(amount), "region": region}
    return compile_decision_table(box, SCOPE).evaluate(names, run or Run(NOW))


OVERLAPPING = [(["> 10", "-"], '"big"'), (["> 5", '"n"'], '"north"'), (["-", '"n"'], '"any"')]


@pytest.mark.parametrize(
    ("hit_policy", "aggregation", "wanted"),
    [
        ("FIRST", "", "big"),
        ("PRIORITY", "", "any"),
        ("RULE ORDER", "", ["big", "north", "any"]),
        ("OUTPUT ORDER", "", ["any", "north", "big"]),
        ("COLLECT", "", ["big", "north", "any"]),
        ("COLLECT", "COUNT", Decimal(3)),
        ("COLLECT", "MIN", "any"),
        ("UNIQUE", "", None),
        ("ANY", "", None),
    ],
)
def test_a_hit_policy_decides(hit_policy: HitPolicy, aggregation: Aggregation, wanted: Any) -> None:
    box = table(OVERLAPPING, hit_policy, aggregation, allowed='"any", "north", "big"')

    assert decide(box, 20, "n") == wanted


def test_two_hits_where_one_may_be_say_which() -> None:
    run = Run(NOW)

    decide(table(OVERLAPPING), 20, "n", run)

    assert [warning.message for warning in run.warnings] == ["rules 1, 2, 3 hit at once, but only one may"]


def test_no_hit_gives_the_default_or_null() -> None:
    rules = [(["> 10", "-"], '"big"')]

    assert decide(table(rules), 1, "n") is None
    assert decide(table(rules, default='"small"'), 1, "n") == "small"


def test_what_is_wrong_in_cells_is_said_at_once() -> None:
    with pytest.raises(BadDefinition) as caught:
        compile_decision_table(table([(["> x", '"n"'], "1"), (["1", "> 5"], "unknwn")]), SCOPE)

    assert [found.code for found in caught.value.diagnostics] == ["FEEL101", "FEEL110", "FEEL101"]


# -- the index -------------------------------------------------------------------------------------------------

NUMBERS = st.integers(-3, 8)
AMOUNT_CELLS = st.one_of(
    st.just("-"),
    NUMBERS.map(str),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "!="]), NUMBERS),
    st.builds("{}{}..{}{}".format, st.sampled_from("[("), NUMBERS, NUMBERS, st.sampled_from(")]")),
    st.builds("not({}, > {})".format, NUMBERS, NUMBERS),
    st.builds("{}, {}".format, NUMBERS, NUMBERS),
    st.just("null"),
    st.just("? * 2 > 5"),
    st.just("string length(region) - 3"),
)
REGION_CELLS = st.sampled_from(
    ["-", '"n"', '"s", "e"', 'not("n")', '["n", "w"]', '> "m"', "null", 'starts with(?, "n")']
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(AMOUNT_CELLS, REGION_CELLS), min_size=16, max_size=30),
    st.lists(
        st.tuples(st.one_of(st.none(), NUMBERS), st.sampled_from([None, "n", "s", "east", ""])), min_size=5, max_size=12
    ),
)
def test_the_index_finds_what_trying_every_cell_finds(cells: list[Any], inputs: list[Any]) -> None:
    rules = [(list(row), str(number)) for number, row in enumerate(cells)]
    whole = compile_decision_table(table(rules, "COLLECT"), SCOPE, lenient=True)
    # fifteen rules are too few for an index: each part tries every cell
    parts = [
        compile_decision_table(table(rules[start : start + 15], "COLLECT"), SCOPE, lenient=True)
        for start in range(0, len(rules), 15)
    ]

    for amount, region in inputs:
        names = {"amount": None if amount is None else Decimal(amount), "region": region}
        wanted = [number + 15 * part for part, few in enumerate(parts) for number in few.hits(names, Run(NOW))]
        assert list(whole.hits(names, Run(NOW))) == wanted


def test_dates_and_whole_numbers_from_storage_find_their_rules() -> None:
    rules = tuple(
        TableRule((f'[@"2026-{month:02d}-01"..@"2026-{month:02d}-28"]', "-"), (str(month),)) for month in range(1, 13)
    )
    box = TableBox((TableInput("on"), TableInput("amount")), (TableOutput("month"),), rules + rules[:1] * 4, "FIRST")
    compiled = compile_decision_table(box, SCOPE)

    assert compiled.evaluate({"on": date(2026, 5, 20), "amount": 3}, Run(NOW)) == 5
    assert compiled.evaluate({"on": date(2026, 5, 30), "amount": 3}, Run(NOW)) is None


# -- the analysis ----------------------------------------------------------------------------------------------


def findings(box: TableBox) -> list[str]:
    return [found.message for found in analyse(compile_decision_table(box, SCOPE))]


def test_a_table_without_faults_has_no_findings() -> None:
    assert not findings(table([(["< 5", "-"], "1"), ([">= 5", '"n"'], "2"), ([">= 5", 'not("n")'], "3")]))


def test_a_gap_is_said_in_the_words_of_the_table() -> None:
    box = table([(["< 5", "-"], "1"), (["> 5", '"n"'], "2")])

    assert findings(box) == ["no rule for amount = 5", 'no rule for 5 < amount and region is none of "n"']


def test_an_overlap_names_both_rules_and_where() -> None:
    box = table([(["<= 5", "-"], "1"), ([">= 5", "-"], "2")])

    assert findings(box) == ["rules 1 and 2 both hit for amount = 5"]


def test_rules_that_say_the_same_may_overlap_where_any_may_hit() -> None:
    assert not findings(table([(["<= 5", "-"], "1"), ([">= 5", "-"], "1")], "ANY"))


def test_a_rule_behind_others_that_take_all_its_inputs_is_found() -> None:
    box = table([(["< 5", "-"], "1"), (["-", "-"], "2"), (["> 7", '"n"'], "3")], "FIRST")

    assert findings(box) == ["rule 3 never hits: the rules before it take all its inputs"]


def test_a_rule_outside_of_the_allowed_values_is_found() -> None:
    box = TableBox(
        (TableInput("region", allowed='"n", "s"'),),
        (TableOutput("answer"),),
        (TableRule(('"n", "s"',), ("1",)), TableRule(('"x"',), ("2",))),
        "FIRST",
    )

    assert "rule 2 never hits: no allowed input fits it" in findings(box)


def test_computed_cells_are_said_to_be_beyond_the_analysis() -> None:
    box = table([(["> amount", "-"], "1")])

    assert analyse(compile_decision_table(box, Names({"amount": ANY, "region": ANY})))[0].kind == "unknown"
