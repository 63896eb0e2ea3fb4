"""A text that a spreadsheet would take for a formula is written with an apostrophe, and read without it."""

from __future__ import annotations

import unicodedata

_STARTERS = frozenset("=+-@|\t\r\n\0")
# spreadsheets pass over these before they look
_PASSED_OVER = ' ;,"\u200b\ufeff'


def guarded(text: str) -> str:
    """Return the text as it may stand in a CSV cell."""
    return f"'{text}" if _dangerous(text) else text


def unguarded(text: str) -> str:
    """Return the text that ``guarded`` was given."""
    return text[1:] if text.startswith("'") and _dangerous(text) else text


def _dangerous(text: str) -> bool:
    # leading apostrophes change nothing: so a text that looks guarded is guarded once more, and reading gives back
    # exactly what was written. Full-width signs count as the plain ones
    bare = unicodedata.normalize("NFKC", text.lstrip("'"))
    return (bare[:1] in _STARTERS and bool(bare)) or (bare.lstrip(_PASSED_OVER)[:1] in _STARTERS and bool(bare.strip()))
