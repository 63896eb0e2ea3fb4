"""What a person may do with a task now: one table for commands and for what is offered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.metamodel.model.steps import ApproveStep, HandleStep, Step
from engine.storage.process_rows import candidates_of
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.returning import targets
from engine.workflow.approvals.state.tree import Held, places, step_by_id

DECISIONS = ("approve", "reject", "abstain", "return", "done", "decline")
ADMIN_VERBS = ("reassign", "jump", "suspend", "resume", "cancel", "override", "retry", "migrate")
_DANGER = frozenset({"reject", "decline", "cancel", "withdraw"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """Something that may be done. ``needs`` names what must be given, ``targets`` where a return may lead."""

    verb: str
    danger: bool = False
    needs: tuple[str, ...] = ()
    targets: tuple[dict[str, Any], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a user stands to a task: he holds it, may claim it, lent it away, or administers the flow."""

    holds: bool = False
    may_claim: bool = False
    lent: bool = False
    admin: bool = False


def standing(case: Case, core: Core, held: Held, user: str) -> Standing:
    """Return how a user stands to a task that is alive."""
    slot = held.slot
    holds = slot.assignee == user or (slot.shared and slot.principal == user)
    pool = slot.state == "ready" and user in candidates_of(case.unit.session, slot.task)
    return Standing(holds, pool, bool(slot.lender) and slot.lender == user, is_admin(case, core, user))


def is_admin(case: Case, core: Core, user: str) -> bool:
    """Tell whether a user administers the flow."""
    return user in core.world.admins()


def allowed_on_task(case: Case, core: Core, held: Held, user: str) -> list[Allowed]:
    """Return what a user may do with a task that is alive."""
    who = standing(case, core, held, user)
    found: list[Allowed] = []
    suspended = case.state.suspended
    state = held.slot.state
    if held.node is case.state.revise:
        if who.holds and not suspended:
            found += [Allowed("resubmit"), Allowed("save"), Allowed("comment")]
    elif held.node.picking:
        if who.holds and not suspended:
            found.append(Allowed("pick", needs=("picks",), targets=({"step": held.node.step},)))
    elif not suspended and state == "ready" and who.may_claim:
        found.append(Allowed("claim"))
    elif not suspended and state == "open" and who.holds:
        found += _for_holder(case, core, held)
    elif state == "waiting" and who.lent and not suspended:
        found.append(Allowed("recall"))
    if who.lent and state == "open" and not suspended and not who.holds:
        found.append(Allowed("recall"))
    if who.admin and held.node is not case.state.revise:
        found.append(Allowed("reassign", needs=("to", "comment")))
    return found


def _for_holder(case: Case, core: Core, held: Held) -> list[Allowed]:
    step = step_by_id(case.flow.steps, held.node.step)
    if held.node is case.state.closing:
        return [Allowed("approve"), Allowed("reject", danger=True, needs=("comment",))]
    assert isinstance(step, (ApproveStep, HandleStep))
    found = _decisions(case, core, held, step)
    if held.slot.lender or held.slot.added_as == "before":
        return [*found, Allowed("comment"), Allowed("ask", needs=("to", "comment"))]
    found += _actions(case, held, step)
    return [*found, Allowed("save"), Allowed("comment")]


def _decisions(case: Case, core: Core, held: Held, step: ApproveStep | HandleStep) -> list[Allowed]:
    require = tuple(sorted(step.form.require))
    if isinstance(step, HandleStep):
        found = [_one("done", step, require)]
        if "decline" in step.may:
            found.append(_one("decline", step))
    else:
        found = [_one("approve", step, (*require, *(("signature",) if step.sign else ()))), _one("reject", step)]
        if step.abstain and not held.slot.lender:
            found.append(_one("abstain", step))
    advising = held.slot.lender or held.slot.added_as in ("before", "after")
    may_return = isinstance(step, ApproveStep) or "return" in step.may
    if may_return and not advising and held.place is not None:
        offered = tuple(
            {"to": target.name, "then": step.policy.returns.then}
            for target in targets(core, held.place, step, held.slot)
        )
        if offered:
            found.append(_one("return", step, ("to",), offered))
    return found


def _actions(case: Case, held: Held, step: Step) -> list[Allowed]:
    found = [Allowed("release")] if _claimed(case, held, step) else []
    if isinstance(step, HandleStep):
        return [*found, *([Allowed("transfer", needs=("to",))] if "transfer" in step.may else [])]
    assert isinstance(step, ApproveStep)
    found += [Allowed(action, needs=("to",)) for action in ("transfer", "delegate") if action in step.actions]
    ways = tuple(name.removeprefix("add_") for name in ("add_before", "add_after", "add_with") if name in step.actions)
    if ways:
        found.append(Allowed("add", needs=("to",), targets=tuple({"how": way} for way in ways)))
    added = [s for s in held.node.slots if s.added_by == held.slot.no and not s.vote and s.state != "removed"]
    if added and "remove" in step.actions:
        found.append(Allowed("remove", needs=("person",), targets=tuple({"person": s.assignee} for s in added)))
    if "ask" in step.actions:
        found.append(Allowed("ask", needs=("to", "comment")))
    if "cc" in step.actions:
        found.append(Allowed("copy", needs=("to",)))
    return found


def _claimed(case: Case, held: Held, step: Step) -> bool:
    """Tell whether a task was taken out of a pool, which is still there to take it back (T1)."""
    slot = held.slot
    if slot.shared or (isinstance(step, ApproveStep) and step.mode != "any" and not slot.admin):
        return False
    return bool(candidates_of(case.unit.session, slot.task))


def _one(
    verb: str, step: ApproveStep | HandleStep, needs: tuple[str, ...] = (), offered: tuple[dict[str, Any], ...] = ()
) -> Allowed:
    asked = {"decline": "reject", "done": "approve"}.get(verb, verb)
    if asked in step.policy.comment:
        needs = (*needs, "comment")
    return Allowed(verb, verb in _DANGER, needs, offered)


def allowed_on_instance(case: Case, core: Core, user: str, later: frozenset[str]) -> list[Allowed]:
    """Return what a user may do with an instance as a whole; ``later`` are those whose turn may still come."""
    row, found = case.row, []
    if row.closed_at is not None:
        return []
    if user == row.submitter or _revises(case, user):
        if not against_withdrawing(case):
            found.append(Allowed("withdraw", danger=True))
        if case.state.revise is not None and not case.state.suspended:
            found.append(Allowed("resubmit"))
    admin = is_admin(case, core, user)
    if row.status == "running" and (admin or user == row.submitter or user in later):
        found.append(Allowed("urge"))
    if admin:
        found.append(Allowed("cancel", danger=True, needs=("comment",)))
        if case.state.suspended:
            found.append(Allowed("resume"))
        elif case.state.revise is None:
            found.append(Allowed("suspend", needs=("comment",)))
        if not case.state.suspended and case.state.revise is None:
            found += [Allowed("jump", needs=("to", "comment")), Allowed("override", needs=("values", "comment"))]
        if row.incident:
            found.append(Allowed("retry"))
    return found


def _revises(case: Case, user: str) -> bool:
    return case.state.revise is not None and any(slot.assignee == user for slot in case.state.revise.slots)


def against_withdrawing(case: Case) -> str:
    """Return why the submitter may not withdraw now, empty when he may (X1, R12).

    The policy is that of the flow, or of the steps that are open.
    """
    if case.state.revise is not None or case.state.suspended:
        return "withdraw_never" if case.flow.policy.withdraw == "never" else ""
    steps = [step_by_id(case.flow.steps, place.node.step) for place in places(case.state, case.flow.steps)]
    open_steps = [step for step in steps if isinstance(step, (ApproveStep, HandleStep))]
    policies = {step.policy.withdraw for step in open_steps} or {case.flow.policy.withdraw}
    if "never" in policies:
        return "withdraw_never"
    return "decided_already" if case.state.decided and policies != {"until_closed"} else ""
