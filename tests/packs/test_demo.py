"""Each pack's demo data load whole, by the same checks as everything else, and look like a company at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.kernel.clock import FrozenClock
from engine.transfer import acts_of, load_rows, users_of
from tests.support.branch import PACK, Branch, open_branch


@pytest.fixture
def branch(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> Branch:
    Path(sqlite_url.removeprefix("sqlite:///")).parent.mkdir()
    opened = open_branch(tmp_path / "home", sqlite_url, clock)
    for user in users_of(PACK / "demo"):
        opened.add_person(user.login, *user.roles, administrator=user.administrator)
    return opened


def test_the_demo_company_is_there_and_busy(branch: Branch) -> None:
    load_rows(branch.records, branch.system, PACK / "demo")

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
    assert branch.count("receivable", "open > 0 and due_date < today()") > 3
    assert branch.count("customer", "department = null or owner = null") == 0
    assert branch.count("customer", "order_total > 100000") > 5
    assert all(row["head"] is not None for row in branch.rows("department", "head"))


def test_the_demo_is_the_same_every_time(branch: Branch, tmp_path: Path, clock: FrozenClock) -> None:
    load_rows(branch.records, branch.system, PACK / "demo")
    other = open_branch(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}", clock)
    for user in users_of(PACK / "demo"):
        other.add_person(user.login, *user.roles)

    load_rows(other.records, other.system, PACK / "demo")

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
