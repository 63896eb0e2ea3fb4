"""Clocks: how long something may take, and what happens before and after it is due, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.metamodel.model.effects import Effect
from engine.metamodel.model.people import People
from engine.metamodel.model.phrase import Duration
from engine.rules import Expression

# the calendar of a clock that counts plain time
NO_CALENDAR = "none"


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind whoever holds the task; again ``times`` times, each ``every`` working time later."""

    every: Duration | None = None
    times: int = 0


@dataclass(frozen=True, slots=True)
class HandOver:
    """Hand the task to others. ``escalate``: with reason timeout, and the old assignee is told."""

    to: People
    escalate: bool = False


@dataclass(frozen=True, slots=True)
class AddVoices:
    """Ask further people as well (only in mode any)."""

    people: People


@dataclass(frozen=True, slots=True)
class ClockDecision:
    """The clock itself decides the task, as the system with reason timeout."""

    decision: Literal["approve", "reject", "return"]


RungAction = Remind | HandOver | AddVoices | ClockDecision | Effect


@dataclass(frozen=True, slots=True)
class Rung:
    """What is done at an offset from the due time, counted in the clock's own time."""

    at: Duration
    do: tuple[RungAction, ...]


@dataclass(frozen=True, slots=True)
class SlaModel:
    """A clock. ``within`` is its budget, or an expression that yields a duration when the clock starts.

    ``calendar`` names a worktime; None the tenant's; :data:`NO_CALENDAR` plain time. ``pause`` true stops it.
    ``start`` and ``stop`` belong to clocks that run across states; a clock on a state or a task runs while that is
    open. ``rungs`` stand in the order of their offsets.
    """

    name: str
    within: Duration | Expression
    calendar: str | None = None
    pause: Expression | None = None
    start: Expression | None = None
    stop: Expression | None = None
    rungs: tuple[Rung, ...] = ()
