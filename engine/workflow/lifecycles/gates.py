"""Gates: approvals that hold a transition, tested in order; a passed one is remembered while its data stand (L3)."""

from __future__ import annotations

from typing import Literal, Protocol

from engine.kernel.errors import Rejected
from engine.kernel.names import RecordRef
from engine.metamodel.model.lifecycle import GateModel
from engine.records import Unit
from engine.workflow.facts import digest, material_of, read_subject

GateOutcome = Literal["approved", "rejected", "withdrawn", "cancelled"]


class Gates(Protocol):
    """Who runs approvals. ``start_gate`` returns how one ended that was over at once, None while it runs."""

    def start_gate(self, unit: Unit, object: str, id: str, gate: GateModel, cause: str) -> GateOutcome | None: ...


class NoGates:
    """Where there are no approvals a gate cannot be opened."""

    def start_gate(self, unit: Unit, object: str, id: str, gate: GateModel, cause: str) -> GateOutcome | None:
        raise Rejected("no_approvals_here", approval=gate.approval)


def state_after(gate: GateModel, outcome: GateOutcome) -> str:
    """Return where a record goes when its approval ended; cancelled counts as withdrawn."""
    if outcome == "approved":
        return gate.approved
    return gate.rejected if outcome == "rejected" else gate.withdrawn


def resting_on(unit: Unit, ref: RecordRef, gate: GateModel) -> str:
    """Return a digest of the values that an approval rests on: while it is the same, the approval stands."""
    approval = unit.model.approvals.get(gate.approval)
    material = approval.subject.material if approval is not None else frozenset()
    if not material:
        return ""
    subject = read_subject(unit, ref.object, ref.id)
    return digest(material_of(subject.facts, material, unit.plans.of(ref.object).lines))
