"""The statements themselves: they use indexes, serve many values, and stay within what the databases take."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Select, insert, text
from sqlalchemy.exc import OperationalError

from engine.kernel.errors import BadDefinition, Malformed
from engine.rules import compile_expression
from engine.rules.sql import SqlPiece, to_condition
from tests.rules.sql.sides import rule_of
from tests.rules.sql.stock import ACTOR_VALUE, NAMES, NOW, Stock, filled_stock, run, to_column
from tests.support.postgres import PostgresServer

INDEXED = {
    "equality": ('text = "a"', "text"),
    "equality with what is known of the actor": ("text = actor.text", "text"),
    "equality beside another condition": ('flag and text = "a"', "text"),
    "null": ("text = actor.nothing", "text"),
    "order": ('text > "zz"', "text"),
    "a range": ("whole in [8..9]", "whole"),
    "a list": ("text in actor.texts", "text"),
    "a list written out": ('text in ["a", "b"]', "text"),
    "a reference": ("home = actor.home", "home"),
    "a list of references": ("home in actor.homes", "home"),
    "a decimal": ("money = 1.5", "money"),
    "a decimal with more digits": ("money < -1.495", "money"),
    "a day": ('day < today() - @"P300D"', "day"),
    "an instant": ("moment = now()", "moment"),
    "two equalities": ('text = "a" or text = "b"', "text"),
    "the beginning of a text": ('starts with(text, "a")', "text"),
}


def statement_of(stock: Stock, condition: str, actor: Any = ACTOR_VALUE) -> tuple[Select[Any], SqlPiece, Any]:
    rule = rule_of(compile_expression(condition, NAMES))
    given = rule.given({"actor": actor}, run())
    scope = stock.scope()
    piece = rule.condition(scope, given)
    return stock.rows(scope, scope.row.c.id).where(piece.element), piece, given


# -- indexes -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def big_stock(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> Iterator[Stock]:
    """The stock with indexes and enough rows for a planner to want them."""
    sqlite = request.param == "sqlite"
    database = contextlib.nullcontext("sqlite://") if sqlite else postgres_server.fresh_database()
    with database as url, filled_stock(url) as stock:
        rows = []
        for number in range(5000):
            more = {"text": f"c{number}", "whole": 1000 + number, "money": Decimal(1000 + number), "home": f"x{number}"}
            days = {"day": date(2024, 5, 1) + timedelta(number), "moment": NOW + timedelta(hours=1 + number)}
            row = {"id": f"x{number}", **more, **days}
            rows.append({field: to_column(field, value, sqlite) for field, value in row.items()})
        stock.connection.execute(insert(stock.tables["thing"]), rows)
        for name in ("text", "whole", "home", "money", "day", "moment"):
            stock.connection.execute(text(f"CREATE INDEX ix_{name} ON thing ({name})"))
        stock.connection.execute(text("ANALYZE thing"))
        yield stock


@pytest.mark.parametrize(("condition", "column"), INDEXED.values(), ids=INDEXED.keys())
def test_a_plain_filter_is_answered_from_the_index(big_stock: Stock, condition: str, column: str) -> None:
    statement, piece, given = statement_of(big_stock, condition)
    compiled = statement.compile(big_stock.connection)
    arguments = compiled.construct_params(dict(piece.arguments(given)), _check=False)
    values: Any = arguments
    if compiled.positiontup is not None:
        values = tuple(arguments[name] for name in compiled.positiontup)
    explain = "EXPLAIN QUERY PLAN " if big_stock.dialect == "sqlite" else "EXPLAIN "
    rows = big_stock.connection.exec_driver_sql(explain + compiled.string, values).all()
    plan = "\n".join(str(row[-1]) for row in rows)
    assert f"ix_{column}" in plan
    assert "SCAN thing" not in plan
    assert "Seq Scan" not in plan


# -- one text for many values ------------------------------------------------------------------------------------------

SAME_TEXT = [
    ('text = "a"', 'text = "b"'),
    ("money > 1", "money > 1234.567"),
    ('text in ["a"]', 'text in ["x", "y", "z"]'),
    ('day > today() - @"P1D"', 'day > today() - @"P90D"'),
    ("starts with(text, actor.text)", "starts with(text, actor.text)"),
]


@pytest.mark.parametrize(("first", "second"), SAME_TEXT)
def test_values_do_not_change_the_text(stock: Stock, first: str, second: str) -> None:
    one, _, given = statement_of(stock, first)
    other, piece, other_given = statement_of(stock, second, {**ACTOR_VALUE, "text": "zzz"})
    assert rule_of(compile_expression(first, NAMES)).form == rule_of(compile_expression(second, NAMES)).form
    assert given.shape == other_given.shape
    assert str(one.compile(stock.connection)) == str(other.compile(stock.connection))
    # what was made for the first serves the second with its own values
    _, piece, _ = statement_of(stock, first)
    kept = stock.connection.execute(one, dict(piece.arguments(other_given))).all()
    fresh = stock.connection.execute(other, dict(statement_of(stock, second)[1].arguments(other_given))).all()
    assert sorted(kept) == sorted(fresh)


def test_lists_of_any_length_travel_as_one_parameter(stock: Stock) -> None:
    short, piece, given = statement_of(stock, "text in actor.texts")
    actor = {**ACTOR_VALUE, "texts": [f"t{number}" for number in range(3000)] + ["a"]}
    rule = rule_of(compile_expression("text in actor.texts", NAMES))
    longer = rule.given({"actor": actor}, run())
    assert longer.shape == given.shape
    arguments = piece.arguments(longer)
    assert len(arguments) == 1
    expected = {id for id, thing in stock.things.items() if thing["text"] == "a"}
    assert set(stock.connection.execute(short, dict(arguments)).scalars()) == expected


@pytest.mark.parametrize("known", [None, "a"])
def test_a_null_among_the_known_makes_another_text(stock: Stock, known: str | None) -> None:
    statement, piece, given = statement_of(stock, "text = actor.nothing", {**ACTOR_VALUE, "nothing": known})
    found = set(stock.connection.execute(statement, dict(piece.arguments(given))).scalars())
    assert found == {id for id, thing in stock.things.items() if thing["text"] == known}


def test_a_condition_known_beforehand_falls_out(stock: Stock) -> None:
    statement, piece, _ = statement_of(stock, 'not(actor.flag) and text = "a"')
    assert not piece.value.nullable
    assert "text" not in str(piece.element)
    assert stock.connection.execute(statement, {}).all() == []
    _, piece, _ = statement_of(stock, 'not(actor.flag) or text = "a"')
    assert str(piece.element).count("text") == 1


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["a\x00b", "\ud83d"])
def test_a_text_that_no_database_holds_is_a_typed_error(stock: Stock, value: str) -> None:
    _, piece, given = statement_of(stock, "text = actor.text", {**ACTOR_VALUE, "text": value})
    with pytest.raises(Malformed, match="null character"):
        piece.arguments(given)


@pytest.mark.parametrize("word", ["not({})", "(text = text2 and (flag2 or {}))", "(if {} then flag else flag2)"])
def test_nesting_is_said_or_refused_and_never_too_much(stock: Stock, word: str) -> None:
    condition, said = "flag", 0
    while said < 40:
        condition = word.replace("{}", condition)
        try:
            statement, piece, given = statement_of(stock, condition)
        except BadDefinition:
            break
        stock.connection.execute(statement, dict(piece.arguments(given))).all()
        said += 1
    assert 8 <= said < 40


def test_a_long_row_of_alternatives_is_said(stock: Stock) -> None:
    condition = " or ".join(f"whole = {number}" for number in range(400))
    scope = stock.scope()
    element = to_condition(compile_expression(condition, NAMES), scope, run())
    found = set(stock.connection.execute(stock.rows(scope, scope.row.c.id).where(element)).scalars())
    assert found == {id for id, thing in stock.things.items() if thing["whole"] in range(400)}


def test_a_long_sum_is_refused_in_a_moment() -> None:
    started = time.monotonic()
    refusal = compile_expression("whole" + " + 1" * 100 + " > 3", NAMES).sql_refusal
    assert refusal is not None
    assert "too deeply" in refusal.hint
    assert time.monotonic() - started < 5


def test_a_number_that_does_not_fit_is_an_error_and_no_wrong_answer(sqlite_stock: Stock) -> None:
    thing = sqlite_stock.tables["thing"]
    with sqlite_stock.connection.begin_nested() as savepoint:
        sqlite_stock.connection.execute(insert(thing).values(id="big", whole=2**53 - 1, money=10**17))
        statement, piece, given = statement_of(sqlite_stock, "whole * money * 100 > 1")
        with pytest.raises(OperationalError, match="integer overflow"):
            sqlite_stock.connection.execute(statement, dict(piece.arguments(given))).all()
        savepoint.rollback()
