"""SQLAlchemy's view of what columns hold: each kind as a type that renders itself for either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, String, Text, Time
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.storage.column_types import Stored, bind_kind, load_kind
from engine.storage.connections import DialectName


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
