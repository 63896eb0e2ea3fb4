"""Returns (R1 to R11): where one may go back to, and what becomes of the tokens on the way."""

from __future__ import annotations

from dataclasses import dataclass

from engine.metamodel.model.steps import ApproveStep, ChooseStep, HandleStep, Step
from engine.workflow.approvals.state import closing
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.runtime import (
    Choice,
    Frame,
    Human,
    Parked,
    Slot,
)
from engine.workflow.approvals.state.tree import Place, Steps, all_steps, branch_of, places, way_to
from engine.workflow.approvals.state.world import NewTask, Notice

SUBMITTER = "submitter"


@dataclass(frozen=True, slots=True)
class Target:
    """A place that one may return to: the submitter, a step, or (``slot``) an earlier voice of a sequence."""

    step: str
    slot: int = 0

    @property
    def name(self) -> str:
        """Return what a command names it by."""
        return f"{self.step}:{self.slot}" if self.slot else self.step


def targets(core: Core, place: Place, step: ApproveStep | HandleStep, slot: Slot) -> list[Target]:
    """Return where a return from a task may lead, the nearest last, narrowed by ``returns.to``."""
    found = list(_decided(core, place))
    if isinstance(step, ApproveStep) and step.sequence and isinstance(place.node, Human):
        found += [Target(step.id, s.no) for s in place.node.slots if s.vote == "approve" and s.no < slot.no]
    allowed = step.policy.returns.to
    if "any" not in allowed:
        last = found[-1:] if "previous" in allowed else []
        found = [target for target in found if target.step in allowed or target in last]
    return [*([Target(SUBMITTER)] if {"submitter", "any"} & set(allowed) else []), *found]


def _decided(core: Core, place: Place) -> list[Target]:
    found = []
    for frame, steps in place.chain:
        end = frame.parked.at if place.parked and frame.parked is not None else frame.at
        for step in steps[:end]:
            found += [Target(inner.id) for inner in _reached(core, step)]
    return found


def _reached(core: Core, step: Step) -> list[Step]:
    """Return the steps for people that were decided in this round in a step before: itself, or in a chosen branch."""
    result = core.state.results.get(step.id)
    if result is None or result.round != core.world.round:
        return []
    if isinstance(step, (ApproveStep, HandleStep)):
        return [step] if result.outcome in ("passed", "failed") else []
    if isinstance(step, ChooseStep) and result.output.get("branch"):
        inner = branch_of(step, str(result.output["branch"])).steps
        return [one for each in inner for one in _reached(core, each)]
    return []


def go_back(core: Core, place: Place, target: Target, then: str, slot: Slot) -> None:
    """Return from a task to a target; the returning voice has been noted already."""
    node = place.node
    assert isinstance(node, Human)
    core.state.returns += 1
    if target.step == SUBMITTER:
        to_submitter(core, then, node, slot)
    elif target.slot:
        _to_voice(core, node, target.slot)
    elif then == "resume":
        _detour(core, place, target.step, node, slot)
    else:
        replay(core, target.step)


def by_policy(core: Core, step: ApproveStep | HandleStep) -> None:
    """Return because the step failed and says ``on_reject: return`` (V4): to the first target that it names."""
    wanted = step.policy.returns.to
    named = [each.id for each in all_steps(core.flow.steps) if each.id in wanted]
    then = step.policy.returns.then
    core.state.returns += 1
    if not named:
        to_submitter(core, then, reason="rejected")
        return
    core.log.tell("returned", step, reason="rejected", to=named[0], then="replay")
    replay(core, named[0])


# -- replay ------------------------------------------------------------------------------------------------------------


def replay(core: Core, target: str, reason: str = "returned") -> None:
    """Remove every token between the target and here, inside the smallest sequence that holds both (R3).

    Forward, by an administrator, the steps between are skipped (X6).
    """
    way = way_to(core.flow.steps, target)
    frame = core.state.root
    for depth, (steps, at, branch) in enumerate(way):
        inner = _open_inner(frame, at, branch)
        if inner is not None and depth < len(way) - 1:
            frame = inner
            continue
        before = frame.at
        closing.void_frame(core, frame, steps, reason)
        if at > before:
            _pass_over(core, steps[before:at], reason)
        else:
            _forget(core, steps, at)
        frame.at, frame.last = at, []
        for inside, place, _ in way[depth + 1 :]:
            # the target lies in a branch that was chosen before and is over: enter that branch again
            inner = Frame(place)
            frame.node = Choice(steps[frame.at].id, _branch_at(way, depth), inner)
            frame, steps, depth = inner, inside, depth + 1
        break
    core.returned_to = target


def _pass_over(core: Core, steps: Steps, reason: str) -> None:
    for step in steps:
        core.log.tell("step.skipped", step, reason=reason)
        core.note(step.id, "skipped")


def _branch_at(way: list[tuple[Steps, int, str]], depth: int) -> str:
    return way[depth][2]


def _open_inner(frame: Frame, at: int, branch: str) -> Frame | None:
    """Return the sequence of a branch that a token still stands in."""
    if not branch or frame.at != at or frame.node is None:
        return None
    node = frame.node
    if isinstance(node, Choice):
        return node.frame if node.branch == branch else None
    branches = getattr(node, "branches", {})
    closed = getattr(node, "closed", {})
    return branches.get(branch) if branch not in closed else None


def _forget(core: Core, steps: Steps, at: int) -> None:
    """Let what was decided from a place on count no more."""
    gone = {step.id for step in all_steps(steps[at:])}
    for name in gone:
        result = core.state.results.get(name)
        if result is not None and "approved" not in result.output:
            result.outcome, result.round = "returned", 0
        elif result is not None:
            result.round = 0
    core.state.agreed = [a for a in core.state.agreed if a.step not in gone]


def _to_voice(core: Core, node: Human, no: int) -> None:
    """Ask a voice of a sequence again, and those behind it."""
    for slot in node.slots:
        if slot.no >= no and slot.counts:
            closing.void_slot(core, node, slot, "returned")
            slot.vote, slot.by, slot.reason, slot.state, slot.task = "", "", "", "waiting", ""
    node.visit = core.visit(node.step)
    core.reopen(node)


# -- resume ------------------------------------------------------------------------------------------------------------


def _detour(core: Core, place: Place, target: str, node: Human, slot: Slot) -> None:
    """Park the present token, pause its neighbours, and enter the target alone (R4)."""
    way = way_to(core.flow.steps, target)
    frame = core.state.root
    for _, place_at, branch in way[:-1]:
        inner = _open_inner(frame, place_at, branch)
        if inner is None:
            # inside a branch that is over: there is no sequence to park beside
            replay(core, target)
            return
        frame = inner
    at = way[-1][1]
    _close_returning(core, node)
    for frame_around, _steps in place.chain:
        closing.pause_node(core, frame_around.node)
    frame.parked = Parked(frame.at, frame.node, node.step, slot.no, node.material)
    frame.at, frame.node = at, None
    core.returned_to = target


def _close_returning(core: Core, node: Human) -> None:
    """Close the step that returns: the other open voices are void, those given stay for the moment (R2, R7)."""
    for slot in node.slots:
        closing.void_slot(core, node, slot, "returned")


def end_detour(core: Core, frame: Frame, steps: Steps) -> None:
    """Go on where the return came from; anew from the target when a material field changed meanwhile (R7)."""
    parked = frame.parked
    assert parked is not None
    if parked.material != core.world.material():
        core.log.tell("replayed", steps[frame.at], reason="material")
        closing.drop_parked(core, frame)
        _forget(core, steps, frame.at + 1)
        frame.node, frame.at = None, frame.at + 1
        return
    frame.parked = None
    frame.at, frame.node = parked.at, parked.node
    closing.unpause_node(core, parked.node)
    again(core, parked.step)


def again(core: Core, step: str) -> None:
    """Enter a parked step again: votes that were given stay, the returning voice and the void ones reopen."""
    for place in places(core.state, core.flow.steps):
        if isinstance(place.node, Human) and place.node.step == step and not place.parked:
            node = place.node
            node.visit = core.visit(step)
            for slot in node.slots:
                if slot.vote in ("return", "") and slot.state == "closed":
                    slot.vote, slot.by, slot.reason, slot.state, slot.task = "", "", "", "waiting", ""
            core.log.tell("step.opened", step, visit=node.visit, reason="resumed")
            core.reopen(node)


# -- to the submitter --------------------------------------------------------------------------------------------------


def to_submitter(
    core: Core, then: str, node: Human | None = None, slot: Slot | None = None, reason: str | None = None
) -> None:
    """Give the case back to the submitter (R5)."""
    state = core.state
    state.resume = then == "resume" and node is not None
    if state.resume and node is not None and slot is not None:
        _close_returning(core, node)
        closing.pause_node(core, state.root.node)
        if state.root.parked is not None:
            closing.pause_node(core, state.root.parked.node)
        state.picks["!returned"] = [node.step, str(slot.no), node.material]
    else:
        closing.void_frame(core, state.root, core.flow.steps, "returned")
        state.root = Frame()
    if reason is not None:
        core.log.tell("returned", node.step if node else None, reason=reason, to=SUBMITTER, then=then)
    person = core.world.submitter if core.world.active(core.world.submitter) else None
    if person is None:
        person = core.world.above(core.world.submitter, frozenset()) or next(iter(core.world.admins()), "")
    visit = core.visit("revise")
    revise = Slot(1, core.world.submitter, person, "open", core.world.new_id())
    state.revise = Human("revise", visit, [revise])
    core.log.new[revise.task] = NewTask(revise.task, "revise", visit, 1, "revise", core.world.submitter, person, "open")
    core.log.tell("task.opened", "revise", visit=visit, task=revise.task, user=person, state="open")
    core.log.notices.append(Notice("revise", (person,), revise.task, "revise"))


def resubmitted(core: Core) -> None:
    """Go on after the submitter has revised; the round has been raised already."""
    state = core.state
    state.revise = None
    state.agreed = []
    mark = state.picks.pop("!returned", None)
    if not state.resume or mark is None:
        for result in state.results.values():
            if "approved" not in result.output:
                result.round = 0
        state.root = Frame()
        return
    state.resume = False
    step, _, material = mark
    if material != core.world.material():
        core.log.tell("replayed", step, reason="material")
        closing.void_frame(core, state.root, core.flow.steps, "returned")
        state.root = Frame()
        for result in state.results.values():
            result.round = 0
        return
    closing.unpause_node(core, state.root.node)
    for result in state.results.values():
        # what was decided before still counts, as nothing material changed
        result.round = core.world.round if result.round == core.world.round - 1 else result.round
    again(core, step)
