"""PR-1 to PR-4: one catalogue, products made of products, discount policies and what they look at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.conftest import Firm
from tests.acceptance.shop import Shop, open_shop


@pytest.fixture
def shop(firm: Firm) -> Shop:
    return open_shop(firm)


def price_list(shop: Shop, product: str, *prices: tuple[str, str], **values: Any) -> str:
    lines = [{"product": product, "price": price, "min_quantity": least} for least, price in prices]
    code = f"PL{len(shop.ids)}{shop.category[-6:]}"
    shop.ids[code] = code
    given = {"code": code, "name": code, "valid_from": "2026-01-01", "lines": lines, **values}
    return shop.firm.make("pia", "price_list", **given)


# -- PR-1 --------------------------------------------------------------------------------------------------------------


def test_pr1_the_price_list_that_is_valid_in_the_currency_gives_the_price(shop: Shop) -> None:
    drill = shop.product("100")
    price_list(shop, drill, ("1", "90"), ("50", "80"), valid_to="2040-11-30")
    price_list(shop, drill, ("1", "15"), currency="USD")

    assert shop.price(drill) == 90
    assert shop.price(drill, "50") == 80
    assert shop.price(drill, currency="USD") == 15
    assert shop.price(drill, day="2040-12-01") == 100  # the list has ended, the catalogue's price counts
    assert shop.trial(drill, currency="EUR").get("price") is None


def test_pr1_a_list_for_a_level_or_a_region_goes_before_by_its_priority(shop: Shop) -> None:
    drill = shop.product("100")
    price_list(shop, drill, ("1", "95"))
    price_list(shop, drill, ("1", "85"), level="A", priority=10)
    price_list(shop, drill, ("1", "70"), region="320000", priority=20)

    assert shop.price(drill, region="110000") == 95
    assert shop.price(drill, region="110000", level="A") == 85
    assert shop.price(drill) == 70  # the customer is in a city of the province


def test_pr1_services_stand_beside_goods_and_a_discontinued_product_goes_on_no_new_quote(shop: Shop) -> None:
    course, drill = shop.product("500", kind="service", unit="day"), shop.product("100")
    quote = shop.quote({"product": course}, {"product": drill})
    shop.firm.move("ada", "product", drill, "discontinue")

    answer = shop.firm.ask(
        "amy",
        "POST",
        "records/quote",
        {"company": shop.firm.ids["company"], "customer": shop.customer, "lines": [{"product": drill}]},
    )

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["path"] == "lines[0].product"
    assert Decimal(shop.read(quote)["total"]) == 600  # what was quoted stays
    assert shop.firm.try_move("amy", "quote", quote, "submit").status_code == 422


# -- PR-2 --------------------------------------------------------------------------------------------------------------


def bundle(shop: Shop, *parts: tuple[str, str], options: tuple[str, ...] = (), **values: Any) -> str:
    components = [{"component": product, "quantity": quantity} for product, quantity in parts]
    components += [{"component": product, "quantity": "1", "optional": True} for product in options]
    return shop.product(components=components, **values)


def told(lines: list[dict[str, Any]]) -> list[tuple[str, Decimal, Decimal]]:
    return [(line["product_name"], Decimal(line["quantity"]), Decimal(line["amount"])) for line in lines]


def test_pr2_a_bundle_explodes_on_a_quote_and_costs_what_its_parts_cost(shop: Shop) -> None:
    motor, screw = shop.product("70", name="Motor"), shop.product("0.5", name="Screw")
    drill = bundle(shop, (motor, "1"), (screw, "4"), name="Drill")
    case = shop.product("9", name="Case")
    kit = bundle(shop, (drill, "2"), options=(case,), name="Kit")

    quote = shop.quote({"product": kit, "quantity": "3"})

    assert told(shop.lines(quote)) == [("Kit", 3, 0), ("Drill", 6, 0), ("Motor", 6, 420), ("Screw", 24, 12)]
    option = shop.firm.read("ada", "product", kit)["components"][1]["id"]
    line = shop.lines(quote)[0]["id"]
    shop.firm.change("amy", "quote", quote, lines=[{"id": line, "options": [option]}])
    assert told(shop.lines(quote))[-1] == ("Case", 3, 27)
    assert Decimal(shop.read(quote)["total"]) == 459


def test_pr2_a_bundle_with_a_price_of_its_own_gives_its_parts_for_nothing(shop: Shop) -> None:
    motor, case = shop.product("70", name="Motor"), shop.product("9", name="Case")
    kit = bundle(shop, (motor, "1"), (case, "2"), price="75", bundle_price="fixed", name="Kit")

    quote = shop.quote({"product": kit, "quantity": "2"})

    assert told(shop.lines(quote)) == [("Kit", 2, 150), ("Motor", 2, 0), ("Case", 4, 0)]


def test_pr2_cost_rolls_up_and_a_circle_is_refused(shop: Shop) -> None:
    firm = shop.firm
    screw = shop.product("1", cost="0.5")
    motor = bundle(shop, (screw, "10"))
    drill = bundle(shop, (motor, "1"), (screw, "2"))
    assert Decimal(firm.read("pia", "product", drill)["full_cost"]) == 6

    firm.change("pia", "product", screw, cost="1")

    assert Decimal(firm.read("pia", "product", drill)["full_cost"]) == 12
    version = firm.read("pia", "product", screw)["version"]
    closing = {"components": [{"component": drill, "quantity": "1"}]}
    answer = firm.ask("pia", "PATCH", f"records/product/{screw}", closing, version)
    assert (answer.status_code, answer.get_json()["errors"][0]["code"]) == (422, "runs_in_circle")


# -- PR-3 --------------------------------------------------------------------------------------------------------------


def test_pr3_a_business_user_defines_each_kind_of_policy_without_an_administrator(shop: Shop) -> None:
    tiers = [{"min_quantity": "10", "percent": "10"}, {"min_quantity": "100", "price": "60"}]
    kinds: list[tuple[str, dict[str, Any], str, str]] = [
        ("percentage", {"percent": "10"}, "1", "90"),
        ("amount_off", {"amount_off": "7.5"}, "1", "92.5"),
        ("fixed_price", {"fixed_price": "66"}, "1", "66"),
        ("tiers", {"tiers": tiers}, "9", "900"),
        ("tiers", {"tiers": tiers}, "99", "8910"),
        ("tiers", {"tiers": tiers}, "100", "6000"),
        ("buy_get", {"buy": 3, "get": 1}, "9", "700"),
        ("formula", {"formula": "if quantity >= 5 then list_price * 0.5 else list_price * 0.8"}, "2", "160"),
    ]
    for effect, values, quantity, amount in kinds:
        product = shop.product("100")
        shop.policy(effect, product, **values)

        assert Decimal(shop.trial(product, quantity)["amount"]) == Decimal(amount) * (
            1 if effect in ("tiers", "buy_get", "formula") else Decimal(quantity)
        ), effect


@pytest.mark.parametrize(("combination", "price"), [("first", "95"), ("best", "80"), ("stack", "68.4")])
def test_pr3_priority_and_combination_decide_where_several_apply(shop: Shop, combination: str, price: str) -> None:
    product, group = shop.product("100"), shop.group(combination)
    shop.policy("percentage", product, percent="5", policy_group=group, priority=1)
    shop.policy("percentage", product, percent="20", policy_group=group, priority=2)
    shop.policy("percentage", product, percent="10", policy_group=group, priority=3)

    assert shop.price(product) == Decimal(price)


def test_pr3_the_line_shows_which_policies_applied_and_why(shop: Shop) -> None:
    product, group = shop.product("100"), shop.group("best")
    shop.policy("percentage", product, name="Autumn", percent="5", policy_group=group)
    shop.policy(
        "percentage",
        product,
        name="Volume",
        percent="20",
        policy_group=group,
        min_quantity="2",
        condition="quantity < 99",
    )

    quote = shop.quote({"product": product, "quantity": "2"})

    (line,) = shop.lines(quote)
    first, second = line["applied"]
    assert (first["label"], first["before"], first["after"], first["condition"]) == (
        "Volume",
        "100",
        "80",
        "quantity < 99",
    )
    assert (second["label"], second["outcome"]) == ("Autumn", "beaten")
    page = shop.firm.page("amy", f"/o/quote/{quote}")
    assert "Volume" in page
    assert "100 → 80" in page


# -- PR-4 --------------------------------------------------------------------------------------------------------------


def test_pr4_policies_look_at_customer_level_region_time_quantity_amount_and_channel(shop: Shop) -> None:
    firm = shop.firm
    other = firm.make("amy", "customer", name=f"Other {shop.category[-4:]}")
    cases: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
        ({"customers": [shop.customer]}, {}, {"customer": other}),
        ({"levels": ["A"]}, {"level": "A"}, {"level": "B"}),
        ({"regions": ["320000"]}, {}, {"region": "110000"}),
        ({"valid_from": "2026-12-01", "valid_to": "2026-12-31"}, {"day": "2026-12-31"}, {"day": "2027-01-01"}),
        ({"min_quantity": "10"}, {"quantity": "10"}, {"quantity": "9.9"}),
        ({"min_amount": "1000"}, {"document_amount": "1000"}, {"document_amount": "999"}),
        ({"channels": ["tender"]}, {"channel": "tender"}, {"channel": "direct"}),
        ({"condition": 'customer.region = "320500" and quantity > 2'}, {"quantity": "3"}, {"quantity": "2"}),
    ]
    for values, inside, outside in cases:
        product = shop.product("100")
        shop.policy("percentage", product, percent="10", **values)

        assert shop.price(product, **inside) == 90, values
        assert shop.price(product, **outside) == 100, values


def test_pr4_a_policy_for_a_category_reaches_what_lies_below_it(shop: Shop) -> None:
    number = shop.category[-6:]
    below = shop.firm.make("ada", "product_category", code=f"B{number}", name="Below", parent=shop.category)
    product = shop.product("100", category=below)
    shop.policy("percentage", categories=[shop.category], percent="30")

    assert shop.price(product) == 70


def test_pr4_the_trial_page_prices_without_saving(shop: Shop) -> None:
    product = shop.product("100")
    shop.policy("percentage", product, percent="10")
    before = len(shop.firm.found("ada", "price_trial", fields="day"))

    assert shop.price(product) == 90
    assert "price_trial" in shop.firm.page("amy", "/o/price_trial/new")
    assert len(shop.firm.found("ada", "price_trial", fields="day")) == before


def test_pr4_an_order_is_priced_by_the_same_policies_unless_a_price_is_given(shop: Shop) -> None:
    product = shop.product("100")
    shop.policy("percentage", product, percent="10")
    lines = [{"product": product, "quantity": "2"}, {"product": product, "quantity": "1", "price": "95"}]

    given = {"company": shop.firm.ids["company"], "customer": shop.customer, "lines": lines}
    order = shop.firm.read("amy", "sales_order", shop.firm.make("amy", "sales_order", **given))

    assert [line["price_source"] for line in order["lines"]] == ["policy", "manual"]
    assert [Decimal(line["amount"]) for line in order["lines"]] == [180, 95]
