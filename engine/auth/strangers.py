"""How much people without an account may do: counted by what they are known by, within an hour, in this process."""

from __future__ import annotations

from datetime import timedelta

from engine.auth.attempts import Attempts, neighbourhood
from engine.kernel.clock import Clock
from engine.kernel.errors import LimitExceeded

_WITHIN = timedelta(hours=1)
FROM_ONE_ADDRESS = 30
OF_ONE_KIND = 1_000


class Strangers:
    """Counts what strangers did. Each process counts for itself, so with several the bounds are that much wider."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._done = Attempts(_WITHIN)

    def require(self, address: str, kind: str) -> None:
        """Count one more thing of a kind from an address. Raises LimitExceeded when it is one too many."""
        now = self._clock.now()
        for key, most in ((f"{kind}@{neighbourhood(address)}", FROM_ONE_ADDRESS), (kind, OF_ONE_KIND)):
            if self._done.exhausted(key, most, now):
                raise LimitExceeded("strangers", most + 1, most, 429)
            self._done.note(key, now)
