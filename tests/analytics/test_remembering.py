"""Figures are remembered while nothing changes that they rest on, and never for others than those who may see them."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine.analytics import AnalyticsService, Ask
from engine.kernel.context import Context
from engine.records import Operation
from engine.storage import Session
from tests.records.conftest import House

VALUES = ["sales", "amount"]


@contextmanager
def counting() -> Iterator[list[str]]:
    """Tell which questions about sales reach the database."""
    asked: list[str] = []
    raw = Session.raw_rows

    def noted(self: Session, text: str, arguments: Any = ()) -> Any:
        if "FROM sale" in text and "GROUP BY" in text:
            asked.append(text)
        return raw(self, text, arguments)

    patch = pytest.MonkeyPatch()
    patch.setattr(Session, "raw_rows", noted)
    try:
        yield asked
    finally:
        patch.undo()


def by(analytics: AnalyticsService, ctx: Context, key: str = "grade", **ask: Any) -> dict[Any, Any]:
    sheet = analytics.figures(ctx, "sales", [key], "", VALUES, Ask(**ask))
    return {line.spots[0].value: dict(line.whole.values) for line in sheet.lines}


def test_the_database_is_asked_once_until_something_changes(house: House, analytics: AnalyticsService) -> None:
    sale = house.make("sale", grade="gold", amount="5")
    by(analytics, house.admin)  # from now on it is known how often something changed
    with counting() as asked:
        first, again = by(analytics, house.admin), by(analytics, house.admin)
        assert len(asked) == 1
        # what has nothing to do with it leaves it as it is
        house.make("aim", name="A", amount="1")
        by(analytics, house.admin)
        assert len(asked) == 1

        house.change(sale, amount="7")
        changed = by(analytics, house.admin)
        assert len(asked) == 2

    assert first == again == {"gold": {"sales": 1, "amount": 5}}
    assert changed == {"gold": {"sales": 1, "amount": 7}}


def test_every_change_of_what_is_read_is_seen(house: House, analytics: AnalyticsService) -> None:
    """Random changes of sales and of the shops behind them; remembered figures equal those counted anew."""
    chance, fresh = random.Random(8), AnalyticsService(house.records)
    shops = [house.make("shop", name=f"S{n}", area="oslo") for n in range(3)]
    sales = [house.make("sale", grade="gold", amount=str(n), shop=shops[n % 3].id) for n in range(6)]
    for turn in range(40):
        match chance.randrange(5):
            case 0:
                sales.append(house.make("sale", grade=chance.choice(["gold", "silver"]), amount=str(turn)))
            case 1:
                place = chance.randrange(len(sales))
                sales[place] = house.change(sales[place], amount=str(turn))
            case 2:
                place = chance.randrange(3)
                shops[place] = house.change(shops[place], area=chance.choice(["oslo", "rome", "bergen"]))
            case 3 if len(sales) > 2:
                gone = sales.pop(chance.randrange(len(sales)))
                house.records.delete(house.admin, "sale", gone.id, gone.version)
                if chance.random() < 0.5:
                    sales.append(house.records.restore(house.admin, "sale", gone.id, gone.version + 1))
            case _:
                pass
        for key in ("grade", "area"):
            told = by(analytics, house.admin, key)
            house.database._connections.memory.clear()
            assert told == by(fresh, house.admin, key), (turn, key)


def test_a_reader_is_never_told_what_another_was(house: House, analytics: AnalyticsService) -> None:
    seller, bob = house.as_user("ann", "seller"), house.as_user("bob", "seller")
    for owner in ("ann", "bob", "bob"):
        house.make("sale", grade="gold", amount="1", owner=house.people[owner])

    for _ in range(2):
        counts = [by(analytics, ctx)["gold"]["sales"] for ctx in (house.admin, seller, bob)]
        assert counts == [3, 1, 2]


def test_a_change_that_is_committed_late_is_seen(house: House, analytics: AnalyticsService) -> None:
    """Its entry in the trail has a lower number than one that was committed and counted before."""
    if house.database.dialect == "sqlite":
        pytest.skip("one writer at a time")
    house.make("sale", grade="silver")
    by(analytics, house.admin)
    written, go = threading.Event(), threading.Event()

    def late() -> None:
        with house.records.unit(house.admin):
            house.make("sale", grade="gold", amount="100")
            written.set()
            go.wait(20)

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(20)
    for n in range(5):
        house.make("sale", grade="gold", amount=str(n))
    # more than are counted anew each time
    house.records.bulk(house.admin, "aim", [Operation("create", {"name": str(n)}) for n in range(250)], True)
    before = by(analytics, house.admin), by(analytics, house.admin)
    go.set()
    thread.join(20)

    assert [told["gold"]["amount"] for told in before] == [10, 10]
    assert by(analytics, house.admin)["gold"]["amount"] == 110


def test_what_is_not_committed_is_not_remembered(house: House, analytics: AnalyticsService) -> None:
    def undone() -> None:
        with house.records.unit(house.admin):
            house.make("sale", grade="gold", amount="1")
            by(analytics, house.admin)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    assert by(analytics, house.admin) == {}

    house.make("sale", grade="silver", amount="2")
    assert by(analytics, house.admin) == {"silver": {"sales": 1, "amount": 2}}
