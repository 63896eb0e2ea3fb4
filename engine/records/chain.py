"""Chain: what follows from one command, across waves and transactions (A5, K2)."""

from __future__ import annotations

from engine.kernel.errors import Conflict

# inner steps per change that a command began with; a command that needs more does not end (K2)
MOST_STEPS = 1_000


class Chain:
    """What follows from one command: its id, how deep it is, and what rules did already (A5).

    ``held``: a command is not through with its own changes yet. ``seen`` counts the changes of the unit that were
    reacted to. A chain goes on in later transactions when ``id`` and ``depth`` are taken from what told of it.
    """

    __slots__ = ("acted", "depth", "held", "id", "limit", "seen", "steps")

    def __init__(self) -> None:
        self.id = ""
        self.depth = 0
        self.held = 0
        self.seen = 0
        self.steps = 0
        self.limit = MOST_STEPS
        self.acted: set[tuple[str, str]] = set()

    def step(self) -> None:
        """Count one inner step; a command that takes too many is not saved (K2)."""
        self.steps += 1
        if self.steps > self.limit:
            raise Conflict("runaway", max=self.limit)

    def forget_after(self, count: int) -> None:
        """Take back that changes behind the first ``count`` were seen, as they are undone."""
        self.seen = min(self.seen, count)
