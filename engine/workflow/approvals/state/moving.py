"""Runtime state of one version laid over another (N3): tokens keep their voices, votes and blocks."""

from __future__ import annotations

from collections.abc import Mapping

from engine.metamodel.model.approval import ApprovalModel
from engine.workflow.approvals.state.runtime import Choice, Fork, Frame, Human, Node, Runtime
from engine.workflow.approvals.state.tree import PEOPLE_STEPS, Steps, branch_of, branches_of, places, way_to


def unmapped(state: Runtime, old: ApprovalModel, new: ApprovalModel, steps: Mapping[str, str]) -> list[str]:
    """Return the steps at which tokens stand and that have no place in the new version."""
    missing = []
    for place in places(state, old.steps):
        name = steps.get(place.node.step, place.node.step)
        way = way_to(new.steps, name)
        if not way or not _fits(place.node, way) or not _same_blocks(place.chain, way):
            missing.append(place.node.step)
    return sorted(set(missing))


def _fits(node: Node, way: list[tuple[Steps, int, str]]) -> bool:
    steps, at, _ = way[-1]
    return (
        isinstance(steps[at], PEOPLE_STEPS) if isinstance(node, Human) else steps[at].kind not in ("approve", "handle")
    )


def _same_blocks(chain: tuple[tuple[Frame, Steps], ...], way: list[tuple[Steps, int, str]]) -> bool:
    """Tell whether a step stands in the same blocks as before."""
    around_old = [steps[frame.at].id for frame, steps in chain[:-1]]
    around_new = [steps[at].id for steps, at, _ in way[:-1]]
    return around_old == around_new


def moved(state: Runtime, old: ApprovalModel, new: ApprovalModel, steps: Mapping[str, str]) -> Runtime:
    """Return the state with every token at its place in the new version."""
    _frame(state.root, old.steps, new.steps, steps)
    state.results = {steps.get(name, name): result for name, result in state.results.items()}
    state.visits = {steps.get(name, name): count for name, count in state.visits.items()}
    for agreement in state.agreed:
        agreement.step = steps.get(agreement.step, agreement.step)
    return state


def _frame(frame: Frame, old: Steps, new: Steps, names: Mapping[str, str]) -> None:
    frame.undo = None
    frame.last = [names.get(step, step) for step in frame.last]
    if frame.node is not None:
        frame.at = _place(old[frame.at].id, new, names)
        _node(frame.node, old, new[frame.at].id, new, frame.at, names)
    elif frame.at >= len(old):
        frame.at = len(new)
    if frame.parked is not None and frame.parked.node is not None:
        frame.parked.at = _place(old[frame.parked.at].id, new, names)
        frame.parked.step = names.get(frame.parked.step, frame.parked.step)
        _node(frame.parked.node, old, new[frame.parked.at].id, new, frame.parked.at, names)


def _place(id: str, new: Steps, names: Mapping[str, str]) -> int:
    wanted = names.get(id, id)
    return next(at for at, step in enumerate(new) if step.id == wanted)


def _node(node: Node, old: Steps, id: str, new: Steps, at: int, names: Mapping[str, str]) -> None:
    before = node.step
    node.step = id
    step = new[at]
    known = {branch.name for branch in branches_of(step)}
    was = next((one for one in old if one.id == before), None)
    if was is None:
        return
    if isinstance(node, Choice) and node.branch in known:
        _frame(node.frame, branch_of(was, node.branch).steps, branch_of(step, node.branch).steps, names)
    elif isinstance(node, Fork):
        for name, frame in node.branches.items():
            if name in known and name not in node.closed:
                _frame(frame, branch_of(was, name).steps, branch_of(step, name).steps, names)
