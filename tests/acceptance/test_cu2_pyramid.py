"""CU-2: the value pyramid counts customers and revenue by level, and each storey opens the list of its customers."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

from tests.acceptance.conftest import Firm

LEVELS = {"A": 1, "B": 2, "C": 3}
OURS = quote('starts with(name, "Pyramid ")')


def asked(firm: Firm, login: str, path: str) -> dict[str, Any]:
    answer = firm.ask(login, "GET", path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_cu2_the_pyramid_counts_customers_and_revenue_by_level(firm: Firm) -> None:
    for level, count in LEVELS.items():
        for n in range(count):
            given = {"name": f"Pyramid {level}{n}", "level": level, "owner": firm.users["amy"]}
            firm.engine.records.create(firm.system, "customer", given)
    given = {"name": "Pyramid of the south", "level": "A", "owner": firm.users["sue"]}
    firm.engine.records.create(firm.system, "customer", given)
    customer = firm.found("amy", "customer", 'name = "Pyramid A0"', "id")[0]["id"]
    line = {"product": firm.ids["drill"], "quantity": "3", "price": "100", "tax_rate": "13"}
    order = firm.make(
        "amy",
        "sales_order",
        company=firm.ids["company"],
        customer=customer,
        delivery_date=firm.clock.now().date().isoformat(),
        lines=[line],
    )
    firm.move("amy", "sales_order", order, "submit")

    pyramid = asked(firm, "amy", f"charts/customer_pyramid?where={OURS}")
    storeys = {line["keys"][0]["value"]: line for line in pyramid["lines"]}

    assert {level: storey["values"]["customers"] for level, storey in storeys.items()} == LEVELS
    assert [float(storeys[level]["values"]["revenue"]) for level in LEVELS] == [300, 0, 0]
    assert float(storeys["A"]["values"]["share"]) == 100
    for level, storey in storeys.items():
        listed = asked(firm, "amy", f"records/customer?count=exact&fields=level&where={quote(storey['where'])}")
        assert (listed["count"], {one["level"] for one in listed["records"]}) == (LEVELS[level], {level})


def test_cu2_a_storey_of_the_pyramid_opens_its_customers(firm: Firm) -> None:
    page = firm.page("amy", "/charts/customer_pyramid")
    links = [unescape(link) for link in re.findall(r'href="(/o/customer\?[^"]+)"', page)]

    opened = firm.page("amy", next(link for link in links if "%22A%22" in link))

    assert page.count("<polygon") >= len(LEVELS)
    assert "Pyramid A0" in opened
    assert "Pyramid B0" not in opened
    assert "Pyramid of the south" not in opened
