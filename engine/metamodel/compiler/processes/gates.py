"""Gates of transitions: the approvals that hold them, and what nobody may do meanwhile."""

from __future__ import annotations

from engine.metamodel.compiler.processes.desk import Desk
from engine.metamodel.definitions import Node
from engine.metamodel.model import GateModel, LifecycleModel, TransitionModel
from engine.metamodel.model.people import PlainPerson

_STATES = ("via", "approved", "rejected", "withdrawn")


def compile_gates(node: Node, lifecycle: LifecycleModel, desk: Desk) -> tuple[GateModel, ...]:
    """Compile the gates of a transition."""
    found = []
    for part in node.elements():
        approval = part.text("approval")
        if approval not in desk.bench.names("approval"):
            desk.bench.unknown("approval", part.get("approval"), approval, desk.bench.names("approval"))
        about = desk.bench.subjects.get(("approval", approval))
        if about not in (None, desk.object.name):
            desk.complain(
                "about_another",
                part.get("approval"),
                kind="approval",
                id=approval,
                about=about,
                object=desk.object.name,
            )
        _check_start(part, approval, desk)
        for key in _STATES:
            if part.text(key) not in lifecycle.states:
                desk.bench.unknown("state", part.get(key), part.text(key), lifecycle.states)
        via, approved, rejected, withdrawn = (part.text(key) for key in _STATES)
        found.append(GateModel(approval, via, approved, rejected, withdrawn, desk.condition(part.get("when"))))
    return tuple(found)


def _check_start(node: Node, approval: str, desk: Desk) -> None:
    flow = desk.bench.flows.get(approval)
    by = flow.get("start").texts("by") if flow is not None else ()
    if by and "gate" not in by:
        desk.complain("not_by_gate", node.get("approval"), approval=approval)


def check_gates(lifecycle: LifecycleModel, transitions: Node, desk: Desk) -> None:
    """Complain where the submitter could leave the state in which a gate holds the record."""
    for transition in lifecycle.transitions.values():
        for index, gate in enumerate(transition.gates):
            if gate.via in transition.sources:
                continue  # the record stays where it was; the approval locks it
            open_ways = [other.name for other in lifecycle.transitions.values() if _leaves(other, gate.via)]
            if open_ways:
                place = transitions.get(transition.name).get("gate").get(index).get("via")
                desk.complain("way_around_gate", place, state=gate.via, transitions=", ".join(open_ways))


def _leaves(transition: TransitionModel, state: str) -> bool:
    if state not in transition.sources or transition.to in (None, state):
        return False
    if transition.who is None:
        return True
    words = {rule.selector.word for rule in transition.who if isinstance(rule.selector, PlainPerson)}
    return bool(words & {"owner", "actor", "submitter"})
