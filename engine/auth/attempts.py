"""How often somebody tried in vain, by address and by login; for whoever has no account to count on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

_REMEMBERED = 50_000


class Attempts:
    """Remembers wrong tries within a sliding window; forgets the oldest keys first when there are too many."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._tries: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def exhausted(self, key: str, most: int, now: datetime) -> bool:
        """Tell whether ``most`` tries were made within the window."""
        with self._lock:
            return len(self._recent(key, now)) >= most

    def note(self, key: str, now: datetime) -> None:
        """Count a wrong try."""
        with self._lock:
            recent = self._recent(key, now)
            recent.append(now)
            self._tries[key] = recent
            self._tries.move_to_end(key)
            while len(self._tries) > _REMEMBERED:
                self._tries.popitem(last=False)

    def forget(self, key: str) -> None:
        """Start from zero after a right try."""
        with self._lock:
            self._tries.pop(key, None)

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [at for at in self._tries.get(key, ()) if now - at < self._window]


def neighbourhood(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 that one subscriber has in IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
