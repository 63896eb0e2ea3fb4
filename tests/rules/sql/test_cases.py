"""Each row of the table of what SQL can say, with results worked out by hand, on both databases and in Python."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy import insert

from engine.kernel.errors import BadDefinition
from engine.rules import compile_expression
from engine.rules.sql import to_condition
from tests.rules.sql.sides import python_values, rule_of, sql_rows, sql_values
from tests.rules.sql.stock import (
    ACTOR_VALUE,
    FIELDS,
    NAMES,
    Stock,
    kind_of,
    run,
    to_column,
)

_numbers = itertools.count()


def _cases(*, refused: bool) -> list[Any]:
    groups = YAML(typ="safe").load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
    cases = [(f"{group['row']}: {case['text']}", case) for group in groups for case in group["cases"]]
    return [pytest.param(case, id=name) for name, case in cases if ("refused" in case) == refused]


@pytest.mark.parametrize("case", _cases(refused=False))
def test_the_result_is_as_worked_out_by_hand(case: Mapping[str, Any], stock: Stock) -> None:
    text = case["text"]
    for short, field in case.get("names", {}).items():
        text = text.replace(short, field)
    expression = compile_expression(text, NAMES)
    assert expression.sql_refusal is None
    rule = rule_of(expression)
    things, expected = {}, {}
    with stock.connection.begin_nested() as savepoint:
        for fields, result in case["rows"]:
            thing = _add(stock, fields)
            things[thing["id"]] = thing
            expected[thing["id"]] = Decimal(str(result)) if type(result) in (int, float) else result
        only = stock.only(things)
        assert python_values(expression, only) == expected
        assert sql_values(rule, expression, only) == expected
        if expression.type.name == "boolean":
            assert sql_rows(rule, only) == {id for id in expected if expected[id] is True}
        savepoint.rollback()


@pytest.mark.parametrize("case", _cases(refused=True))
def test_what_sql_cannot_say_is_refused_with_its_place(case: Mapping[str, Any], stock: Stock) -> None:
    try:
        expression = compile_expression(case["text"], NAMES)
    except BadDefinition:
        return  # the language itself refuses it
    refusal = expression.sql_refusal
    if case["refused"] != "late":
        assert refusal is not None
        assert refusal.code == "FEEL040"
        assert refusal.hint
        assert refusal.span.column >= 1
    with pytest.raises(BadDefinition) as error:
        to_condition(expression, stock.scope(), run())
    assert [found.code for found in error.value.diagnostics] == ["FEEL040"]


def test_the_refusal_names_the_words_and_where_they_stand() -> None:
    refusal = compile_expression('flag and upper case(text) = "A"', NAMES).sql_refusal
    assert refusal is not None
    assert refusal.message == "'upper case(text)' cannot be said in SQL"
    assert refusal.span.column == 10


# ---------------------------------------------------------------------------------------------------------------------


def _add(stock: Stock, fields: Mapping[str, Any]) -> dict[str, Any]:
    id = f"case{next(_numbers)}"
    thing = {"id": id, **_read("thing", fields)}
    homes = {name: _home(stock, id, fields.get(name)) for name in ("home", "home2")}
    pointers = {name: home and home["id"] for name, home in homes.items()}
    _insert(stock, "thing", {**thing, **pointers})
    parts = []
    for number, part in enumerate(fields.get("parts", [])):
        made = {"id": f"{id}p{number}", "thing": id, **_read("part", part)}
        _insert(stock, "part", made)
        parts.append(made)
    return {**thing, **homes, "parts": parts, "actor": ACTOR_VALUE}


def _home(stock: Stock, id: str, given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if isinstance(given, str):
        return {"id": given}
    home = {"id": f"{id}h", **_read("home", given)}
    _insert(stock, "home", home)
    return home


def _read(table: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    known = [field for field in FIELDS[table] if field not in ("id", "thing")]
    return {field: _value(kind_of(field), fields.get(field)) for field in known}


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "money":
        return Decimal(value)
    if kind == "day":
        return value if isinstance(value, date) else date.fromisoformat(value)
    if kind == "moment":
        return datetime.fromisoformat(value)
    if kind == "hour":
        return time.fromisoformat(value)
    return timedelta(seconds=value) if kind == "span" else value


def _insert(stock: Stock, table: str, record: Mapping[str, Any]) -> None:
    sqlite = stock.dialect == "sqlite"
    stored = {field: to_column(field, value, sqlite) for field, value in record.items()}
    stock.connection.execute(insert(stock.tables[table]), [stored])
