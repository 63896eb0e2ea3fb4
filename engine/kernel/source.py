"""Where a definition was written: file, line and column, counted from one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a source text. ``line`` and ``column`` count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def moved(self, lines: int, columns: int) -> Span:
        """Return the place ``lines`` below, or ``columns`` to the right when on the same line."""
        if lines:
            return Span(self.file, self.line + lines, columns + 1)
        return Span(self.file, self.line, self.column + columns)


NOWHERE = Span("", 0, 0)
