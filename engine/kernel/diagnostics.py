"""Diagnostics for authors, and the collector that lets everything wrong be said in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from engine.kernel.catalogue import code_of
from engine.kernel.source import NOWHERE, Span
from engine.kernel.text import EMPTY, LocalText

Severity = Literal["error", "warning"]
_BETWEEN = {"zh": "；"}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One complaint about a definition. Prints as ``file:line:column code message``.

    ``message`` and ``hint`` are English; ``says`` and ``advises`` hold every language. ``nearest`` is the right word,
    where one is near; ``start`` and ``end`` are the offsets of the place within the expression, -1 where unknown.
    """

    code: str
    message: str
    span: Span = NOWHERE
    hint: str = ""
    severity: Severity = "error"
    says: LocalText = field(default=EMPTY, compare=False, repr=False)
    advises: LocalText = field(default=EMPTY, compare=False, repr=False)
    nearest: str = field(default="", compare=False, repr=False)
    start: int = field(default=-1, compare=False, repr=False)
    end: int = field(default=-1, compare=False, repr=False)

    def __str__(self) -> str:
        return self.line("en")

    def line(self, language: str) -> str:
        """Return the complaint in ``language`` with its place in front and its hint behind."""
        hint = self.hint_in(language)
        text = f"{self.span} {self.code} {self.in_language(language)}"
        return f"{text}{_BETWEEN.get(language, '; ')}{hint}" if hint else text

    def in_language(self, language: str) -> str:
        """Return the sentence in ``language``."""
        return self.says.in_language(language) or self.message

    def hint_in(self, language: str) -> str:
        """Return what to do about it in ``language``, or an empty text."""
        return self.advises.in_language(language) or self.hint

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "code": self.code,
            "message": self.in_language(language),
            "hint": self.hint_in(language),
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
        """Add an error whose texts come from the catalogue."""
        self.found.append(of_code(code, span, params))

    def warn(self, code: str, span: Span, /, **params: Any) -> None:
        """Add a warning whose texts come from the catalogue."""
        self.found.append(of_code(code, span, params, "warning"))

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


def of_code(
    code: str, span: Span, params: Mapping[str, Any], severity: Severity = "error", start: int = -1, end: int = -1
) -> Diagnostic:
    """Return a diagnostic whose texts come from the catalogue. A parameter ``nearest`` that is set is the hint."""
    entry = code_of(code)
    says = entry.sentence(params)
    guess = str(params.get("nearest") or "")
    hint = _guessed(guess) if guess else entry.hint(params)
    message, advice = says.in_language("en"), hint.in_language("en")
    return Diagnostic(code, message, span, advice, severity, says, hint, guess, start, end)


def _guessed(guess: str) -> LocalText:
    return LocalText({"en": f"did you mean '{guess}'?", "zh": f"是“{guess}”吗？"})


def nearest(word: str, known: Iterator[str] | list[str] | tuple[str, ...] | set[str] | frozenset[str]) -> str:
    """Return the known word most like ``word``, or an empty text."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    return diagnostic.span.file, diagnostic.span.line, diagnostic.span.column
