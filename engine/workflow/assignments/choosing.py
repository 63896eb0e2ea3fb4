"""Choosing one of several candidates: pure (G2 to G6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Candidate:
    """A person of the pool in its stable order, with what expressions see of him."""

    id: str
    weight: float = 1.0
    facts: Mapping[str, Any] = field(default_factory=dict)
    load: int = 0
    last: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is chosen, and the running weights afterwards."""

    chosen: str
    weights: Mapping[str, float]


def round_robin(pool: Sequence[str], eligible: Sequence[Candidate], last: str | None) -> str:
    """Return the next of the eligible after ``last`` in the order of the whole pool; absent ones are passed over."""
    able = {one.id for one in eligible}
    start = pool.index(last) + 1 if last in pool else 0
    return next(id for id in [*pool[start:], *pool[:start]] if id in able)


def least_loaded(eligible: Sequence[Candidate]) -> str:
    """Return who has least; of several whoever was chosen longest ago, never counting as longest (G4)."""
    order = {one.id: place for place, one in enumerate(eligible)}
    return min(eligible, key=lambda one: (one.load, one.last, order[one.id])).id


def weighted(eligible: Sequence[Candidate], weights: Mapping[str, float]) -> Turn:
    """Return the next of a smooth weighted round: shares by weight, spread evenly (G5)."""
    now = {one.id: weights.get(one.id, 0.0) + one.weight for one in eligible}
    chosen = max(eligible, key=lambda one: now[one.id]).id
    now[chosen] -= sum(one.weight for one in eligible)
    return Turn(chosen, {**weights, **now})
