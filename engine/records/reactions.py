"""Reactions: subscribers that see what a command changed before it is committed, and may change more in the same unit.

`wiring` gives them, in their order; `records` knows no feature. An object nobody subscribed to pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from engine.kernel.errors import Conflict
from engine.metamodel.model import TenantModel
from engine.records.change import Change

if TYPE_CHECKING:
    from engine.records.plan import ObjectPlan
    from engine.records.unit import Unit

# waves of changes that follow from changes; behind it no rule of a pack acts any more (A5)
DEEPEST = 8
# inner steps per change that a command began with; a command that needs more does not end (K2)
MOST_STEPS = 1_000


class Reaction(Protocol):
    """A subscriber. ``react`` gets the changes of one wave, one per record: before the wave and after it."""

    def concerns(self, model: TenantModel, object: str) -> bool: ...

    def react(self, unit: Unit, changes: Sequence[Change]) -> None: ...


class Reactions:
    """The subscribers of a process, and which of them an object concerns."""

    def __init__(self) -> None:
        self._all: tuple[Reaction, ...] = ()
        self._of: WeakKeyDictionary[ObjectPlan, tuple[Reaction, ...]] = WeakKeyDictionary()

    def subscribe(self, reactions: Sequence[Reaction]) -> None:
        """Add subscribers behind those that are there."""
        self._all = (*self._all, *reactions)
        self._of = WeakKeyDictionary()

    def of(self, plan: ObjectPlan) -> tuple[Reaction, ...]:
        """Return the subscribers that an object's changes concern."""
        found = self._of.get(plan)
        if found is None:
            model = plan.plans.model
            found = tuple(reaction for reaction in self._all if reaction.concerns(model, plan.name))
            self._of[plan] = found
        return found

    @property
    def all(self) -> tuple[Reaction, ...]:
        return self._all


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


@contextmanager
def command(unit: Unit) -> Iterator[None]:
    """Hold reactions back until a command is through, so that they see it as one change; then let them act."""
    unit.chain.held += 1
    try:
        yield
    finally:
        unit.chain.held -= 1
    settle(unit)


def settle(unit: Unit) -> None:
    """Let the subscribers react to what has changed, and to what they change, until nothing changes any more."""
    chain = unit.chain
    if chain.held or chain.seen == len(unit.changes):
        return
    depth = chain.depth
    chain.held += 1
    chain.steps, chain.limit = 0, MOST_STEPS * (len(unit.changes) - chain.seen)
    try:
        while chain.seen < len(unit.changes):
            fresh = unit.changes[chain.seen :]
            chain.seen = len(unit.changes)
            _wave(unit, fresh)
            chain.depth += 1
    finally:
        chain.depth = depth
        chain.held -= 1
        if not chain.held and not depth:
            chain.id = ""
            chain.acted.clear()


def newest(unit: Unit, change: Change) -> Change:
    """Return a change as reactions left its record."""
    for later in reversed(unit.changes):
        if later.id == change.id and later.object == change.object:
            if later.version <= change.version or later.after is None:
                return change
            return replace(change, version=later.version, after=later.after)
    return change


def _wave(unit: Unit, fresh: Sequence[Change]) -> None:
    reactions = unit.reactions
    concerned: dict[str, tuple[Reaction, ...]] = {}
    for change in fresh:
        if change.object not in concerned:
            concerned[change.object] = reactions.of(unit.plans.of(change.object))
    if not any(concerned.values()):
        return
    if unit.chain.depth:
        for _ in fresh:
            unit.chain.step()
    wave = _around([change for change in fresh if concerned[change.object]])
    for reaction in reactions.all:
        mine = [change for change in wave if reaction in concerned[change.object]]
        if mine:
            reaction.react(unit, mine)


def _around(changes: Sequence[Change]) -> list[Change]:
    """Return one change per record: from before its first to after its last (A2)."""
    found: dict[tuple[str, str], Change] = {}
    for change in changes:
        key = (change.object, change.id)
        first = found.get(key)
        found[key] = change if first is None else _joined(first, change)
    return [change for change in found.values() if change.before is not None or change.after is not None]


def _joined(first: Change, last: Change) -> Change:
    action = first.action if first.before is None or last.action in ("update", "recompute") else last.action
    return replace(last, before=first.before, action=action, warnings=(*first.warnings, *last.warnings))


NOBODY = Reactions()

__all__ = ["DEEPEST", "MOST_STEPS", "NOBODY", "Chain", "Reaction", "Reactions", "command", "newest", "settle"]
