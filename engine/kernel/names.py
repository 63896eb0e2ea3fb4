"""Names and identities: their types, their grammar, and how new ids are made."""

from __future__ import annotations

import os
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NewType

ObjectName = NewType("ObjectName", str)
FieldName = NewType("FieldName", str)
RecordId = NewType("RecordId", str)

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,47}$"
_NAME = re.compile(NAME_PATTERN)
_RECORD_ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """One record of one object."""

    object: str
    id: str


def is_name(text: str) -> bool:
    """Tell whether ``text`` may be the id of anything that a pack declares."""
    return _NAME.match(text) is not None


def is_record_id(text: str) -> bool:
    """Tell whether ``text`` has the canonical form of a record id."""
    return _RECORD_ID.match(text) is not None


class Ids:
    """Makes ids: UUIDs of version 7 (RFC 9562) in canonical text, random, and rising also within a millisecond.

    They rise by 4096ths of a millisecond, never the same twice in this process: lines keep the order they came in.
    """

    def __init__(
        self, nanoseconds: Callable[[], int] = time.time_ns, chance: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._nanoseconds, self._chance = nanoseconds, chance
        self._last = 0
        self._lock = threading.Lock()

    def make(self) -> RecordId:
        """Return a new id."""
        ticks = self._next()
        value = (ticks >> 12 & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64
        value |= 0b10 << 62 | int.from_bytes(self._chance(8), "big") >> 2
        return RecordId(str(uuid.UUID(int=value)))

    def _next(self) -> int:
        with self._lock:
            self._last = max(self._nanoseconds() * 4096 // 1_000_000, self._last + 1)
            return self._last


_ids = Ids()


def new_record_id() -> RecordId:
    """Return a new id; see ``Ids``."""
    return _ids.make()


@contextmanager
def ids_from(ids: Ids) -> Iterator[None]:
    """Let all new ids of this process come from ``ids`` for a while: for trials that are to be repeated exactly."""
    global _ids
    before, _ids = _ids, ids
    try:
        yield
    finally:
        _ids = before
