"""What an author is told, and where."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode

from engine.kernel.errors import BadDefinition
from engine.kernel.source import Span
from engine.rules import (
    BOOLEAN,
    DATE,
    NUMBER,
    STRING,
    EnumType,
    Names,
    RecordType,
    Source,
    compile_expression,
    list_of,
)  # fmt: skip

LINE = RecordType("line", Names({"amount": NUMBER, "product": STRING}))
REGION = RecordType("region", Names({"id": STRING, "name": STRING}))
SCOPE = Names(
    {
        "amount": NUMBER, "name": STRING, "due": DATE, "open": BOOLEAN, "region": REGION,
        "stage": EnumType({"won": "赢单", "lost": "输单"}), "lines": list_of(LINE),
    }
)  # fmt: skip


def complaints(text: str | Source) -> list[str]:
    try:
        compile_expression(text, SCOPE)
    except BadDefinition as bad:
        return [f"{d.span.line}:{d.span.column} {d.code} {d.message}" + (f"; {d.hint}" if d.hint else "")
                for d in bad.diagnostics]  # fmt: skip
    return []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("amout > 1", "1:1 FEEL101 unknown name 'amout'; did you mean 'amount'?"),
        ("region.nam", "1:1 FEEL103 'nam' does not exist on region; did you mean 'name'?"),
        ("sum(lines.amout)", "1:5 FEEL103 'amout' does not exist on line; did you mean 'amount'?"),
        ('stage = "won!"', '1:9 FEEL111 "won!" is not one of "won", "lost"; did you mean \'won\'?'),
        ('stage in ("won", "wno")', '1:18 FEEL111 "wno" is not one of "won", "lost"; did you mean \'won\'?'),
        ("amount + name", "1:1 FEEL108 + does not work between number and string"),
        ('amount > "x"', "1:1 FEEL110 a comparison (>) of number with string can never be true"),
        ("due = amount", "1:1 FEEL110 a comparison (=) of date with number can never be true"),
        ("if amount then 1 else 2", "1:4 FEEL114 a condition must be yes or no, not number; compare it with something"),
        (
            "open and amount",
            "1:10 FEEL113 and / or need yes or no on both sides, not number; compare it with something",
        ),
        ("count()", "1:1 FEEL117 count takes 1 arguments, not 0"),
        ("upper case(amount)", "1:12 FEEL119 upper case wants string for 'string', not number"),
        ("substring(string: name, start: 1)", "1:25 FEEL120 substring has no parameter 'start'"),
        ('@"2026-13-01"', '1:1 FEEL106 @"2026-13-01" is no date, time or duration'),
        ("{a: 1, a: 2}", "1:11 FEEL107 the key 'a' stands twice in this context"),
        ("amount.x", "1:1 FEEL104 a number has no fields, so no 'x'"),
        ("lines[name]", "1:7 FEEL116 a filter needs a condition or a position, not string"),
        ("for x in amount return x", "1:10 FEEL115 number cannot be gone through item by item"),
        ("amount(1)", "1:1 FEEL118 number is not a function"),
        ("name instance of strng", "1:18 FEEL105 unknown type 'strng'; did you mean 'string'?"),
        ("amount >", "1:9 FEEL005 the expression ends too early; expected a value"),
        ("if open 1", "1:9 FEEL001 '1' is not expected here; expected 'then'"),
        ("(amount", "1:8 FEEL005 the expression ends too early; expected ')'"),
        ("amount ~ 1", "1:8 FEEL002 the character ~ has no meaning here"),
        ('name = "x', "1:8 FEEL003 the text that begins here has no closing quote"),
        ("  ", "1:1 FEEL004 the expression is empty"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    assert any(complaint.startswith(said) for complaint in complaints(text)), complaints(text)


def test_everything_wrong_is_said_at_once() -> None:
    assert len(complaints('amout > 1 and stage = "x" and nme = 2')) == 3


@pytest.mark.parametrize(
    "text",
    ["open", "amount / 0 > 1", "region = \"id\"", "lines[1].amount", "lines[product = \"x\"]", "null", "not(open)",
     "count(lines[amount > 3]) > 1", "due > today()", "name in (\"a\", \"b\")"],
)  # fmt: skip
def test_what_can_work_is_let_through(text: str) -> None:
    assert not complaints(text)


def test_what_is_read_is_known_by_its_path() -> None:
    read = compile_expression('region.name = "x" and count(lines[amount > 1]) > 0', SCOPE).reads

    assert read == {("region", "name"), ("lines",), ("lines", "amount")}


def test_an_expression_that_asks_the_clock_is_not_deterministic() -> None:
    assert not compile_expression("due > today()", SCOPE).deterministic
    assert compile_expression('due > @"2026-01-01"', SCOPE).deterministic


STYLES = {
    "plain": "that: amount > 1 and wrng = 2\n",
    "folded plain": "that: amount > 1\n  and wrng = 2\n",
    "single": "that: 'name = ''it''''s'' and wrng = 2'\n".replace("''it''''s''", '"it""s"'),
    "single with quote": "that: 'name = \"it''s\" and wrng = 2'\n",
    "double": 'that: "name = \\"a\\tb\\" and wrng = 2"\n',
    "double folded": 'that: "amount > 1 \\\n  and wrng = 2"\n',
    "literal": "that: |\n  amount > 1\n    and wrng = 2\n",
    "literal with indent": "that: |-\n    amount > 1 and\n\n    wrng = 2\n",
    "folded": "that: >-\n  amount > 1\n  and wrng = 2\n",
    "folded with gap": "that: >\n  amount > 1\n\n  and   wrng = 2\n",
}


@pytest.mark.parametrize("style", [name for name in STYLES if name != "single"])
def test_the_place_is_right_in_every_style_of_scalar(style: str) -> None:
    written = STYLES[style]
    tree = YAML(typ="safe", pure=True).compose(written)
    assert isinstance(tree, MappingNode)
    scalar = tree.value[0][1]
    start, end = scalar.start_mark, scalar.end_mark
    source = Source(
        scalar.value, Span("p.yaml", start.line + 1, start.column + 1), written[start.index : end.index].rstrip("\n")
    )

    with pytest.raises(BadDefinition) as caught:
        compile_expression(source, SCOPE)

    lines = written.splitlines()
    wanted = next((row + 1, line.index("wrng") + 1) for row, line in enumerate(lines) if "wrng" in line)
    assert [(d.span.line, d.span.column) for d in caught.value.diagnostics] == [wanted]
