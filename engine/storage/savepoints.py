"""A part of a transaction that can fail by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from engine.storage.connections import DialectName
from engine.storage.sessions import Session
from engine.storage.statements import Statement


def _said(words: str) -> Statement:
    def build(_: DialectName) -> object:
        return text(words)

    return Statement(build)  # type: ignore[arg-type] # a text is a clause


_BEGIN, _KEEP, _UNDO = _said("SAVEPOINT part"), _said("RELEASE SAVEPOINT part"), _said("ROLLBACK TO SAVEPOINT part")


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undo what was done inside when it ends in an error; the transaction goes on either way."""
    session.change(_BEGIN)
    try:
        yield
    except BaseException:
        session.change(_UNDO)
        session.change(_KEEP)
        raise
    session.change(_KEEP)
