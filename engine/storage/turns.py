"""Turns: threads that want the same thing get it one after the other, whoever came first before the rest."""

from __future__ import annotations

import os
import threading
from collections import deque


class Turns:
    """One thread at a time.

    SQLite lets those who wait try again now and then, and whoever comes by at the right moment goes first: a command
    of a person waits for seconds beside a job that writes without a pause. Here the one who has waited longest is next.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def take(self, seconds: float) -> bool:
        """Wait for a turn at most so long; tell whether it is there. Then it must be given back."""
        if self._pid != os.getpid():
            # threads of the process that this one was made from do not exist here
            self.__init__()  # type: ignore[misc] # as if new
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=seconds):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        # it came in the moment in which patience ended
        return True

    def give(self) -> None:
        """End a turn; the next in line has it."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
