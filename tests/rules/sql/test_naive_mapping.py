"""The comparison of both sides is worth something: mapping operators one to one is found out at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.rules.sql import builder, comparing, membership
from engine.rules.sql.terms import Element, Term, infix, truth
from tests.rules.sql.sides import assert_same
from tests.rules.sql.stock import Stock

Equality = Callable[..., Term]


def _naive_equality(binds: Any, left: Term, right: Any, *, positive: bool) -> Term:
    del positive
    if isinstance(right, Term):
        one, other = comparing.aligned(left, right, binds.dialect)
        return truth(infix("=", one, other), nullable=True)
    if right.kind != left.kind or left.kind == "boolean":
        return _TRUE_EQUALITY(binds, left, right, positive=False)
    return truth(infix("=", left.element, binds.like(left, right, "=")), nullable=True)


def _naive_list(binds: Any, left: Term, right: Any, *, positive: bool) -> Term:
    del positive
    return truth(membership._among(binds, left, right), nullable=True)


def _unrounded(_operator: str, left: Term, right: Term, dialect: str) -> tuple[Element, Element]:
    del dialect
    return left.element, right.element


_TRUE_EQUALITY: Equality = comparing.equality
MUTATIONS: dict[str, tuple[str, Any, list[str]]] = {
    "= as =": ("equality", _naive_equality, ["not(text = \"a\")", "text = text2", "flag = (text = \"a\")"]),
    "!= as <>": ("equality", _naive_equality, ["text != \"a\"", "whole != whole2"]),
    "in as IN": ("in_list", _naive_list, ["not(text in [\"a\", \"b\"])", "text in actor.holes"]),
    "scales forgotten": ("comparable", _unrounded, ["money = money2", "whole < money"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_naive_mapping_is_found_out(name: str, sqlite_stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    function, naive, conditions = MUTATIONS[name]
    for condition in conditions:
        assert_same(condition, [sqlite_stock])
    for module in (comparing, membership, builder):
        monkeypatch.setattr(module, function, naive, raising=False)
    for condition in conditions:
        with pytest.raises(AssertionError):
            assert_same(condition, [sqlite_stock])
