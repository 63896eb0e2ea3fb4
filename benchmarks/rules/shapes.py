"""Five shapes of rules as a CRM has them, and the same by hand in Python that minds null as the language does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.rules import NUMBER, STRING, ContextType, Names, list_of

Hand = Callable[[Mapping[str, Any]], Any]
_FOUR_NINETY_FIVE, _HUNDRED, _ONE = Decimal("4.95"), Decimal(100), Decimal(1)
_LOW, _HIGH, _BIG = Decimal(600), Decimal(750), Decimal(1000)


@dataclass(frozen=True, slots=True)
class Shape:
    """A rule: its text in the language and in those of rivals (empty: they cannot say it), and by hand."""

    name: str
    text: str
    scope: Names
    facts: Mapping[str, Any]
    hand: Hand
    cel: str = ""
    zen: str = ""
    python: str = ""
    bkflow: str = ""
    plain: Mapping[str, Any] = field(default_factory=dict)


def _two_conditions(facts: Mapping[str, Any]) -> Any:
    amount, stage = facts.get("amount"), facts.get("stage")
    above = None if amount is None else amount > _BIG
    won = stage == "won"
    if above is False or not won:
        return False
    return None if above is None else True


def _branches(facts: Mapping[str, Any]) -> Any:
    customer = facts.get("customer")
    level = None if customer is None else customer.get("level")
    city = None if customer is None else customer.get("city")
    if level is not None and level in ("A", "B") and city is not None and city in ("Shanghai", "Beijing"):
        return _HUNDRED
    return _ONE


def _price(facts: Mapping[str, Any]) -> Any:
    amount, discount = facts.get("amount"), facts.get("discount")
    if amount is None or discount is None:
        return None
    return amount * (_ONE - discount / _HUNDRED) + _FOUR_NINETY_FIVE


def _range(facts: Mapping[str, Any]) -> Any:
    score = facts.get("score")
    return None if score is None else _LOW <= score < _HIGH


def _total(facts: Mapping[str, Any]) -> Any:
    total = Decimal(0)
    for line in facts.get("lines") or ():
        quantity, price = line.get("quantity"), line.get("price")
        if quantity is None or price is None:
            return None
        total += quantity * price
    return total


_LINE = ContextType({"quantity": NUMBER, "price": NUMBER})
_LINES = [{"quantity": Decimal(number), "price": Decimal("12.50")} for number in range(1, 11)]
_PLAIN_LINES = [{"quantity": number, "price": 12.5} for number in range(1, 11)]

SHAPES = (
    Shape(
        "two conditions",
        'amount > 1000 and stage = "won"',
        Names({"amount": NUMBER, "stage": STRING}),
        {"amount": Decimal(2500), "stage": "won"},
        _two_conditions,
        cel='amount > 1000.0 && stage == "won"',
        zen='amount > 1000 and stage == "won"',
        python='amount > 1000 and stage == "won"',
        bkflow='amount > 1000 and stage = "won"',
        plain={"amount": 2500.0, "stage": "won"},
    ),
    Shape(
        "branches over a reference",
        'if customer.level in ("A", "B") and customer.city in ("Shanghai", "Beijing") then 100 else 1',
        Names({"customer": ContextType({"level": STRING, "city": STRING})}),
        {"customer": {"level": "B", "city": "Beijing"}},
        _branches,
        cel='customer.level in ["A", "B"] && customer.city in ["Shanghai", "Beijing"] ? 100.0 : 1.0',
        zen='customer.level in ["A", "B"] and customer.city in ["Shanghai", "Beijing"] ? 100 : 1',
        plain={"customer": {"level": "B", "city": "Beijing"}},
    ),
    Shape(
        "price with discount",
        "amount * (1 - discount / 100) + 4.95",
        Names({"amount": NUMBER, "discount": NUMBER}),
        {"amount": Decimal("199.90"), "discount": Decimal(15)},
        _price,
        cel="amount * (1.0 - discount / 100.0) + 4.95",
        zen="amount * (1 - discount / 100) + 4.95",
        python="amount * (1 - discount / 100) + 4.95",
        bkflow="amount * (1.0 - discount / 100.0) + 4.95",
        plain={"amount": 199.9, "discount": 15.0},
    ),
    Shape(
        "range",
        "score in [600..750)",
        Names({"score": NUMBER}),
        {"score": Decimal(700)},
        _range,
        cel="score >= 600.0 && score < 750.0",
        zen="score in [600..750)",
        python="600 <= score < 750",
        bkflow="score in [600..750)",
        plain={"score": 700.0},
    ),
    Shape(
        "sum over ten lines",
        "sum(for l in lines return l.quantity * l.price)",
        Names({"lines": list_of(_LINE)}),
        {"lines": _LINES},
        _total,
        zen="sum(map(lines, #.quantity * #.price))",
        plain={"lines": _PLAIN_LINES},
    ),
)
