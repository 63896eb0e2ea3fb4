"""Faults on demand: ``ENGINE_FAULTS=sql:N:kill`` ends this process right after its N-th statement."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def counter_of(text: str) -> Callable[[], None] | None:
    """Return what is to be called after each statement; None for an empty text."""
    if not text:
        return None
    place, number, effect = text.split(":")
    if place != "sql" or effect != "kill":
        raise ValueError(f"ENGINE_FAULTS={text}: only sql:N:kill is known")
    left = [int(number)]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


# None in normal work, so that the hot path pays one comparison
after_statement: Callable[[], None] | None = counter_of(os.environ.get("ENGINE_FAULTS", ""))
