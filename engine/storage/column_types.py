"""How the value of a field is stored: its SQL type on each database, and the way there and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, String, Text, Time
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.metamodel.model import FieldModel
from engine.storage.connections import DialectName

Convert = Callable[[Any], Any]

ID_LENGTH = 36
ANY_REFERENCE_LENGTH = 90
MAX_DIGITS = 18
LONG_TEXTS = frozenset({"multiline", "richtext", "secret"})
JSON_TYPES = frozenset({"choices", "references", "users", "address", "file", "files", "image", "json"})
ID_TYPES = frozenset({"reference", "department", "user"})


@dataclass(slots=True, unsafe_hash=True)
class Reference:
    """A pointer to a record with its title; ``object`` is set where the field may point to several objects.

    Never changed; not frozen, because that makes it four times as slow to make, and a page makes hundreds.
    """

    id: str
    title: str | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a column holds: ``kind`` with a length in characters, or digits and scale."""

    kind: str
    length: int = 0
    scale: int = 0

    def __str__(self) -> str:
        if self.kind == "decimal":
            return f"decimal({self.length},{self.scale})"
        return f"{self.kind}({self.length})" if self.length else self.kind

    @classmethod
    def parse(cls, text: str) -> Stored:
        """Return what ``str()`` was made of."""
        kind, _, rest = text.partition("(")
        length, _, scale = rest.rstrip(")").partition(",")
        return cls(kind, int(length or 0), int(scale or 0))


_PLAIN: dict[str, str] = {
    "integer": "integer",
    "rating": "integer",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "duration": "duration",
}


def stored_as(field: FieldModel) -> Stored:
    """Return what the column of a field holds."""
    if plain := _PLAIN.get(field.type):
        return Stored(plain)
    if field.type in ("decimal", "money", "percent"):
        return Stored("decimal", field.digits, field.scale)
    if field.type in JSON_TYPES:
        return Stored("json")
    if field.type in LONG_TEXTS:
        return Stored("longtext")
    if field.type in ID_TYPES or field.name == "id":
        return Stored("text", ID_LENGTH)
    if field.type == "any_reference":
        return Stored("text", ANY_REFERENCE_LENGTH)
    return Stored("text", field.length)


def sql_type(stored: Stored) -> TypeEngine[Any]:
    """Return the SQLAlchemy type, which renders itself for either database."""
    match stored.kind:
        case "text":
            return Words(stored.length)
        case "longtext":
            return Words()
        case "json":
            return Json()
        case "integer":
            return WholeNumber()
        case "decimal":
            return ExactDecimal(stored.length, stored.scale)
        case "boolean":
            return Boolean()
        case "date":
            return Day()
        case "time":
            return TimeOfDay()
        case "datetime":
            return Instant()
        case "duration":
            return Seconds()
    raise ValueError(f"unknown kind of column {stored.kind}")


def to_database(field: FieldModel, value: Any, dialect: DialectName) -> Any:
    """Return the driver's form of a value."""
    convert = binder(field, dialect)
    return value if convert is None or value is None else convert(value)


def from_database(field: FieldModel, value: Any, dialect: DialectName) -> Any:
    """Return the value of the driver's form."""
    convert = loader(field, dialect)
    return value if convert is None or value is None else convert(value)


def binder(field: FieldModel, dialect: DialectName) -> Convert | None:
    """Return the conversion for the driver, or None when there is nothing to convert. Never called with None."""
    if field.type in ID_TYPES:
        return _id_of
    if field.type == "any_reference":
        return _pointer
    if field.type in ("references", "users"):
        return _ids
    return bind_kind(stored_as(field), dialect)


def loader(field: FieldModel, dialect: DialectName) -> Convert | None:
    """Return the conversion from the driver, or None when there is nothing to convert. Never called with None."""
    if field.type == "any_reference":
        return _from_pointer
    return load_kind(stored_as(field), dialect)


def bind_kind(stored: Stored, dialect: DialectName) -> Convert | None:
    """Return the conversion of a kind of column for the driver."""
    if stored.kind == "json":
        return _dump
    if stored.kind == "duration":
        return _seconds
    if stored.kind == "decimal":
        return _scaled(stored.scale) if dialect == "sqlite" else _exact(stored.scale)
    if stored.kind == "datetime":
        return _utc_text if dialect == "sqlite" else None
    if dialect == "sqlite":
        return _TO_SQLITE.get(stored.kind)
    return None


def load_kind(stored: Stored, dialect: DialectName) -> Convert | None:
    """Return the conversion of a kind of column from the driver."""
    if stored.kind == "json":
        return orjson.loads
    if stored.kind == "duration":
        return _from_seconds
    if dialect == "sqlite":
        if stored.kind == "decimal":
            return _unscaled(stored.scale)
        return _FROM_SQLITE.get(stored.kind)
    return None


# ---------------------------------------------------------------------------------------------------------------------


class OwnType(TypeDecorator[Any]):
    """A column type of the engine: ``kind`` says how values travel."""

    impl: Any = Text
    cache_ok = True
    kind = Stored("longtext")

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        convert = bind_kind(self.kind, _name(dialect))
        return value if convert is None or value is None else convert(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        convert = load_kind(self.kind, _name(dialect))
        return value if convert is None or value is None else convert(value)

    def process_literal_param(self, value: Any, dialect: Dialect) -> str:
        raise NotImplementedError("values are bound, never written into a statement")


class Words(OwnType):
    """Text that compares by code points. SQLite keeps no length, so that widening costs nothing there."""

    cache_ok = True
    impl = String

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length
        self.kind = Stored("text", length) if length else Stored("longtext")

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        if self.length:
            return dialect.type_descriptor(postgresql.VARCHAR(self.length, collation="C"))
        return dialect.type_descriptor(postgresql.TEXT(collation="C"))


class Json(OwnType):
    """JSON as text."""

    cache_ok = True
    kind = Stored("json")


class WholeNumber(OwnType):
    """A whole number of 64 bits."""

    cache_ok = True
    impl = BigInteger
    kind = Stored("integer")


class ExactDecimal(OwnType):
    """A decimal: NUMERIC, and on SQLite an integer scaled by 10**scale."""

    cache_ok = True
    impl = Numeric

    def __init__(self, digits: int, scale: int) -> None:
        super().__init__()
        self.digits = digits
        self.scale = scale
        self.kind = Stored("decimal", digits, scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Integer())
        return dialect.type_descriptor(postgresql.NUMERIC(self.digits, self.scale))


class Day(OwnType):
    """A calendar date; ISO text on SQLite."""

    cache_ok = True
    impl = Date
    kind = Stored("date")

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())


class TimeOfDay(OwnType):
    """A time of day; ISO text of fixed width on SQLite."""

    cache_ok = True
    impl = Time
    kind = Stored("time")

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Time())


class Instant(OwnType):
    """An instant; ISO text in UTC of fixed width on SQLite."""

    cache_ok = True
    impl = DateTime
    kind = Stored("datetime")

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))


class Seconds(OwnType):
    """A duration in whole seconds."""

    cache_ok = True
    impl = BigInteger
    kind = Stored("duration")


def _name(dialect: Dialect) -> DialectName:
    return "sqlite" if dialect.name == "sqlite" else "postgresql"


def _id_of(value: Any) -> Any:
    return value if type(value) is str else value.id


def _ids(values: Any) -> str:
    return orjson.dumps([_id_of(value) for value in values]).decode()


def _pointer(value: Reference) -> str:
    return f"{value.object}:{value.id}"


def _from_pointer(text: str) -> Reference:
    object, _, id = text.partition(":")
    return Reference(id, None, object)


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()


def _seconds(value: Any) -> int:
    return int(value.total_seconds()) if isinstance(value, timedelta) else int(value)


def _from_seconds(value: int) -> timedelta:
    return timedelta(seconds=value)


def _time_text(value: time) -> str:
    return value.isoformat("microseconds")


def _utc_text(value: datetime) -> str:
    # 'YYYY-MM-DDTHH:MM:SS.ffffffZ': compares as text, and SQLite's date functions read it
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


_TO_SQLITE: dict[str, Convert] = {"date": date.isoformat, "time": _time_text, "boolean": int}
_FROM_SQLITE: dict[str, Convert] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "boolean": bool,
}


def _scaled(scale: int) -> Convert:
    def scaled(value: Any) -> int:
        exact = Decimal(value).scaleb(scale)
        whole = int(exact)
        if whole != exact:
            raise ValueError(f"{value} has more than {scale} decimals")
        return whole

    return scaled


def _exact(scale: int) -> Convert:
    # NUMERIC would round what does not fit; both databases refuse it
    unit = Decimal(1).scaleb(-scale)

    def exact(value: Any) -> Decimal:
        given = Decimal(value)
        kept = given.quantize(unit)
        if kept != given:
            raise ValueError(f"{value} has more than {scale} decimals")
        return kept

    return exact


def _unscaled(scale: int) -> Convert:
    unit = Decimal(1).scaleb(-scale)

    def unscaled(value: int) -> Decimal:
        return Decimal(value) * unit

    return unscaled
