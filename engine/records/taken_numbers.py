"""Numbers of fast rules that this process has taken in a block and not given out yet."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from engine.records.number_pattern import Counter

BLOCK = 20
_COUNTERS_KEPT = 10_000

Key = tuple[str, Counter]


class TakenNumbers:
    """Blocks by tenant and counter. What was taken in a transaction comes here only after its commit."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[Key, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, tenant: str, counter: Counter, count: int) -> list[int]:
        """Return up to ``count`` numbers, the smallest first; they are never given again."""
        with self._lock:
            block = self._blocks.get((tenant, counter))
            if not block:
                return []
            drawn, block[:] = block[:count], block[count:]
            return drawn

    def keep(self, tenant: str, counter: Counter, numbers: Iterable[int]) -> None:
        """Keep the rest of a block that a committed transaction took."""
        with self._lock:
            block = self._blocks.setdefault((tenant, counter), [])
            block.extend(numbers)
            block.sort()
            while len(self._blocks) > _COUNTERS_KEPT:
                self._blocks.popitem(last=False)

    def next_of(self, tenant: str, counter: Counter) -> int | None:
        """Return the number that would be drawn next, without drawing it."""
        with self._lock:
            block = self._blocks.get((tenant, counter))
            return block[0] if block else None

    def forget(self, tenant: str) -> None:
        """Drop a tenant's blocks, for instance when it is dropped and made anew."""
        with self._lock:
            for key in [key for key in self._blocks if key[0] == tenant]:
                del self._blocks[key]
