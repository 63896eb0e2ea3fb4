"""The text of an expression and where it stands: offsets become lines and columns of the file."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.kernel.source import NOWHERE, Span
from engine.rules.scalars import place_in_scalar


@dataclass(frozen=True, slots=True)
class Source:
    """``span`` is where the text starts in its file. ``raw`` is the YAML scalar as written, when it is not plain."""

    text: str
    span: Span = field(default=NOWHERE)
    raw: str | None = None

    def span_at(self, offset: int) -> Span:
        """Return the place of the character at ``offset`` of the text."""
        if self.raw is not None:
            lines, columns = place_in_scalar(self.raw, self.text, offset)
        else:
            before = self.text[:offset]
            lines = before.count("\n")
            columns = len(before) - (before.rfind("\n") + 1)
        start = self.span if self.span.line else Span(self.span.file, 1, 1)
        return start.moved(lines, columns)


def source_of(source: str | Source) -> Source:
    """Return a source for a bare text."""
    return Source(source) if isinstance(source, str) else source
