"""How much people without an account may do: counted by what they are known by, within an hour."""

from __future__ import annotations

from datetime import timedelta

from engine.auth.attempts import Attempts, neighbourhood
from engine.kernel.clock import Clock
from engine.kernel.errors import LimitExceeded
from engine.storage import Shelf
from engine.storage.stranger_rows import count_stranger

_WITHIN = timedelta(hours=1)
FROM_ONE_ADDRESS = 30
OF_ONE_KIND = 1_000


class Strangers:
    """Counts what strangers did, in the tenant's database, so that all processes share one bound.

    Each process counts for itself besides: whoever goes on beyond the bound is refused without asking the database.
    """

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._done = Attempts(_WITHIN)

    def require(self, tenant: str, address: str, kind: str) -> None:
        """Count one more thing of a kind from an address. Raises LimitExceeded when it is one too many."""
        now = self._clock.now()
        bounds = ((f"{kind}@{neighbourhood(address)}", FROM_ONE_ADDRESS), (kind, OF_ONE_KIND))
        for key, most in bounds:
            if self._done.exhausted(f"{tenant} {key}", most, now):
                raise LimitExceeded("strangers", most + 1, most, 429)
            self._done.note(f"{tenant} {key}", now)
        database, _ = self._shelf.current(tenant)
        with database.writing() as session:
            for key, most in bounds:
                # refused, it is undone: who waits an hour starts anew however often he tried meanwhile
                if count_stranger(session, key, now, _WITHIN) > most:
                    raise LimitExceeded("strangers", most + 1, most, 429)
