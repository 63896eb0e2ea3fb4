"""The pipeline that finds the people of a step (P2 to P8): self, substitution, distinct, empty, repeat."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.runtime import SYSTEM, Agreement, Human, Slot
from engine.workflow.approvals.state.world import Found, Named

MOST_TASKS = 20  # more people than this in mode any get one task that they may claim


@dataclass(slots=True)
class Staff:
    """The voices of a step. ``verdict`` is set when it is decided without anybody: passed, failed or block."""

    slots: list[Slot] = field(default_factory=list)
    pool: tuple[str, ...] = ()
    verdict: str = ""
    reason: str = ""
    any_of: bool = False


def staff(core: Core, step: ApproveStep | HandleStep) -> Staff:
    """Return who is asked in a step that is entered now."""
    found = _found(core, step)
    if found.dropped:
        core.log.tell("people.dropped", step, people=list(found.dropped), reason="inactive")
    kept, skipped = _without_self(core, step, found.people)
    if not kept:
        if skipped:
            return Staff(verdict="passed", reason="self")
        return _empty(core, step)
    mode_any = isinstance(step, ApproveStep) and step.mode == "any"
    if (isinstance(step, HandleStep) and step.pool) or (mode_any and len(kept) > MOST_TASKS):
        return _pool(core, step, [one.user for one in kept])
    return Staff(_slots(core, step, kept))


def _found(core: Core, step: ApproveStep | HandleStep) -> Found:
    if isinstance(step, HandleStep) and step.assignment is not None:
        return core.world.find_worker(step.assignment)
    return core.world.find(step.by, step.id)


def _without_self(core: Core, step: ApproveStep | HandleStep, people: tuple[Named, ...]) -> tuple[list[Named], bool]:
    """Apply P4; tell whether a voice was taken away for being the submitter's."""
    policy, submitter = step.policy.self, core.world.submitter
    if policy == "allow":
        return list(people), False
    kept: list[Named] = []
    skipped = False
    for one in people:
        if one.user != submitter:
            _merge(kept, one)
            continue
        instead = _instead(core, policy)
        if policy == "skip":
            skipped = True
        for user in instead:
            core.log.tell("people.self", step, reason=f"self → {policy}", person=submitter, instead=user)
            _merge(kept, Named(user, one.weight, one.veto))
    return kept, skipped


def _instead(core: Core, policy: str) -> tuple[str, ...]:
    shunned = frozenset({core.world.submitter})
    if policy == "manager":
        found = core.world.above(core.world.submitter, shunned)
        return (found,) if found else ()
    if policy == "head":
        found = core.world.heads(shunned)
        return (found,) if found else ()
    return core.world.admins() if policy == "admin" else ()


def _merge(kept: list[Named], one: Named) -> None:
    for at, known in enumerate(kept):
        if known.user == one.user:
            weight = max(known.weight, one.weight, key=float)
            kept[at] = Named(one.user, weight, known.veto or one.veto)
            return
    kept.append(one)


def _slots(core: Core, step: ApproveStep | HandleStep, people: list[Named]) -> list[Slot]:
    """Apply P5 and P6: who acts for whom, and nobody twice where the step says so."""
    slots = [seat(core, step, no, one) for no, one in enumerate(people, start=1)]
    if not (isinstance(step, ApproveStep) and step.distinct):
        return slots
    holders: set[str] = set()
    kept: list[Slot] = []
    for slot in slots:
        if slot.assignee in holders:
            taken = holders | {other.assignee for other in slots} | {core.world.submitter}
            above = core.world.above(slot.principal, frozenset(taken))
            if above is None:
                continue
            core.log.tell("people.distinct", step, person=slot.principal, instead=above)
            slot.assignee, slot.shared = above, False
        holders.add(slot.assignee)
        kept.append(slot)
    return kept


def seat(core: Core, step: ApproveStep | HandleStep, no: int, one: Named) -> Slot:
    """Return the voice of a person, with whoever acts for him now."""
    slot = Slot(no, one.user, one.user, weight=one.weight, veto=one.veto)
    if step.policy.substitution:
        stands = core.world.stand_in(one.user)
        if stands.circle:
            core.log.tell("substitution.circle", step, person=one.user, chain=list(stands.chain))
        elif stands.user != one.user:
            slot.assignee, slot.shared = stands.user, stands.shared
            core.log.tell("substitution", step, person=one.user, instead=stands.user, chain=list(stands.chain))
    return slot


def _pool(core: Core, step: ApproveStep | HandleStep, people: list[str]) -> Staff:
    before = core.state.results.get(step.id)
    if before is not None and before.by in people and core.world.active(before.by):
        # whoever did it before does it again (R6)
        return Staff([Slot(1, before.by, before.by)])
    return Staff([Slot(1, "", "")], tuple(people))


def _empty(core: Core, step: ApproveStep | HandleStep) -> Staff:
    policy = step.policy.empty
    core.log.tell("people.empty", step, reason=policy)
    if policy == "pass":
        return Staff(verdict="passed", reason="empty")
    if policy == "fail":
        return Staff(verdict="failed", reason="empty")
    return instead_of_nobody(core, step)


def instead_of_nobody(core: Core, step: ApproveStep | HandleStep) -> Staff:
    """Return who is asked where nobody is left to ask (P7): those whom the policy names, else the administrators."""
    policy = step.policy.empty
    if policy == "to":
        own = step.policy.self != "allow"
        found = core.world.find(step.policy.empty_to, step.id).people
        people = [one for one in found if not (own and one.user == core.world.submitter)]
        if people:
            return Staff(_slots(core, step, people), any_of=True)
    if policy != "block":
        admins = core.world.admins()
        if admins:
            return to_admins(admins)
    return Staff(verdict="block", reason="nobody")


def to_admins(admins: tuple[str, ...]) -> Staff:
    """Return one voice for the flow's administrators, whichever of them takes it."""
    if len(admins) == 1:
        return Staff([Slot(1, admins[0], admins[0], admin=True)], any_of=True)
    return Staff([Slot(1, "", "", admin=True)], admins, any_of=True)


def repeat(core: Core, step: ApproveStep, node: Human, near: list[str]) -> None:
    """Apply P8: approve by the system what the same person approved before, on the same material.

    ``near`` names the steps directly before. The target of a return is always asked.
    """
    if step.policy.repeat == "ask" or step.sign or step.form.require or core.returned_to == step.id:
        return
    adjacent = step.policy.repeat == "adjacent"
    for slot in node.slots:
        if slot.vote or not slot.assignee or slot.admin:
            continue
        for before in core.state.agreed:
            fits = before.user == slot.assignee and before.material == node.material
            if fits and (not adjacent or before.step in near):
                _agree_again(core, step, node, slot, before)
                break


def _agree_again(core: Core, step: ApproveStep, node: Human, slot: Slot, before: Agreement) -> None:
    slot.vote, slot.by, slot.reason, slot.state = "approve", SYSTEM, "repeat", "closed"
    core.log.tell(
        "decided",
        step,
        visit=node.visit,
        actor=SYSTEM,
        decision="approve",
        reason="repeat",
        person=slot.assignee,
        like=before.step,
    )
    # the approval it came from is handed on
    core.state.agreed.append(Agreement(slot.assignee, step.id, node.material))
