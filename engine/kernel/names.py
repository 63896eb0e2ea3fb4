"""Names and identities: their types, their grammar, and how new ids are made."""

from __future__ import annotations

import os
import re
import threading
import time
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


class _Ids:
    """Makes ids of the time, in 4096ths of a millisecond, and of chance.

    No time comes twice in this process: lines keep the order they came in.
    """

    def __init__(self) -> None:
        self.nanoseconds: Callable[[], int] = time.time_ns
        self.chance: Callable[[int], bytes] = os.urandom
        self.last = 0
        self._lock = threading.Lock()

    def make(self) -> RecordId:
        with self._lock:
            ticks = self.last = max(self.nanoseconds() * 4096 // 1_000_000, self.last + 1)
        value = (ticks >> 12 & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64
        value |= 0b10 << 62 | int.from_bytes(self.chance(8), "big") >> 2
        # what str(UUID(int=value)) says, at a third of its cost: a save that raises many rules asks for many
        text = f"{value:032x}"
        return RecordId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


_ids = _Ids()


def new_record_id() -> RecordId:
    """Return a new UUID version 7 (RFC 9562) in canonical text: random, and rising, also within a millisecond."""
    return _ids.make()


@contextmanager
def ids_from(nanoseconds: Callable[[], int], chance: Callable[[int], bytes]) -> Iterator[None]:
    """Make the ids of this process of another time and chance for a while: for trials that are to be repeated."""
    before = _ids.nanoseconds, _ids.chance, _ids.last
    _ids.nanoseconds, _ids.chance, _ids.last = nanoseconds, chance, 0
    try:
        yield
    finally:
        _ids.nanoseconds, _ids.chance, _ids.last = before
