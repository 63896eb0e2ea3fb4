"""What a pack brings and calculates is there at once, for the records that were there before too."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import TesseraError
from engine.records import Listing
from engine.settings import Settings
from engine.wiring import Engine, build_engine
from tests.tenancy.conftest import WritePack

ORDER = """
object: order
title: {zh: 订单, en: Order}
display: name
fields:
  name: {type: text, title: {zh: 名称, en: Name}, unique: true}
  rate: {type: decimal, title: {zh: 税率, en: Rate}}
  lines: {type: lines, of: line, title: {zh: 明细, en: Lines}}
  net: {type: money, title: {zh: 金额, en: Net}, rollup: {sum: amount, of: line, by: order}}
---
object: line
title: {zh: 明细, en: Line}
display: name
parent: order
fields:
  name: {type: text, title: {zh: 名称, en: Name}}
  order: {type: reference, to: order, required: true, title: {zh: 订单, en: Order}}
  price: {type: money, title: {zh: 价格, en: Price}}
  amount: {type: money, title: {zh: 金额, en: Amount}, as: price * 2}
"""
OVERLAY = """
change: object order
insert:
  fields:
    gross: {type: money, title: {zh: 含税, en: Gross}, as: net * (1 + rate)}
    short: {type: text, title: {zh: 简称, en: Short}, as: 'substring(name, 1, 2)', search: true}
"""


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The whole house over an empty home, with a tenant acme."""
    engine = build_engine(settings)
    engine.tenancy.create("acme")
    yield engine
    engine.tenancy.drop("acme")
    engine.close()


CTX = Context("acme", SYSTEM)


def orders(engine: Engine, *fields: str, quick: str = "") -> list[tuple[object, ...]]:
    """Read fields of all orders by name."""
    page = engine.records.list(CTX, Listing("order", quick=quick, sort=("name",), fields=fields))
    return [tuple(record.values[name] for name in fields) for record in page.records]


def test_a_new_formula_is_calculated_for_old_records(engine: Engine, pack: WritePack) -> None:
    engine.tenancy.install("acme", [pack(ORDER)])
    for name in ("first", "second"):
        lines = [{"name": "l", "price": "1.50"}, {"name": "m", "price": "2"}]
        engine.records.create(CTX, "order", {"name": name, "rate": "0.10", "lines": lines})

    engine.tenancy.set_overlay("acme", OVERLAY)
    added = orders(engine, "name", "net", "gross", "short")
    found = orders(engine, "name", quick="se")
    engine.tenancy.install("acme", [pack(ORDER.replace("price * 2", "price * 3"), "1.1.0")])
    changed = orders(engine, "name", "net", "gross")

    assert added == [
        ("first", Decimal("7.00"), Decimal("7.70"), "fi"),
        ("second", Decimal("7.00"), Decimal("7.70"), "se"),
    ]
    assert found == [("second",)]
    assert changed == [("first", Decimal("10.50"), Decimal("11.55")), ("second", Decimal("10.50"), Decimal("11.55"))]


def test_seeds_come_with_the_pack_and_are_not_doubled(engine: Engine, pack: WritePack, tmp_path: Path) -> None:
    folder = pack(ORDER)
    (folder / "seeds").mkdir()
    (folder / "seeds" / "order.csv").write_text("name,rate\nbase,0.06\n")
    engine.tenancy.install("acme", [folder])
    newer = pack(ORDER.replace("en: Rate", "en: Tax rate"), "1.1.0")
    (newer / "seeds").mkdir()
    (newer / "seeds" / "order.csv").write_text("name,rate\nbase,0.09\nmore,0.13\n")

    engine.tenancy.install("acme", [newer])

    assert orders(engine, "name", "rate") == [("base", Decimal("0.06")), ("more", Decimal("0.13"))]


def test_a_bad_seed_undoes_the_whole_installation(engine: Engine, pack: WritePack) -> None:
    folder = pack(ORDER)
    (folder / "seeds").mkdir()
    (folder / "seeds" / "order.csv").write_text("name,rate\nbase,many\n")

    with pytest.raises(TesseraError):
        engine.tenancy.install("acme", [folder])

    assert list(engine.tenancy.versions("acme")) == []
