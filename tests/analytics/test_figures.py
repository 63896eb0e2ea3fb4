"""Every figure equals what one would calculate from the rows that the reader sees, and leads to those rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.analytics import AnalyticsService, Ask, Sheet
from engine.kernel.context import Context
from engine.kernel.errors import LimitExceeded, Malformed, Missing
from engine.metamodel.periods import first_of
from engine.records import Listing, Operation
from engine.storage import Session
from tests.records.conftest import House

AREAS = ["north", "south", "oslo", "bergen", "rome", None]
GRADES = ["gold", "silver", "none", None]
TOPS = {"oslo": "north", "bergen": "north", "north": "north", "rome": "south", "south": "south", None: None}
Row = dict[str, Any]


class Market:
    """Random shops and sales, and what each reader sees of them, told without the engine's own counting."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random = house, random.Random(seed)
        self.seller = house.as_user("ann", "seller")
        top = house.make("branch", name="Top").id
        self.branches = [house.make("branch", name=f"B{n}", parent=top).id for n in range(3)]
        people = [house.people["ann"], house.people["bob"]]
        self.shops: dict[str, Row] = {}
        for n in range(6):
            row = {"name": f"S{n}", "area": self.one(AREAS), "owner": self.one(people)}
            row["branch"] = self.one(self.branches)
            self.shops[house.make("shop", **row).id] = row
        self.sales: dict[str, Row] = {}
        self.add(70, people)

    def one(self, several: Iterable[Any]) -> Any:
        return self.random.choice(list(several))

    def add(self, count: int, people: list[str]) -> None:
        """Make sales at once."""
        rows = [self.row(n, people) for n in range(count)]
        made = self.house.records.bulk(
            self.house.admin, "sale", [Operation("create", given(row)) for row in rows], True
        )
        self.sales.update({str(outcome.id): row for outcome, row in zip(made.outcomes, rows, strict=True)})

    def row(self, n: int, people: list[str]) -> Row:
        day = date(2025, 1, 1) + timedelta(days=self.random.randrange(720))
        # also just before and behind midnight in Shanghai
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=self.random.randrange(0, 60 * 72))
        return {
            "name": self.one(['"', "\\", "a{b}%s", "' or 1=1", "客户", "{", None, f"sale {n % 3}"]),
            "shop": self.one([*self.shops, None]),
            "grade": self.one(GRADES),
            "day": self.one([day, day, None]),
            "at": self.one([at, None]),
            "good": self.one([True, False, None]),
            "amount": self.one([Decimal(self.random.randrange(1, 10**7)) / 100, None]),
            "cost": Decimal(self.random.randrange(0, 1000)),
            "pieces": self.random.randrange(0, 50),
            "owner": self.one(people),
        }

    def seen(self, ctx: Context) -> list[Row]:
        """Return the sales that a reader sees; of a shop that he does not see nothing is told."""
        me = ctx.actor.user
        if ctx.actor.administrator:
            return [self.told(row, lambda shop: True) for row in self.sales.values()]
        mine = [row for row in self.sales.values() if row["owner"] == me or row["grade"] == "silver"]
        return [self.told(row, lambda shop: shop["owner"] == me) for row in mine]

    def told(self, row: Row, sees: Callable[[Row], bool]) -> Row:
        shop = self.shops.get(row["shop"])
        shown = shop is not None and sees(shop)
        return {
            **row,
            "shop": row["shop"] if shown else None,
            "area": TOPS[shop["area"]] if shop is not None and shown else None,
            "branch": shop["branch"] if shop is not None and shown else None,
        }


def given(row: Row) -> Row:
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in plain.items()}


KEYS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: row["name"],
    "grade": lambda row: row["grade"],
    "good": lambda row: row["good"],
    "shop": lambda row: row["shop"],
    "area": lambda row: row["area"],
    "branch": lambda row: row["branch"],
    "owner": lambda row: row["owner"],
    **{
        f"day:{grain}": lambda row, grain=grain: row["day"] and first_of(row["day"], grain)  # type: ignore[misc]
        for grain in ("day", "week", "month", "quarter", "year")
    },
    "at:day": lambda row: row["at"] and (row["at"] + timedelta(hours=8)).date(),
}


def expected(rows: list[Row]) -> Row:
    amounts = [row["amount"] for row in rows if row["amount"] is not None]
    return {
        "sales": len(rows),
        "amount": sum(amounts, Decimal(0)),
        "pieces": sum(row["pieces"] for row in rows),
        "mean": round(sum(amounts, Decimal(0)) / len(amounts), 6) if amounts else None,
        "least": min(amounts, default=None),
        "last": max((row["day"] for row in rows if row["day"]), default=None),
        "shops": len({row["shop"] for row in rows} - {None}),
        "gold": sum(row["grade"] == "gold" for row in rows),
    }


VALUES = list(expected([]))


def grouped(rows: list[Row], *keys: str) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(KEYS[key](row) for key in keys), []).append(row)
    return found


def told(sheet: Sheet) -> dict[tuple[Any, ...], Row]:
    return {tuple(spot.value for spot in line.spots): dict(line.whole.values) for line in sheet.lines}


@pytest.mark.parametrize("seed", range(2))
def test_figures_equal_those_counted_by_hand_and_lead_to_their_records(
    house: House, analytics: AnalyticsService, seed: int
) -> None:
    market = Market(house, seed)

    for ctx in (house.admin, market.seller):
        rows = market.seen(ctx)
        for key in KEYS:
            sheet = analytics.figures(ctx, "sales", [key], "", VALUES, Ask())

            assert told(sheet) == {keys: expected(group) for keys, group in grouped(rows, key).items()}, key
            assert sheet.total.values == expected(rows)
            for line in sheet.lines:
                assert house.records.count(ctx, "sale", line.whole.where).value == line.whole.values["sales"], key
            gold = sheet.drill(sheet.lines[0].whole, sheet.dataset.measures["gold"])
            assert house.records.count(ctx, "sale", gold).value == sheet.lines[0].whole.values["gold"]


def test_a_table_has_rows_and_columns(house: House, analytics: AnalyticsService) -> None:
    market = Market(house, 7)
    groups = grouped(market.seen(house.admin), "day:year", "area", "grade")

    sheet = analytics.figures(house.admin, "sales", ["day:year", "area"], "grade", ["amount", "sales"], Ask())

    for line in sheet.lines:
        for column, cell in zip(sheet.columns, line.cells, strict=True):
            keys = (*(spot.value for spot in line.spots), column.value)
            assert cell.values["amount"] == expected(groups.get(keys, []))["amount"]
            assert house.records.count(house.admin, "sale", cell.where).value == cell.values["sales"]
    by_grade = grouped(market.seen(house.admin), "grade")
    for column, cell in zip(sheet.columns, sheet.foot, strict=True):
        assert cell.values["amount"] == expected(by_grade[column.value,])["amount"]
        assert house.records.count(house.admin, "sale", cell.where).value == cell.values["sales"]


def test_what_a_reader_does_not_see_changes_no_figure(house: House, analytics: AnalyticsService) -> None:
    market = Market(house, 3)
    asked = [analytics.figures(market.seller, "sales", [key], "", VALUES, Ask()) for key in KEYS]

    known = set(market.sales)
    market.add(40, [house.people["bob"]])
    for id, row in market.sales.items():
        if id not in known and row["grade"] == "silver":
            house.records.delete(house.admin, "sale", id, 1)
    again = [analytics.figures(market.seller, "sales", [key], "", VALUES, Ask()) for key in KEYS]

    assert [sheet.lines for sheet in asked] == [sheet.lines for sheet in again]


def test_a_field_that_one_may_not_read_can_neither_be_summed_nor_guessed_at(
    house: House, analytics: AnalyticsService
) -> None:
    seller = house.as_user("ann", "seller")

    for values in (["cost"], ["margin"], ["aim"]):
        with pytest.raises(Malformed):
            analytics.figures(seller, "sales", ["grade"], "", values, Ask())
    with pytest.raises(Malformed):
        analytics.figures(seller, "sales", ["grade"], "", ["sales"], Ask(where="cost > 10"))
    with pytest.raises(Missing):
        analytics.chart(seller, "margins", Ask())
    assert [chart.name for chart in analytics.charts(seller)] == ["by_month", "by_shop", "this_year", "steps"]


def test_a_period_is_compared_with_as_much_of_the_year_before(house: House, analytics: AnalyticsService) -> None:
    for day, amount in {"2026-03-01": "150", "2025-03-01": "100", "2025-12-24": "999", "2024-01-01": "7"}.items():
        house.make("sale", name=day, day=day, amount=amount)

    year = analytics.chart(house.admin, "this_year", Ask())
    months = analytics.chart(house.admin, "by_month", Ask(period="2026-Q1"))

    assert (year.total.values["amount"], year.total.values["growth"]) == (150, 50)
    assert house.records.count(house.admin, "sale", year.total.where).value == 1
    assert told(months) == {(date(2026, 3, 1),): {"amount": 150, "growth": 50}}
    assert months.total.values["growth"] == 50


def test_the_smaller_rows_are_put_together(house: House, analytics: AnalyticsService) -> None:
    for n, amount in enumerate((5, 50, 30, 10)):
        house.make("sale", name=str(n), shop=house.make("shop", name=f"S{n}").id, amount=str(amount))

    sheet = analytics.chart(house.admin, "by_shop", Ask())

    assert [line.whole.values["amount"] for line in sheet.lines] == [50, 30, 15]
    assert sheet.lines[-1].spots[0].others
    assert sheet.lines[-1].whole.where is None


def test_a_funnel_tells_how_many_came_further(house: House, analytics: AnalyticsService) -> None:
    for n, grade in enumerate(["gold", "gold", "gold", "gold", "silver", "none"]):
        house.make("sale", name=str(n), grade=grade)

    sheet = analytics.chart(house.admin, "steps", Ask())

    assert [line.whole.values["reached"] for line in sheet.lines] == [6, 2, 1]
    assert [line.whole.values["kept"] for line in sheet.lines][1:] == [Decimal("33.333333"), 50]


def test_an_aim_stands_beside_what_was_attained_of_it(house: House, analytics: AnalyticsService) -> None:
    for day, amount in {"2026-01-05": "40", "2026-01-25": "20", "2026-03-01": "10"}.items():
        house.make("sale", name=day, day=day, amount=amount)
    for day, amount in {"2026-01-01": "80", "2026-02-01": "50"}.items():
        house.make("aim", name=day, day=day, amount=amount)
    values = ["amount", "aim", "attained"]

    months = analytics.figures(house.admin, "sales", ["day:month"], "", values, Ask(period="2026"))
    part = analytics.figures(house.admin, "sales", ["day:month"], "", values, Ask(filters={"grade": ["gold"]}))

    assert told(months) == {
        (date(2026, 1, 1),): {"amount": 60, "aim": 80, "attained": 75},
        (date(2026, 2, 1),): {"amount": 0, "aim": 50, "attained": 0},
        (date(2026, 3, 1),): {"amount": 10, "aim": None, "attained": None},
    }
    assert (months.total.values["aim"], round(months.total.values["attained"], 2)) == (130, Decimal("53.85"))
    # of one grade nothing was aimed at
    assert part.total.values["aim"] is None


def test_a_tree_is_looked_into_node_by_node(house: House, analytics: AnalyticsService) -> None:
    for area in ("north", "oslo", "oslo", "bergen", "rome"):
        house.make("sale", name=area, shop=house.make("shop", name=area, area=area).id)

    top = analytics.figures(house.admin, "sales", ["area"], "", ["sales"], Ask())
    north = analytics.figures(house.admin, "sales", ["area"], "", ["sales"], Ask(opened={"area": "north"}))

    assert told(top) == {("north",): {"sales": 4}, ("south",): {"sales": 1}}
    assert [line.spots[0].opens for line in top.lines] == [True, True]
    assert told(north) == {("oslo",): {"sales": 2}, ("bergen",): {"sales": 1}, ("north",): {"sales": 1}}
    assert [spot.value for _, spot in north.trail] == ["north"]

    only = analytics.figures(house.admin, "sales", ["area"], "", ["sales"], Ask(where='shop.area != "rome"'))
    assert {spot.value for line in only.lines for spot in line.spots} == {"oslo", "bergen", "north"}


def test_the_ends_of_the_calendar_are_days_like_others(house: House, analytics: AnalyticsService) -> None:
    for day in ("1000-01-01", "9999-12-31"):
        house.make("sale", name=day, day=day, amount="1")

    for grain in ("day", "week", "month", "quarter", "year"):
        for period in ("", "0001-01-01..9999-12-31", "0001", "9999"):
            sheet = analytics.figures(
                house.admin, "sales", [f"day:{grain}"], "", ["sales", "growth", "before"], Ask(period)
            )
            for line in sheet.lines:
                assert house.records.count(house.admin, "sale", line.whole.where).value == 1


def test_what_is_not_there_is_refused_with_the_nearest_name(house: House, analytics: AnalyticsService) -> None:
    cases = [
        (["grde"], ["sales"], Ask()),
        (["grade"], ["sale"], Ask()),
        (["day:moon"], ["sales"], Ask()),
        (["grade"], ["sales"], Ask(period="this_moon")),
        (["area"], ["sales"], Ask(opened={"area": "mars"})),
        (["grade"], ["sales"], Ask(where="grade =")),
        (["grade"], [], Ask()),
        (["grade"], ["aim"], Ask()),
        (["owner"], ["sales"], Ask(filters={"area": ["mars"]})),
    ]

    for rows, values, ask in cases:
        with pytest.raises(Malformed):
            analytics.figures(house.admin, "sales", rows, "", values, ask)


def test_the_first_groups_are_chosen_by_the_database_and_the_others_are_what_is_left(
    house: House, analytics: AnalyticsService
) -> None:
    amounts = ["-5", "50", None, "30", "10", "30"]
    for n, amount in enumerate(amounts):
        house.make("sale", name=str(n), shop=house.make("shop", name=f"S{n}").id, amount=amount)
    house.make("sale", name="nowhere", amount="40")

    sheet = analytics.chart(house.admin, "by_shop", Ask())
    few = analytics.chart(house.admin, "by_shop", Ask(where="amount > 30"))

    assert [line.whole.values["amount"] for line in sheet.lines] == [50, 40, 65]
    assert (sheet.lines[1].spots[0].value, sheet.lines[2].spots[0].others) == (None, True)
    assert sheet.total.values["amount"] == 155
    assert [line.whole.values["amount"] for line in few.lines] == [50, 40]


def test_a_firm_with_many_groups_has_its_first_ones(house: House, analytics: AnalyticsService) -> None:
    rows = [{"name": f"S{n}"} for n in range(20)]
    house.records.bulk(house.admin, "shop", [Operation("create", row) for row in rows], True)
    patch = pytest.MonkeyPatch()
    patch.setattr("engine.records.measuring.MEASURED_GROUPS", 10)
    for shop in house.records.list(house.admin, Listing("shop", limit=50)).records:
        house.make("sale", name="one", shop=shop.id, amount="1")

    sheet = analytics.chart(house.admin, "by_shop", Ask())
    with pytest.raises(LimitExceeded):
        analytics.figures(house.admin, "sales", ["shop"], "", ["amount"], Ask())
    patch.undo()

    assert [line.whole.values["amount"] for line in sheet.lines] == [1, 1, 18]


def test_a_filter_holds_several_values(house: House, analytics: AnalyticsService) -> None:
    for grade, area in (("gold", "oslo"), ("silver", "rome"), ("none", "oslo"), (None, "bergen")):
        house.make("sale", name="x", grade=grade, shop=house.make("shop", name=area, area=area).id)

    def told_of(**filters: list[str]) -> int:
        sheet = analytics.figures(house.admin, "sales", [], "", ["sales"], Ask(filters=filters))
        assert house.records.count(house.admin, "sale", sheet.total.where).value == sheet.total.values["sales"]
        return int(sheet.total.values["sales"])

    assert told_of(grade=["gold", "silver"]) == 2
    assert told_of(area=["north", "rome"], grade=["gold", "none", "silver"]) == 3
    assert told_of(area=["oslo", "north"]) == 3
    assert told_of(grade=[]) == 4


def test_figures_are_read_from_an_index_that_holds_them(
    house: House, analytics: AnalyticsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = house.make("shop", name="S", area="oslo").id
    sales = [{"name": f"N{n}", "shop": shop, "grade": "gold", "day": "2026-01-01", "amount": n} for n in range(600)]
    house.records.bulk(house.admin, "sale", [Operation("create", sale) for sale in sales], True)
    heard: list[tuple[str, Any]] = []
    asked = Session.raw_rows

    def hear(session: Session, text: str, arguments: Any = ()) -> list[Any]:
        heard.append((text, arguments))
        return asked(session, text, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "raw_rows", hear)
        analytics.figures(house.admin, "sales", ["grade"], "", ["amount", "sales"], Ask(where='grade = "gold"'))
    text, arguments = next(one for one in heard if "sum(" in one[0])
    with house.database.reading() as session:
        if session.dialect == "postgresql":
            pytest.skip("there a table of this size is read as it is")
        plan = [row[-1] for row in session.raw_rows(f"EXPLAIN QUERY PLAN {text}", arguments)]

    assert any(step.endswith("USING COVERING INDEX ix_sale_day") for step in plan), plan
