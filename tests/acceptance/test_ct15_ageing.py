"""CT-15: the ageing list tells what each customer owes by days overdue, and each figure opens its receivables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.acceptance.conftest import Firm
from tests.acceptance.trading import Trade, open_trade

# amount -> days overdue, and the column where it stands
DUE = {"100": (-10, "not_due"), "200": (1, "d30"), "300": (30, "d30"), "400": (31, "d60"), "500": (75, "d90")}
DUE |= {"600": (200, "older")}
COLUMNS = ("not_due", "d30", "d60", "d90", "older")


@pytest.fixture(scope="module")
def ours(firm: Firm) -> str:
    """Return the condition of receivables of our own, due on days of our choice."""
    trade: Trade = open_trade(firm)
    today = firm.clock.now().date()
    orders = []
    for amount, (days, _) in DUE.items():
        order = trade.effective(("drill", int(amount) // 100, "100"))
        (plan,) = trade.rows("receivable", order, "amount")
        firm.change("fei", "receivable", plan["id"], due_date=(today - timedelta(days=days)).isoformat())
        orders.append(order)
    return "sales_order in (" + ", ".join(f'"{order}"' for order in orders) + ")"


def asked(firm: Firm, login: str, path: str) -> dict[str, Any]:
    answer = firm.ask(login, "GET", path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_ct15_what_is_owed_stands_in_the_column_of_its_days_overdue(firm: Firm, ours: str) -> None:
    (line,) = asked(firm, "fei", f"charts/receivable_ageing?where={quote(ours)}")["lines"]

    owed = {column: sum(int(amount) for amount, (_, own) in DUE.items() if own == column) for column in COLUMNS}
    assert {column: float(line["values"][column]) for column in COLUMNS} == owed
    assert float(line["values"]["open"]) == sum(owed.values())
    assert round(float(line["values"]["late"]), 2) == 95.24


def test_ct15_a_line_of_the_list_opens_its_receivables(firm: Firm, ours: str) -> None:
    (line,) = asked(firm, "fei", f"charts/receivable_ageing?where={quote(ours)}")["lines"]

    listed = asked(firm, "fei", f"records/receivable?fields=base_open&count=exact&where={quote(line['where'])}")

    assert listed["count"] == len(DUE)
    assert sum(float(one["base_open"]) for one in listed["records"]) == float(line["values"]["open"])


def test_ct15_what_was_received_is_owed_no_more_and_others_see_their_own(firm: Firm, ours: str) -> None:
    trade = open_trade(firm)
    last = firm.found("fei", "receivable", f"amount = 600 and {ours}", "id")[0]
    trade.receive(600, lines=[{"receivable": last["id"], "amount": "600"}])

    (line,) = asked(firm, "fei", f"charts/receivable_ageing?where={quote(ours)}")["lines"]

    assert float(line["values"]["older"]) == 0
    assert asked(firm, "sue", f"charts/receivable_ageing?where={quote(ours)}")["lines"] == []
    assert "Receivables by age" in firm.page("fei", "/dashboards/receivables")
