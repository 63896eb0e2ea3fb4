"""The nearest right word, ready to be put behind a complaint."""

from __future__ import annotations

from collections.abc import Iterable

from engine.kernel.diagnostics import nearest


def guess(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean ...?``, or an empty text when nothing known is like ``word``."""
    found = nearest(word, list(known)) if len(word) <= 100 else ""
    return f"; did you mean {found}?" if found else ""
