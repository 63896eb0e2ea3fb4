"""PL-6: several roles, teams, territories, shares and delegations unite as whole grants, and hold on every path."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine.auth import NewUser
from tests.support.branch import TENANT
from tests.support.office import Office
from tests.ui.visitor import PASSWORD

OWNERS = {"Ibis": "amy", "Jackdaw": "bob", "Knot": "sue", "Linnet": "fei"}


@pytest.fixture(scope="module")
def customers(office: Office) -> dict[str, str]:
    """Give a customer to each of four people, and put people into a team and a territory; answer ids by name."""

    def person(login: str) -> str:
        (found,) = office["gao"].find("employee", f'user.login = "{login}"', fields="id")
        return str(found["id"])

    above = office.given("territory", code="N", name="North", members=[{"employee": person("zoe")}])
    below = office.given("territory", code="N1", name="Far north", parent=above)
    office.given("team", code="KEY", name="Key", members=[{"employee": person("ivy")}, {"employee": person("sue")}])
    account = {"bank_account": "6222000012345678", "territory": None}
    made = {
        name: office.given(
            "customer",
            name=name,
            owner=office.users[owner],
            **{**account, "territory": below if name == "Linnet" else None},
        )
        for name, owner in OWNERS.items()
    }
    office.settle()
    return made


def seen(office: Office, login: str) -> set[str]:
    return {one["name"] for one in office.found(login, "customer")} & OWNERS.keys()


def both(office: Office, login: str, *roles: str, like: str) -> None:
    """Let somebody who stands where another does hold several roles."""
    (post,) = office["gao"].find("employee", f'user.login = "{like}"', fields="department")
    user = office.engine.auth.accounts.create(TENANT, NewUser(login, login.title(), PASSWORD, roles, language="en"))
    office.users[login] = user.id
    office.tokens[login] = str(office.engine.auth.tokens.create(TENANT, login, "tests", ["read", "write"], None))
    office.given("employee", name=login.title(), user=user.id, department=post["department"]["id"])


def test_pl6_owner_department_levels_team_and_territory_each_bring_their_rows(
    office: Office, customers: dict[str, str]
) -> None:
    assert seen(office, "amy") == seen(office, "bob") == {"Ibis", "Jackdaw"}
    assert seen(office, "lin") == {"Ibis", "Jackdaw"}
    assert seen(office, "sue") == {"Knot"}
    assert seen(office, "zoe") == {"Linnet"}
    assert seen(office, "gao") == seen(office, "fei") == OWNERS.keys()


def test_pl6_reading_and_writing_are_granted_apart_and_shared_apart(office: Office, customers: dict[str, str]) -> None:
    knot = customers["Knot"]
    assert office.ask("amy", "GET", f"records/customer/{knot}").status_code == 404

    shared = office.ask("sue", "POST", f"records/customer/{knot}/shares", {"to": "user:amy", "level": "read"})
    assert shared.status_code == 201, shared.json
    assert office["amy"].read("customer", knot)["bank_account"] == "622****5678"
    assert office["amy"].change("customer", knot, short_name="K").status_code == 403
    more = office.ask("sue", "POST", f"records/customer/{knot}/shares", {"to": "user:amy", "level": "update"})
    assert office["amy"].change("customer", knot, short_name="K").status_code == 200
    assert office.ask("sue", "DELETE", f"access/shares/{(more.json or {})['id']}").status_code == 204
    assert office.ask("amy", "GET", f"records/customer/{knot}").status_code == 404


def test_pl6_several_roles_unite_as_whole_grants(office: Office, customers: dict[str, str]) -> None:
    both(office, "duo", "salesperson", "finance", like="amy")
    ibis, knot = (office["duo"].read("customer", customers[name]) for name in ("Ibis", "Knot"))

    # the accountant reads every account number, what the salesperson may not name the accountant may not either
    assert ibis["bank_account"] == knot["bank_account"] == "6222000012345678"
    assert office["amy"].read("customer", customers["Ibis"])["bank_account"] == "6222000012345678"
    assert office["amy"].read("customer", customers["Jackdaw"])["bank_account"] == "622****5678"
    assert office["duo"].change("customer", customers["Knot"], credit_limit="5").status_code == 200
    assert office["duo"].change("customer", customers["Knot"], name="Other").status_code == 422
    assert office["amy"].change("customer", customers["Ibis"], credit_limit="5").status_code == 422


def test_pl6_a_delegate_acts_with_what_is_lent_while_it_runs(office: Office, customers: dict[str, str]) -> None:
    begins = office.clock.now() - timedelta(hours=1)
    times = {"from": begins.isoformat(), "until": (begins + timedelta(days=1)).isoformat()}
    lent = {"delegate": "zoe", "objects": ["customer"], "actions": ["read"], **times}

    made = office.ask("bob", "POST", "access/delegations", lent)

    assert made.status_code == 201, made.json
    assert seen(office, "zoe") == {"Ibis", "Jackdaw", "Linnet"}
    jackdaw, ibis = (office["zoe"].read("customer", customers[name]) for name in ("Jackdaw", "Ibis"))
    assert (jackdaw["bank_account"], ibis["bank_account"]) == ("6222000012345678", "622****5678")
    assert office["zoe"].change("customer", customers["Jackdaw"], short_name="J").status_code == 403
    assert office.ask("bob", "DELETE", f"access/delegations/{(made.json or {})['id']}").status_code == 204
    assert seen(office, "zoe") == {"Linnet"}


def test_pl6_actions_menus_imports_and_privileges_are_granted_by_name(
    office: Office, customers: dict[str, str]
) -> None:
    saw = office["pia"].make("product", name="Saw", category={"code": "T"}, list_price="5")["id"]
    assert office["amy"].do("product", saw, "launch").status_code == 403
    assert office["pia"].do("product", saw, "launch").status_code == 200
    menus = {login: set(re.findall(r'href="/o/(\w+)', office.page(login, "/menu"))) for login in ("amy", "fei", "pia")}
    assert ("care" in menus["amy"], "care" in menus["fei"]) == (True, False)
    assert ("commission_trial" in menus["amy"], "commission_trial" in menus["fei"]) == (False, True)
    assert "customer" in menus["amy"] & menus["fei"]
    taken = {login: 'value="customer"' in office.page(login, "/import") for login in ("amy", "fei")}
    assert taken == {"amy": True, "fei": False}
    holding = 'may(actor, "see_margin")'
    assert office["fei"].find("product", holding)
    assert office["amy"].find("product", holding) == []
    assert office["amy"].find("product")


def test_pl6_what_hangs_on_a_record_is_seen_with_it(office: Office, customers: dict[str, str]) -> None:
    """Related lists, figures, histories and papers answer to each what he sees, and nothing else."""
    amy, sue = office["amy"], office["sue"]
    contact = amy.make("contact", name="Wren", mobile="13800000001", customer=customers["Ibis"])["id"]
    line = {"product": office.ids["drill"], "quantity": 1}
    order = amy.make("sales_order", customer=customers["Ibis"], lines=[line])["id"]
    related = {login: office.page(login, f"/o/customer/{customers['Ibis']}") for login in ("amy", "bob")}
    figures = {
        login: (office.ask(login, "GET", "charts/customers_by_industry").json or {})["total"]["values"]["customers"]
        for login in ("amy", "sue", "gao")
    }

    assert "Wren" in related["amy"]
    assert "Wren" in related["bob"]
    assert sue.find("contact", 'name = "Wren"') == []
    assert figures == {"amy": 2, "sue": 1, "gao": 4}
    for path in (
        f"contact/{contact}",
        f"contact/{contact}/history",
        f"sales_order/{order}",
        f"sales_order/{order}/print",
    ):
        answers = {login: office.ask(login, "GET", f"records/{path}").status_code for login in ("amy", "sue")}
        assert answers == {"amy": 200, "sue": 404}, path
    paper = f"records/sales_order/{order}/print/sales_order_contract"
    assert [office.ask(login, "GET", paper).status_code for login in ("amy", "bob", "sue")] == [200, 403, 404]
