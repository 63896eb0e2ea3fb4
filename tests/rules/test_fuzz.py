"""A campaign of generated and mutated texts, tables and files: nothing but complaints comes out, and in time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from engine.kernel.errors import BadDefinition
from engine.rules import ANY, Limits, Names, Run, StoredRule, compile_expression, compile_tests
from engine.rules.completion import complete
from engine.rules.decisions import DecisionTable, analyse, load_model, read_dmn, write_dmn
from engine.rules.decisions.boxes import Decision, Definitions, InputData, Variable
from engine.rules.decisions.plain_table import read_table
from engine.rules.explaining import explain
from engine.rules.stored import compile_stored, placed
from tests.rules.test_cases import CASES
from tests.rules.texts import generated, mutated

NOW = datetime(2026, 5, 5, tzinfo=UTC)
LIMITS = Limits(seconds=1.0)
SECONDS = 3.0  # of processor time: reading, checking and three evaluations with their budgets
SIZE = {"1": 1_500, "2": 100_000}.get(os.environ.get("TESSERA_CAMPAIGN", "1"), 400_000)
TABLE: dict[str, Any] = {
    "hit": "FIRST",
    "inputs": [{"is": "a", "values": "< 100"}, {"is": "b", "type": "string"}],
    "outputs": [{"name": "c", "type": "number", "values": "1, 2", "default": "0"}],
    "rules": [["[1..5]", '"x", "y"', "1"], ["> 5", 'not("x")', "a * 2"], ["-", "-", "2"]],
}
POLICIES = ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "COLLECT SUM", "COLLECT MIN")


@contextmanager
def in_time(what: object) -> Iterator[None]:
    """Fail when the inside takes longer than its budget; complaints about definitions are right answers."""
    started = time.process_time()
    with suppress(BadDefinition):
        yield
    assert time.process_time() - started < SECONDS, what


@pytest.mark.campaign
def test_texts_raise_nothing_but_complaints() -> None:
    chance, texts = Random(20260505), [case.values[:3:2] for case in CASES]
    for number in range(SIZE):
        text, given = chance.choice(texts)
        text = generated(chance) if number % 2 else mutated(text, chance)
        if number % 10 == 0:
            text = mutated(text, chance)
        with in_time(text):
            _use(text, {**given, "a": 1, "b": [1, None], "x": {"y": "z"}, "名称": "名"}, chance)


@pytest.mark.campaign
def test_tables_raise_nothing_but_complaints() -> None:
    chance = Random(20260506)
    for _ in range(SIZE // 10):
        table = _changed(TABLE, chance)
        with in_time(table):
            rule = StoredRule("thing", Names({"a": ANY, "b": ANY}), ANY, table=True)
            made = compile_stored(rule, table)
            assert isinstance(made, DecisionTable)
            analyse(made)
            for a in (3, None, "x", [1]):
                made.evaluate({"a": a, "b": "x"}, Run(NOW, limits=LIMITS))


@pytest.mark.campaign
def test_files_of_other_tools_raise_nothing_but_complaints() -> None:
    chance, whole = Random(20260507), _file()
    for _ in range(SIZE // 20):
        content = mutated(whole, chance) if chance.random() < 0.5 else _cell_changed(whole, chance)
        with in_time(content):
            definitions = read_dmn(content.encode("utf-8", "surrogatepass"), "mutated.dmn")
            model = load_model(definitions)
            for element in definitions.elements:
                if isinstance(element, Decision):
                    model.decide(element.name, {"a": 3, "b": "x"}, Run(NOW, limits=LIMITS))


def _use(text: str, given: dict[str, Any], chance: Random) -> None:
    scope = Names(dict.fromkeys(given, ANY))
    if chance.random() < 0.1:
        complete(text, scope, cell=chance.random() < 0.5)
    if chance.random() < 0.6:
        compiled = compile_expression(text, scope, lenient=chance.random() < 0.8)
    else:
        compiled = compile_tests(text, ANY, scope, lenient=True)
    run = Run(NOW, limits=LIMITS)
    compiled.evaluate({**given, "?": 1}, run)
    for warning in run.warnings:
        assert warning.in_language("zh")
    for told in compiled.warnings:
        assert told.line("zh")
    assert compiled.sql_refusal is None or compiled.sql_refusal.line("zh")
    if chance.random() < 0.05:
        explain(compiled, {**given, "?": 1}, Run(NOW, limits=Limits(seconds=0.2, steps=2_000)))


def _changed(table: dict[str, Any], chance: Random) -> dict[str, Any]:
    rules = [[_cell(cell, chance) for cell in rule] for rule in table["rules"]]
    changed = {**table, "rules": rules, "hit": chance.choice((*POLICIES, "x"))}
    if chance.random() < 0.2:
        part = chance.choice(("inputs", "outputs", "rules", "hit", "tests", "names"))
        changed[part] = chance.choice(([], None, "x", 5, [[]], [{}], {"is": "a"}, [["1"]], ["b"]))
    if chance.random() < 0.2 and isinstance(changed["inputs"], list) and changed["inputs"]:
        changed["inputs"] = [{"is": generated(chance, 2), "values": generated(chance, 1)}, *changed["inputs"][1:]]
    return changed


def _cell(cell: str, chance: Random) -> str:
    draw = chance.random()
    return cell if draw < 0.6 else mutated(cell, chance) if draw < 0.8 else generated(chance, 2)


def _file() -> str:
    box = read_table(TABLE, placed)
    space = "urn:fuzz"
    inputs = [InputData(f"{space}#{name}", name, Variable(name)) for name in ("a", "b")]
    decision = Decision(f"{space}#c", "c", Variable("c", "number"), tuple(one.id for one in inputs), box)
    return write_dmn(Definitions(space, "fuzz", elements=(*inputs, decision))).decode()


def _cell_changed(whole: str, chance: Random) -> str:
    start = chance.choice([at for at in range(len(whole)) if whole.startswith("<text>", at)]) + 6
    end = whole.index("</text>", start)
    text = generated(chance, 3).replace("&", "&amp;").replace("<", "&lt;").replace("\x00", "")
    return whole[:start] + text + whole[end:]
