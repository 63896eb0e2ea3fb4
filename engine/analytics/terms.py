"""Values of dimensions as FEEL: what a reader's list says to show exactly the records of a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from engine.access import Policy
from engine.metamodel.model.analysis import DimensionModel, Grain
from engine.metamodel.periods import Span, last_of, next_of


def term_of(policy: Policy, zone: str, dimension: DimensionModel, value: Any, grain: Grain | None = None) -> str:
    """Return the condition of the records with a value; of a span of days when there is a grain."""
    if grain is not None and value is not None:
        return span_term(zone, dimension, Span(value, last_of(value, grain)))
    return f"{name_of(policy, dimension)} = {literal(value)}"


def among(policy: Policy, dimension: DimensionModel, values: Sequence[str]) -> str:
    """Return the condition of the records with one of some values."""
    if len(values) == 1:
        return f"{name_of(policy, dimension)} = {literal(values[0])}"
    return f"{name_of(policy, dimension)} in ({', '.join(literal(value) for value in values)})"


def span_term(zone: str, dimension: DimensionModel, span: Span) -> str:
    """Return the condition of the records whose day lies in a span."""
    path = ".".join(dimension.path)
    if dimension.field.type == "datetime":
        begin, end = _midnight(span.first, zone), _midnight(next_of(span.last, "day"), zone)
        return f"{path} >= {begin} and {path} < {end}"
    return f'{path} >= date("{span.first}") and {path} <= date("{span.last}")'


def name_of(policy: Policy, dimension: DimensionModel) -> str:
    """Return the name of a dimension's value; where records are hidden, a hidden one must read as nothing."""
    path, field = ".".join(dimension.path), dimension.field
    hides = field.references and policy.rows(field.targets[0]) is not None
    return f"{path}.id" if hides else path


def literal(value: Any) -> str:
    """Return a value as FEEL writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _midnight(day: date, zone: str) -> str:
    return f'date and time("{day}T00:00:00@{zone}")'
