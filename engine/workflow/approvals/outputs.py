"""What a decider gives beside his decision (``output``): read by its declared type, kept as JSON, typed again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.kernel.errors import Complaint, Rejected
from engine.metamodel.model.steps import ApproveStep, HandleStep, Step
from engine.records.results import as_data
from engine.records.shapes import Wrong
from engine.records.shapes.moments import read_date
from engine.records.shapes.numbers import decimal_reader, read_boolean
from engine.records.shapes.table import Reader
from engine.records.shapes.texts import read_lines

_DIGITS, _SCALE = 28, 10  # FEEL numbers that a JSON number holds
_READERS: Mapping[str, Reader] = {
    "number": decimal_reader(_DIGITS, _SCALE),
    "string": read_lines,
    "boolean": read_boolean,
    "date": read_date,
}


def read_output(step: ApproveStep | HandleStep, given: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return the given values as JSON; Rejected for names that the step does not know and values of another type."""
    known = _types(step)
    complaints: list[Complaint] = []
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            complaints.append(Complaint(f"output.{name}", "unknown_field", {"field": name}))
            continue
        try:
            typed = None if value is None else _READERS[known[name]](value, zone)
        except Wrong as wrong:
            complaints.append(Complaint(f"output.{name}", wrong.code, wrong.params))
            continue
        found[name] = as_data(typed.normalize() if isinstance(typed, Decimal) else typed)
    if complaints:
        raise Rejected("invalid", complaints, count=len(complaints))
    return found


def typed_output(step: Step, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept values as expressions see them: a date is a date again."""
    known = _types(step)
    return {
        name: date.fromisoformat(value) if known.get(name) == "date" and isinstance(value, str) else value
        for name, value in kept.items()
    }


def _types(step: Step) -> Mapping[str, str]:
    return step.output if isinstance(step, ApproveStep) else {}
