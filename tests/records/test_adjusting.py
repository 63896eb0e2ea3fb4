"""Rules that are records work out the values of lines: which apply, how they combine, and what is kept of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.kernel.clock import FrozenClock
from engine.metamodel.model import TenantModel
from engine.records import Change, Unit
from tests.conftest import DATABASES
from tests.records.conftest import House, Street, model_of

PACK = """
pack: demo
version: 1.0.0
title: Demo
---
dictionary: level
title: Level
items: {a: A, b: B}
---
dictionary: combination
title: Combination
items: {first: First, best: Best, stack: Stack}
---
dictionary: effect
title: Effect
items: {percent: Percent, fixed: Fixed, tiers: Tiers, free: Free}
---
dictionary: area
title: Area
open: true
depends_on: area
items: {north: North, harbin: {title: Harbin, parent: north}, south: South}
---
object: kind
title: Kind
fields:
  name: {type: text, title: Name}
  above: {type: reference, to: kind, title: Above}
---
object: article
title: Article
fields:
  name: {type: text, title: Name}
  kind: {type: reference, to: kind, title: Kind}
  base: {type: money, title: Base, currency: EUR}
---
object: client
title: Client
fields:
  name: {type: text, title: Name}
  level: {type: choice, of: level, title: Level}
  area: {type: choice, of: area, title: Area}
---
object: family
title: Family
fields:
  name: {type: text, title: Name}
  combine: {type: choice, of: combination, title: Combine}
  place: {type: integer, title: Place}
---
object: term
title: Term
display: name
names: {en: english}
fields:
  name: {type: text, title: Name}
  english: {type: text, title: English}
  family: {type: reference, to: family, title: Family}
  rank: {type: integer, title: Rank, default: 10}
  active: {type: boolean, title: Active, default: true}
  articles: {type: references, to: article, title: Articles}
  kind: {type: reference, to: kind, title: Kind}
  levels: {type: choices, of: level, title: Levels}
  area: {type: choice, of: area, title: Area}
  begins: {type: date, title: Begins}
  ends: {type: date, title: Ends}
  least: {type: decimal, title: Least}
  fits: {type: expression, over: trial, gives: boolean, title: Fits}
  effect: {type: choice, of: effect, title: Effect, required: true}
  percent: {type: percent, title: Percent}
  price: {type: money, title: Price, currency: EUR}
  buy: {type: integer, title: Buy}
  get: {type: integer, title: Get}
  tiers: {type: lines, of: tier, title: Tiers}
---
object: tier
title: Tier
parent: term
fields:
  term: {type: reference, to: term, title: Term, required: true, on_delete: cascade}
  least: {type: decimal, title: Least}
  percent: {type: percent, title: Percent}
---
object: trial
title: Trial
fields:
  article: {type: reference, to: article, title: Article}
  client: {type: reference, to: client, title: Client}
  quantity: {type: decimal, title: Quantity}
  day: {type: date, title: Day}
  whole: {type: money, title: Whole, currency: EUR}
  price: {type: money, title: Price, currency: EUR, scale: 4}
  free: {type: decimal, title: Free}
  why: {type: json, title: Why}
---
object: paper
title: Paper
fields:
  name: {type: text, title: Name}
  client: {type: reference, to: client, title: Client}
  day: {type: date, title: Day, default: '=today()'}
  settled: {type: boolean, title: Settled, default: false}
  lines: {type: lines, of: entry, title: Lines}
  whole: {type: money, title: Whole, currency: EUR, as: 'sum(for l in lines return l.gross)'}
  total: {type: money, title: Total, currency: EUR, as: 'sum(for l in lines return l.amount)'}
---
object: entry
title: Entry
parent: paper
fields:
  paper: {type: reference, to: paper, title: Paper, required: true, on_delete: cascade}
  article: {type: reference, to: article, title: Article}
  quantity: {type: decimal, title: Quantity}
  gross: {type: money, title: Gross, currency: EUR, as: quantity * article.base}
  price: {type: money, title: Price, currency: EUR, scale: 4}
  free: {type: decimal, title: Free}
  why: {type: json, title: Why}
  amount: {type: money, title: Amount, currency: EUR, as: (quantity - free) * price}
---
adjustment: selling
over: trial
start: article.base
quantity: quantity
scale: 4
stages:
  terms:
    of: term
    where: active = true
    order: [rank]
    keys:
      articles: article
      kind: {below: article.kind}
      levels: client.level
      area: {below: client.area}
    since: {begins: day, least: quantity}
    until: {ends: day}
    condition: fits
    group: {by: family, combine: family.combine, order: family.place}
    combine: stack
    effects:
      by: effect
      cases:
        percent: {value: value * (100 - rule.percent) / 100}
        fixed: {value: rule.price}
        tiers:
          value: value * (100 - max(for t in rule.tiers return if quantity >= t.least then t.percent else 0)) / 100
        free: {free: floor(quantity / (rule.buy + rule.get)) * rule.get}
uses:
  trial: {gives: {value: price, free: free, steps: why}}
  entry:
    when: paper.settled != true
    item: {article: article, client: paper.client, quantity: quantity, day: paper.day, whole: paper.whole}
    gives: {value: price, free: free, steps: why}
"""


@pytest.fixture(params=DATABASES)
def shop(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    return street.house(request.param, PACK, clock)


class Things:
    """What every test needs: articles of two kinds, clients of two areas."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.tools = house.make("kind", name="Tools")
        self.drills = house.make("kind", name="Drills", above=self.tools.id)
        self.drill = house.make("article", name="Drill", kind=self.drills.id, base="100")
        self.rope = house.make("article", name="Rope", base="10")
        self.near = house.make("client", name="Near", level="a", area="harbin")
        self.far = house.make("client", name="Far", level="b", area="south")

    def term(self, effect: str, **values: Any) -> Change:
        return self.house.make("term", name=values.pop("name", effect), effect=effect, **values)

    def price(self, article: Change, client: Change | None = None, quantity: str = "1", **values: Any) -> Decimal:
        given = {"article": article.id, "client": client and client.id, "quantity": quantity, **values}
        found = self.house.records.preview(self.house.admin, "trial", given).values["price"]
        assert isinstance(found, Decimal)
        return found.normalize()

    def entry(self, article: Change, quantity: str = "1") -> dict[str, Any]:
        return {"article": article.id, "quantity": quantity}

    def lines_of(self, paper: Change) -> list[dict[str, Any]]:
        found = self.house.records.get(self.house.admin, "paper", paper.id)
        return [dict(line.values) for line in found.lines["lines"]]


@pytest.fixture
def things(shop: House) -> Things:
    return Things(shop)


def test_a_rule_applies_where_every_key_that_it_fills_in_is_met(things: Things) -> None:
    things.term("percent", percent="10", kind=things.tools.id)
    things.term("percent", percent="50", articles=[things.rope.id], levels=["b"])
    things.term("percent", percent="20", area="north")

    assert things.price(things.drill, things.near) == 72  # its kind below tools, its area below north
    assert things.price(things.drill, things.far) == 90
    assert things.price(things.rope, things.far) == 5
    assert things.price(things.rope, things.near) == 8
    assert things.price(things.rope) == 10  # of nobody, nothing is known


def test_periods_quantities_and_any_condition_narrow_a_rule(things: Things) -> None:
    things.term("percent", percent="10", begins="2026-01-01", ends="2026-06-30")
    things.term("percent", percent="50", least="10")
    things.term("percent", percent="20", fits='client.name = "Near" and whole >= 500')

    assert things.price(things.drill, day="2026-06-30") == 90
    assert things.price(things.drill, day="2026-07-01") == 100
    assert things.price(things.drill, quantity="10") == 50
    assert things.price(things.drill, things.near, whole="500") == 80
    assert things.price(things.drill, things.near, whole="499") == 100
    assert things.price(things.drill, things.far, whole="500") == 100


@pytest.mark.parametrize(("combine", "price"), [("first", 95), ("best", 80), ("stack", 76)])
def test_a_group_says_how_its_rules_combine(things: Things, combine: str, price: int) -> None:
    family = things.house.make("family", name="F", combine=combine, place=1)
    things.term("percent", percent="5", family=family.id, rank=1)
    things.term("percent", percent="20", family=family.id, rank=2)

    assert things.price(things.drill) == price


def test_groups_apply_one_after_another_by_their_place(things: Things) -> None:
    second = things.house.make("family", name="Second", combine="best", place=2)
    first = things.house.make("family", name="First", combine="best", place=1)
    things.term("percent", percent="10", family=second.id)
    things.term("fixed", price="50", family=first.id)

    assert things.price(things.drill) == 45


def test_tiers_and_free_pieces(things: Things) -> None:
    tiers = [{"least": "10", "percent": "5"}, {"least": "100", "percent": "12"}]
    things.term("tiers", tiers=tiers)
    things.term("free", buy=3, get=1, articles=[things.rope.id])

    paper = things.house.make("paper", lines=[things.entry(things.drill, "9"), things.entry(things.rope, "120")])

    drill, rope = things.lines_of(paper)
    assert (drill["price"], drill["free"], drill["amount"]) == (100, 0, 900)
    assert (rope["price"], rope["free"], rope["amount"]) == (Decimal("8.8"), 30, 792)
    assert [step["label"] for step in rope["why"]] == ["tiers", "free"]
    assert things.house.now(paper)["total"] == 1692


def test_a_line_keeps_which_rule_did_what_and_what_was_beaten(things: Things) -> None:
    family = things.house.make("family", name="F", combine="best", place=1)
    weak = things.term("percent", name="Schwach", english="Weak", percent="5", family=family.id, kind=things.tools.id)
    things.term("percent", name="Strong", percent="20", family=family.id, fits="quantity >= 2")

    (line,) = things.lines_of(things.house.make("paper", lines=[things.entry(things.drill, "2")]))

    strong, beaten = line["why"]
    assert (strong["label"], strong["outcome"], strong["before"], strong["after"]) == ("Strong", "applied", "100", "80")
    assert strong["condition"] == "quantity >= 2"
    assert (beaten["rule"], beaten["outcome"], beaten["after"]) == (["term", weak.id], "beaten", "95")
    assert beaten["asks"] == ["kind"]
    assert (beaten["label"], beaten["labels"]) == ("Schwach", {"en": "Weak"})
    assert "labels" not in strong


def test_a_change_of_the_paper_or_of_a_rule_counts_at_the_next_save_and_not_once_it_is_settled(things: Things) -> None:
    term = things.term("percent", percent="10", levels=["a"])
    paper = things.house.make("paper", client=things.far.id, lines=[things.entry(things.drill)])
    assert things.house.now(paper)["total"] == 100

    paper = things.house.change(paper, client=things.near.id)
    assert things.house.now(paper)["total"] == 90

    term = things.house.change(term, percent="30")
    paper = things.house.change(paper, name="again")
    assert things.house.now(paper)["total"] == 70

    paper = things.house.change(paper, settled=True)
    things.house.records.delete(things.house.admin, "term", term.id, term.version)
    paper = things.house.change(paper, name="once more")
    assert things.house.now(paper)["total"] == 70


def test_rules_changed_in_a_transaction_count_in_it_and_are_gone_when_it_is_taken_back(things: Things) -> None:
    house = things.house
    with house.records.unit(house.admin) as unit:
        with pytest.raises(ZeroDivisionError):
            _take_back_a_rule(things, unit)
        assert things.price(things.drill) == 100
        things.term("percent", percent="50")
        assert things.price(things.drill) == 50

    assert things.price(things.drill) == 50


def _take_back_a_rule(things: Things, unit: Unit) -> None:
    with unit.part():
        things.term("percent", percent="40")
        assert things.price(things.drill) == 60
        raise ZeroDivisionError


rates = st.lists(st.integers(0, 100), min_size=1, max_size=4)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rates=rates, combine=st.sampled_from(["first", "best", "stack"]))
def test_combinations_are_what_their_names_say(things: Things, rates: list[int], combine: str) -> None:
    house = things.house
    family = house.make("family", name="F", combine=combine, place=1)
    terms = [things.term("percent", percent=str(rate), family=family.id, rank=i) for i, rate in enumerate(rates)]

    price = things.price(things.drill)

    for term in terms:
        house.records.delete(house.admin, "term", term.id, term.version)
    single = [Decimal(100 - rate) for rate in rates]
    # a rule that changes nothing does not apply, so it beats nobody
    telling = [value for value in single if value != 100] or [Decimal(100)]
    expected = {"first": telling[0], "best": min(telling), "stack": Decimal(100)}[combine]
    if combine == "stack":
        for rate in rates:
            expected = (expected * (100 - rate) / 100).quantize(Decimal("0.0001"))
    assert price == expected


def test_what_is_looked_at_is_known_without_the_rules() -> None:
    model: TenantModel = model_of(PACK)

    assert model.adjustments["selling"].sources["tier"] >= {"least", "percent"}
    assert model.adjustments["selling"].sources["kind"] == {"above"}
    assert ("paper", "client", "level") in model.adjustments["selling"].uses["entry"].looks
