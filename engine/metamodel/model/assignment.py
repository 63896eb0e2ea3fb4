"""Assignments: who gets the work, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.people import People
from engine.metamodel.model.phrase import Duration
from engine.rules import Expression


@dataclass(frozen=True, slots=True)
class Load:
    """What a person already has: the records of ``object`` assigned to the person for which ``where`` is true.

    ``by`` is the field of those records that holds the person; ``cap``: with that many nobody gets more.
    """

    object: str
    by: str
    where: Expression | None = None
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The work must be accepted in time, or the next candidate is asked, at most ``tries`` of them."""

    within: Duration
    tries: int = 3


@dataclass(frozen=True, slots=True)
class AssignmentModel:
    """Gives records of ``object`` to a person by writing the field ``to``.

    ``where`` is a hard condition on ``candidate``, ``prefer`` are soft ones in order; ``key`` has a turn of its own
    per value; ``sticky`` yields a person who wins. ``fallback`` empty: it stays unassigned.
    """

    name: str
    object: str
    to: str
    pool: People
    title: LocalText = EMPTY
    where: Expression | None = None
    prefer: tuple[Expression, ...] = ()
    pick: Literal["round_robin", "least_loaded", "weighted", "first"] = "round_robin"
    key: Expression | None = None
    load: Load | None = None
    sticky: Expression | None = None
    accept: Acceptance | None = None
    fallback: People = ()
    layer: str = ""
