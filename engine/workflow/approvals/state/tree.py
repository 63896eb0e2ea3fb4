"""Walking the runtime state beside the definition: where a token stands, and what encloses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.metamodel.model.steps import (
    ApproveStep,
    Branch,
    ChooseStep,
    HandleStep,
    IncludeStep,
    ParallelStep,
    Step,
)
from engine.workflow.approvals.state.runtime import Choice, Fork, Frame, Human, Node, Runtime, Slot

Steps = tuple[Step, ...]
PEOPLE_STEPS = (ApproveStep, HandleStep)


@dataclass(frozen=True, slots=True)
class Place:
    """A token: its node, and the sequences around it from the outermost in. ``parked``: it waits in a detour."""

    chain: tuple[tuple[Frame, Steps], ...]
    node: Node
    parked: bool = False

    @property
    def frame(self) -> Frame:
        return self.chain[-1][0]

    @property
    def steps(self) -> Steps:
        return self.chain[-1][1]


def places(state: Runtime, steps: Steps) -> Iterator[Place]:
    """Yield every token at a step, those that are parked included."""
    yield from _within(state.root, steps, (), parked=False)


def _within(frame: Frame, steps: Steps, chain: tuple[tuple[Frame, Steps], ...], *, parked: bool) -> Iterator[Place]:
    here = (*chain, (frame, steps))
    if frame.node is not None and frame.at < len(steps):
        yield from _node(frame.node, steps[frame.at], here, parked)
    if frame.parked is not None and frame.parked.node is not None:
        yield from _node(frame.parked.node, steps[frame.parked.at], here, parked=True)


def _node(node: Node, step: Step, chain: tuple[tuple[Frame, Steps], ...], parked: bool) -> Iterator[Place]:
    if isinstance(node, Choice):
        yield from _within(node.frame, branch_of(step, node.branch).steps, chain, parked=parked)
    elif isinstance(node, Fork):
        for name, frame in node.branches.items():
            if name not in node.closed:
                yield from _within(frame, branch_of(step, name).steps, chain, parked=parked)
    else:
        yield Place(chain, node, parked)


def branches_of(step: Step) -> tuple[Branch, ...]:
    """Return the branches of a block; those of an ``include`` with its ``else``."""
    if isinstance(step, ChooseStep):
        return step.of
    if isinstance(step, ParallelStep):
        return step.branches
    if isinstance(step, IncludeStep):
        return (*step.branches, Branch("else", step.otherwise))
    return ()


def branch_of(step: Step, name: str) -> Branch:
    """Return a branch by name."""
    return next(branch for branch in branches_of(step) if branch.name == name)


def all_steps(steps: Steps) -> Iterator[Step]:
    """Yield every step of a flow in its written order, those in branches included."""
    for step in steps:
        yield step
        for branch in branches_of(step):
            yield from all_steps(branch.steps)


def step_by_id(steps: Steps, id: str) -> Step | None:
    """Return a step of a flow."""
    return next((step for step in all_steps(steps) if step.id == id), None)


def way_to(steps: Steps, id: str) -> list[tuple[Steps, int, str]]:
    """Return how a step is reached: each sequence with the place in it, and the branch that is entered there."""
    for at, step in enumerate(steps):
        if step.id == id:
            return [(steps, at, "")]
        for branch in branches_of(step):
            inner = way_to(branch.steps, id)
            if inner:
                return [(steps, at, branch.name), *inner]
    return []


@dataclass(frozen=True, slots=True)
class Held:
    """A voice and where it stands."""

    place: Place | None
    node: Human
    slot: Slot


def voice_of(state: Runtime, steps: Steps, task: str) -> Held | None:
    """Return the voice whose task has an id; the task may also be the one that waits while somebody else is asked."""
    for human in (state.revise, state.closing):
        for slot in () if human is None else human.slots:
            if slot.task == task and human is not None:
                return Held(None, human, slot)
    for place in places(state, steps):
        if isinstance(place.node, Human):
            for slot in place.node.slots:
                if task in (slot.task, slot.lent) and task:
                    return Held(place, place.node, slot)
    return None
