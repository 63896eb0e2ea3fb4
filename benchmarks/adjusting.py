"""What rules that are records cost: a document of 50 lines priced by ten, a thousand and ten thousand policies.

``python -m benchmarks.adjusting [--only sqlite|postgresql] [--json]`` installs the standard pack, loads policies of
every scope and prints, for each number of them, the median processor milliseconds of a preview, what the policies add
to one without any, and what the first document pays until they are read. It measures and judges nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from secrets import token_hex
from typing import Any

from engine.kernel.context import SYSTEM, Context
from engine.kernel.names import new_record_id
from engine.settings import Settings
from engine.storage import insert_rows, raise_access_version
from engine.wiring import Engine, build_engine

PACK = Path(__file__).parents[1] / "packs" / "crm_standard"
TENANT, BORN = "adjusting", datetime(2026, 1, 1, tzinfo=UTC)
NUMBERS, LINES, PRODUCTS, CUSTOMERS, ROUNDS = (0, 10, 1_000, 10_000), 50, 500, 300, 15
REGIONS = ("310000", "320000", "330000", "440000", "510000")


@dataclass(frozen=True)
class Line:
    """One number of policies on one database."""

    database: str
    policies: int
    met: int
    first_ms: float
    preview_ms: float
    added_ms: float
    ratio: float


@dataclass(frozen=True)
class World:
    """A tenant with things to sell, and the document that is priced."""

    engine: Engine
    ctx: Context
    categories: list[str]
    products: list[str]
    customers: list[str]
    document: dict[str, Any]


def main() -> None:
    """Load, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="tessera-adjusting-") as folder:
        for database in ("sqlite", "postgresql"):
            if options.only in (None, database):
                with _place(database) as address:
                    lines += _measured(database, Path(folder) / database, address)
    if options.json:
        json.dump([asdict(line) for line in lines], sys.stdout, indent=2)
        return
    print("database    policies   met  first ms  preview ms  added ms  ratio")
    for line in lines:
        print(
            f"{line.database:<11} {line.policies:>8} {line.met:>5} {line.first_ms:>9.1f} {line.preview_ms:>11.1f}"
            f" {line.added_ms:>9.1f} {line.ratio:>6.2f}"
        )


@contextmanager
def _place(database: str) -> Iterator[str]:
    if database == "sqlite":
        yield "sqlite:///{home}/tenants/{tenant}.db"
        return
    from tests.support.postgres import start_postgres

    server = start_postgres()
    try:
        with server.fresh_database() as address:
            yield address
    finally:
        server.stop()


def _measured(database: str, home: Path, address: str) -> Iterator[Line]:
    settings = Settings(home=home, database=address, secret=token_hex(24).encode(), password_cost="cheap")  # noqa: S106 - a cost, not a password
    engine = build_engine(settings)
    try:
        engine.tenancy.create(TENANT, "Adjusting")
        engine.tenancy.install(TENANT, [PACK])
        world = _world(engine)
        loaded, without = 0, 0.0
        for number in NUMBERS:
            _load(world, loaded, number)
            loaded = number
            first, _ = _timed(lambda: _preview(world))
            times = [_timed(lambda: _preview(world)) for _ in range(ROUNDS)]
            taken = statistics.median(time for time, _ in times)
            without = without or taken
            yield Line(database, number, times[0][1], first, taken, taken - without, taken / without)
    finally:
        engine.close()


def _timed(act: Callable[[], int]) -> tuple[float, int]:
    begun = time.process_time()
    result = act()
    return (time.process_time() - begun) * 1000, result


def _preview(world: World) -> int:
    """Price the document; return how many policies its lines met."""
    found = world.engine.records.preview(world.ctx, "quote", world.document).values["lines"]
    return sum(len(line["applied"] or ()) for line in found)


def _world(engine: Engine) -> World:
    ctx = Context(TENANT, SYSTEM)
    make = engine.records.create
    company = make(ctx, "company", {"code": "BENCH", "name": "Bench"}).id
    above = [make(ctx, "product_category", {"code": f"A{n}", "name": f"Area {n}"}).id for n in range(5)]
    categories = [
        make(ctx, "product_category", {"code": f"K{n}", "name": f"Kind {n}", "parent": above[n % 5]}).id
        for n in range(25)
    ]
    with engine.records.unit(ctx):
        products = [
            make(ctx, "product", {"name": f"P{n}", "category": categories[n % 25], "list_price": str(10 + n)}).id
            for n in range(PRODUCTS)
        ]
        customers = [
            make(ctx, "customer", {"name": f"C{n}", "level": "ABC"[n % 3], "region": REGIONS[n % 5]}).id
            for n in range(CUSTOMERS)
        ]
    for id in products:
        engine.workflow.perform(ctx, "product", id, 1, "launch", {})
    chosen = random.Random(1)
    lines = [{"product": chosen.choice(products), "quantity": str(chosen.randint(1, 200))} for _ in range(LINES)]
    document = {"company": company, "customer": customers[0], "lines": lines}
    return World(engine, ctx, categories, products, customers, document)


def _load(world: World, start: int, stop: int) -> None:
    chosen = random.Random(2)
    database, catalog = world.engine.shelf.current(TENANT)
    fields = catalog.model.objects["discount_policy"].fields
    empty = {name: None for name, field in fields.items() if field.stored}
    rows = [{**empty, **_policy(world, number, chosen)} for number in range(start, stop)]
    with database.writing() as session:
        for begun in range(0, len(rows), 2_000):
            insert_rows(session, catalog, "discount_policy", rows[begun : begun + 2_000])
        raise_access_version(session)


def _policy(world: World, number: int, chosen: random.Random) -> dict[str, Any]:
    """Return a policy: most for some products, others for categories, customers, levels, regions or conditions."""
    told: dict[str, Any] = {
        "id": new_record_id(),
        "code": f"D{number}",
        "name": f"Policy {number}",
        "active": True,
        "effect": "percentage",
        "percent": Decimal(chosen.randint(1, 30)),
        "priority": chosen.randint(1, 999),
        "valid_from": date(2026, 1, 1),
    }
    scope = number % 10
    if scope < 5:
        told["products"] = chosen.sample(world.products, 3)
    elif scope < 7:
        told["customers"] = chosen.sample(world.customers, 5)
        told["categories"] = [chosen.choice(world.categories)]
    elif scope < 9:
        told["categories"], told["levels"] = [chosen.choice(world.categories)], [chosen.choice("ABC")]
        told["regions"] = [chosen.choice(REGIONS)]
    else:
        told["products"] = [chosen.choice(world.products)]
        told["condition"] = f'quantity >= {chosen.randint(1, 150)} and customer.level = "{chosen.choice("ABC")}"'
    stamps = {"version": 1, "created_at": BORN, "created_by": "system", "updated_at": BORN, "updated_by": "system"}
    return {**told, **stamps}


if __name__ == "__main__":
    main()
