"""What is wrong with a rule is said in the reader's language, with its place and the nearest word."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition
from engine.rules import BOOLEAN, NUMBER, STRING, EnumType, Names, Run, compile_expression, list_of
from engine.rules.decisions import TableBox, TableInput, TableOutput, TableRule, analyse, compile_decision_table
from engine.rules.sql import reasons

SCOPE = Names({"amount": NUMBER, "level": EnumType(values={"a": 1, "b": 2}), "name": STRING, "tags": list_of(STRING)})
ROOM = Path(reasons.__file__).parent


def _wrong(text: str, **more: object) -> Diagnostic:
    with pytest.raises(BadDefinition) as caught:
        compile_expression(text, SCOPE, **more)  # type: ignore[arg-type]
    return caught.value.diagnostics[0]


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("amout > 5", "未知名称“amout”"),
        ("amount + name", "数值 与 文本 之间不能用 +"),
        ("if amount > 1 then 2", "表达式不完整；还缺 'else'"),
        ("amount > 1 )", "此处不应出现“)”；应为 运算符或结尾"),
        ('level = "c"', '“c”不在允许的取值中："a"、"b"之一'),
        ("substring(name)", "substring 需要 2 至 3 个参数，而不是 1 个"),
        ("sum(tags) and 1", "and / or 两边须为真或假，不能是 数值"),
        ("amount.x > 1", "数值 没有字段，也没有“x”"),
    ],
)
def test_a_complaint_is_said_in_chinese_with_the_words_of_types_translated(text: str, chinese: str) -> None:
    assert _wrong(text).in_language("zh") == chinese


def test_the_nearest_word_and_the_place_in_the_text_come_with_the_complaint() -> None:
    found = _wrong("1 + amout")

    assert (found.nearest, found.start, found.end) == ("amount", 4, 9)
    assert found.hint_in("zh") == "是“amount”吗？"
    assert found.hint == "did you mean 'amount'?"


def test_a_wanted_result_is_named_in_chinese() -> None:
    assert _wrong("amount + 1", expect=BOOLEAN).in_language("zh") == "结果是 数值，此处需要 真或假"


def test_a_reason_for_a_null_names_kinds_in_chinese() -> None:
    run = Run.idle()

    assert compile_expression('number("x")', SCOPE).value({}, run) is None
    assert run.warnings[0].in_language("zh") == "“x”不是 数值"


def test_a_refusal_of_sql_is_said_in_chinese() -> None:
    refusal = compile_expression("amount / 3 > 1", SCOPE).sql_refusal

    assert refusal is not None
    assert refusal.in_language("zh") == "'amount / 3'无法转换为 SQL"
    assert "除法" in refusal.hint_in("zh")


def test_contexts_are_refused_by_sql_and_break_nothing() -> None:
    refusal = compile_expression("{a: 1} = {a: 1, b: amount}", SCOPE).sql_refusal

    assert refusal is not None
    assert refusal.code == "FEEL040"


def test_every_reason_against_sql_has_chinese_words() -> None:
    missing = [told for told in _reasons() if told not in reasons.CHINESE]

    assert not missing


def test_the_analysis_of_a_table_speaks_chinese() -> None:
    box = TableBox(
        (TableInput("amount", label="金额"),),
        (TableOutput("rate"),),
        (TableRule(("< 100",), ("1",)), TableRule(("[50..200]",), ("2",))),
    )

    said = [found.in_language("zh") for found in analyse(compile_decision_table(box, SCOPE))]

    assert said == ["没有规则适用于：200 < 金额", "规则 1 和规则 2 同时命中：50 <= 金额 < 100"]


def _reasons() -> set[str]:
    """Return the sentences with which the rooms of the SQL mouth refuse, with {} for what changes."""
    found: set[str] = set()
    for file in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unsayable" and len(node.args) == 2:
                found |= set(_texts(node.args[1]))
    return found


def _texts(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)]  # type: ignore[misc]
    return [text for part in getattr(node, "args", [])[1:] for text in _texts(part)]
