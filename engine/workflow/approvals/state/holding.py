"""Who holds a voice (T1 to T5, T9): claim, release, transfer, delegate, recall, add, remove, reassign, retract."""

from __future__ import annotations

from collections.abc import Sequence

from engine.kernel.errors import Complaint, Conflict, Refused, Rejected
from engine.workflow.approvals.state import closing, people_step
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.deciding import undo_of
from engine.workflow.approvals.state.runtime import Human, Slot
from engine.workflow.approvals.state.stored import frame_from
from engine.workflow.approvals.state.tree import Held, places
from engine.workflow.approvals.state.world import Clock, EndedTask, Notice, TurnedTask

MOST_TRANSFERS = 5


def claim(core: Core, held: Held, by: str) -> None:
    """Take a task out of a pool."""
    slot, node = held.slot, held.node
    slot.principal, slot.assignee, slot.state = by, by, "open"
    core.log.turn(TurnedTask(slot.task, "open", assignee=by))
    core.log.tell("claimed", node.step, visit=node.visit, task=slot.task, actor=by)


def release(core: Core, held: Held) -> None:
    """Put a task back into its pool."""
    slot, node = held.slot, held.node
    slot.principal, slot.assignee, slot.state = "", "", "ready"
    core.log.turn(TurnedTask(slot.task, "ready", assignee=""))
    core.log.tell("released", node.step, visit=node.visit, task=slot.task)


def require_newcomer(core: Core, node: Human, user: str, *, allow_submitter: bool) -> None:
    """Refuse a person who may not get a voice in a step: inactive, the submitter, or there already."""
    if not core.world.active(user):
        raise _wrong("to", "no_active_user", person=user)
    if user == core.world.submitter and not allow_submitter:
        raise _wrong("to", "not_to_submitter")
    if any(slot.live and user in (slot.assignee, slot.principal) for slot in node.slots):
        raise _wrong("to", "already_in_step", person=user)


def transfer(core: Core, held: Held, to: str, reason: str = "transfer") -> str:
    """Move a voice for good; its weight, its place and its clock stay. Return the new task."""
    slot, node = held.slot, held.node
    if reason == "transfer" and slot.transfers >= MOST_TRANSFERS:
        raise _wrong("to", "too_many_transfers", maximum=MOST_TRANSFERS)
    slot.transfers += reason == "transfer"
    _end_loan(core, node, slot)
    old, was, state = slot.task, slot.assignee, slot.state
    core.log.end(EndedTask(old, "moved", reason=reason))
    stands = core.world.stand_in(to)
    slot.principal, slot.assignee, slot.shared, slot.admin = to, to, False, False
    if not stands.circle and stands.user != core.world.submitter:
        slot.assignee, slot.shared = stands.user, stands.shared
    core.log.tell("moved", node.step, visit=node.visit, task=old, reason=reason, person=was, to=slot.assignee)
    people_step.open_slot(core, node, slot, "open" if state == "ready" else state, like=old)
    if was and was != slot.assignee:
        core.log.notices.append(Notice("moved", (was,), old, node.step))
    return slot.task


def delegate(core: Core, held: Held, to: str) -> str:
    """Ask one person for an opinion; the voice stays with whoever asks. Return the new task."""
    slot, node = held.slot, held.node
    core.log.turn(TurnedTask(slot.task, "waiting", "delegated"))
    core.log.tell("delegated", node.step, visit=node.visit, task=slot.task, to=to)
    slot.lender, slot.lent, slot.assignee = slot.assignee, slot.task, to
    people_step.open_slot(core, node, slot, "open", like=slot.lent)
    return slot.task


def recall(core: Core, held: Held) -> None:
    """Take a delegated task back."""
    slot, node = held.slot, held.node
    _end_loan(core, node, slot)
    core.log.tell("recalled", node.step, visit=node.visit, task=slot.task)
    slot.state = "open"
    core.log.turn(TurnedTask(slot.task, "open"))


def _end_loan(core: Core, node: Human, slot: Slot) -> None:
    if slot.lender:
        core.log.end(EndedTask(slot.task, "void", reason="recalled"))
        core.log.notices.append(Notice("void", (slot.assignee,), slot.task, node.step))
        slot.task, slot.assignee, slot.lent, slot.lender = slot.lent, slot.lender, "", ""


def add(core: Core, held: Held, users: Sequence[str], how: str, mode: str = "all") -> None:
    """Add signers before, after or with a voice (T4)."""
    host, node = held.slot, held.node
    kinds = {s.added_as for s in node.slots if s.added_by == host.no and s.state != "removed" and s.live}
    if how != "with" and kinds & {"before", "after"}:
        raise Conflict("verb_not_allowed", verb=f"add {how}")
    core.log.tell("added", node.step, visit=node.visit, task=host.task, people=list(users), how=how, mode=mode)
    for place, user in enumerate(users):
        slot = Slot(len(node.slots) + 1, user, user, added_by=host.no, added_as=how, added_mode=mode)
        node.slots.append(slot)
        if how == "after":
            continue
        waits = how == "before" and mode == "sequence" and place > 0
        people_step.open_slot(core, node, slot, "waiting" if waits else "open")
    if how == "before":
        host.state = "waiting"
        core.log.turn(TurnedTask(host.task, "waiting", "added_before"))


def remove(core: Core, held: Held, slot: Slot, by: str, *, admin: bool) -> None:
    """Take a signer away who has not decided (T5)."""
    node = held.node
    host = next((s for s in node.slots if s.no == slot.added_by), None)
    if not admin and (host is None or by not in (host.assignee, host.by, host.principal)):
        raise Refused("forbidden")
    if slot.vote or slot.state == "removed":
        raise Conflict("task_closed", by=slot.by, at=None)
    if slot.counts and sum(s.counts for s in node.slots) == 1:
        raise _wrong("person", "last_voice")
    closing.void_slot(core, node, slot, "removed")
    slot.state = "removed"
    core.log.tell("removed", node.step, visit=node.visit, task=slot.task or None, person=slot.assignee)


def retract(core: Core, step: str, visit: int, by: str) -> None:
    """Take an approval back (X3): in its step while that is open, else with all that was opened since."""
    for place in places(core.state, core.flow.steps):
        node = place.node
        if isinstance(node, Human) and (node.step, node.visit) == (step, visit) and not place.parked:
            _reopen_voices(core, node, by)
            return
    found = undo_of(core, step, visit, by)
    if found is None:
        raise Conflict("cannot_retract")
    frame, place = found
    steps = next(steps for at, steps in place.chain if at is frame)
    undo = frame.undo
    assert undo is not None
    closing.void_frame(core, frame, steps, "retracted")
    kept = frame_from(undo["frame"])
    frame.at, frame.node, frame.parked, frame.undo, frame.last = kept.at, kept.node, kept.parked, None, kept.last
    core.state.results.pop(step, None)
    core.state.agreed = [a for a in core.state.agreed if (a.user, a.step) != (by, step)]
    core.log.tell("retracted", step, visit=visit, actor=by)
    for human in closing.humans_in(frame):
        for slot in human.slots:
            if slot.live:
                slot.stopped = False
                core.log.turned[slot.task] = TurnedTask(slot.task, slot.state, reborn=True)
                core.log.clocks.append(Clock("revive", human.step, human.visit, slot.no, slot.task))


def _reopen_voices(core: Core, node: Human, by: str) -> None:
    """Let a person decide anew in a step that is still open."""
    mine = [slot for slot in node.slots if slot.by == by and slot.vote == "approve"]
    if not mine:
        raise Conflict("cannot_retract")
    for slot in mine:
        for other in node.slots:
            if other.added_by == slot.no and other.added_as == "after":
                closing.void_slot(core, node, other, "retracted")
                other.state, other.task = "waiting", ""
        slot.vote, slot.by, slot.reason, slot.state, slot.stopped = "", "", "", "open", False
        core.log.turned[slot.task] = TurnedTask(slot.task, "open", reborn=True)
        core.log.clocks.append(Clock("revive", node.step, node.visit, slot.no, slot.task))
        core.log.tell("retracted", node.step, visit=node.visit, task=slot.task, actor=by)
    core.state.agreed = [a for a in core.state.agreed if (a.user, a.step) != (by, node.step)]


def _wrong(path: str, code: str, /, **params: object) -> Rejected:
    return Rejected("invalid", [Complaint(path, code, params)], count=1)
