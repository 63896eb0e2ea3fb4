"""A formula's result becomes the value that its field can hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from engine.metamodel.model import FieldModel
from engine.records.plain import as_json
from engine.rules import Expression, Run, to_python
from engine.storage import Reference

_WIDE = Context(prec=80)
LARGEST_INTEGER = 2**53 - 1


class DoesNotFit(Exception):
    """The result is too large or too long for its field."""


def result_of(expression: Expression, field: FieldModel, facts: Mapping[str, Any], run: Run) -> Any:
    """Return what an expression yields as a value of ``field``; null when it yields something else."""
    run.restart()
    value = expression.value(facts, run)
    if value is None:
        return None
    return _FIT.get(field.type, _any)(field, value)


def fitted(field: FieldModel, value: Any) -> Any:
    """Return a value in the form in which ``field`` holds it."""
    return None if value is None else _FIT.get(field.type, _any)(field, value)


def empty_sum(field: FieldModel) -> Any:
    """Return what a roll-up holds while there is nothing to sum up."""
    assert field.rollup is not None
    if field.rollup.function == "count":
        return 0
    if field.rollup.function != "sum":
        return None
    return 0 if field.type == "integer" else Decimal(0).scaleb(-field.scale)


def identity(value: Any) -> str | None:
    """Return the id of a record, of a reference, or the id itself."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return value.get("id")
    return getattr(value, "id", None)


def as_data(value: Any) -> Any:
    """Return a value as JSON, contexts and all, to be read by expressions again: numbers stay numbers.

    A record inside is its id, for records point to each other.
    """
    if isinstance(value, Mapping):
        return {str(name): _inner(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_inner(inner) for inner in value]
    return _number_of(value) if type(value) is Decimal else as_json(to_python(value))


def _inner(value: Any) -> Any:
    return identity(value) if isinstance(value, Mapping) and "id" in value else as_data(value)


def _number_of(value: Decimal) -> int | float | str:
    """Return the number in JSON that is read as this one again; a text where no such number is exact."""
    if value == value.to_integral_value() and abs(value) <= LARGEST_INTEGER:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else format(value, "f")


def _text(field: FieldModel, value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    if len(value) > field.length and field.type in ("text", "code"):
        raise DoesNotFit
    return value or None


def _number(field: FieldModel, value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return None
    try:
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP, _WIDE)
    except InvalidOperation:
        raise DoesNotFit from None
    if abs(rounded) >= Decimal(10) ** (field.digits - field.scale):
        raise DoesNotFit
    return rounded if rounded else abs(rounded)


def _integer(field: FieldModel, value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return None
    if abs(Decimal(value)) > LARGEST_INTEGER:
        raise DoesNotFit
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


def _instant(field: FieldModel, value: Any) -> datetime | None:
    plain = to_python(value)
    if not isinstance(plain, datetime):
        return None
    return (plain if plain.tzinfo else plain.replace(tzinfo=UTC)).astimezone(UTC)


def _plain(kind: type) -> Callable[[FieldModel, Any], Any]:
    def fit(field: FieldModel, value: Any) -> Any:
        plain = to_python(value)
        return plain if type(plain) is kind else None

    return fit


def _duration(field: FieldModel, value: Any) -> timedelta | None:
    plain = to_python(value)
    return timedelta(seconds=int(plain.total_seconds())) if isinstance(plain, timedelta) else None


def _reference(field: FieldModel, value: Any) -> str | None:
    return identity(value)


def _references(field: FieldModel, value: Any) -> list[str] | None:
    several = value if isinstance(value, list | tuple) else [value]
    return list(dict.fromkeys(found for one in several if (found := identity(one)))) or None


def _several(field: FieldModel, value: Any) -> list[Any] | None:
    several = to_python(value)
    return [one for one in several if isinstance(one, str)] or None if isinstance(several, list) else None


def _pointer(field: FieldModel, value: Any) -> Reference | None:
    return value if isinstance(value, Reference) else None


def _json(field: FieldModel, value: Any) -> Any:
    return as_data(to_python(value))


def _any(field: FieldModel, value: Any) -> Any:
    return to_python(value)


_FIT: Mapping[str, Callable[[FieldModel, Any], Any]] = {
    **dict.fromkeys(
        ("text", "multiline", "richtext", "phone", "email", "url", "code", "color", "region", "choice", "secret"), _text
    ),
    "expression": _text,
    **dict.fromkeys(("decimal", "money", "percent"), _number),
    **dict.fromkeys(("integer", "rating"), _integer),
    "boolean": _plain(bool),
    "date": _plain(date),
    "time": _plain(time),
    "datetime": _instant,
    "duration": _duration,
    **dict.fromkeys(("reference", "department", "user"), _reference),
    **dict.fromkeys(("references", "users"), _references),
    "choices": _several,
    "any_reference": _pointer,
    "json": _json,
}
