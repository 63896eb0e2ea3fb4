"""The tables that conditions are tried on: things, each with a home (to-one) and parts (to-many), all edge cases."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    MetaData,
    Numeric,
    Select,
    Table,
    Text,
    Time,
    create_engine,
    exists,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import ColumnElement, FromClause

from engine.rules import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    FeelType,
    Names,
    RecordType,
    Run,
    list_of,
)
from engine.rules.sql import SqlScope, SqlValue

NOW = datetime(2024, 2, 29, 10, 30, tzinfo=UTC)
KINDS: dict[str, FeelType] = {
    "whole": NUMBER,
    "money": NUMBER,
    "text": STRING,
    "flag": BOOLEAN,
    "day": DATE,
    "moment": DATE_TIME,
    "hour": TIME,
    "span": DAYS_DURATION,
    "codes": list_of(STRING),
    "id": STRING,
}
Things = Mapping[str, Mapping[str, Any]]
SCALES = {"money": 2, "money2": 4}
TEXTS = ["", "a", "A", "ab", "aB", "a%", "a_b", "%", "_", "b", "\u00e9", "e\u0301", "\u00df", "SS", "\u4e2d", "\uffee",
         "\U0001d4b3", " a", "10", "9", "u1", "a\\", "'\""]  # fmt: skip
WHOLES = [0, 1, -1, 2, 3, 7, 10, 100, -100, 2**20]
MONEYS = [Decimal(n) for n in ("0.00", "0.01", "1.00", "1.50", "-1.50", "2.50", "99.99", "100.00", "9999999.99")]
DAYS = [date(2024, 1, 31), date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 31), date(2024, 12, 31),
        date(1, 1, 1), date(9999, 12, 31), date(1999, 12, 31), date(2024, 3, 1)]  # fmt: skip
MOMENTS = [NOW, NOW + timedelta(microseconds=1), datetime(2024, 1, 31, 23, 59, 59, 999_999, UTC),
           datetime(2024, 2, 1, tzinfo=UTC), datetime(1999, 12, 31, 12, tzinfo=UTC)]  # fmt: skip
HOURS = [time(0), time(10, 30), time(23, 59, 59, 999_999), time(10, 30, 0, 1)]
SPANS = [timedelta(0), timedelta(days=1), timedelta(hours=-1), timedelta(days=30), timedelta(seconds=1)]
CODES = [[], ["a"], ["A", "b"], ["a", "\u4e2d"], ["u1", "a%"]]
POOLS: dict[str, list[Any]] = {
    "whole": WHOLES, "money": MONEYS, "text": TEXTS, "flag": [True, False], "day": DAYS, "moment": MOMENTS,
    "hour": HOURS, "span": SPANS, "codes": CODES,
}  # fmt: skip
PAIRED = [name for name in POOLS if name != "codes"]
FIELDS: dict[str, list[str]] = {
    "thing": ["id", *(f"{kind}{n}" for kind in PAIRED for n in ("", "2")), "codes"],
    "home": ["id", *PAIRED],
    "part": ["id", "thing", *PAIRED],
}


def kind_of(field: str) -> str:
    return field.rstrip("2")


def record(name: str, **more: FeelType) -> RecordType:
    fields = {field: KINDS[kind_of(field)] for field in FIELDS[name] if kind_of(field) in KINDS}
    return RecordType(name=name, scope=Names({**fields, **more}))


PART = record("part")
HOME = record("home")
ACTOR = RecordType(
    name="user",
    scope=Names({
        "id": STRING, "text": STRING, "whole": NUMBER, "money": NUMBER, "day": DATE, "moment": DATE_TIME,
        "flag": BOOLEAN, "texts": list_of(STRING), "wholes": list_of(NUMBER), "holes": list_of(STRING),
        "homes": list_of(HOME), "home": HOME, "nothing": STRING,
    }),
)  # fmt: skip
TYPES: dict[str, FeelType] = {
    **{field: KINDS[kind_of(field)] for field in FIELDS["thing"]},
    "home": HOME,
    "home2": HOME,
    "parts": list_of(PART),
    "actor": ACTOR,
}
NAMES = Names(TYPES)
ACTOR_VALUE = {
    "id": "u1", "text": "a", "whole": 1, "money": Decimal("1.5"), "day": date(2024, 1, 31), "moment": NOW,
    "flag": True, "texts": ["a", "A", "\u4e2d"], "wholes": [1, 2, 100], "holes": ["a", None], "homes": ["h1", "h2"],
    "home": {"id": "h1"}, "nothing": None,
}  # fmt: skip


class Stock:
    """A filled database and the same records as the language sees them."""

    # no dataclass: a failing test would print all of its rows
    def __init__(self, connection: Connection, tables: Mapping[str, Table], things: Things) -> None:
        self.connection, self.tables, self.things = connection, tables, things

    def only(self, things: Things) -> Stock:
        """Return the stock seen as if it held other things."""
        return Stock(self.connection, self.tables, things)

    def __repr__(self) -> str:
        return f"<{self.dialect}>"

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    def scope(self) -> ThingScope:
        return ThingScope(self, "thing", self.tables["thing"], [])

    def rows(self, scope: ThingScope, *columns: Any) -> Select[Any]:
        return select(*columns).select_from(scope.source())


def run() -> Run:
    return Run(NOW)


# -- the scope ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ThingScope:
    """One row of a table; ``joins`` grows while columns of homes are asked for."""

    stock: Stock
    table: str
    row: FromClause
    joins: list[tuple[FromClause, Any]]

    @property
    def dialect(self) -> str:
        return self.stock.dialect

    def column(self, path: tuple[str, ...]) -> SqlValue | None:
        if self.table == "thing" and path[0] in ("home", "home2"):
            pointer = self.row.c[path[0]]
            if len(path) == 1:
                return SqlValue(pointer, HOME)
            home = self.stock.tables["home"].alias()
            self.joins.append((home, home.c.id == pointer))
            found = ThingScope(self.stock, "home", home, self.joins).column(path[1:])
            return None if found is None else replace(found, nullable=True)
        if len(path) != 1 or path[0] not in FIELDS[self.table]:
            return None
        kind = kind_of(path[0])
        scale = 0 if kind in ("whole", "span") else SCALES.get(path[0]) if self.dialect == "sqlite" else None
        return SqlValue(self.row.c[path[0]], KINDS[kind], scale, path[0] != "id")

    def lines(self, path: tuple[str, ...]) -> Parts | None:
        return Parts(self) if path == ("parts",) and self.table == "thing" else None

    def has_bound(self, name: str) -> bool:
        return name == "actor"

    def bound(self, name: str) -> Any:
        return ACTOR_VALUE

    def source(self) -> FromClause:
        source = self.row
        for joined, condition in self.joins:
            source = source.outerjoin(joined, condition)
        return source


@dataclass(frozen=True)
class Parts:
    """The parts of a thing."""

    thing: ThingScope

    def select(self, build: Callable[[SqlScope], Select[Any]]) -> Select[Any]:
        part = self.thing.stock.tables["part"].alias()
        inner = ThingScope(self.thing.stock, "part", part, [])
        statement = build(inner).select_from(inner.source()).where(part.c.thing == self.thing.row.c.id)
        return statement.correlate_except(part)

    def some(self, build: Callable[[SqlScope], Select[Any]]) -> ColumnElement[bool]:
        return exists(self.select(build))


# -- the data ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def filled_stock(url: str) -> Iterator[Stock]:
    engine = create_engine(url)
    sqlite = url.startswith("sqlite")
    metadata = MetaData()
    tables = {name: _table(name, metadata, sqlite) for name in FIELDS}
    data = make_data()
    with engine.connect() as connection:
        if not sqlite:
            connection.exec_driver_sql("SET TimeZone TO 'Asia/Shanghai'")  # nothing may depend on it
        metadata.create_all(connection)
        for name, records in data.items():
            stored = [{key: to_column(key, value, sqlite) for key, value in one.items()} for one in records]
            connection.execute(insert(tables[name]), stored)
        connection.commit()
        yield Stock(connection, tables, {thing["id"]: thing for thing in as_seen(data)})
    engine.dispose()


def make_data() -> dict[str, list[dict[str, Any]]]:
    random_ = random.Random(7)
    homes = [{"id": f"h{n}", **_values(random_, FIELDS["home"])} for n in range(8)]
    things = [{"id": f"t{n:03d}", **_values(random_, FIELDS["thing"])} for n in range(110)]
    for thing in things:
        for pointer in ("home", "home2"):
            thing[pointer] = random_.choice([None, *(home["id"] for home in homes)])
        if random_.random() < 0.4:
            for kind in PAIRED:
                thing[f"{kind}2"] = thing[kind]
            thing["money2"] = thing["money"]
    parts: list[dict[str, Any]] = []
    for thing in things:
        for _ in range(random_.choice([0, 0, 1, 2, 3])):
            part = {"id": f"p{len(parts)}", **_values(random_, FIELDS["part"]), "thing": thing["id"]}
            parts.append(part)
    return {"home": homes, "thing": things, "part": parts}


def _values(random_: random.Random, fields: list[str]) -> dict[str, Any]:
    pools = {field: POOLS[kind_of(field)] for field in fields if kind_of(field) in POOLS}
    return {field: None if random_.random() < 0.22 else random_.choice(pool) for field, pool in pools.items()}


def as_seen(data: Mapping[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    homes = {home["id"]: home for home in data["home"]}
    for thing in data["thing"]:
        parts = [part for part in data["part"] if part["thing"] == thing["id"]]
        pointers = {name: homes.get(thing[name]) for name in ("home", "home2")}
        yield {**thing, **pointers, "parts": parts}


def _table(name: str, metadata: MetaData, sqlite: bool) -> Table:
    fields = [*FIELDS[name], *(["home", "home2"] if name == "thing" else [])]
    return Table(name, metadata, *(Column(f, column_type(f, sqlite), primary_key=f == "id") for f in fields))


def column_type(field: str, sqlite: bool) -> Any:
    kind = kind_of(field)
    if kind in ("whole", "span"):
        return BigInteger()
    if kind == "flag":
        return Boolean()
    if kind == "money":
        return BigInteger() if sqlite else Numeric(18, SCALES.get(field, 2))
    if sqlite:
        return Text()
    plain = {"day": Date(), "moment": DateTime(timezone=True), "hour": Time()}
    return plain.get(kind) or postgresql.TEXT(collation="C")


def to_column(field: str, value: Any, sqlite: bool) -> Any:
    kind = kind_of(field)
    if value is None:
        return None
    if kind == "span":
        return int(value.total_seconds())
    if kind == "codes":
        return json.dumps(value)
    if not sqlite:
        return value
    if kind == "money":
        return int(value.scaleb(SCALES.get(field, 2)))
    if kind == "moment":
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if kind == "hour":
        return value.isoformat("microseconds")
    return value.isoformat() if kind == "day" else value


def from_column(type_: FeelType, scale: int | None, value: Any, sqlite: bool) -> Any:
    """Return a selected value as the language gives it."""
    if value is None:
        return None
    name = type_.base().name
    if name == "boolean":
        return bool(value)
    if name in ("number", "days and time duration"):
        number = Decimal(value) if scale is None else Decimal(value).scaleb(-scale)
        return number if name == "number" else timedelta(microseconds=int(number.scaleb(6)))
    if sqlite and name == "date":
        return date.fromordinal(value) if scale is not None else date.fromisoformat(value)
    if sqlite and name == "date and time":
        return datetime.fromisoformat(value)
    return time.fromisoformat(value) if sqlite and name == "time" else value
