"""Decisions of people (V8, T3, R2): every open voice that the person holds in the step is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.workflow.approvals.state import closing, people_step, returning
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.runtime import Agreement, Frame, Human, Slot
from engine.workflow.approvals.state.stored import frame_to
from engine.workflow.approvals.state.tree import Held, Place, places
from engine.workflow.approvals.state.world import Clock, EndedTask


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided. ``by`` may be the system, with the reason timeout."""

    decision: str
    by: str
    comment: str | None = None
    reason: str = "person"
    target: returning.Target | None = None
    then: str = "replay"
    output: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def decide(core: Core, held: Held, ruling: Ruling) -> list[Slot]:
    """Give the voices that a person holds in the step of a task; return them. The machine must run afterwards."""
    assert held.place is not None
    node, place = held.node, held.place
    core.last_decider = ruling.by
    before = [(frame, frame_to(frame)) for frame, _ in place.chain]
    given = _held_by(node, held.slot, ruling)
    for slot in given:
        _give(core, node, slot, ruling)
    if not held.slot.lender:
        node.output |= ruling.output
    if not any(slot.lender for slot in given):
        core.state.decided = core.state.decided or ruling.reason == "person"
    for slot in given:
        if slot.lender:
            _hand_back(core, node, slot)
    if ruling.decision == "return":
        assert ruling.target is not None
        core.log.facts[-1].more |= {"to": ruling.target.name, "then": ruling.then}
        core.log.tell("step.returned", node.step, visit=node.visit, to=ruling.target.name, then=ruling.then)
        returning.go_back(core, place, ruling.target, ruling.then, held.slot)
        return given
    core.run()
    _remember(core, before, node, held.slot.no, ruling)
    return given


def _held_by(node: Human, slot: Slot, ruling: Ruling) -> list[Slot]:
    if ruling.reason != "person" or slot.lender or slot.added_as == "before" or slot.admin:
        return [slot]
    mine = [
        other
        for other in node.slots
        if other.state == "open"
        and not other.lender
        and other.added_as != "before"
        and (other.assignee == ruling.by or (other.shared and other.principal == ruling.by))
    ]
    return mine if slot in mine else [slot, *mine]


def _give(core: Core, node: Human, slot: Slot, ruling: Ruling) -> None:
    behalf = slot.principal if slot.principal and slot.principal != ruling.by and not slot.admin else None
    task = slot.task
    core.log.end(EndedTask(task, "decided", ruling.decision, ruling.by, behalf, ruling.reason, ruling.comment))
    core.log.tell(
        "opinion" if slot.lender else "decided",
        node.step,
        visit=node.visit,
        task=task,
        actor=ruling.by,
        behalf=behalf,
        decision=ruling.decision,
        reason="admin" if slot.admin else ruling.reason,
        comment=ruling.comment,
        **ruling.more,
    )
    if slot.lender:
        return
    slot.vote, slot.by, slot.reason, slot.state = ruling.decision, ruling.by, ruling.reason, "closed"
    core.log.clocks.append(Clock("end", node.step, node.visit, slot.no, task))
    if ruling.decision == "approve":
        if ruling.reason == "person" and not slot.admin:
            core.state.agreed = [a for a in core.state.agreed if (a.user, a.step) != (ruling.by, node.step)]
            core.state.agreed.append(Agreement(ruling.by, node.step, core.world.material()))
        _open_after(core, node, slot)
    else:
        for other in node.slots:
            if other.added_by == slot.no and other.added_as == "after":
                closing.void_slot(core, node, other, "decided")
                other.state = "removed"


def _open_after(core: Core, node: Human, host: Slot) -> None:
    for slot in node.slots:
        if slot.added_by == host.no and slot.added_as == "after" and slot.state == "waiting" and not slot.task:
            people_step.open_slot(core, node, slot, "open")


def _hand_back(core: Core, node: Human, slot: Slot) -> None:
    """Give the task back to whoever asked for the opinion (T3)."""
    slot.assignee, slot.lender = slot.lender, ""
    slot.task, slot.lent = slot.lent, ""
    people_step.give_back(core, node, slot, "opinion")


# -- taking back (X3) --------------------------------------------------------------------------------------------------


def _remember(core: Core, before: list[tuple[Frame, dict[str, Any]]], node: Human, slot: int, ruling: Ruling) -> None:
    """Keep what an approval that closed its step can be taken back to."""
    if ruling.decision != "approve" or ruling.reason != "person" or core.ended or core.acted:
        return
    if any(place.node is node for place in places(core.state, core.flow.steps)):
        return
    standing = {id(frame) for place in places(core.state, core.flow.steps) for frame, _ in place.chain}
    standing.add(id(core.state.root))
    for frame, kept in reversed(before):
        if id(frame) in standing:
            kept.pop("undo", None)
            frame.undo = {"step": node.step, "visit": node.visit, "slot": slot, "by": ruling.by, "frame": kept}
            return


def undo_of(core: Core, step: str, visit: int, by: str) -> tuple[Frame, Place] | None:
    """Return the sequence that an approval can be taken back in: nothing since was decided in it by a person."""
    for place in places(core.state, core.flow.steps):
        for frame, _ in place.chain:
            undo = frame.undo
            if undo is None or (undo["step"], undo["visit"], undo["by"]) != (step, visit, by):
                continue
            votes = [slot for human in closing.humans_in(frame) for slot in human.slots if slot.vote]
            if all(slot.by == "system" and slot.reason == "repeat" for slot in votes):
                return frame, place
            return None
    return None
