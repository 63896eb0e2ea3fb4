"""Reactions: subscribers that see what a command changed before it is committed, and may change more in the same unit.

`wiring` gives them, in their order; `records` knows no feature. An object nobody subscribed to pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol, TypeVar, cast
from weakref import WeakKeyDictionary

from engine.metamodel.model import TenantModel
from engine.records.chain import MOST_STEPS
from engine.records.change import Change
from engine.records.plan import ObjectPlan
from engine.records.unit import Unit

T = TypeVar("T")

# waves of changes that follow from changes; behind it no rule of a pack acts any more (A5)
DEEPEST = 8


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


@contextmanager
def command(unit: Unit) -> Iterator[None]:
    """Hold reactions back until a command is through, so that they see it as one change; then let them act."""
    unit.chain.held += 1
    try:
        yield
    finally:
        unit.chain.held -= 1
    unit.settle()


def settle(unit: Unit, reactions: Reactions) -> None:
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
            _wave(unit, fresh, reactions)
            chain.depth += 1
    finally:
        chain.depth = depth
        chain.held -= 1
        if not chain.held and not depth:
            chain.id = ""
            chain.acted.clear()


def newest(unit: Unit, change: T) -> T:
    """Return a change as reactions left its record, anything else as it is."""
    return cast("T", _newest(unit, change)) if isinstance(change, Change) else change


def _newest(unit: Unit, change: Change) -> Change:
    for later in reversed(unit.changes):
        if later.id == change.id and later.object == change.object:
            if later.version <= change.version or later.after is None:
                return change
            return replace(change, version=later.version, after=later.after)
    return change


def _wave(unit: Unit, fresh: Sequence[Change], reactions: Reactions) -> None:
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
