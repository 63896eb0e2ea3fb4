"""Collects what is wrong with one expression, with places in its source file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Diagnostic, Severity, of_code
from engine.rules.nodes import Node
from engine.rules.source import Source
from engine.rules.wording import worded

_WARNINGS = frozenset(("FEEL112",))


@dataclass(slots=True)
class Complaints:
    """One collector per expression. ``lenient``: nothing is an error, for texts made by other tools."""

    source: Source
    lenient: bool = False
    _found: list[Diagnostic] = field(default_factory=list)

    def add(self, code: str, node: Node, **params: Any) -> None:
        """Add a complaint about ``node``. ``nearest`` among the parameters makes a suggestion."""
        severity: Severity = "warning" if self.lenient or code in _WARNINGS else "error"
        self._found.append(diagnostic(code, self.source, node.start, node.end, severity, **params))

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        return tuple(self._found)


def diagnostic(
    code: str, source: Source, start: int, end: int, severity: Severity = "error", **params: Any
) -> Diagnostic:
    """Return a diagnostic whose texts come from the catalogue, with its place in the file and in the text."""
    return of_code(code, source.span_at(start), worded(params), severity, start, end)
