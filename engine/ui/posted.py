"""A posted form, as widgets read it."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import FileStorage, MultiDict

from engine.ui.widgets.base import SentFile

_DIGITS = 16


class PostedForm:
    """Wraps what Flask parsed; a name that was not posted is None, never an error."""

    def __init__(self, values: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> None:
        self._values = values
        self._files = files

    def one(self, name: str) -> str | None:
        """Return the last text posted under a name: behind its hidden companion a ticked box says yes."""
        values = self._values.getlist(name)
        return values[-1] if values else None

    def number(self, name: str) -> int:
        """Return the whole number posted under a name, 0 when it is none."""
        text = self.one(name) or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0

    def many(self, name: str) -> Sequence[str]:
        """Return all texts posted under a name."""
        return self._values.getlist(name)

    def sent(self, name: str) -> Sequence[SentFile]:
        """Return the files that were chosen under a name."""
        return [SentFile(file.filename, file.stream) for file in self._files.getlist(name) if file.filename]

    def under(self, prefix: str) -> PostedForm:
        """Return the part of the form whose names begin with ``prefix.``, without it."""
        start = f"{prefix}."
        values = [
            (name[len(start) :], value) for name, value in self._values.items(multi=True) if name.startswith(start)
        ]
        files = [(name[len(start) :], file) for name, file in self._files.items(multi=True) if name.startswith(start)]
        return PostedForm(MultiDict(values), MultiDict(files))

    def keys(self, prefix: str) -> Sequence[str]:
        """Return the distinct next parts of the names that begin with ``prefix.``, in their order."""
        start = f"{prefix}."
        parts = (name[len(start) :].partition(".")[0] for name in self._values if name.startswith(start))
        return tuple(dict.fromkeys(parts))
