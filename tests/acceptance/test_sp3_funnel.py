"""SP-3: the funnel shows state, conversion and trend by stage and method, and leads to the deals to work on next."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from tests.acceptance.conftest import Firm

STAGES = {"SP3A": ("Contact", 10), "SP3B": ("Need", 30), "SP3C": ("Offer", 60)}
# owner, stage, amount, what became of it
DEALS = [
    ("amy", "SP3A", 100, "open"),
    ("amy", "SP3B", 200, "open"),
    ("amy", "SP3C", 400, "won"),
    ("bob", "SP3A", 50, "lost"),
    ("bob", "SP3C", 800, "open"),
    ("sue", "SP3A", 7, "open"),
    ("sue", "SP3C", 9, "won"),
]
SEEN = {"amy": ("amy", "bob"), "lin": ("amy", "bob"), "sue": ("sue",)}
# the tenant is shared with other tests, which have deals of their own
OURS = quote('method.code = "SP3"')


@pytest.fixture(scope="module")
def team(firm: Firm) -> Firm:
    records, system = firm.engine.records, firm.system
    method = records.create(system, "sales_method", {"code": "SP3", "name": "By three steps", "standard": True}).id
    stages = {
        code: records.create(
            system,
            "sales_stage",
            {"method": method, "code": code, "name": name, "order": probability, "probability": probability},
        ).id
        for code, (name, probability) in STAGES.items()
    }
    for n, (owner, stage, amount, status) in enumerate(DEALS):
        given = {"name": f"Deal {n}", "method": method, "stage": stages[stage], "amount": amount}
        customer = firm.make(owner, "customer", name=f"Customer of deal {n}")
        id = firm.make(owner, "opportunity", **given, customer=customer, close_date=f"2021-{9 + n % 3:02}-10")
        if status == "won":
            firm.move(owner, "opportunity", id, "win", win_reason="product")
        elif status == "lost":
            firm.move(owner, "opportunity", id, "lose", loss_reason="price")
    return firm


def asked(team: Firm, login: str, path: str) -> dict[str, Any]:
    answer = team.ask(login, "GET", path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def deals_of(login: str) -> list[tuple[str, str, int, str]]:
    return [deal for deal in DEALS if deal[0] in SEEN[login]]


def figures(sheet: dict[str, Any], name: str) -> list[float]:
    return [float(line["values"][name]) for line in sheet["lines"] if line["values"][name] is not None]


def test_sp3_the_funnel_counts_what_reached_each_stage_of_what_one_sees(team: Firm) -> None:
    for login in SEEN:
        funnel = asked(team, login, f"charts/sales_funnel?where={OURS}")
        deals = deals_of(login)
        present = [stage for stage in STAGES if any(deal[1] == stage for deal in deals)]
        reached = [sum(deal[1] >= stage for deal in deals) for stage in present]

        assert [line["keys"][0]["title"] for line in funnel["lines"]] == [STAGES[stage][0] for stage in present], login
        assert figures(funnel, "reached") == reached
        rates = [round(now / before * 100, 6) for before, now in pairwise(reached)]
        assert figures(funnel, "conversion") == rates
        assert figures(funnel, "amount") == [sum(d[2] for d in deals if d[1] == stage) for stage in present]


def test_sp3_every_figure_leads_to_exactly_its_deals(team: Firm) -> None:
    for login in SEEN:
        for chart in ("sales_funnel", "open_funnel", "funnel_by_method", "methods_compared", "closes_by_month"):
            sheet = asked(team, login, f"charts/{chart}?period=&where={OURS}")
            for line in sheet["lines"]:
                listed = asked(
                    team, login, f"records/opportunity?count=exact&fields=amount&where={quote(line['where'])}"
                )
                total = sum(float(record["amount"]) for record in listed["records"])
                values = line["values"]
                assert values.get("deals", listed["count"]) == listed["count"], (login, chart)
                assert float(values.get("amount", total)) == total


def test_sp3_methods_are_compared_by_their_rate_of_winning(team: Firm) -> None:
    (line,) = asked(team, "lin", f"charts/methods_compared?where={OURS}")["lines"]

    assert (line["keys"][0]["title"], line["values"]["deals"]) == ("By three steps", 5)
    assert float(line["values"]["win_rate"]) == 50


def test_sp3_the_trend_is_told_month_by_month(team: Firm) -> None:
    trend = asked(team, "lin", f"datasets/pipeline?rows=close:month&values=deals,won,win_rate&where={OURS}")

    assert [(line["keys"][0]["value"], line["values"]["deals"]) for line in trend["lines"]] == [
        ("2021-09-01", 2),
        ("2021-10-01", 2),
        ("2021-11-01", 1),
    ]


def test_sp3_the_first_page_is_the_dashboard_and_its_figures_open_lists(team: Firm) -> None:
    assert "<h1>Sales dashboard</h1>" in team.page("amy", "/")
    page = team.page("amy", "/dashboards/sales")
    funnel = team.page("amy", "/charts/sales_funnel")

    links = [unescape(link) for link in re.findall(r'href="(/o/opportunity\?where=[^"]+)"', funnel)]
    listed = "".join(team.page("amy", link) for link in dict.fromkeys(links))

    assert "By three steps" in page
    assert "From the chart" in listed
    assert all(f"Deal {n}<" in listed for n, deal in enumerate(DEALS) if deal[0] in SEEN["amy"])
    assert not any(f"Deal {n}<" in page + listed for n, deal in enumerate(DEALS) if deal[0] not in SEEN["amy"])


def test_sp3_the_dashboard_lists_what_to_work_on_next(team: Firm) -> None:
    page = team.page("lin", "/dashboards/sales")
    tile = page.partition('aria-label="Opportunities to push"')[2].partition("</section>")[0]

    # those whose day has passed stand first
    late = {f"Deal {n}" for n, deal in enumerate(DEALS) if deal[0] in SEEN["lin"] and deal[3] == "open"}
    assert late <= set(re.findall(r">(Deal \d+)<", tile))
    assert "Deal 5<" not in page


def test_sp3_a_dashboard_is_narrowed_to_several_people_and_days_and_its_figures_keep_that(team: Firm) -> None:
    amy, bob = (team.users[login] for login in ("amy", "bob"))
    days = "period.from=2021-09-01&period.to=2021-10-31"
    page = team.page("lin", f"/dashboards/sales?f.owner={amy}&f.owner={bob}&{days}")
    chart = team.page("lin", f"/charts/sales_funnel?f.owner={amy}&{days}")

    assert "2021-09-01 – 2021-10-31" in page
    assert re.search(r'Owner</span><span class="ts-chip-v">Amy, Bob<', page)
    # each chosen person can be left out again, and links to charts keep both
    assert re.search(rf'href="/dashboards/sales\?period=2021-09-01\.\.2021-10-31&amp;f\.owner={bob}"', page)
    assert f'/charts/win_rate?period=2021-09-01..2021-10-31&amp;f.owner={amy}&amp;f.owner={bob}"' in page
    links = {unescape(link) for link in re.findall(r'href="(/o/opportunity\?where=[^"]+)"', chart)}
    listed = "".join(team.page("lin", link) for link in links)
    mine = {f"Deal {n}" for n, deal in enumerate(DEALS) if deal[0] == "amy" and n % 3 < 2}
    assert mine == set(re.findall(r">(Deal \d+)<", listed))


def test_sp3_conversion_follows_the_history_and_it_is_told_how_long_a_stage_takes(team: Firm) -> None:
    records, system = team.engine.records, team.system
    method = records.create(system, "sales_method", {"code": "SP3H", "name": "Slow", "standard": True}).id
    ids = [
        records.create(
            system,
            "sales_stage",
            {"method": method, "code": f"SP3H{n}", "name": f"Slow {n}", "order": n, "probability": 10},
        ).id
        for n in (1, 2, 3)
    ]
    customer = team.make("amy", "customer", name="Customer of slow deals")
    given = {"method": method, "stage": ids[0], "customer": customer, "close_date": "2021-09-09", "amount": 1}
    far, stays = (team.make("amy", "opportunity", name=f"Slow {n}", **given) for n in (1, 2))
    for days, stage in ((4, 1), (2, 2), (6, 0)):
        team.pass_time(days=days)
        team.change("amy", "opportunity", far, stage=ids[stage])

    where = quote('opportunity.method.code = "SP3H"')
    funnel = asked(team, "amy", f"charts/funnel_by_history?period=&where={where}")
    days = asked(team, "amy", f"charts/days_in_stage?period=&where={where}")

    # the one that went back to the first stage has been in all of them
    assert figures(funnel, "deals") == [2, 1, 1]
    assert figures(funnel, "conversion") == [50, 100]
    told = {
        line["keys"][0]["title"]: (float(line["values"]["days"] or 0), line["values"]["waiting"])
        for line in days["lines"]
    }
    assert told == {"Slow 1": (4, 2), "Slow 2": (2, 0), "Slow 3": (6, 0)}
    assert stays
