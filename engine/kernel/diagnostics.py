"""Diagnostics for authors, and the collector that lets everything wrong be said in one go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from engine.kernel.catalogue import code_of
from engine.kernel.source import NOWHERE, Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One complaint about a definition. Prints as ``file:line:column code message``."""

    code: str
    message: str
    span: Span = NOWHERE
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        text = f"{self.span} {self.code} {self.message}"
        return f"{text}; {self.hint}" if self.hint else text

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "severity": self.severity,
            "file": self.span.file,
            "line": self.span.line,
            "column": self.span.column,
        }


@dataclass(slots=True)
class Findings:
    """Collects diagnostics; nothing is raised until the room is left."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(self, code: str, span: Span, /, **params: Any) -> None:
        """Add an error whose texts come from the catalogue, in English."""
        entry = code_of(code)
        message = entry.sentence(params).in_language("en")
        hint = entry.hint(params).in_language("en")
        self.found.append(Diagnostic(code, message, span, hint))

    def warn(self, code: str, span: Span, /, **params: Any) -> None:
        """Add a warning whose texts come from the catalogue, in English."""
        entry = code_of(code)
        message = entry.sentence(params).in_language("en")
        hint = entry.hint(params).in_language("en")
        self.found.append(Diagnostic(code, message, span, hint, "warning"))

    def extend(self, diagnostics: Iterator[Diagnostic] | list[Diagnostic] | tuple[Diagnostic, ...]) -> None:
        """Add diagnostics made elsewhere."""
        self.found.extend(diagnostics)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return the errors in the order of their place."""
        return tuple(sorted((d for d in self.found if d.severity == "error"), key=_place))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Return the warnings in the order of their place."""
        return tuple(sorted((d for d in self.found if d.severity == "warning"), key=_place))


def nearest(word: str, known: Iterator[str] | list[str] | tuple[str, ...] | set[str] | frozenset[str]) -> str:
    """Return the known word most like ``word``, or an empty text."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    return diagnostic.span.file, diagnostic.span.line, diagnostic.span.column
