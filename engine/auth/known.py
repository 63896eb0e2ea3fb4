"""What a process remembers of credentials it has seen: for a second, then the database is asked again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from engine.auth.caller import Caller

Key = tuple[str, str]
_REMEMBERED = 20_000


@dataclass(slots=True)
class Seen:
    """A caller with the state of permission he was made for, when he was last looked up, seen, and noted as seen."""

    caller: Caller
    access: int
    checked: float
    seen_at: datetime
    noted_at: datetime
    expires_at: datetime | None


class Known:
    """Callers by (tenant, hash of the credential). An entry is good for ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: OrderedDict[Key, Seen] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, access: int) -> Seen | None:
        """Return what is known and still good."""
        seen = self._seen.get(key)
        if seen is None or seen.access != access or time.monotonic() - seen.checked >= self._seconds:
            return None
        return seen

    def put(self, key: Key, seen: Seen) -> None:
        """Remember; the one remembered longest ago is forgotten when there are too many."""
        with self._lock:
            self._seen[key] = seen
            self._seen.move_to_end(key)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)

    def forget(self, tenant: str, *, user: str | None = None, credential: str | None = None) -> None:
        """Forget one credential, all of a user, or all of a tenant."""
        with self._lock:
            gone = [
                key
                for key, seen in self._seen.items()
                if key[0] == tenant
                and (user is None or seen.caller.actor.user == user)
                and (credential is None or key[1] == credential)
            ]
            for key in gone:
                del self._seen[key]
