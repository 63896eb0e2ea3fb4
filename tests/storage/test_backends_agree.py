"""The same rows give the same answers on SQLite and on PostgreSQL: order, comparison, decimals, nulls, quick search."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.kernel.errors import Rejected
from engine.metamodel.compiler.scopes import InsideObject, World
from engine.metamodel.model import SortKey
from engine.rules import Expression, Run, compile_expression
from engine.settings import Settings
from engine.storage import (
    Catalog,
    Database,
    Match,
    Query,
    Reference,
    Row,
    count_rows,
    every_row,
    insert_rows,
    install_model,
    make_place,
    open_database,
    remove_place,
    select_page,
)
from engine.storage.query import Path as FieldPath
from tests.storage.conftest import NOW, model_of

PACK = """
object: place
title: Place
display: name
fields:
  name: {type: text, title: Name}
---
object: thing
title: Thing
display: name
traits: [owned]
fields:
  name: {type: text, title: Name, search: true}
  note: {type: multiline, title: Note, search: true}
  price: {type: decimal, title: Price, digits: 18, scale: 4}
  amount: {type: integer, title: Count, index: true}
  day: {type: date, title: Day}
  at: {type: datetime, title: At}
  hour: {type: time, title: Hour}
  span: {type: duration, title: Span}
  open: {type: boolean, title: Open}
  level: {type: choice, of: level, title: Level}
  place: {type: reference, to: place, title: Place}
  parts: {type: lines, of: part, title: Parts}
---
object: part
title: Part
display: name
parent: thing
fields:
  name: {type: text, title: Name}
  thing: {type: reference, to: thing, required: true, title: Thing}
  price: {type: decimal, title: Price, digits: 18, scale: 2}
---
dictionary: level
title: Level
items: {A: A, b: b, C1: C1}
"""
LATIN = ("", "  ", "a", "A", "aa", "Ab", "aB", "ä", "É", "é", "z", "Z", "_x", "%", "50%", "a_b", "a\\b", "a'b", 'a"b')
CHINESE = (
    "张伟",
    "章伟",
    "张薇",
    "西安",
    "先生",
    "重庆",
    "长沙",
    "单雄信",
    "北京分公司",
    "北京总公司",
    "𠮷野家",
    "吕布",
)
OTHERS = ("ＡＢＣ", "ﬁn", "ß", "SS", "0", "10", "9", "１", "1.10", "王小明 Wang", "ü", "女娲", "吕布", "-", "~", "文本")
TEXTS = (*LATIN, *CHINESE, *OTHERS)
SORTS = """
name; -name; price; -price name; amount -price; day amount; -at; hour; span; open -day; -open name; level; place; -place
place.name price; owner; -amount; -created_at; amount price -id; """.replace("\n", ";").split(";")
CONDITIONS = """
name = "a"
name < "a"
name >= "张伟"
starts with(name, "a")
contains(name, "%")
contains(note, "_")
string length(name) > 2
name + note = "aa"
price > 0
price = 1.5
price < -0.00005
price + amount > 10
price * 2 = 3
-price > 1
price >= amount
amount in [1..3]
amount in (1, 5, null)
amount != 2
not(amount = 2)
amount = null
amount * amount > 4
day >= date("2026-02-28")
day = date("2024-02-29")
day.year = 2026
day in [date("2026-01-01")..date("2026-12-31")]
at < date and time("2026-06-01T00:00:00Z")
hour > time("09:00:00")
span > duration("PT1H")
open
not(open)
open = null
open and amount > 1
if open then amount > 1 else price > 1
level = "A"
level in ("A", "b")
place = null
place.name = "张伟"
place.name < "z" or price > 5
owner = actor
count(parts) > 1
count(parts[price > 1]) = 1
sum(parts.price) > 3
max(parts.price) = 2.5
some p in parts satisfies p.price < 0
every p in parts satisfies p.price > 0
""".strip().splitlines()
WORDS = ("a", "A", "zhang", "zw", "ZHANGWEI", "北京 公司", "cq", "chongqing", "abc", "ss", "é", "1")
QUICK = (*WORDS, "%", "_", "\\", "50%", "a_b", "'", '"', "  ")


def random_rows(random: random.Random, size: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Make places, things and parts, full of nulls, equal values and edges."""

    def kept(number: int) -> dict[str, Any]:
        id = f"{random.getrandbits(32):08x}-0000-7000-8000-{number:012x}"
        at = NOW + timedelta(seconds=random.randrange(5))
        return {
            "id": id,
            "version": 1,
            "created_at": at,
            "created_by": "system",
            "updated_at": at,
            "updated_by": "system",
        }

    def maybe(*values: Any) -> Any:
        return None if random.random() < 0.2 else random.choice(values)

    places = [{**kept(n), "name": maybe(*TEXTS)} for n in range(8)]
    things = []
    for number in range(size):
        cents = random.choice([0, 1, -1, 15000, 10**17 - 1, -(10**17), random.randrange(-99999, 99999)])
        things.append(
            {
                **kept(100 + number),
                "name": maybe(*TEXTS),
                "note": maybe(*TEXTS),
                "price": maybe(Decimal(cents).scaleb(-4)),
                "amount": maybe(0, 1, 2, 3, 5, -7, 10**9),
                "day": maybe(date(2024, 2, 29), date(2026, 1, 1), date(2026, 2, 28), date(1, 1, 1), date(9999, 12, 31)),
                "at": maybe(datetime(2026, 5, 31, 23, 59, 59, 999999, UTC), datetime(2026, 6, 1, tzinfo=UTC), NOW),
                "hour": maybe(time(0), time(9), time(9, 0, 0, 1), time(23, 59, 59)),
                "span": maybe(timedelta(0), timedelta(hours=1), timedelta(seconds=3601), timedelta(days=-1)),
                "open": maybe(True, False),
                "level": maybe("A", "b", "C1"),
                "place": maybe(*(place["id"] for place in places)),
                "owner": maybe("system"),
                "department": None,
            }
        )
    prices = [Decimal("1"), Decimal("2.5"), Decimal("-1")]
    parts = [
        {**kept(9000 + n), "name": "p", "thing": random.choice(things)["id"], "price": maybe(*prices)}
        for n in range(size)
    ]
    return places, things, parts


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, shared_postgres: str) -> Iterator[list[tuple[Database, Catalog]]]:
    """The same rows on both databases; the tests only read them."""
    sqlite_url = f"sqlite:///{tmp_path_factory.mktemp('agree') / 'agree.db'}"
    seed = int(os.environ.get("TESSERA_SEED", "11"))
    size = 400 if os.environ.get("TESSERA_CAMPAIGN") else 150
    rows = random_rows(random.Random(seed), size)
    model = model_of(PACK)
    made = []
    for url in (sqlite_url, shared_postgres):
        database = open_database(url, "agree", Settings(synchronous="NORMAL"))
        make_place(database)
        catalog = install_model(database, model, {})
        with database.writing() as session:
            for object, some in zip(("place", "thing", "part"), rows, strict=True):
                insert_rows(session, catalog, object, some)
        made.append((database, catalog))
    yield made
    for database, _ in made:
        remove_place(database)


NAMES = "id name note price amount day at hour span open level place place.name owner created_at"
COLUMNS: tuple[FieldPath, ...] = tuple(tuple(name.split(".")) for name in NAMES.split())
ACTOR: dict[str, Any] = {
    "actor": {"id": "system", "login": "system", "name": "system", "roles": [], "department": None}
}
MATCHES = (Match("amount", 1), Match("amount", None), Match("level", ("A", "b")), Match("price", Decimal("1.5")))


def ask(at: tuple[Database, Catalog], limit: int = 1000, **asked: Any) -> list[Row]:
    """Read a whole list, page by page."""
    database, catalog = at
    found: list[Row] = []
    after = None
    with database.reading() as session:
        while True:
            query = Query("thing", COLUMNS, limit=limit, after=after, **asked)
            page = select_page(session, catalog, query, every_row, ACTOR, Run(NOW))
            found += page.rows
            after = page.after
            if after is None:
                return found


def condition(text: str, catalog: Catalog) -> Expression:
    """Compile a condition over the things."""
    world = World(catalog.model.objects, catalog.model.dictionaries)
    return compile_expression(text, InsideObject(world, "thing"))


def sort_of(names: str) -> tuple[SortKey, ...]:
    """Read a sort order."""
    return tuple(SortKey(tuple(name.lstrip("-").split(".")), name.startswith("-")) for name in names.split())


def test_every_order_is_the_same_on_both_and_on_any_page_size(both: list[tuple[Database, Catalog]]) -> None:
    for names in SORTS:
        whole, other = (ask(at, sort=sort_of(names)) for at in both)
        assert whole == other, names
        for at in both:
            assert ask(at, limit=7, sort=sort_of(names)) == whole, names


def test_orders_are_those_that_people_expect(both: list[tuple[Database, Catalog]]) -> None:
    names = [row["name"] for row in ask(both[0], sort=sort_of("name"))]
    seen = list(dict.fromkeys(names))

    assert seen[0] is None
    order = ["9", "a", "aa", "张薇", "章伟"]
    assert [name for name in seen if name in order] == [name for name in order if name in seen]
    assert seen.index("西安") < seen.index("先生")
    assert seen.index("长沙") < seen.index("重庆")
    prices = [row["price"] for row in ask(both[0], sort=sort_of("-price"))]
    known = [price for price in prices if price is not None]
    assert known == sorted(known, reverse=True)
    assert prices[len(known) :] == [None] * (len(prices) - len(known))


def test_every_condition_finds_the_same_on_both_and_in_python(both: list[tuple[Database, Catalog]]) -> None:
    everything = ask(both[0])
    for text in CONDITIONS:
        expression = condition(text, both[0][1])
        found, other = ({row["id"] for row in ask(at, where=expression)} for at in both)
        assert found == other, text
        if "parts" in text or "place." in text:
            continue
        for row in everything:
            record = {**row, **{name: row[name] and row[name].id for name in ("place", "owner")}}
            wanted = expression.evaluate({**record, **ACTOR}, Run(NOW)) is True
            assert (row["id"] in found) == wanted, (text, row)


def test_quick_search_takes_its_words_literally(both: list[tuple[Database, Catalog]]) -> None:
    for text in QUICK:
        found, other = (ask(at, quick=text) for at in both)
        assert found == other, text
    assert {row["id"] for row in ask(both[0], quick="%")} == {
        row["id"] for row in ask(both[0]) if "%" in f"{row['name']}{row['note']}"
    }
    assert any(row["name"] == "张伟" for row in ask(both[0], quick="ZW"))
    for at in both:
        restricted = ask(at, quick="A", quick_in=("note",))
        assert {row["id"] for row in restricted} == {
            row["id"] for row in ask(at) if "a" in (row["note"] or "").translate(str.maketrans("ABCZ", "abcz"))
        }


def test_counts_and_matches_are_the_same(both: list[tuple[Database, Catalog]]) -> None:
    for database, catalog in both:
        with database.reading() as session:
            for match in (
                Match("amount", 1),
                Match("amount", None),
                Match("level", ("A", "b")),
                Match("price", Decimal("1.5")),
            ):
                query = Query("thing", COLUMNS, match=(match,), limit=1000)
                wanted = match.value if isinstance(match.value, tuple) else (match.value,)
                known = [row for row in ask((database, catalog)) if row[match.field] in wanted]
                counted = count_rows(session, catalog, query, every_row, ACTOR, Run(NOW))
                assert counted == len(known), match
            capped = count_rows(session, catalog, Query("thing", (), limit=20), every_row, ACTOR, Run(NOW))
            assert capped == 21


def test_values_come_back_as_they_went_in(both: list[tuple[Database, Catalog]]) -> None:
    row = next(row for row in ask(both[1]) if row["place"] is not None and row["price"] is not None)

    assert isinstance(row["place"], Reference)
    assert isinstance(row["price"], Decimal)
    assert row["price"].as_tuple().exponent == -4
    assert row["created_at"].tzinfo is not None
    assert row["owner"] is None or row["owner"].title == "system"


def test_a_sum_beyond_exact_numbers_is_an_error_of_its_own(both: list[tuple[Database, Catalog]]) -> None:
    sqlite, postgresql = both
    expression = condition("price * price > amount * 1000000", sqlite[1])

    assert len(ask(postgresql, where=expression)) > 0
    with pytest.raises(Rejected) as refused:
        ask(sqlite, where=expression)
    assert refused.value.code == "number_out_of_range"
