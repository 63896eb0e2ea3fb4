"""A label for what has none of its own."""

from __future__ import annotations

from engine.kernel.text import EMPTY, LocalText, plain


def title_of(id: str) -> LocalText:
    """Return the id as a label."""
    return plain(id.replace("_", " ").capitalize()) if id else EMPTY
