"""Files go to an editor of DMN and come back: what we export it opens, what it writes we run, and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser

from engine.kernel.errors import BadDefinition
from engine.rules import (
    DmnDecision,
    DmnDefinitions,
    DmnInput,
    DmnVariable,
    Run,
    load_model,
    placed,
    read_dmn,
    write_dmn,
)
from engine.rules import read_table as table_of
from engine.rules.decisions.boxes import ConditionalBox, ContextBox, FunctionBox, Knowledge, LiteralBox
from tests.support.dmn_editor import DmnEditor, dmn_editor

NOW = datetime(2026, 5, 5, tzinfo=UTC)
SPACE = "urn:shop"
TABLE = {
    "hit": "FIRST",
    "inputs": [{"is": "amount", "type": "number", "label": "Amount"}, {"is": "level", "type": "string"}],
    "outputs": [{"name": "discount", "type": "number"}],
    "rules": [["< 100", "-", "0"], ["[100..500)", '"A", "B"', "amount * 0.05"], ["-", 'not("C")', "50"]],
}
FACTS = ({"amount": 50, "level": "A"}, {"amount": 200, "level": "B"}, {"amount": 900, "level": "A"},
         {"amount": 900, "level": "C"})  # fmt: skip


def _shop() -> DmnDefinitions:
    def fact(name: str, type: str) -> DmnInput:
        return DmnInput(f"{SPACE}#{name}", name, DmnVariable(name, type))

    inputs = (fact("amount", "number"), fact("level", "string"))
    needs = tuple(one.id for one in inputs)
    function = FunctionBox((DmnVariable("n", "number"),), LiteralBox("n / 2"))
    half = Knowledge(f"{SPACE}#half", "half", DmnVariable("half"), (), function)
    discount = DmnDecision(f"{SPACE}#discount", "discount", DmnVariable("discount"), needs, table_of(TABLE, placed))
    box = ContextBox(((DmnVariable("once"), LiteralBox("half(discount)")), (None, LiteralBox("once + 1"))))
    total = DmnDecision(f"{SPACE}#total", "total", DmnVariable("total"), (discount.id, half.id), box)
    return DmnDefinitions(SPACE, "shop", elements=(*inputs, half, discount, total))


def _decided(content: bytes) -> list[Any]:
    model = load_model(read_dmn(content, "shop.dmn"))
    return [model.decide(name, facts, Run(NOW)) for name in ("discount", "total") for facts in FACTS]


@pytest.fixture(scope="module")
def editor(browser: Browser) -> Iterator[DmnEditor]:
    """An editor in a browser."""
    with dmn_editor(browser) as opened:
        yield opened


@pytest.mark.browser
def test_an_export_opens_in_an_editor_and_comes_back_the_same(editor: DmnEditor) -> None:
    ours = write_dmn(_shop(), version="1.3")

    told = editor.open(ours)

    assert not told["warnings"]
    assert set(told["views"]) == {"boxedExpression", "decisionTable", "drd"}
    assert _decided(told["xml"].encode()) == _decided(ours)


@pytest.mark.browser
def test_what_an_editor_wrote_runs_and_is_exported_and_opens_again(editor: DmnEditor) -> None:
    cells = [["< 200", "-", "1"], ["[200..500)", '"B"', "amount * 0.1"], ["-", '"A"', "70"]]

    written = editor.write(write_dmn(_shop(), version="1.3"), cells)
    assert _decided(written)[:4] == [1, Decimal("20.0"), 70, None]

    again = write_dmn(read_dmn(written, "written.dmn"), version="1.3")
    told = editor.open(again)
    assert not told["warnings"]
    assert _decided(told["xml"].encode()) == _decided(written)
    assert _decided(write_dmn(read_dmn(told["xml"].encode(), "again.dmn"))) == _decided(written)


def test_the_versions_decide_alike_and_the_earlier_one_refuses_what_it_lacks() -> None:
    shop = _shop()
    assert _decided(write_dmn(shop)) == _decided(write_dmn(shop, version="1.3"))

    box = ConditionalBox(LiteralBox("true"), LiteralBox("1"), LiteralBox("2"))
    later = DmnDefinitions(SPACE, "later", elements=(DmnDecision(f"{SPACE}#d", "d", DmnVariable("d"), (), box),))
    with pytest.raises(BadDefinition) as caught:
        write_dmn(later, version="1.3")
    assert caught.value.diagnostics[0].code == "FEEL304"
