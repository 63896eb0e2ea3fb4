"""SP-3: what is expected in other currencies counts in the company's, by the rate of its day."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import Client

from tests.acceptance.conftest import Firm
from tests.ui.visitor import Visitor

DEAL = {"name": "Abroad", "close_date": "2030-05-05"}


@pytest.fixture(scope="module")
def abroad(firm: Firm) -> Firm:
    system, records = firm.system, firm.engine.records
    for currency, since, rate in (("USD", "2026-01-01", "7"), ("USD", "2026-11-01", "7.2"), ("USD", "2031-01-01", "9")):
        firm.make("fei", "exchange_rate", currency=currency, since=since, rate=rate)
    method = records.create(system, "sales_method", {"code": "FX", "name": "Abroad", "active": True}).id
    stage = {"method": method, "code": "FX1", "name": "All", "order": 1, "probability": 50}
    firm.ids["fx"], firm.ids["fx1"] = method, records.create(system, "sales_stage", stage).id
    firm.ids["overseas"] = firm.make("amy", "customer", name="Overseas")
    return firm


def deal(firm: Firm, **values: Any) -> dict[str, Any]:
    given = {**DEAL, "customer": firm.ids["overseas"], "method": firm.ids["fx"], "stage": firm.ids["fx1"], **values}
    id = firm.make("amy", "opportunity", **given)
    return firm.read("amy", "opportunity", id)


def test_sp3_an_amount_in_another_currency_counts_by_the_rate_of_its_day(abroad: Firm) -> None:
    foreign = deal(abroad, currency="USD", amount="100")
    by_hand = deal(abroad, currency="USD", amount="100", exchange_rate="6.5")
    ours = deal(abroad, amount="80")

    assert (Decimal(foreign["exchange_rate"]), Decimal(foreign["base_amount"])) == (Decimal("7.2"), 720)
    assert (Decimal(by_hand["base_amount"]), Decimal(ours["base_amount"])) == (650, 80)
    where = quote('method.code = "FX"')
    answer = abroad.ask("amy", "GET", f"datasets/pipeline?values=deals,amount,weighted&where={where}").get_json()
    assert [Decimal(answer["total"]["values"][name]) for name in ("deals", "amount", "weighted")] == [3, 1450, 725]


def test_sp3_another_currency_takes_its_own_rate_or_none(abroad: Firm) -> None:
    made = deal(abroad, currency="USD", amount="100", name="Changes")

    abroad.change("amy", "opportunity", made["id"], currency="EUR")
    unknown = abroad.read("amy", "opportunity", made["id"])
    warned = abroad.change("amy", "opportunity", made["id"], amount="10")
    abroad.change("amy", "opportunity", made["id"], currency="USD")

    assert (unknown["exchange_rate"], unknown["base_amount"]) == (None, None)
    assert "No rate of this currency is known" in str(warned["warnings"])
    assert Decimal(abroad.read("amy", "opportunity", made["id"])["base_amount"]) == 72


def test_sp3_an_order_takes_the_rate_of_its_date(abroad: Firm) -> None:
    given = {"customer": abroad.ids["overseas"], "company": {"code": "HQ"}, "currency": "USD"}

    early = abroad.make("amy", "sales_order", order_date="2026-05-01", **given)
    late = abroad.make("amy", "sales_order", order_date="2026-11-20", **given)
    before = abroad.make("amy", "sales_order", order_date="2025-01-01", **given)

    rates = [Decimal(abroad.read("amy", "sales_order", id)["exchange_rate"]) for id in (early, late, before)]
    assert rates == [7, Decimal("7.2"), 1]


def test_sp3_a_form_takes_the_rate_while_it_is_filled_in_until_somebody_types_another(abroad: Firm) -> None:
    amy = Visitor(Client(abroad.app))
    amy.client.set_cookie("tessera-language", "en")
    amy.log_in("amy")
    blank = amy.get("/o/sales_order/new").form("/o/sales_order/new")

    def rate(**typed: str) -> str:
        page = amy.post("/o/sales_order/preview", {**blank, **typed}, HX_Request="true")
        (found,) = page.all("//input[@name='exchange_rate']/@value")
        return str(found)

    assert rate(currency="USD") == "7.2"
    assert rate(currency="USD", order_date="2026-03-01") == "7"
    assert rate(currency="USD", exchange_rate="6.9") == "6.9"
