"""Nine people of a real company: each sees his own orders and those of all below him, the same set along every path.

What each should see is computed from the CSV files alone; nothing of the engine takes part in it.
"""

from __future__ import annotations

import csv
import io
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import Client

from engine.auth import NewUser, Visitor
from engine.kernel.clock import FrozenClock
from engine.kernel.context import SYSTEM, Context
from engine.records import Listing
from engine.settings import Limits, Settings
from engine.transfer import read_mapping
from engine.wiring import Engine, build_engine, web_app_of
from tests.conftest import DATABASES
from tests.support.office import Office

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "docs" / "examples" / "northwind"
DATA = ROOT.parent / "shared" / "data" / "northwind"
PASSWORD = "correct horse battery"
V1 = "/api/v1"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the Northwind files are not there: {DATA}")


def overlay() -> str:
    chain = ["record.salesperson.user = actor"]
    chain += [f"record.salesperson.{'superior.' * depth}user = actor" for depth in (1, 2)]
    role = f"""
---
role: northwind_rep
title: {{zh: 业务员, en: Representative}}
grants:
  sales_order: {{read: {{when: {" or ".join(chain)}}}, export: {{}}, print: {{}}}}
  receivable: {{read: {{}}, create: {{}}}}
  customer: {{read: {{}}}}
  employee: {{read: {{}}, fields: {{home_phone: hidden}}}}
  product: {{read: {{}}}}
---
dataset: northwind_orders
of: sales_order
title: {{zh: 订单, en: Orders}}
dimensions: {{salesperson: salesperson, customer: customer}}
measures: {{orders: {{count: true}}, customers: {{count_distinct: customer}}}}
---
chart: northwind_by_person
title: {{zh: 业务员订单, en: Orders by person}}
dataset: northwind_orders
kind: bar
rows: salesperson
values: [orders, customers]
"""
    return (MAPPINGS / "overlay.yaml").read_text(encoding="utf-8") + role


# -- what each should see, from the files ------------------------------------------------------------------------------


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def reach() -> dict[str, set[str]]:
    """Return for each employee's number the numbers of the orders of him and all below him."""
    above = {row["employee_id"]: row["reports_to"] for row in read("employees.csv")}
    found: dict[str, set[str]] = {number: set() for number in above}
    for row in read("orders.csv"):
        at = row["employee_id"]
        while at:
            found[at].add(row["order_id"])
            at = above[at]
    return found


def lines_of(orders: set[str]) -> int:
    return sum(row["order_id"] in orders for row in read("order_details.csv"))


def freight_of(orders: set[str]) -> Decimal:
    cent = Decimal("0.01")
    rows = [row for row in read("orders.csv") if row["order_id"] in orders]
    return sum((Decimal(row["freight"]).quantize(cent, ROUND_HALF_UP) for row in rows), Decimal(0))


# -- the house -------------------------------------------------------------------------------------------------------


@dataclass
class Company:
    engine: Engine
    app: Any
    tokens: dict[str, str]
    cookies: dict[str, str]

    def json(self, who: str, path: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = Client(self.app, use_cookies=False).get(f"{V1}/{path}", headers=headers)
        return {"status": answer.status_code, **(answer.get_json(silent=True) or {})}

    def all(self, who: str, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            told = self.json(who, path + "&limit=200" + (f"&after={after}" if after else ""))
            found += told["records"]
            after = told["next"]
        return found

    def page(self, who: str, path: str) -> str:
        headers = {"Cookie": f"tessera={self.cookies[who]}"}
        return Client(self.app, use_cookies=False).get(path, headers=headers).get_data(as_text=True)


@pytest.fixture(scope="module", params=DATABASES if os.environ.get("TESSERA_CAMPAIGN") else ["sqlite"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("northwind")
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{folder}/{{tenant}}.db", folder)
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url:
        yield from opened(url, folder)


def opened(url: str, folder: Path) -> Iterator[Company]:
    settings = Settings(
        home=folder,
        database=url,
        secret=b"0123456789abcdef" * 3,
        password_cost="cheap",
        synchronous="NORMAL",
        log_level="ERROR",
        language="en",
        limits=Limits(sessions=100),
    )
    engine = build_engine(settings)
    engine.tenancy.create("northwind", "Northwind")
    engine.tenancy.install("northwind", [ROOT / "packs" / "crm_standard"])
    engine.tenancy.set_overlay("northwind", overlay())
    system = Context("northwind", SYSTEM, "en")
    for path in sorted(MAPPINGS.glob("[0-9]-*.yaml")):
        mapping = read_mapping(path)
        file = DATA / mapping.sheet.file if mapping.sheet.file else MAPPINGS / "company.csv"
        assert engine.transfer.import_file(system, mapping, file).failed == 0
    made = Company(engine, web_app_of(engine), {}, {})
    for number in reach():
        login = f"rep{number}"
        user = engine.auth.accounts.create(
            "northwind", NewUser(login, login, PASSWORD, ("northwind_rep",), language="en")
        )
        employee = next(iter(engine.records.list(system, _numbered(number)).records))
        engine.records.update(system, "employee", employee.id, employee.version, {"user": user.id})
        made.tokens[number] = str(engine.auth.tokens.create("northwind", login, "test", ["read"], None))
        made.cookies[number] = str(engine.auth.log_in("northwind", login, PASSWORD, Visitor("192.0.2.1")))
    yield made
    engine.close()


def _numbered(number: str) -> Listing:
    return Listing("employee", f'number = "{number}"', fields=("number",))


def test_each_of_the_nine_sees_his_own_orders_and_those_below_him_along_every_path(company: Company) -> None:
    expected = reach()
    assert len(expected) == 9
    everything = {row["order_id"] for row in read("orders.csv")}
    assert expected["2"] == everything
    chance = random.Random(9)
    ids: dict[str, str] = {}
    for number, orders in sorted(expected.items(), key=lambda pair: -len(pair[1])):
        listed = company.all(number, "records/sales_order?fields=number")
        assert {row["number"] for row in listed} == orders, f"list of {number}"
        ids |= {row["number"]: row["id"] for row in listed}
        assert company.json(number, "records/sales_order?count=exact&limit=1")["count"] == len(orders)
        _sorted_and_filtered(company, number, orders)
        _single(company, number, orders, ids, chance)
        assert len(company.all(number, "records/sales_order_line?fields=id")) == lines_of(orders)
        _exported(company, number, orders)
        _searched(company, number, orders, ids, chance)
        _on_pages(company, number, orders, ids)
        _picked(company, number, orders, ids, chance)
        _charted(company, number, orders)
        _printed(company, number, orders, ids, chance)


def _sorted_and_filtered(company: Company, number: str, orders: set[str]) -> None:
    told = company.all(number, "records/sales_order?fields=number&sort=-freight")
    assert {row["number"] for row in told} == orders
    by_carrier = company.all(number, f"records/sales_order?fields=number&where={quote('freight >= 100')}")
    dear = {row["order_id"] for row in read("orders.csv") if Decimal(row["freight"]) >= Decimal("99.995")}
    assert {row["number"] for row in by_carrier} == orders & dear
    condition = quote('customer.number = "SAVEA"')
    behind = company.all(number, f"records/sales_order?fields=number&where={condition}")
    assert {row["number"] for row in behind} == orders & {
        row["order_id"] for row in read("orders.csv") if row["customer_id"] == "SAVEA"
    }


def _single(company: Company, number: str, orders: set[str], ids: dict[str, str], chance: random.Random) -> None:
    for one in chance.sample(sorted(orders), min(3, len(orders))):
        told = company.json(number, f"records/sales_order/{ids[one]}")
        assert told["number"] == one
        assert company.json(number, f"records/sales_order/{ids[one]}/history")["status"] == 200
    for one in chance.sample(sorted(set(ids) - orders), min(3, len(set(ids) - orders))):
        for more in ("", "/history"):
            assert company.json(number, f"records/sales_order/{ids[one]}{more}")["status"] == 404


def _exported(company: Company, number: str, orders: set[str]) -> None:
    text = company.page(number, "/o/sales_order/export?as=csv")
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert {row[0] for row in rows[1:]} == orders


def _searched(company: Company, number: str, orders: set[str], ids: dict[str, str], chance: random.Random) -> None:
    mine, others = sorted(orders), sorted(set(ids) - orders)
    for one in chance.sample(mine, 2) + (chance.sample(others, 2) if others else []):
        told = company.json(number, f"records/sales_order?q={one}&fields=number")["records"]
        assert {row["number"] for row in told} == ({one} if one in orders else set())
        assert (ids[one] in company.page(number, f"/search?q={one}")) == (one in orders)


def _on_pages(company: Company, number: str, orders: set[str], ids: dict[str, str]) -> None:
    names = {id: order for order, id in ids.items()}
    seen = set(re.findall(r"/o/sales_order/([0-9a-f-]{36})", company.page(number, "/o/sales_order")))
    assert seen
    assert {names.get(id, "") for id in seen} <= orders


def _picked(company: Company, number: str, orders: set[str], ids: dict[str, str], chance: random.Random) -> None:
    names = {id: order for order, id in ids.items()}
    offered = re.findall(r'data-id="([0-9a-f-]{36})"', company.page(number, "/o/receivable/lookup/sales_order"))
    assert offered
    assert {names.get(id, "") for id in offered} <= orders
    others = sorted(set(ids) - orders)
    for one in chance.sample(sorted(orders), 2) + (chance.sample(others, 2) if others else []):
        for path in (f"/o/receivable/lookup/sales_order?q={one}", f"/pick/sales_order?q={one}"):
            assert (ids[one] in company.page(number, path)) == (one in orders), path


def _charted(company: Company, number: str, orders: set[str]) -> None:
    chart = company.json(number, "charts/northwind_by_person")
    assert sum(line["values"]["orders"] for line in chart["lines"]) == len(orders)
    by = {row["employee_id"]: 0 for row in read("employees.csv")}
    for row in read("orders.csv"):
        by[row["employee_id"]] += row["order_id"] in orders
    told = sorted(line["values"]["orders"] for line in chart["lines"])
    assert told == sorted(count for count in by.values() if count)
    data = company.json(number, "datasets/northwind_orders?rows=customer&values=orders,customers")
    assert data["total"]["values"]["orders"] == len(orders)
    customers = {row["customer_id"] for row in read("orders.csv") if row["order_id"] in orders}
    assert data["total"]["values"]["customers"] == len(customers)
    assert f">{len(orders)}<" in company.page(number, "/charts/northwind_by_person").replace(",", "")


def _printed(company: Company, number: str, orders: set[str], ids: dict[str, str], chance: random.Random) -> None:
    others = sorted(set(ids) - orders)
    chosen = chance.sample(sorted(orders), 1) + (chance.sample(others, 1) if others else [])
    for one in chosen:
        told = company.json(number, f"records/sales_order/{ids[one]}/print")
        assert (told["status"] == 200) == (one in orders)
        if one not in orders:
            assert company.json(number, f"records/sales_order/{ids[one]}/print/sales_order_contract")["status"] == 404


def test_what_a_reader_may_add_up_is_what_he_sees(company: Company) -> None:
    for number, orders in reach().items():
        told = company.all(number, "records/sales_order?fields=number,freight")
        assert sum((Decimal(row["freight"]) for row in told), Decimal(0)) == freight_of(orders)


def test_a_customer_of_northwind_orders_anew_from_the_quote_to_the_last_receipt_and_commission(
    company: Company,
) -> None:
    firm = staffed(company)
    customer = firm.found("nancy", "customer", 'number = "ALFKI"', "id,currency,order_count,order_total")[0]
    contact = firm.found("nancy", "contact", f'customer = "{customer["id"]}"', "id")[0]["id"]
    syrup, spread = (firm.found("nancy", "product", f'number = "NW-{n}"', "id")[0]["id"] for n in (3, 6))
    own = firm.found("nancy", "company", 'code = "NW"', "id")[0]["id"]

    lines = [{"product": syrup, "quantity": "7"}, {"product": spread, "quantity": "3", "special_discount": "3"}]
    given = {"company": own, "customer": customer["id"], "contact": contact, "payment_term": "three_stage"}
    quote = firm.make("nancy", "quote", lines=lines, **given)
    firm.move("nancy", "quote", quote, "submit")
    assert firm.read("nancy", "quote", quote)["total"] == "142.75"  # 7 × 10.00 + 3 × 25.00 less 3 %
    order = converted(firm, "nancy", "quote", quote, "quote_to_order", order={"delivery_date": tomorrow(30)})
    (seller,) = firm.found("nancy", "employee", 'number = "1"', "id")
    firm.change("nancy", "sales_order", order, salesperson=seller["id"])
    firm.move("nancy", "sales_order", order, "submit")
    delivery = converted(firm, "lara", "sales_order", order, "order_to_delivery")
    firm.move("lara", "delivery", delivery, "dispatch")
    firm.move("lara", "delivery", delivery, "complete")
    plan = firm.found("fay", "receivable", f'sales_order = "{order}"', "id,step,amount")
    for row in sorted(plan, key=lambda row: row["step"]):
        receipt = converted(firm, "fay", "receivable", row["id"], "receivable_to_receipt")
        firm.move("fay", "receipt", receipt, "post")
    (mine,) = firm.found("nancy", "commission", f'sales_order = "{order}"', "id,total,accrued,currency")
    claim = firm.make("nancy", "commission_claim", currency="USD")
    firm.move("nancy", "commission_claim", claim, "fill")
    firm.move("nancy", "commission_claim", claim, "submit")
    for login in ("andrew", "fay"):
        assert firm[login].decide(claim).status_code == 200
    firm.move("fay", "commission_claim", claim, "pay", paid_on=tomorrow(0), method="transfer")

    assert sorted(row["amount"] for row in plan) == ["42.83", "99.92"]
    found = firm.read("nancy", "sales_order", order)
    assert (found["status"], found["currency"], found["received"], found["open_amount"]) == (
        "closed", "USD", "142.75", "0.00",
    )  # fmt: skip
    # 5 % of 70.00 and of 72.75, each rounded to the cent
    assert (mine["total"], mine["accrued"], mine["currency"]) == ("7.14", "7.14", "USD")
    assert firm.read("nancy", "commission", mine["id"])["status"] == "paid"
    after = firm.read("nancy", "customer", customer["id"])
    assert after["order_count"] == customer["order_count"] + 1
    assert Decimal(after["order_total"]) == Decimal(customer["order_total"]) + Decimal("142.75")


def staffed(company: Company) -> Office:
    """Give people of the company shipped roles and desks, terms and a commission: what the page on importing says."""
    firm = Office(company.engine, company.app, FrozenClock(datetime.now(UTC)), tenant="northwind")
    people = {"nancy": ("salesperson", "1"), "andrew": ("sales_manager", "2"), "lara": ("sales_assistant", "8")}
    roles = {"ada": (), "fay": ("finance",), **{login: (role,) for login, (role, _) in people.items()}}
    accounts, tokens = company.engine.auth.accounts, company.engine.auth.tokens
    for login, held in roles.items():
        user = NewUser(login, login.title(), PASSWORD, held, administrator=login == "ada", language="en")
        firm.users[login] = accounts.create("northwind", user).id
        firm.tokens[login] = str(tokens.create("northwind", login, "tests", ["read", "write"], None))
    sales = firm.make("ada", "department", code="SALES", name="Sales", company={"code": "NW"})
    for login, (_, number) in people.items():
        (employee,) = firm.found("ada", "employee", f'number = "{number}"', "id")
        firm.change("ada", "employee", employee["id"], user=firm.users[login], department=sales)
    firm.make("ada", "employee", name="Fay", user=firm.users["fay"], department=sales)
    parts = [
        {"name": "Advance", "percent": "30", "event": "effective", "days": 7},
        {"name": "Balance", "percent": "70", "event": "delivery", "days": 30},
    ]
    firm.make("fay", "payment_term", name="30/70", code="three_stage", lines=parts)
    rate = {"hit": "FIRST", "inputs": [{"is": "amount"}], "outputs": [{"name": "rate"}], "rules": [["-", "5"]]}
    split = [{"role": "salesperson", "percent": "100"}]
    model = {"name": "Five percent", "kind": "sales", "valid_from": "2020-01-01"}
    firm.make("fay", "commission_model", rate=rate, lines=split, **model)
    table = {
        "hit": "FIRST",
        "inputs": [{"is": "beyond_policy"}],
        "outputs": [{"name": "role"}],
        "rules": [["<= 5", '"salesperson"'], ["-", '"director"']],
    }
    limits = firm.make("ada", "quote_limit", name="Authority", table=table)
    (own,) = firm.found("ada", "company", 'code = "NW"', "id")
    firm.change("ada", "company", own["id"], quote_limit=limits)
    (customer,) = firm.found("ada", "customer", 'number = "ALFKI"', "id,version")
    handed = {"owner": firm.users["nancy"], "department": sales}
    answer = firm.ask("ada", "POST", f"records/customer/{customer['id']}/transfer", handed, customer["version"])
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return firm


def converted(firm: Office, login: str, object: str, id: str, name: str, **fields: Any) -> str:
    answer = firm.ask(login, "POST", f"records/{object}/{id}/conversions/{name}", {"fields": fields})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(next(iter((answer.json or {})["made"].values()))["id"])


def tomorrow(days: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=8, days=days)).date().isoformat()
