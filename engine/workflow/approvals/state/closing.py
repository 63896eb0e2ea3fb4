"""Closing what is needed no more: tasks become void, clocks end, waits and children stop, in the same command (V6)."""

from __future__ import annotations

from engine.metamodel.model.steps import Step
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.runtime import (
    Calls,
    Choice,
    Fork,
    Frame,
    Human,
    Node,
    Pause,
    Slot,
)
from engine.workflow.approvals.state.tree import Steps, branch_of
from engine.workflow.approvals.state.world import Clock, EndedTask, Notice, TurnedTask


def void_all(core: Core, reason: str) -> None:
    """Close everything that is open in an instance."""
    for human in (core.state.revise, core.state.closing):
        if human is not None:
            for slot in human.slots:
                void_slot(core, human, slot, reason)
    core.state.revise = None
    void_frame(core, core.state.root, core.flow.steps, reason)
    core.state.root = Frame(len(core.flow.steps))
    core.state.closing = None


def void_frame(core: Core, frame: Frame, steps: Steps, reason: str) -> None:
    """Remove every token of a sequence."""
    if frame.node is not None and frame.at < len(steps):
        void_node(core, frame.node, steps[frame.at], reason)
    if frame.parked is not None and frame.parked.node is not None:
        void_node(core, frame.parked.node, steps[frame.parked.at], reason)
    frame.node, frame.parked, frame.undo = None, None, None


def void_node(core: Core, node: Node, step: Step, reason: str) -> None:
    """Remove a token with all that is inside of it."""
    match node:
        case Human():
            for slot in node.slots:
                void_slot(core, node, slot, reason)
        case Choice():
            void_frame(core, node.frame, branch_of(step, node.branch).steps, reason)
        case Fork():
            for name, frame in node.branches.items():
                if name not in node.closed:
                    void_frame(core, frame, branch_of(step, name).steps, reason)
        case Pause():
            core.world.unwait(node.step, node.visit)
        case Calls():
            for child in node.children.values():
                if not child[2]:
                    core.world.stop_child(child[0])


def void_slot(core: Core, node: Human, slot: Slot, reason: str) -> None:
    """Close a voice that is needed no more."""
    if not slot.live:
        return
    for task in (slot.task, slot.lent):
        if task:
            core.log.end(EndedTask(task, "void", reason=reason))
    core.log.tell("task.void", node.step, visit=node.visit, task=slot.task, reason=reason, user=slot.assignee)
    core.log.clocks.append(Clock("end", node.step, node.visit, slot.no, slot.task))
    if slot.assignee and slot.state in ("open", "ready"):
        core.log.notices.append(Notice("void", (slot.assignee,), slot.task, node.step))
    slot.state, slot.task, slot.lent, slot.lender = "closed", "", "", ""


def drop_parked(core: Core, frame: Frame) -> None:
    """Remove what a detour had left waiting."""
    if frame.parked is not None and frame.parked.node is not None:
        steps = _steps_of(core, frame)
        void_node(core, frame.parked.node, steps[frame.parked.at], "returned")
    frame.parked = None


def _steps_of(core: Core, frame: Frame) -> Steps:
    found = _search(core.state.root, core.flow.steps, frame)
    assert found is not None
    return found


def _search(at: Frame, steps: Steps, wanted: Frame) -> Steps | None:
    if at is wanted:
        return steps
    for place, node in ((at.at, at.node), (at.parked.at, at.parked.node) if at.parked else (0, None)):
        for frame, inner in inner_frames(node, steps[place] if place < len(steps) else None):
            found = _search(frame, inner, wanted)
            if found is not None:
                return found
    return None


def inner_frames(node: Node | None, step: Step | None) -> list[tuple[Frame, Steps]]:
    """Return the sequences inside a block."""
    if step is None:
        return []
    if isinstance(node, Choice):
        return [(node.frame, branch_of(step, node.branch).steps)]
    if isinstance(node, Fork):
        return [(frame, branch_of(step, name).steps) for name, frame in node.branches.items()]
    return []


def forget_undo(frame: Frame) -> None:
    """Make every decision so far final: something happened that cannot be taken back."""
    frame.undo = None
    node = frame.node
    if isinstance(node, Choice):
        forget_undo(node.frame)
    elif isinstance(node, Fork):
        for inner in node.branches.values():
            forget_undo(inner)


# -- pausing -----------------------------------------------------------------------------------------------------------


def pause_node(core: Core, node: Node | None) -> None:
    """Stop the tasks and clocks of a token; what waits by itself goes on."""
    for human in humans(node):
        for slot in human.slots:
            if slot.state in ("open", "ready"):
                slot.state = "paused"
                core.log.turn(TurnedTask(slot.task, "paused"))
                core.log.clocks.append(Clock("pause", human.step, human.visit, slot.no, slot.task))


def unpause_node(core: Core, node: Node | None, stay: frozenset[str] = frozenset()) -> None:
    """Let the tasks and clocks of a token go on with what is left of their time, but for the tasks in ``stay``."""
    for human in humans(node):
        for slot in human.slots:
            if slot.state == "paused" and slot.task not in stay:
                slot.state = "open" if slot.assignee else "ready"
                core.log.turn(TurnedTask(slot.task, slot.state))
                if not slot.stopped:
                    core.log.clocks.append(Clock("resume", human.step, human.visit, slot.no, slot.task))


def humans(node: Node | None) -> list[Human]:
    """Return the tokens at steps for people inside a node, those that wait in a detour included."""
    if isinstance(node, Human):
        return [node]
    if isinstance(node, Choice):
        return humans_in(node.frame)
    if isinstance(node, Fork):
        return [h for name, frame in node.branches.items() if name not in node.closed for h in humans_in(frame)]
    return []


def humans_in(frame: Frame) -> list[Human]:
    """Return the tokens at steps for people inside a sequence."""
    parked = [] if frame.parked is None else humans(frame.parked.node)
    return [*humans(frame.node), *parked]
