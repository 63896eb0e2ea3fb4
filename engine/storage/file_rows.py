"""Rows of uploaded files: added at the upload, bound to a record when it is saved with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from engine.storage.sessions import Session
from engine.storage.statements import Statement
from engine.storage.system import FILE


@dataclass(frozen=True, slots=True)
class FileRow:
    """An uploaded file. ``record`` is empty until a record is saved with it."""

    id: str
    object: str
    record: str | None
    field: str
    name: str
    type: str
    size: int
    digest: str
    created_at: datetime
    created_by: str


_COLUMNS = ("id", "object", "record", "field", "name", "type", "size", "digest", "created_at", "created_by")
_ADD = Statement(lambda _: insert(FILE).values({name: bindparam(f"v_{name}") for name in _COLUMNS}))
_FIND = Statement(lambda _: select(*(FILE.c[name] for name in _COLUMNS)).where(FILE.c.id == bindparam("key")))
_BIND = Statement(
    lambda _: (
        update(FILE)
        .where(FILE.c.id == bindparam("key"), FILE.c.record.is_(None))
        .values({name: bindparam(f"v_{name}") for name in ("object", "record", "field")})
    )
)


def add_file(session: Session, row: FileRow) -> None:
    """Note an upload."""
    session.change(_ADD, {f"v_{name}": getattr(row, name) for name in _COLUMNS})


def find_file(session: Session, id: str) -> FileRow | None:
    """Return what is known of an upload, or None."""
    row = session.row(_FIND, {"key": id})
    return None if row is None else FileRow(*row)


def bind_files(session: Session, object: str, record: str, uses: Iterable[tuple[str, str]]) -> None:
    """Give the files that belong to no record yet to this one; ``uses`` are pairs of file and field."""
    for id, field in uses:
        session.change(_BIND, {"key": id, "v_object": object, "v_record": record, "v_field": field})


def forget_unused_files(session: Session, before: datetime) -> int:
    """Delete the rows of uploads from before an instant that no record was saved with; return how many."""
    return session.execute(delete(FILE).where(FILE.c.record.is_(None), FILE.c.created_at < before)).rowcount


def digests_among(session: Session, digests: Iterable[str]) -> set[str]:
    """Return those of the given hashes that some file still has."""
    return set(session.execute(select(FILE.c.digest).where(FILE.c.digest.in_(list(digests)))).scalars())
