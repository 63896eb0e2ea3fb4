"""Each pack's demo data load whole, by the same checks as everything else, and look like a company at work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.kernel.clock import FrozenClock
from engine.transfer import acts_of, load_rows, users_of
from tests.support.branch import PACK, Branch, open_branch


def company(folder: Path) -> Branch:
    """Load the demo into a tenant of its own."""
    clock = FrozenClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    opened = open_branch(folder / "home", f"sqlite:///{folder / 'demo.db'}", clock)
    for user in users_of(PACK / "demo"):
        opened.add_person(user.login, *user.roles, administrator=user.administrator)
    load_rows(opened.records, opened.system, PACK / "demo")
    return opened


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    """The demo company, which tests only look at."""
    opened = company(tmp_path_factory.mktemp("demo"))
    yield opened
    opened.shelf.close()


def test_the_demo_company_is_there_and_busy(branch: Branch) -> None:
    counts = {name: branch.count(name) for name in ("company", "department", "employee", "customer", "product")}
    assert counts == {"company": 3, "department": 7, "employee": 12, "customer": 60, "product": 44}
    assert branch.count("sales_order") == 150
    assert branch.count("sales_order_line") > 400
    newest = branch.rows("sales_order", "order_date", sort=("-order_date",))[0]
    assert (branch.clock.now().date() - newest["order_date"]).days < 10
    for state in ("draft", "effective", "shipped", "closed", "cancelled"):
        assert branch.count("sales_order", f'status = "{state}"') > 0, state
    took_effect = 'status in ("effective", "shipped", "closed")'
    assert branch.count("sales_order", f"{took_effect} and receivable_total != total") == 0
    assert branch.count("sales_order", 'status = "closed" and not(payment_status = "paid")') == 0
    assert branch.count("sales_order", 'status in ("shipped", "closed") and delivery_status != "delivered"') == 0
    assert branch.count("commission", "accrued > total") == 0
    assert branch.count("receivable", "english_title = null") == 0
    assert branch.count("commission_claim") == 4
    assert branch.count("receivable", "open > 0 and due_date < today()") > 3
    assert branch.count("customer", "department = null or owner = null") == 0
    assert branch.count("customer", "order_total > 100000") > 5
    # two years of a funnel: what went through it, how long it took, what stands still, and who won instead
    assert branch.count("opportunity_stage_line", "days > 0") > 200
    # the histories are whole: no rule found anything to add to them
    for name in ("opportunity_stage_line", "customer_stage_history_line"):
        written = (PACK / "demo" / f"{name}.csv").read_text(encoding="utf-8").count("\n") - 1
        assert branch.count(name) == written, name
    assert branch.count("care", 'status = "planned"') > 5
    assert branch.count("opportunity", 'status = "open" and count(lines) = 0') == 0
    assert branch.count("opportunity", 'status = "open" and stalls_on < today()') > 3
    assert branch.count("opportunity", 'status = "open" and stalls_on >= today()') > 20
    assert branch.count("opportunity", "lost_to != null") > 5
    assert all(row["head"] is not None for row in branch.rows("department", "head"))


def test_the_demo_is_the_same_every_time(branch: Branch, tmp_path: Path) -> None:
    other = company(tmp_path)

    for name, fields in (("customer", ("number", "name", "order_total")), ("sales_order", ("number", "total"))):
        assert branch.rows(name, *fields, sort=("number",)) == other.rows(name, *fields, sort=("number",))


def test_every_user_of_the_demo_holds_a_role_that_the_pack_has(branch: Branch) -> None:
    roles = set(branch.records.model(branch.system).roles)

    held = {role for user in users_of(PACK / "demo") for role in user.roles}

    assert held == roles


def test_what_people_of_the_demo_do_is_theirs_to_do() -> None:
    users = {user.login for user in users_of(PACK / "demo")}

    assert acts_of(PACK / "demo")
    assert {act.login for act in acts_of(PACK / "demo")} <= users
