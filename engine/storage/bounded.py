"""A cache with an upper bound that forgets what was used longest ago; safe between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Any


class Bounded:
    """Keeps at most ``limit`` values. A value may be made twice by two threads; the first one stays."""

    __slots__ = ("_limit", "_lock", "_values")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the value of ``key``, made by ``make`` when it is not there."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
                return value
        made = make()
        with self._lock:
            value = self._values.setdefault(key, made)
            if len(self._values) > self._limit:
                self._values.popitem(last=False)
        return value

    def found(self, keys: Iterable[tuple[Any, ...]]) -> dict[Any, Any]:
        """Return the values that are there, by the last part of their keys."""
        with self._lock:
            return {key[-1]: self._values[key] for key in keys if key in self._values}

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value in place of the one that is there."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._limit:
                self._values.popitem(last=False)

    def look(self, key: Hashable) -> Any:
        """Return the value of ``key``, or None."""
        return self._values.get(key)

    def __len__(self) -> int:
        return len(self._values)
