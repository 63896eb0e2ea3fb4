"""SP-3: the funnel shows state, conversion and trend by stage and method, and leads to the deals to work on next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import Client

from engine.auth import NewUser, Visitor
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.settings import Limits, Settings
from engine.wiring import Engine, build_engine, web_app_of
from tests.support.branch import TENANT, open_branch

PASSWORD = "correct horse battery"
PEOPLE = {
    "rep": ("salesperson", "EAST"),
    "mate": ("salesperson", "EAST"),
    "manager": ("sales_manager", "EAST"),
    "south": ("salesperson", "SOUTH"),
}
STAGES = {"S1": ("Contact", 10), "S2": ("Need", 30), "S3": ("Offer", 60)}
# owner, stage, amount, what became of it
DEALS = [
    ("rep", "S1", 100, "open"),
    ("rep", "S2", 200, "open"),
    ("rep", "S3", 400, "won"),
    ("mate", "S1", 50, "lost"),
    ("mate", "S3", 800, "open"),
    ("south", "S1", 7, "open"),
    ("south", "S3", 9, "won"),
]
SEEN = {"rep": ("rep", "mate"), "manager": ("rep", "mate"), "south": ("south",)}


@dataclass
class Team:
    engine: Engine
    app: Any
    clock: FrozenClock
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def log_in(self, login: str) -> None:
        self.cookies[login] = str(self.engine.auth.log_in(TENANT, login, PASSWORD, Visitor("192.0.2.1")))

    def ask(self, login: str, path: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        answer = Client(self.app, use_cookies=False).get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    def page(self, login: str, path: str) -> str:
        headers = {"Cookie": f"tessera={self.cookies[login]}"}
        answer = Client(self.app, use_cookies=False).get(path, headers=headers, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    home = tmp_path_factory.mktemp("team")
    clock = FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    (home / "database").mkdir()
    open_branch(home, f"sqlite:///{home / 'database' / 'acme.db'}", clock).shelf.close()
    settings = Settings(
        home=home,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        synchronous="NORMAL",
        log_level="ERROR",
        language="en",
        limits=Limits(sessions=100),
    )
    engine = build_engine(settings, clock)
    made = Team(engine, web_app_of(engine), clock)
    _fill(made, Context(TENANT, SYSTEM, "en", clock=clock))
    yield made
    engine.close()


def _fill(team: Team, system: Context) -> None:
    engine, records = team.engine, team.engine.records

    def make(object: str, **values: Any) -> str:
        return records.create(system, object, values).id

    make("company", code="HQ", name="Holding")
    for code in ("EAST", "SOUTH"):
        make("department", code=code, name=code.title(), company={"code": "HQ"})
    users = {}
    for login, (role, department) in PEOPLE.items():
        users[login] = engine.auth.accounts.create(
            TENANT, NewUser(login, login.title(), PASSWORD, (role,), language="en")
        ).id
        make("employee", name=login.title(), user=users[login], department={"code": department})
        team.tokens[login] = str(engine.auth.tokens.create(TENANT, login, "test", ["read"], None))
        team.log_in(login)
    method = make("sales_method", code="STD", name="Standard", standard=True)
    stages = {
        code: make("sales_stage", method=method, code=code, name=name, order=probability, probability=probability)
        for code, (name, probability) in STAGES.items()
    }
    for n, (owner, stage, amount, status) in enumerate(DEALS):
        given = {"name": f"Deal {n}", "method": method, "stage": stages[stage], "amount": amount}
        given |= {"customer": make("customer", name=f"Customer {n}", owner=users[owner]), "owner": users[owner]}
        id = make("opportunity", **given, close_date=f"2026-{9 + n % 3:02}-10")
        if status == "won":
            records.move(system, "opportunity", id, 1, "win", {"win_reason": "product"})
        elif status == "lost":
            records.move(system, "opportunity", id, 1, "lose", {"loss_reason": "price"})


def _deals(login: str) -> list[tuple[str, str, int, str]]:
    return [deal for deal in DEALS if deal[0] in SEEN[login]]


def _to_push(page: str) -> set[str]:
    tile = page.partition('aria-label="Opportunities to push"')[2].partition("</section>")[0]
    return set(re.findall(r">(Deal \d+)<", tile))


def _figures(sheet: dict[str, Any], name: str) -> list[float]:
    return [float(line["values"][name]) for line in sheet["lines"] if line["values"][name] is not None]


def test_sp3_the_funnel_counts_what_reached_each_stage_of_what_one_sees(team: Team) -> None:
    for login in SEEN:
        funnel = team.ask(login, "charts/sales_funnel")
        deals = _deals(login)
        present = [stage for stage in STAGES if any(deal[1] == stage for deal in deals)]
        reached = [sum(deal[1] >= stage for deal in deals) for stage in present]

        assert [line["keys"][0]["title"] for line in funnel["lines"]] == [STAGES[stage][0] for stage in present], login
        assert _figures(funnel, "reached") == reached
        rates = [round(now / before * 100, 6) for before, now in pairwise(reached)]
        assert _figures(funnel, "conversion") == rates
        assert _figures(funnel, "amount") == [sum(d[2] for d in deals if d[1] == stage) for stage in present]


def test_sp3_every_figure_leads_to_exactly_its_deals(team: Team) -> None:
    for login in SEEN:
        for chart in ("sales_funnel", "open_funnel", "funnel_by_method", "methods_compared", "closes_by_month"):
            sheet = team.ask(login, f"charts/{chart}?period=")
            for line in sheet["lines"]:
                listed = team.ask(login, f"records/opportunity?count=exact&fields=amount&where={quote(line['where'])}")
                total = sum(float(record["amount"]) for record in listed["records"])
                values = line["values"]
                assert values.get("deals", listed["count"]) == listed["count"], (login, chart)
                assert float(values.get("amount", total)) == total


def test_sp3_methods_are_compared_by_their_rate_of_winning(team: Team) -> None:
    (line,) = team.ask("manager", "charts/methods_compared")["lines"]

    assert (line["keys"][0]["title"], line["values"]["deals"]) == ("Standard", 5)
    assert float(line["values"]["win_rate"]) == 50


def test_sp3_the_trend_is_told_month_by_month(team: Team) -> None:
    trend = team.ask("manager", "datasets/pipeline?rows=close:month&values=deals,won,win_rate")

    assert [(line["keys"][0]["value"], line["values"]["deals"]) for line in trend["lines"]] == [
        ("2026-09-01", 2),
        ("2026-10-01", 2),
        ("2026-11-01", 1),
    ]


def test_sp3_the_first_page_is_the_dashboard_with_links_to_the_records(team: Team) -> None:
    page = team.page("rep", "/")

    assert "Sales dashboard" in page
    assert "Contact" in page
    funnel = team.page("rep", "/charts/sales_funnel")
    links = re.findall(r'href="(/o/opportunity\?[^"]+)"', funnel)
    listed = team.page("rep", unescape(links[0]))
    assert "From the chart" in listed
    assert "Deal 0" in listed
    assert "Deal 5" not in page + funnel + listed


def test_sp3_the_dashboard_lists_what_to_work_on_next(team: Team) -> None:
    before = _to_push(team.page("rep", "/dashboards/sales"))

    team.clock.advance(timedelta(days=20))
    team.log_in("rep")
    after = _to_push(team.page("rep", "/dashboards/sales"))

    assert before == set()
    assert after == {f"Deal {n}" for n, deal in enumerate(DEALS) if deal[0] in SEEN["rep"] and deal[3] == "open"}
