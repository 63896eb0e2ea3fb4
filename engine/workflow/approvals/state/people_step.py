"""Steps for people: opened with their voices, looked at after each change, and closed when they are decided."""

from __future__ import annotations

from fractions import Fraction

from engine.metamodel.model.people import Picked
from engine.metamodel.model.steps import ApproveStep, HandleStep, Step
from engine.workflow.approvals.state import closing, returning, staffing
from engine.workflow.approvals.state.core import Core, Jump
from engine.workflow.approvals.state.runtime import SYSTEM, Human, Pause, Slot, Stuck
from engine.workflow.approvals.state.tree import places
from engine.workflow.approvals.state.voting import Verdict, Voice, verdict
from engine.workflow.approvals.state.world import Clock, NewTask, Notice, TurnedTask


def enter(core: Core, step: ApproveStep | HandleStep, near: list[str]) -> Human | Stuck | Pause:
    """Open a step for people: find them, take automatic decisions, open the tasks."""
    if core.world.asks_picks and _lacks_picks(core, step):
        return _ask_submitter(core, step)
    found = staffing.staff(core, step)
    if found.verdict == "block":
        return core.stick(step, "nobody")
    node = Human(step.id, core.visit(step.id), found.slots, core.world.material(), any_of=found.any_of)
    core.log.tell("step.opened", step, visit=node.visit, people=[slot.assignee for slot in node.slots])
    if found.verdict:
        return _without_people(core, step, node, found)
    if isinstance(step, ApproveStep):
        staffing.repeat(core, step, node, near)
    open_slots(core, step, node, found.pool)
    return node


def _lacks_picks(core: Core, step: ApproveStep | HandleStep) -> bool:
    """Tell whether the submitter still has to choose the people of a step that nobody knew would come (S5)."""
    rules = [rule.selector for rule in step.by if isinstance(rule.selector, Picked)]
    return step.id not in core.state.picks and any(one.by == "submitter" and one.minimum > 0 for one in rules)


def _ask_submitter(core: Core, step: ApproveStep | HandleStep) -> Human | Stuck:
    asked = core.world.submitter
    if not core.world.active(asked):
        asked = core.world.above(asked, frozenset()) or next(iter(core.world.admins()), "")
    if not asked:
        return core.stick(step, "nobody")
    # it is not the step's own visit yet
    node = Human(step.id, core.state.visits.get(step.id, 0) + 1, [Slot(1, core.world.submitter, asked)], picking=True)
    core.log.tell("pick.asked", step, visit=node.visit, people=[asked])
    open_slots(core, step, node)
    return node


def _without_people(core: Core, step: Step, node: Human, found: staffing.Staff) -> Human:
    vote = "approve" if found.verdict == "passed" else "reject"
    node.slots = [Slot(1, SYSTEM, SYSTEM, "closed", vote=vote, by=SYSTEM, reason=found.reason)]
    core.log.tell("decided", step, visit=node.visit, actor=SYSTEM, decision=vote, reason=found.reason)
    return node


def open_slots(core: Core, step: Step, node: Human, pool: tuple[str, ...] = ()) -> None:
    """Give every undecided voice its task; in a sequence only the first is open."""
    in_turn = isinstance(step, ApproveStep) and step.sequence
    opened = False
    for slot in node.slots:
        if slot.vote or slot.state in ("closed", "removed") or slot.task:
            continue
        waits = in_turn and opened and not slot.added_as
        open_slot(core, node, slot, "waiting" if waits else "ready" if pool else "open", pool)
        opened = True


def open_slot(core: Core, node: Human, slot: Slot, state: str, pool: tuple[str, ...] = (), like: str = "") -> None:
    """Open a task in a voice."""
    slot.task, slot.state = core.world.new_id(), state
    core.state.peopled = True
    shared = (slot.principal,) if slot.shared and slot.principal != slot.assignee else ()
    kind = (
        "pick"
        if node.picking
        else "admin"
        if slot.admin
        else "opinion"
        if slot.lender or slot.added_as == "before"
        else "decide"
    )
    core.log.new[slot.task] = NewTask(
        slot.task,
        node.step,
        node.visit,
        slot.no,
        kind,
        slot.principal or None,
        slot.assignee or None,
        state,
        pool or shared,
        like,
    )
    core.log.tell(
        "task.opened",
        node.step,
        visit=node.visit,
        task=slot.task,
        user=slot.assignee,
        behalf=slot.principal if slot.principal != slot.assignee else None,
        state=state,
    )
    if state != "waiting":
        _begin_turn(core, node, slot, pool, fresh=not like)


def _begin_turn(core: Core, node: Human, slot: Slot, pool: tuple[str, ...], *, fresh: bool) -> None:
    if fresh and not node.picking:
        slot.stopped = False
        core.log.clocks.append(Clock("arm", node.step, node.visit, slot.no, slot.task))
    users = pool or (slot.assignee,)
    core.log.notices.append(Notice("task", users, slot.task, node.step))


# -- looking -----------------------------------------------------------------------------------------------------------


def look(core: Core, node: Human, step: Step) -> str | None:
    """Return how a step for people ended, or None while it waits; ``picked``: it can be entered now."""
    if node.picking:
        return "picked" if any(slot.vote for slot in node.slots) else None
    _settle_added(core, node, step)
    if isinstance(step, HandleStep):
        return _look_at_work(core, node, step)
    assert isinstance(step, ApproveStep)
    found = _verdict(node, step)
    if found is None:
        _next_turn(core, node, step)
        return None
    if found == "nobody":
        return _abstained(core, node, step)
    return _ended(core, node, step, found)


def _verdict(node: Human, step: ApproveStep) -> Verdict | None:
    mode = "any" if node.any_of else step.mode
    voices = [Voice(_counted(node, slot), Fraction(slot.weight), slot.veto) for slot in node.slots if slot.counts]
    if any(slot.admin and slot.vote for slot in node.slots):
        mode = "any"
    return verdict(mode, step.quorum, voices)


def _counted(node: Human, slot: Slot) -> str:
    """Return the vote of a voice as it counts: one with signers after it waits for them."""
    after = [s for s in node.slots if s.added_by == slot.no and s.added_as == "after" and s.state != "removed"]
    if slot.vote != "approve" or not after:
        return slot.vote
    if any(s.vote == "reject" for s in after):
        return "reject"
    return "approve" if all(s.vote in ("approve", "abstain") for s in after) else ""


def _settle_added(core: Core, node: Human, step: Step) -> None:
    """Give a task back to whoever asked for signers before him, once they have finished."""
    for host in node.slots:
        if host.state != "waiting" or host.vote:
            continue
        before = [s for s in node.slots if s.added_by == host.no and s.added_as == "before" and s.state != "removed"]
        if not before:
            continue
        mode = before[0].added_mode or "all"
        found = verdict("any" if mode == "any" else "all", None, [Voice(s.vote) for s in before])
        if found is None:
            _turn_next(core, node, [s for s in before if not s.vote], mode == "sequence")
            continue
        for slot in before:
            closing.void_slot(core, node, slot, "decided")
            slot.added_as = "heard"
        give_back(core, node, host, "heard")


def give_back(core: Core, node: Human, host: Slot, mark: str) -> None:
    """Open the task again that waited for an opinion."""
    host.state = "open"
    core.log.turn(TurnedTask(host.task, "open", mark))
    core.log.notices.append(Notice("opinion", (host.assignee,), host.task, node.step))


def _next_turn(core: Core, node: Human, step: ApproveStep) -> None:
    if step.sequence:
        _turn_next(core, node, [s for s in node.slots if s.counts and not s.vote and not s.added_as], in_turn=True)


def _turn_next(core: Core, node: Human, slots: list[Slot], in_turn: bool) -> None:
    if not in_turn or not slots or slots[0].state != "waiting":
        return
    first = slots[0]
    if any(s.added_by == first.no and s.added_as == "before" for s in node.slots):
        return
    first.state = "open"
    core.log.turn(TurnedTask(first.task, "open"))
    if first.task not in core.log.new:
        core.log.tell("task.opened", node.step, visit=node.visit, task=first.task, user=first.assignee, state="open")
    _begin_turn(core, node, first, (), fresh=True)


def _abstained(core: Core, node: Human, step: ApproveStep) -> str | None:
    """Everybody abstained, or nobody is left: as if nobody had been found (P7)."""
    policy = step.policy.empty
    if policy in ("pass", "fail"):
        core.log.tell("decided", step, visit=node.visit, actor=SYSTEM, decision=policy, reason="empty")
        return _ended(core, node, step, "passed" if policy == "pass" else "failed")
    core.log.tell("people.empty", step, reason="abstained")
    found = staffing.instead_of_nobody(core, step)
    if found.verdict == "block" or node.any_of:
        # those who were asked instead have abstained as well
        raise Jump(lambda m: _stuck(m, node, step))
    for slot in found.slots:
        slot.no = len(node.slots) + 1
        node.slots.append(slot)
    node.any_of = True
    open_slots(core, step, node, found.pool)
    return None


def _stuck(core: Core, node: Human, step: ApproveStep) -> None:
    """Nobody is left who could decide: an incident, until an administrator names somebody."""
    for slot in node.slots:
        closing.void_slot(core, node, slot, "decided")
    for place in list(places(core.state, core.flow.steps)):
        if place.node is node:
            place.frame.node = core.stick(step, "nobody")


def _look_at_work(core: Core, node: Human, step: HandleStep) -> str | None:
    for slot in node.slots:
        if slot.vote in ("done", "approve"):
            return _ended(core, node, step, "passed")
        if slot.vote in ("decline", "reject"):
            return _ended(core, node, step, "failed")
    return None


def _ended(core: Core, node: Human, step: ApproveStep | HandleStep, found: str) -> str:
    for slot in node.slots:
        closing.void_slot(core, node, slot, "decided")
    by = next((slot.by for slot in reversed(node.slots) if slot.vote and slot.by), SYSTEM)
    by = core.last_decider or by
    outcome = "passed" if found == "passed" else "failed"
    before = core.state.results.get(step.id)
    core.note(step.id, outcome, by, **{**(before.output if before is not None else {}), **node.output})
    core.log.tell(f"step.{outcome}", step, visit=node.visit)
    if outcome == "passed":
        return "passed"
    on_reject = step.on_reject if isinstance(step, ApproveStep) else "end"
    if on_reject == "continue":
        return "passed"
    if on_reject == "return":
        raise Jump(lambda m: returning.by_policy(m, step))
    return "failed"
