"""How the value of a field is stored: its SQL type on each database, and the way there and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from engine.metamodel.model import FieldModel
from engine.storage.connections import DialectName

Convert = Callable[[Any], Any]

ID_LENGTH = 36
ANY_REFERENCE_LENGTH = 90
MAX_DIGITS = 18
LONG_TEXTS = frozenset({"multiline", "richtext", "secret", "expression"})
JSON_TYPES = frozenset(
    {"choices", "references", "users", "address", "file", "files", "image", "json", "decision_table"}
)
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


def total_of(field: FieldModel, total: Any, dialect: DialectName) -> Any:
    """Return what the database summed up of a field's values, in the field's own kind; None where nothing was."""
    if total is None:
        return None
    if dialect == "sqlite" or stored_as(field).kind in ("integer", "duration"):
        total = int(total)
    read = loader(field, dialect)
    return total if read is None else read(total)


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
