"""SP-4, CT-1 and CT-3: who may confirm a quote, what becomes of it, and discounts to the cent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.conftest import Firm
from tests.acceptance.shop import TABLE, Shop, open_shop


@pytest.fixture
def shop(firm: Firm) -> Shop:
    made = open_shop(firm)
    code = firm.read("ada", "product_category", made.category)["code"]
    table = {**TABLE, "rules": [[f'"{code}"', *rule[1:]] if rule[0] == '"T"' else rule for rule in TABLE["rules"]]}
    limits = firm.make("gao", "quote_limit", name=f"Limits {code}", table=table)
    firm.change("ada", "company", firm.ids["company"], quote_limit=limits)
    for login in ("amy", "lin"):
        (employee,) = firm.found("ada", "employee", f'name = "{login.title()}"', "id")
        above = {"amy": "Lin", "lin": "Gao"}[login]
        (superior,) = firm.found("ada", "employee", f'name = "{above}"', "id")
        firm.change("ada", "employee", employee["id"], superior=superior["id"])
    return made


def status(shop: Shop, quote: str) -> str:
    return str(shop.firm.read("gao", "quote", quote)["status"])


def tasks_about(shop: Shop, quote: str, login: str) -> list[str]:
    """Return the open tasks that a person has about a quote."""
    found = shop.firm.ask(login, "GET", "tasks").get_json()["items"]
    return [task["id"] for task in found if task["record"] == quote]


def waits_for(shop: Shop, quote: str) -> list[str]:
    return [login for login in ("lin", "gao") if tasks_about(shop, quote, login)]


def approve(shop: Shop, quote: str, login: str) -> None:
    (task,) = tasks_about(shop, quote, login)
    answer = shop.firm.ask(login, "POST", f"tasks/{task}/approve", {})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shop.firm.settle()


# -- SP-4 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("discount", "expected"), [("0", "confirmed"), ("5", "confirmed"), ("5.01", "in_approval")])
def test_sp4_within_the_limits_a_quote_is_confirmed_at_once(shop: Shop, discount: str, expected: str) -> None:
    quote = shop.quote({"product": shop.product(), "special_discount": discount})

    shop.firm.move("amy", "quote", quote, "submit")

    assert status(shop, quote) == expected


def test_sp4_a_discount_by_policy_needs_nobody(shop: Shop) -> None:
    product = shop.product()
    shop.policy("percentage", product, percent="60")
    quote = shop.quote({"product": product})

    shop.firm.move("amy", "quote", quote, "submit")

    assert (status(shop, quote), Decimal(shop.read(quote)["total"])) == ("confirmed", 40)


def test_sp4_beyond_the_limits_it_goes_to_the_right_level(shop: Shop) -> None:
    product = shop.product()
    small = shop.quote({"product": product, "special_discount": "15"})
    large = shop.quote({"product": product, "special_discount": "10"}, discount="10")
    for quote in (small, large):
        shop.firm.move("amy", "quote", quote, "submit")
        shop.firm.settle()
        assert waits_for(shop, quote) == ["lin"]
        approve(shop, quote, "lin")

    assert status(shop, small) == "confirmed"
    assert (status(shop, large), waits_for(shop, large)) == ("in_approval", ["gao"])
    approve(shop, large, "gao")
    assert status(shop, large) == "confirmed"


def test_sp4_a_manager_confirms_within_the_authority_of_managers(shop: Shop) -> None:
    quote = shop.quote({"product": shop.product(), "special_discount": "12"}, login="lin")

    shop.firm.move("lin", "quote", quote, "submit")

    assert status(shop, quote) == "confirmed"


def test_sp4_changing_the_price_during_approval_restarts_it(shop: Shop) -> None:
    quote = shop.quote({"product": shop.product(), "special_discount": "20"})
    shop.firm.move("amy", "quote", quote, "submit")
    shop.firm.settle()
    approve(shop, quote, "lin")
    assert waits_for(shop, quote) == ["gao"]
    (line,) = shop.lines(quote)

    shop.firm.change("amy", "quote", quote, lines=[{"id": line["id"], "special_discount": "25"}])
    shop.firm.settle()
    assert (status(shop, quote), waits_for(shop, quote)) == ("in_approval", ["lin"])

    shop.firm.change("amy", "quote", quote, lines=[{"id": line["id"], "special_discount": "4"}])
    shop.firm.settle()
    assert (status(shop, quote), waits_for(shop, quote)) == ("confirmed", [])


# -- CT-1 --------------------------------------------------------------------------------------------------------------


def converted(shop: Shop, quote: str, login: str = "amy", **quantities: str) -> Any:
    body = {"fields": {"order": {"delivery_date": "2027-01-31"}}, "quantities": quantities}
    return shop.firm.ask(login, "POST", f"records/quote/{quote}/conversions/quote_to_order", body)


def test_ct1_one_action_makes_an_order_with_the_same_prices_and_discounts(shop: Shop) -> None:
    drill, saw = shop.product("100"), shop.product("33.33")
    shop.policy("buy_get", drill, buy=2, get=1)
    shop.policy("percentage", saw, percent="10")
    quote = shop.quote(
        {"product": drill, "quantity": "3"},
        {"product": saw, "quantity": "7", "special_discount": "3"},
        discount="1",
        discount_off="0.07",
    )
    shop.firm.move("amy", "quote", quote, "submit")

    answer = converted(shop, quote)

    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    order = shop.firm.found("amy", "sales_order", f'quote.id = "{quote}"', "id")[0]["id"]
    made, offered = shop.firm.read("amy", "sales_order", order), shop.read(quote)
    assert (made["total"], made["tax"]) == (offered["total"], offered["tax"])
    assert [line["amount"] for line in made["lines"]] == [line["net"] for line in offered["lines"]]
    assert [line["price"] for line in made["lines"]] == ["100.0000", "29.9970"]
    assert status(shop, quote) == "ordered"


def test_ct1_a_quote_becomes_a_contract_with_what_is_left_after_the_orders(shop: Shop) -> None:
    product = shop.product("33.33")
    shop.policy("buy_get", product, buy=2, get=1)
    quote = shop.quote({"product": product, "quantity": "9", "special_discount": "3"}, discount="1")
    shop.firm.move("amy", "quote", quote, "submit")
    (line,) = shop.lines(quote)
    assert converted(shop, quote, **{line["id"]: "3"}).status_code in (200, 201)

    body: dict[str, Any] = {"fields": {"contract": {"subject": "Frame"}}}
    answer = shop.firm.ask("amy", "POST", f"records/quote/{quote}/conversions/quote_to_contract", body)

    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    (contract,) = shop.firm.found("amy", "contract", f'quote.id = "{quote}"', "total,quantity")
    (order,) = shop.firm.found("amy", "sales_order", f'quote.id = "{quote}"', "total")
    assert Decimal(contract["quantity"]) == 6
    assert Decimal(contract["total"]) + Decimal(order["total"]) == Decimal(shop.read(quote)["total"])
    assert status(shop, quote) == "ordered"


def test_ct1_a_quote_is_ordered_in_parts_and_never_more_than_quoted(shop: Shop) -> None:
    quote = shop.quote({"product": shop.product("9.99"), "quantity": "10"}, discount_off="1")
    shop.firm.move("amy", "quote", quote, "submit")
    (line,) = shop.lines(quote)

    assert converted(shop, quote, **{line["id"]: "4"}).status_code in (200, 201)
    assert converted(shop, quote, **{line["id"]: "7"}).status_code == 422
    assert status(shop, quote) == "confirmed"
    last = converted(shop, quote, **{line["id"]: "6"})
    assert last.status_code in (200, 201), last.get_data(as_text=True)

    orders = shop.firm.found("amy", "sales_order", f'quote.id = "{quote}"', "total")
    assert sum(Decimal(order["total"]) for order in orders) == Decimal(shop.read(quote)["total"]) == Decimal("98.90")
    assert status(shop, quote) == "ordered"


def test_ct1_clicks_at_the_same_moment_take_each_part_once(shop: Shop) -> None:
    quote = shop.quote({"product": shop.product(), "quantity": "5"})
    shop.firm.move("amy", "quote", quote, "submit")
    (line,) = shop.lines(quote)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: converted(shop, quote, **{line["id"]: "2"}).status_code, range(6)))

    assert sum(code < 300 for code in answers) == 2, answers
    assert Decimal(shop.lines(quote)[0]["open_quantity"]) == 1


def test_ct1_a_new_version_takes_the_place_of_the_old_one(shop: Shop) -> None:
    quote = shop.quote({"product": shop.product(), "special_discount": "2"})
    shop.firm.move("amy", "quote", quote, "submit")

    answer = shop.firm.ask("amy", "POST", f"records/quote/{quote}/conversions/new_version", {})

    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    (fresh,) = shop.firm.found("amy", "quote", f'previous.id = "{quote}"', "id,revision,status,total")
    assert (fresh["revision"], fresh["status"], Decimal(fresh["total"])) == (2, "draft", 98)
    assert status(shop, quote) == "superseded"


# -- CT-3 --------------------------------------------------------------------------------------------------------------

prices = st.decimals("0.01", "9999", places=2)
lines = st.lists(st.tuples(prices, st.integers(1, 20), st.integers(0, 100)), min_size=1, max_size=5)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=lines, discount=st.integers(0, 90), taxed=st.booleans())
def test_ct3_discounts_on_line_and_document_add_up_to_the_cent(
    shop: Shop, lines: list[tuple[Decimal, int, int]], discount: int, taxed: bool
) -> None:
    given = [
        {"product": shop.product(str(price)), "quantity": str(count), "special_discount": str(off), "tax_rate": "13"}
        for price, count, off in lines
    ]
    answer = shop.firm.ask(
        "amy",
        "POST",
        "records/quote",
        {
            "company": shop.firm.ids["company"],
            "customer": shop.customer,
            "lines": given,
            "discount": str(discount),
            "tax_included": taxed,
        },
    )
    quote = shop.read(answer.get_json()["id"])

    cent = Decimal("0.01")
    assert Decimal(quote["discount_amount"]) == sum(Decimal(line["share"]) for line in quote["lines"])
    assert Decimal(quote["net"]) == sum(Decimal(line["net"]) for line in quote["lines"])
    assert Decimal(quote["tax"]) == sum(Decimal(line["tax"]) for line in quote["lines"])
    assert Decimal(quote["total"]) == Decimal(quote["net"]) + (0 if taxed else Decimal(quote["tax"]))
    for line in quote["lines"]:
        exact = Decimal(line["amount"]) * (100 - discount) / 100
        assert abs(Decimal(line["net"]) - exact) < 2 * cent


def test_ct3_a_special_discount_on_the_document_needs_approval_like_one_on_a_line(shop: Shop) -> None:
    quote = shop.quote({"product": shop.product("1000")}, discount_off="200")

    shop.firm.move("amy", "quote", quote, "submit")

    assert status(shop, quote) == "in_approval"
    assert Decimal(shop.read(quote)["beyond_policy"]) == 20
