"""How a result came about, part by part."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from engine.rules import NUMBER, STRING, Names, RecordType, Run, compile_expression, list_of
from engine.rules.explaining import explain

SCOPE = Names({"amount": NUMBER, "level": STRING, "lines": list_of(RecordType("line", Names({"net": NUMBER})))})
GIVEN = {"amount": Decimal(60), "level": "A", "lines": [{"net": None}, {"net": Decimal(2)}]}


def shown(text: str) -> list[str]:
    run = Run(datetime(2026, 5, 5, tzinfo=UTC))
    return list(explain(compile_expression(text, SCOPE), GIVEN, run).lines())


def test_every_part_is_shown_with_its_value() -> None:
    assert shown('amount * 2 > 100 and level in ("A", "B")') == [
        'amount * 2 > 100 and level in ("A", "B") = true',
        "  amount * 2 > 100 = true",
        "    amount * 2 = 120",
        "      amount = 60",
        '  level in ("A", "B") = true',
        '    level = "A"',
    ]


def test_only_the_branch_that_was_taken_is_shown() -> None:
    assert shown('if level = "A" then amount else amount / 0') == [
        'if level = "A" then amount else amount / 0 = 60',
        '  level = "A" = true',
        '    level = "A"',
        "  amount = 60",
    ]


def test_a_null_says_where_it_comes_from_and_only_there() -> None:
    assert shown("sum(lines.net) + amount") == [
        "sum(lines.net) + amount = null   (+ with null is null)",
        "  sum(lines.net) = null   (sum needs every item to be number)",
        "    lines.net = [null, 2]",
        "  amount = 60",
    ]
