"""Commands on tasks: who may, in which state, and what becomes of the task (T1 to T9, K8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.kernel.errors import Complaint, Conflict, Missing, Refused, Rejected
from engine.records import Unit
from engine.storage.process_holds import Copy, add_copies
from engine.storage.process_rows import TaskRow, candidates_of, mark_task, read_task, save_draft
from engine.workflow.approvals.commands.allowing import allowed_on_task, is_admin, standing
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.commands.deciding import comment_of, decide, people
from engine.workflow.approvals.commands.instance_verbs import resubmit
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.picking import pick
from engine.workflow.approvals.commands.seeing import may_see
from engine.workflow.approvals.errors import task_closed
from engine.workflow.approvals.state import holding
from engine.workflow.approvals.state.asking import answer, ask
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.tree import PEOPLE_STEPS, Held, voice_of
from engine.workflow.approvals.state.world import EndedTask


@dataclass(slots=True)
class TaskCommand:
    """One command on a task that is alive."""

    kernel: Kernel
    case: Case
    core: Machine
    task: TaskRow
    held: Held
    given: Mapping[str, Any]

    def people(self, path: str = "to") -> list[str]:
        """Return the people that the command names."""
        value = self.given.get(path)
        if not value:
            raise Rejected("invalid", [Complaint(path, "required")], count=1)
        return people(self.case, path, value)

    def say(self, type: str) -> None:
        """Put what somebody said to the command beside what it did."""
        next(fact for fact in self.core.log.facts if fact.type == type).comment = comment_of(self.given)


def on_task(kernel: Kernel, unit: Unit, id: str, verb: str, given: Mapping[str, Any]) -> Case:
    """Carry out a command on a task; return the case it belongs to."""
    task = read_task(unit.session, id)
    if task is None:
        raise Missing("not_found")
    case = kernel.case(unit, task.instance)
    case.channel = str(given.get("channel") or "web")[:20]
    task = read_task(unit.session, id) or task
    core = kernel.machine(case)
    if verb == "retract":
        require_mine(case, core, task, decided=True)
        _retract(case, core, task)
    else:
        held = require_alive(case, core, task)
        command = TaskCommand(kernel, case, core, task, held, given)
        _require(command, verb)
        _act(command, verb)
    kernel.finish(case, core)
    return case


def on_answer(kernel: Kernel, unit: Unit, id: str, verb: str, given: Mapping[str, Any]) -> Case:
    """Answer a question; only whoever asked is told, nothing moves (T6)."""
    task = read_task(unit.session, id)
    if task is None:
        raise Missing("not_found")
    case = kernel.case(unit, task.instance)
    core = kernel.machine(case)
    if unit.user != task.assignee:
        raise Refused("forbidden") if may_see(case, unit.user) else Missing("not_found")
    if case.row.closed_at is not None:
        raise Conflict("instance_closed", outcome=case.row.outcome)
    text = comment_of(given)
    if not text:
        raise Rejected("invalid", [Complaint("comment", "comment_required")], count=1)
    about = answer(core, id, unit.user, text)
    if about is None:
        raise task_closed(**_closed_by(case, task))
    mark_task(unit.session, about, "")
    kernel.finish(case, core)
    return case


def require_alive(case: Case, core: Machine, task: TaskRow) -> Held:
    """Return the voice of a task that is alive; tell who closed it otherwise."""
    require_mine(case, core, task)
    if case.row.closed_at is not None:
        raise Conflict("instance_closed", outcome=case.row.outcome, **_closed_by(case, task))
    held = voice_of(case.state, case.flow.steps, task.id)
    if held is None or task.closed_at is not None:
        raise task_closed(**_closed_by(case, task))
    return held


def require_mine(case: Case, core: Machine, task: TaskRow, *, decided: bool = False) -> None:
    """Refuse who has nothing to do with a task: 404 when he may not even see the record, else 403 (K8)."""
    user = case.unit.user
    if decided:
        mine = user in (task.decided_by, task.assignee)
    else:
        mine = user in (task.assignee, task.decided_by, task.principal)
        mine = mine or user in candidates_of(case.unit.session, task.id) or is_admin(case, core, user)
    if not mine and not _lent_by(case, task, user):
        if may_see(case, user):
            raise Refused("forbidden")
        raise Missing("not_found")


def _lent_by(case: Case, task: TaskRow, user: str) -> bool:
    held = voice_of(case.state, case.flow.steps, task.id)
    host = None if held is None else next((s for s in held.node.slots if s.no == held.slot.added_by), None)
    return held is not None and (held.slot.lender == user or (host is not None and host.assignee == user))


def _closed_by(case: Case, task: TaskRow) -> dict[str, Any]:
    result = case.state.results.get(task.step)
    by, at = task.decided_by, task.closed_at.isoformat() if task.closed_at else None
    if by is None and result is not None and result.visit == task.visit:
        by, at = result.by, result.at
    person = case.directory.user(by) if by else None
    named = by if person is None else person.name
    return {"by": named or task.reason, "at": at, "by_id": by, "reason": task.reason}


def _require(command: TaskCommand, verb: str) -> None:
    case, held, user = command.case, command.held, command.case.unit.user
    offered = {one.verb: one for one in allowed_on_task(case, command.core, held, user)}
    if verb in offered or verb in ("answer", "remove"):
        return
    if verb not in VERBS:
        raise Missing("unknown_verb", verb=verb[:40])
    who = standing(case, command.core, held, user)
    if case.state.suspended:
        raise Conflict("instance_suspended")
    if held.slot.state == "paused":
        raise Conflict("task_paused")
    if held.slot.state == "ready" and who.may_claim:
        raise Conflict("claim_first")
    if held.slot.state == "waiting" and (who.holds or who.lent):
        raise Conflict("not_your_turn")
    if verb == "claim" and held.slot.state == "open":
        holder = case.directory.user(held.slot.assignee)
        raise Conflict("task_closed", by=holder.name if holder else "", at=None, by_id=held.slot.assignee)
    if who.holds:
        raise Rejected("verb_not_allowed", verb=verb)
    if who.lent and held.slot.task != command.task.id:
        raise Conflict("not_your_turn")
    raise Refused("forbidden")


def _act(command: TaskCommand, verb: str) -> None:
    act = VERBS[verb]
    act(command)


def _decision(verb: str) -> Callable[[TaskCommand], None]:
    def act(command: TaskCommand) -> None:
        if command.held.node is command.case.state.closing:
            _try_again(command, verb)
            return
        decide(command.kernel, command.case, command.core, command.held, verb, command.given)

    return act


def _try_again(command: TaskCommand, verb: str) -> None:
    """An administrator lets an approved change be applied again, or gives it up (D6)."""
    case, core = command.case, command.core
    by = case.unit.user
    core.log.end(EndedTask(command.held.slot.task, "decided", verb, by, comment=comment_of(command.given)))
    core.log.tell("decided", "apply", task=command.held.slot.task, actor=by, decision=verb, reason="admin")
    command.held.slot.state = "closed"
    case.state.closing = None
    core.ended = "approved" if verb == "approve" else "cancelled"
    core.ended_because = None if verb == "approve" else "apply_failed"


def _claim(command: TaskCommand) -> None:
    holding.claim(command.core, command.held, command.case.unit.user)


def _release(command: TaskCommand) -> None:
    holding.release(command.core, command.held)
    save_draft(command.case.unit.session, command.task.id, None)


def _transfer(command: TaskCommand) -> None:
    to = command.people()[0]
    step = command.core.step(command.held.node.step)
    allow = getattr(getattr(step, "policy", None), "self", "") == "allow"
    holding.require_newcomer(command.core, command.held.node, to, allow_submitter=allow)
    holding.transfer(command.core, command.held, to)
    command.say("moved")


def _delegate(command: TaskCommand) -> None:
    to = command.people()[0]
    holding.require_newcomer(command.core, command.held.node, to, allow_submitter=True)
    holding.delegate(command.core, command.held, to)
    command.say("delegated")


def _recall(command: TaskCommand) -> None:
    holding.recall(command.core, command.held)


def _add(command: TaskCommand) -> None:
    how, mode = str(command.given.get("how") or ""), str(command.given.get("mode") or "all")
    step = command.core.step(command.held.node.step)
    if f"add_{how}" not in getattr(step, "actions", ()) or mode not in ("any", "all", "sequence"):
        raise Rejected("verb_not_allowed", verb=f"add {how}"[:40])
    users = command.people()
    for user in users:
        holding.require_newcomer(command.core, command.held.node, user, allow_submitter=False)
    holding.add(command.core, command.held, users, how, mode)
    command.say("added")
    command.core.run()


def _remove(command: TaskCommand) -> None:
    wanted = command.people("person")[0]
    node, user = command.held.node, command.case.unit.user
    slot = next((s for s in node.slots if wanted in (s.assignee, s.principal) and s.state != "removed"), None)
    if slot is None:
        raise Rejected("invalid", [Complaint("person", "no_active_user", {"person": wanted})], count=1)
    admin = is_admin(command.case, command.core, user)
    if not admin and "remove" not in getattr(command.core.step(node.step), "actions", ()):
        raise Rejected("verb_not_allowed", verb="remove")
    holding.remove(command.core, command.held, slot, user, admin=admin)
    command.say("removed")
    command.core.run()


def _ask(command: TaskCommand) -> None:
    users, text = command.people(), comment_of(command.given)
    if not text:
        raise Rejected("invalid", [Complaint("comment", "comment_required")], count=1)
    ask(command.core, command.held, command.case.unit.user, users, text)
    mark_task(command.case.unit.session, command.held.slot.task, "waiting_answer")


def _comment(command: TaskCommand) -> None:
    text = comment_of(command.given)
    if not text:
        raise Rejected("invalid", [Complaint("comment", "comment_required")], count=1)
    node = command.held.node
    command.core.log.tell("comment", node.step, visit=node.visit, task=command.held.slot.task, comment=text)


def _save(command: TaskCommand) -> None:
    step = command.core.step(command.held.node.step)
    values = command.given.get("values") or {}
    form = command.case.flow.subject.resubmit if step is None else getattr(step, "form").write  # noqa: B009
    wrong = [Complaint(name, "not_in_form", {"field": name}) for name in values if name not in form]
    if wrong:
        raise Rejected("invalid", wrong, count=len(wrong))
    save_draft(command.case.unit.session, command.task.id, {"values": values, "comment": command.given.get("comment")})


def _copy(command: TaskCommand) -> None:
    case, row = command.case, command.case.row
    users = command.people()
    now, text = case.unit.now, comment_of(command.given) or ""
    world = command.core.world
    copies = [
        Copy(world.new_id(), row.id, row.round, user, row.object, row.record, row.flow, case.subject.title, text, now)
        for user in users
    ]
    case.copied.append((command.held.node.step, add_copies(case.unit.session, copies), []))


def _reassign(command: TaskCommand) -> None:
    if not comment_of(command.given):
        raise Rejected("invalid", [Complaint("comment", "comment_required")], count=1)
    to = command.people()[0]
    holding.require_newcomer(command.core, command.held.node, to, allow_submitter=True)
    holding.transfer(command.core, command.held, to, "reassign")
    command.say("moved")


def _pick(command: TaskCommand) -> None:
    pick(command.case, command.core, command.held, command.given)


def _resubmit(command: TaskCommand) -> None:
    resubmit(command.kernel, command.case, command.core, command.given)


def _retract(case: Case, core: Machine, task: TaskRow) -> None:
    if task.state != "decided" or task.decision not in ("approve", "done") or task.decided_by != case.unit.user:
        raise Conflict("cannot_retract")
    if case.row.closed_at is not None:
        raise Conflict("instance_closed", outcome=case.row.outcome)
    step = core.step(task.step)
    limit = step.policy.retract if isinstance(step, PEOPLE_STEPS) else None
    decided = task.closed_at
    if limit is None or decided is None or case.state.suspended or case.state.revise is not None:
        raise Conflict("cannot_retract")
    if case.unit.now - decided > timedelta(days=limit.days) + limit.time:
        raise Conflict("cannot_retract")
    holding.retract(core, task.step, task.visit, case.unit.user)


VERBS: Mapping[str, Callable[[TaskCommand], None]] = {
    **{verb: _decision(verb) for verb in ("approve", "reject", "abstain", "return", "done", "decline")},
    "claim": _claim,
    "release": _release,
    "transfer": _transfer,
    "delegate": _delegate,
    "recall": _recall,
    "add": _add,
    "remove": _remove,
    "ask": _ask,
    "comment": _comment,
    "save": _save,
    "copy": _copy,
    "reassign": _reassign,
    "resubmit": _resubmit,
    "pick": _pick,
}
