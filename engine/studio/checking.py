"""What is wrong with a rule while it is written, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.kernel.diagnostics import Diagnostic, Severity
from engine.kernel.errors import BadDefinition
from engine.rules import FeelType, StoredRule
from engine.rules.decisions import DecisionTable, Finding, analyse
from engine.rules.expression import Expression
from engine.rules.stored import compile_stored


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint. ``part`` is the path within a table (``rules.2.0``), empty for a text; ``start`` and ``end`` count
    the characters of the text as browsers do, in units of UTF-16."""

    part: str
    line: int
    column: int
    start: int
    end: int
    message: str
    hint: str
    nearest: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A text that was looked at; ``expression`` is None when it is wrong."""

    expression: Expression | None
    faults: tuple[Fault, ...]

    @property
    def type(self) -> FeelType | None:
        """The type of what it comes to."""
        return None if self.expression is None else self.expression.type

    @property
    def reads(self) -> tuple[str, ...]:
        """The paths that it looks at."""
        return () if self.expression is None else tuple(sorted(".".join(path) for path in self.expression.reads))


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table that was looked at, with what is wrong with it as a whole; ``table`` is None when a cell is wrong."""

    table: DecisionTable | None
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...] = ()


def check_text(rule: StoredRule, text: str, language: str) -> CheckedRule:
    """Return what is to be said about a text."""
    try:
        made = compile_stored(rule, text)
    except BadDefinition as bad:
        return CheckedRule(None, tuple(fault_of(found, text, language) for found in bad.diagnostics))
    assert isinstance(made, Expression)
    return CheckedRule(made, tuple(fault_of(found, text, language) for found in made.warnings))


def check_table(rule: StoredRule, value: Any, language: str) -> CheckedTable:
    """Return what is to be said about a table."""
    try:
        made = compile_stored(rule, value)
    except BadDefinition as bad:
        faults = tuple(fault_of(found, part_of(value, found.span.file), language) for found in bad.diagnostics)
        return CheckedTable(None, faults)
    assert isinstance(made, DecisionTable)
    faults = tuple(fault_of(found, part_of(value, found.span.file), language) for found in made.warnings)
    return CheckedTable(made, faults, analyse(made))


def fault_of(found: Diagnostic, text: str, language: str) -> Fault:
    """Return a diagnostic in the reader's language."""
    start = max(found.start, 0)
    end = max(found.end, start)
    return Fault(
        part=found.span.file,
        line=found.span.line,
        column=found.span.column,
        start=_units(text[:start]),
        end=_units(text[:end]),
        message=found.in_language(language),
        hint=found.hint_in(language),
        nearest=found.nearest,
        severity=found.severity,
    )


def part_of(value: Any, path: str) -> str:
    """Return the text at a path of a table, or an empty one."""
    at = value
    for step in path.split("."):
        try:
            at = at[int(step)] if isinstance(at, list) else at[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return ""
    return at if isinstance(at, str) else ""


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
