"""Shows a place in a text: its line, and a caret under the character."""

from __future__ import annotations

import unicodedata

_LONGEST = 120


def pointed(text: str, line: int, column: int) -> tuple[str, ...]:
    """Return the line and the caret's line, or nothing when the text has no such line. Both count from 1."""
    lines = text.splitlines() or [""]
    if not 1 <= line <= len(lines):
        return ()
    shown = lines[line - 1].replace("\t", " ")
    if len(shown) > _LONGEST:
        # of a very long line, what is around the place
        start = max(min(column - 1 - _LONGEST // 2, len(shown) - _LONGEST), 0)
        shown, column = shown[start : start + _LONGEST], column - start
    before = shown[: max(column - 1, 0)].ljust(max(column - 1, 0))
    return shown, " " * sum(map(_width, before)) + "^"


def _width(character: str) -> int:
    # a terminal gives a Chinese character the room of two letters
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
