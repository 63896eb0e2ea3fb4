"""A real trading company comes in by the documented mapping files: whole, exact, once, and with every bad row named."""

from __future__ import annotations

import csv
import os
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from engine.kernel.clock import FrozenClock
from engine.storage import Reference
from engine.transfer import ImportReport, read_mapping
from tests.conftest import DATABASES
from tests.support.branch import TENANT, Branch, open_branch

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "docs" / "examples" / "northwind"
DATA = ROOT.parent / "shared" / "data" / "northwind"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the Northwind files are not there: {DATA}")


@pytest.fixture
def branch(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Branch]:
    opened = open_branch(tmp_path / "home", database_url, clock)
    opened.tenancy.set_overlay(TENANT, (MAPPINGS / "overlay.yaml").read_text(encoding="utf-8"))
    yield opened
    opened.shelf.close()


def test_northwind_comes_in_whole_and_exact_and_only_once(branch: Branch) -> None:
    expected = Oracle()

    reports = import_all(branch, DATA)

    assert {name: report.failed for name, report in reports.items()} == dict.fromkeys(reports, 0), reports
    counts = {name: branch.count(name) for name in ("customer", "contact", "employee", "product", "product_category")}
    assert counts == {"customer": 91, "contact": 91, "employee": 9, "product": 77, "product_category": 8}
    assert branch.count("sales_order") == 830
    assert branch.count("sales_order_line") == 2155
    assert superiors(branch) == expected.superiors
    assert totals(branch) == expected.orders
    assert line_amounts(branch) == expected.lines
    assert customer_totals(branch) == expected.customers
    before = snapshot(branch)

    again = import_all(branch, DATA)

    assert {name: (one.created, one.updated, one.failed) for name, one in again.items()} == dict.fromkeys(
        again, (0, 0, 0)
    )
    assert snapshot(branch) == before


# every day where a refused row could spoil the transaction of the others, in a campaign on both
@pytest.mark.parametrize(
    "database_url", DATABASES if os.environ.get("TESSERA_CAMPAIGN") else ["postgresql"], indirect=True
)
def test_of_fifty_spoiled_rows_exactly_these_are_reported(branch: Branch, tmp_path: Path) -> None:
    folder = tmp_path / "spoiled"
    shutil.copytree(DATA, folder)
    folder.chmod(0o755)
    spoiled = spoil(folder)
    assert sum(map(len, spoiled.values())) == 50

    reports = import_all(branch, folder)

    told = {(error.file or "orders.csv", error.row) for error in reports["7-orders"].errors}
    assert told == {
        (file, row) for file, rows in spoiled.items() if file in ("orders.csv", "order_details.csv") for row in rows
    }
    for name, file in (("5-customers", "customers.csv"), ("4-products", "products.csv")):
        assert {error.row for error in reports[name].errors} == set(spoiled[file]), name
    # whose customer did not come in cannot come in either
    assert {error.row for error in reports["6-contacts"].errors} == set(spoiled["customers.csv"])
    broken_orders = {order for file in ("orders.csv", "order_details.csv") for order in spoiled[file].values()}
    assert branch.count("sales_order") == 830 - len(broken_orders)
    assert branch.count("customer") == 91 - len(spoiled["customers.csv"])
    assert branch.count("product") == 77
    expected = Oracle()
    assert totals(branch) == {number: sums for number, sums in expected.orders.items() if number not in broken_orders}


# -- the import ------------------------------------------------------------------------------------------------------


def import_all(branch: Branch, folder: Path) -> dict[str, ImportReport]:
    reports = {}
    for path in sorted(MAPPINGS.glob("[0-9]-*.yaml")):
        mapping = read_mapping(path)
        file = folder / mapping.sheet.file if mapping.sheet.file else MAPPINGS / "company.csv"
        reports[path.stem] = branch.transfer.import_file(branch.system, mapping, file)
    return reports


# -- what the tenant holds -------------------------------------------------------------------------------------------

Sums = tuple[Decimal, Decimal, Decimal]


def superiors(branch: Branch) -> dict[str, str | None]:
    rows = branch.rows("employee", "name", "superior")
    return {row["name"]: row["superior"].title if row["superior"] else None for row in rows}


def totals(branch: Branch) -> dict[str, Sums]:
    rows = branch.rows("sales_order", "number", "lines_total", "net", "total")
    return {row["number"]: (row["lines_total"], row["net"], row["total"]) for row in rows}


def line_amounts(branch: Branch) -> dict[tuple[str, str], Decimal]:
    rows = branch.rows("sales_order_line", "sales_order", "product", "amount")
    return {(title(row["sales_order"]), title(row["product"])): row["amount"] for row in rows}


def customer_totals(branch: Branch) -> dict[str, tuple[int, Decimal, str | None]]:
    rows = branch.rows("customer", "number", "order_count", "order_total", "last_order_date")
    return {
        row["number"]: (
            row["order_count"],
            row["order_total"],
            str(row["last_order_date"]) if row["last_order_date"] else None,
        )
        for row in rows
    }


def snapshot(branch: Branch) -> dict[str, list[tuple[str, int]]]:
    names = (
        "company",
        "employee",
        "product_category",
        "product",
        "customer",
        "contact",
        "sales_order",
        "sales_order_line",
    )
    return {name: sorted((row["id"], row["version"]) for row in branch.rows(name, "id", "version")) for name in names}


def title(reference: Reference) -> str:
    assert reference.title is not None
    return reference.title


# -- the oracle: nothing of the engine, only the files ---------------------------------------------------------------


def read(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass
class Oracle:
    """Sums computed from the files alone.

    Unit prices are rounded to four places and discounts to whole hundredths of a per cent, half up: the files hold
    binary fractions (9.80000019 is 9.8, 0.150000006 is 15 %). A line's amount is rounded half up to the cent; an
    order's total is the sum of its lines and the freight.
    """

    orders: dict[str, Sums] = field(default_factory=dict)
    lines: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    customers: dict[str, tuple[int, Decimal, str | None]] = field(default_factory=dict)
    superiors: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        products = {row["product_id"]: row["product_name"] for row in read("products.csv")}
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in read("order_details.csv"):
            price = Decimal(row["unit_price"]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            discount = cents(Decimal(row["discount"]) * 100)
            amount = cents(price * int(row["quantity"]) * (100 - discount) / 100)
            self.lines[row["order_id"], products[row["product_id"]]] = amount
            sums[row["order_id"]] += amount
        by_customer: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
        for row in read("orders.csv"):
            net = sums[row["order_id"]]
            total = net + cents(Decimal(row["freight"]))
            self.orders[row["order_id"]] = (net, net, total)
            by_customer[row["customer_id"]].append((row["order_date"], total))
        for row in read("customers.csv"):
            orders = by_customer[row["customer_id"]]
            last = max((date for date, _ in orders), default=None)
            whole = sum((total for _, total in orders), Decimal("0.00"))
            self.customers[row["customer_id"]] = (len(orders), whole, last)
        names = {row["employee_id"]: f"{row['first_name']} {row['last_name']}" for row in read("employees.csv")}
        for row in read("employees.csv"):
            self.superiors[names[row["employee_id"]]] = names.get(row["reports_to"])


# -- spoiling --------------------------------------------------------------------------------------------------------


def spoil(folder: Path) -> dict[str, dict[int, str]]:
    """Spoil fifty rows of the files in many ways; return by file the rows (header is 1) and the order they break."""
    chance = random.Random(50)
    spoiled: dict[str, dict[int, str]] = {}
    ordered_customers = {row["customer_id"] for row in read("orders.csv")}
    # customers without orders and contacts' files depend on nothing else; products that are sold are left alone
    idle = [n for n, row in enumerate(read("customers.csv")) if row["customer_id"] not in ordered_customers]
    spoiled["customers.csv"] = _change(
        folder, "customers.csv", idle, [("country", "Nowhere"), ("company_name", "")], "customer_id"
    )
    spoiled["products.csv"] = _append(
        folder,
        "products.csv",
        [
            {
                "product_id": "78",
                "product_name": "",
                "category_id": "1",
                "supplier_id": "1",
                "unit_price": "5",
                "discontinued": "0",
            },
            {
                "product_id": "79",
                "product_name": "No category",
                "category_id": "99",
                "supplier_id": "1",
                "unit_price": "5",
                "discontinued": "0",
            },
            {
                "product_id": "80",
                "product_name": "No supplier",
                "category_id": "1",
                "supplier_id": "99",
                "unit_price": "5",
                "discontinued": "0",
            },
            {
                "product_id": "81",
                "product_name": "No number",
                "category_id": "1",
                "supplier_id": "1",
                "unit_price": "abc",
                "discontinued": "0",
            },
            {
                "product_id": "",
                "product_name": "No key",
                "category_id": "1",
                "supplier_id": "1",
                "unit_price": "5",
                "discontinued": "0",
            },
        ],
    )
    orders = chance.sample(range(830), 20)
    ways = [
        ("order_date", "1997-02-30"),
        ("customer_id", "XXXXX"),
        ("freight", "much"),
        ("employee_id", "77"),
        ("required_date", "1990-01-01"),
        ("shipped_date", "tomorrow"),
        ("order_date", ""),
        ("ship_via", "9"),
        ("freight", "-1"),
        ("customer_id", ""),
    ]
    spoiled["orders.csv"] = _change(folder, "orders.csv", orders, ways, "order_id")
    broken = set(spoiled["orders.csv"].values())
    details = read("order_details.csv")
    free = [n for n, row in enumerate(details) if row["order_id"] not in broken]
    line_ways = [
        ("quantity", "0"),
        ("product_id", "500"),
        ("unit_price", "free"),
        ("discount", "2"),
        ("quantity", "x"),
        ("product_id", ""),
    ]
    spoiled["order_details.csv"] = _change(folder, "order_details.csv", chance.sample(free, 23), line_ways, "order_id")
    return spoiled


def _change(folder: Path, name: str, places: list[int], ways: list[tuple[str, str]], key: str) -> dict[int, str]:
    rows = read(name, folder)
    told = {}
    for count, place in enumerate(sorted(places)):
        column, value = ways[count % len(ways)]
        rows[place][column] = value
        told[place + 2] = rows[place][key]
    _write(folder, name, rows)
    return told


def _append(folder: Path, name: str, extra: list[dict[str, str]]) -> dict[int, str]:
    rows = read(name, folder)
    first = len(rows) + 2
    _write(folder, name, [*rows, *extra])
    return {first + count: "" for count in range(len(extra))}


def _write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    path = folder / name
    path.chmod(0o644)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)
