"""A walk: a test that stands in an approval, with what is supposed, who decides how, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.kernel.source import Span


@dataclass(frozen=True, slots=True)
class WalkAct:
    """A decision of a person. ``step`` says in which step, empty where that is plain; ``to`` where a return leads;
    ``values`` are written with it and ``output`` given beside it, as written."""

    person: str
    decision: str
    span: Span
    step: str = ""
    comment: str | None = None
    to: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WalkModel:
    """A walk through an approval.

    ``record`` are the values of its record as they are supposed, ``change`` those that are proposed, ``people`` whom
    the rules of a step find. ``path`` are steps that are visited in this order, ``avoided`` steps that are not;
    ``outcome`` empty and ``fields`` without entries: nothing is said of them. Values are as written, formulas too.
    """

    name: str
    span: Span
    now: datetime
    submitter: str
    record: Mapping[str, Any]
    change: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    acts: tuple[WalkAct, ...] = ()
    path: tuple[str, ...] = ()
    avoided: tuple[str, ...] = ()
    outcome: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Return everybody whom the walk names."""
        return frozenset({self.submitter, *(act.person for act in self.acts), *sum(self.people.values(), ())})
