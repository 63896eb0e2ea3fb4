"""The two sides that must agree: what Python says of each row, and what SQL says."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import literal
from sqlalchemy.exc import OperationalError

from engine.rules import Expression, compile_expression
from engine.rules.sql import SqlRule, sql_rule
from tests.rules.sql.stock import ACTOR_VALUE, NAMES, Stock, from_column, run


def rule_of(expression: Expression) -> SqlRule:
    return sql_rule(expression, lambda name: name == "actor")


def python_values(expression: Expression, stock: Stock) -> dict[str, Any]:
    one = run()
    found = {}
    for id, thing in stock.things.items():
        one.restart()
        found[id] = expression.evaluate({**thing, "actor": ACTOR_VALUE}, one)
    return found


def sql_values(rule: SqlRule, expression: Expression, stock: Stock) -> dict[str, Any]:
    scope = stock.scope()
    known = rule.given({"actor": ACTOR_VALUE}, run())
    piece = rule.value(scope, known)
    statement = stock.rows(scope, scope.row.c.id, piece.element).where(scope.row.c.id.in_(stock.things))
    rows = stock.connection.execute(statement, dict(piece.arguments(known)))
    sqlite = stock.dialect == "sqlite"
    return {id: from_column(expression.type, piece.value.scale, value, sqlite) for id, value in rows}


def sql_rows(rule: SqlRule, stock: Stock) -> set[str]:
    scope = stock.scope()
    known = rule.given({"actor": ACTOR_VALUE}, run())
    piece = rule.condition(scope, known)
    # the parameter stands for the rest of a statement, which has names of its own
    asked = scope.row.c.id.in_(stock.things)
    statement = stock.rows(scope, scope.row.c.id).where(asked, piece.element, literal(1) == 1)
    return set(stock.connection.execute(statement, dict(piece.arguments(known))).scalars())


def assert_same(text: str, stocks: list[Stock]) -> None:
    expression = compile_expression(text, NAMES)
    assert expression.sql_refusal is None
    for stock in stocks:
        try:
            _assert_same_in(stock, expression)
        except OperationalError as error:
            # numbers that do not fit are an error on SQLite, never a wrong answer
            if "integer overflow" not in str(error):
                raise


def _assert_same_in(stock: Stock, expression: Expression) -> None:
    rule, where = rule_of(expression), f"{stock.dialect}: {expression.text}"
    expected = python_values(expression, stock)
    found = sql_values(rule, expression, stock)
    differing = {id: (expected[id], found[id]) for id in expected if not same(expected[id], found[id])}
    assert not differing, f"{where}: row -> (Python, SQL): {differing}"
    if expression.type.name == "boolean":
        assert sql_rows(rule, stock) == {id for id in expected if expected[id] is True}, where


def same(left: Any, right: Any) -> bool:
    if isinstance(left, datetime | time) and isinstance(right, datetime | time):
        # in the language, too, two times within one second are equal
        return left.replace(microsecond=0) == right.replace(microsecond=0)
    return type(left) is type(right) and left == right
