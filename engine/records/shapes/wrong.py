"""What a reader says when a value cannot be read."""

from __future__ import annotations

from typing import Any


class Wrong(Exception):
    """One part of a value cannot be read. ``path`` leads from the field to the part, empty for the whole."""

    def __init__(self, code: str, path: str = "", /, **params: Any) -> None:
        self.code = code
        self.path = path
        self.params = params
        super().__init__(code)

    def below(self, step: str) -> Wrong:
        """Return the same complaint seen from one step further out."""
        return Wrong(self.code, step + self.path, **self.params)
