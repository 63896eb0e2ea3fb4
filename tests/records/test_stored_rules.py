"""Rules that users keep in records: checked when they are saved, worked out over records, also those being saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.kernel.clock import FrozenClock
from engine.kernel.errors import Complaint, Rejected
from tests.conftest import DATABASES
from tests.records.conftest import House, Street

PACK = """
pack: demo
version: 1.0.0
title: Demo
---
dictionary: level
title: Level
items: {a: A, b: B}
---
object: product
title: Product
display: name
fields:
  name: {type: text, title: Name}
  storage: {type: text, title: Storage}
---
object: customer
title: Customer
display: name
fields:
  name: {type: text, title: Name}
  level: {type: choice, of: level, title: Level}
---
object: policy
title: Discount policy
display: name
fields:
  name: {type: text, title: Name}
  rate: {type: expression, over: deal, gives: number, title: Rate}
  fits: {type: expression, over: deal, gives: boolean, title: Fits}
  bonus: {type: decision_table, over: deal, gives: number, title: Bonus}
---
object: deal
title: Deal
display: name
fields:
  name: {type: text, title: Name}
  customer: {type: reference, to: customer, title: Customer}
  policy: {type: reference, to: policy, title: Policy}
  net: {type: money, title: Net}
  discount: {type: percent, title: Discount, as: evaluate(policy.rate)}
  bonus: {type: money, title: Bonus, as: evaluate(policy.bonus)}
  lines: {type: lines, of: deal_line, title: Lines}
---
object: deal_line
title: Line
parent: deal
fields:
  deal: {type: reference, to: deal, title: Deal, required: true}
  product: {type: reference, to: product, title: Product}
  amount: {type: money, title: Amount}
"""
BONUS = {
    "hit": "FIRST",
    "inputs": [{"is": "customer.level", "label": "Level"}, {"is": "net"}],
    "outputs": [{"name": "bonus"}],
    "rules": [['"a"', ">= 1000", "net / 100"], ["-", "-", 0]],
}


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    """A tenant whose users write discount policies."""
    return street.house(request.param, PACK, clock)


def _refused(house: House, **values: Any) -> list[Complaint]:
    with pytest.raises(Rejected) as caught:
        house.make("policy", **values)
    return list(caught.value.complaints)


def test_a_text_that_names_no_field_is_refused_with_its_place_and_the_nearest_word(house: House) -> None:
    complaint = _refused(house, rate="if nett > 5\nthen 1\nelse customer.levl")[0]

    assert complaint.path == "rate"
    assert complaint.params["nearest"] == "net"
    assert complaint.message("zh") == "第 1 行第 4 列：未知名称“nett”；是“net”吗？"


def test_all_faults_of_a_record_are_told_at_once(house: House) -> None:
    told = [one.message("en") for one in _refused(house, rate='"a" + 1', fits="net", bonus={**BONUS, "rules": [["?"]]})]

    assert len(told) == 3
    assert told[1] == "line 1, column 1: the result is number, but boolean is wanted here"
    assert told[2].startswith("rule 1: this is no decision table: a rule needs 2 + 1 cells")


def test_a_cell_is_told_by_rule_and_number(house: House) -> None:
    table = {**BONUS, "rules": [['"a"', "> nettt", "1"], ["-", "-", '"x"']]}

    told = [one.message("zh") for one in _refused(house, bonus=table)]

    assert told[0] == "规则 1第 2 格，第 1 行第 3 列：未知名称“nettt”；是“net”吗？"
    assert told[1] == "规则 2第 3 格：结果是 文本，此处需要 数值"


@pytest.mark.parametrize("value", [5, [1], {"inputs": 3}, {"rules": [[{}]]}, "no json"])
def test_what_is_no_table_is_refused_as_such(house: House, value: Any) -> None:
    assert _refused(house, bonus=value)[0].code in ("not_table", "bad_rule")


def test_a_formula_works_out_a_rule_over_the_record_that_is_being_saved(house: House) -> None:
    customer = house.make("customer", name="C", level="a")
    policy = house.make("policy", name="P", rate='if customer.level = "a" then 5 else count(lines)', bonus=BONUS)

    made = house.make("deal", name="D", customer=customer.id, policy=policy.id, net="2000", lines=[{"amount": 1}])

    assert (house.now(made)["discount"], house.now(made)["bonus"]) == (Decimal("5.00"), Decimal("20.00"))


def test_a_rule_sees_unsaved_lines_and_what_stands_behind_their_references(house: House) -> None:
    cold = house.make("product", name="Ice", storage="cold")
    rule = 'sum(for l in lines[product.storage = "cold"] return l.amount)'
    policy = house.make("policy", name="P", rate=rule)

    lines = [{"amount": 3, "product": cold.id}, {"amount": 4}]
    made = house.make("deal", name="D", policy=policy.id, lines=lines)
    assert house.now(made)["discount"] == Decimal("3.00")

    changed = house.change(made, name="D2")
    assert house.now(changed)["discount"] == Decimal("3.00")


def test_a_rule_without_text_and_one_that_fails_give_nothing(house: House) -> None:
    policy = house.make("policy", name="P", rate='number("x")')

    made = house.make("deal", name="D", policy=policy.id)

    assert house.now(made)["discount"] is None
    assert house.now(made)["bonus"] is None


def test_a_table_is_kept_as_texts_and_read_back(house: House) -> None:
    made = house.make("policy", name="P", bonus=BONUS)

    assert house.now(made)["bonus"]["rules"] == [['"a"', ">= 1000", "net / 100"], ["-", "-", "0"]]


def test_a_rule_that_runs_away_ends_with_its_budget(house: House) -> None:
    endless = "count(for i in 1..1000, j in 1..1000, k in 1..1000 return i)"
    policy = house.make("policy", name="P", rate=endless)

    made = house.make("deal", name="D", policy=policy.id)

    assert house.now(made)["discount"] is None
