"""Answers that are remembered while the data they rest on are unchanged.

An answer is found by the text of its statement and every value that it was given. The reader's permission stands in
both, so whoever may see other rows asks another question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.storage.bounded import Bounded
from engine.storage.catalog import Catalog
from engine.storage.data_versions import DataVersions
from engine.storage.sessions import Session

_MINE = "answers"
_KEPT, _MOST_ROWS = 500, 2_000
Rows = list[tuple[Any, ...]]
Ask = Callable[[], Rows]


def remembered(session: Session) -> Remembered:
    """Return what is remembered of the answers of a session's database."""
    found: Remembered = session.memory.get(_MINE) or session.memory.setdefault(_MINE, Remembered())
    return found


class Remembered:
    """What one process remembers of the answers of one database."""

    __slots__ = ("_answers", "_versions")

    def __init__(self) -> None:
        self._versions = DataVersions()
        self._answers = Bounded(_KEPT)

    def rows(
        self,
        session: Session,
        catalog: Catalog,
        question: tuple[str, Sequence[Any]],
        objects: tuple[str, ...],
        ask: Ask,
    ) -> Rows:
        """Return the rows of a question about some objects: those known, if nothing changed since, else what ``ask``
        gives. Inside a transaction nothing is remembered: it sees what may never come to be."""
        if session.writing:
            return ask()
        versions = self._versions.of(session, objects)
        if versions is None:
            return ask()
        key = (catalog.stamp, question[0], repr(question[1]))
        known = self._answers.look(key)
        if known is not None and known[0] == versions:
            rows: Rows = known[1]
            return rows
        found = ask()
        # a change that was committed meanwhile may be in the answer, or not
        if len(found) <= _MOST_ROWS and self._versions.of(session, objects, fresh=True) == versions:
            self._answers.put(key, (versions, found))
        return found
