"""An approval: who may start it, which steps it takes, what follows from its outcome, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.kernel.text import LocalText
from engine.metamodel.model.effects import Effects, Values
from engine.metamodel.model.people import People
from engine.metamodel.model.policy import PolicyModel
from engine.metamodel.model.steps import Step
from engine.metamodel.model.walk import WalkModel
from engine.rules import Expression

ApprovalOutcome = Literal["approved", "rejected", "withdrawn", "cancelled"]


@dataclass(frozen=True, slots=True)
class StartModel:
    """Ways and people that may start it. ``who`` empty: whoever may see the record; ``when`` null counts as true for
    a gate and as false otherwise (K7)."""

    by: frozenset[Literal["gate", "user", "automation"]] = frozenset({"gate", "user", "automation"})
    who: People = ()
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class SubjectModel:
    """What happens to the record. ``change``: proposed new values are approved, the record keeps the old ones (D5).

    ``material``: a change of these voids approvals given before (D7). ``always`` and ``resubmit``: fields that may be
    written at any time, and by the submitter after a return.
    """

    mode: Literal["record", "change"] = "record"
    material: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()
    resubmit: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """What follows when an approval closes so."""

    set: Values = field(default_factory=dict)
    do: Effects = ()


@dataclass(frozen=True, slots=True)
class ApprovalModel:
    """An approval of records of ``object``. ``slot``: at most one open instance per record and slot.

    ``body`` is its definition as merged from all layers, in plain values, and ``fingerprint`` the hash of it: an
    instance pins both, and ``engine.metamodel.approval_of_body`` compiles a body anew against today's model.
    ``admins`` empty: the holders of the role ``flow_admin``. ``walks`` are its tests; they are no part of the body.
    """

    name: str
    object: str
    title: LocalText
    steps: tuple[Step, ...]
    priority: int = 0
    start: StartModel = field(default_factory=StartModel)
    slot: str = "default"
    admins: People = ()
    subject: SubjectModel = field(default_factory=SubjectModel)
    policy: PolicyModel = field(default_factory=PolicyModel)
    outcomes: Mapping[str, OutcomeModel] = field(default_factory=dict)
    layer: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    walks: tuple[WalkModel, ...] = ()
