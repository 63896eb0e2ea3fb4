"""Rules tried out: on real records, with the way to the result; tables also on rows that their author wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import BadDefinition
from engine.rules import Names, Run, compile_expression
from engine.rules.decisions import DecisionTable
from engine.rules.explaining import Step, explain
from engine.rules.expression import Expression
from engine.rules.functions import NoValue
from engine.rules.values import equal
from engine.rules.writing import literal_text
from engine.studio.facts import Sample


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule gives for one record. ``hits`` are the rules of a table that hit, from 1; ``steps`` the way there."""

    id: str
    title: str
    shown: str
    known: bool
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]
    hits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a test row: ``found`` is what the table gives, ``right`` whether that was expected."""

    found: str
    right: bool
    reason: str = ""


def try_text(expression: Expression, sample: Sample, run: Run, language: str) -> Trial:
    """Return what a text gives for a record."""
    value = expression.value(sample.facts, run)
    reasons = _reasons(run, language)
    run.restart()
    step = explain(expression, sample.facts, run)
    return Trial(sample.id, sample.title, shown(value), value is not None, reasons, (step,))


def try_table(table: DecisionTable, sample: Sample, run: Run, language: str) -> Trial:
    """Return what a table decides for a record, which rules hit, and the values that it looked at."""
    value = table.evaluate(sample.facts, run)
    reasons = _reasons(run, language)
    run.restart()
    hits = table.hits(sample.facts, run)
    steps = tuple(explain(one, sample.facts, run) for one in table.compiled.inputs)
    return Trial(sample.id, sample.title, shown(value), value is not None, reasons, steps, hits)


def try_rows(table: DecisionTable, rows: Any, run: Run, language: str) -> tuple[RowOutcome, ...]:
    """Return what a table gives for test rows: a value of the language for each input, then what is expected."""
    listed = rows if isinstance(rows, list) else []
    return tuple(_try_row(table, row, run, language) for row in listed if isinstance(row, list))


def shown(value: Any) -> str:
    """Return a value as its author would write it; one that is too long is cut."""
    try:
        return literal_text(value)
    except OverflowError:
        return "..."


def _try_row(table: DecisionTable, row: Sequence[Any], run: Run, language: str) -> RowOutcome:
    inputs = len(table.box.inputs)
    cells = [str(cell or "null") for cell in row]
    cells += ["null"] * (inputs + len(table.box.outputs) - len(cells))
    run.restart()
    try:
        values = [compile_expression(cell, Names()).value({}, run) for cell in cells]
    except BadDefinition as bad:
        return RowOutcome("", right=False, reason=bad.diagnostics[0].in_language(language))
    names: dict[str, Any] = {}
    for column, value in zip(table.box.inputs, values, strict=False):
        if not _place(names, column.text.strip().split("."), value):
            return RowOutcome("", right=False, reason=column.text)
    before = len(run.warnings)
    try:
        found = table.compiled.evaluate(names, run)
    except NoValue as reason:
        found = run.warn(reason.code, **reason.params)
    expected = values[inputs : inputs + len(table.box.outputs)]
    told = run.warnings[before].in_language(language) if found is None and len(run.warnings) > before else ""
    return RowOutcome(shown(found), _as_expected(table, found, expected), told)


def _place(names: dict[str, Any], path: Sequence[str], value: Any) -> bool:
    """Put a value where an input looks for it; False for an input that is more than a path."""
    if not all(step.strip().isidentifier() for step in path):
        return False
    at = names
    for step in path[:-1]:
        inner = at.setdefault(step.strip(), {})
        if not isinstance(inner, dict):
            return False
        at = inner
    at[path[-1].strip()] = value
    return True


def _as_expected(table: DecisionTable, found: Any, expected: Sequence[Any]) -> bool:
    if len(expected) == 1:
        return bool(equal(found, expected[0]))
    if not isinstance(found, Mapping):
        return False
    return all(equal(found.get(o.name), e) is True for o, e in zip(table.box.outputs, expected, strict=True))


def _reasons(run: Run, language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warning.in_language(language) for warning in run.warnings))
