"""Commands on a whole instance: of the submitter and of the flow's administrators (X1 to X6, R5, T7, D3, E4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.kernel.errors import Complaint, Conflict, Missing, Refused, Rejected
from engine.records import Unit
from engine.storage.process_holds import set_reviser
from engine.storage.process_rows import note_urged, tasks_of
from engine.storage.process_trail import read_process_events
from engine.workflow.approvals.commands.allowing import against_withdrawing, is_admin
from engine.workflow.approvals.commands.case import Case, elevated
from engine.workflow.approvals.commands.deciding import comment_of, people, write_values
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.predicting import path_of, people_ahead
from engine.workflow.approvals.commands.seeing import may_see
from engine.workflow.approvals.commands.starting import keep_submission
from engine.workflow.approvals.errors import Throttled
from engine.workflow.approvals.state import closing, returning
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.people_step import open_slots
from engine.workflow.approvals.state.runtime import Human, Slot, Stuck
from engine.workflow.approvals.state.tree import PEOPLE_STEPS, all_steps, branch_of, places, step_by_id, way_to
from engine.workflow.approvals.state.world import EndedTask, Notice

URGES_A_DAY = 3
BETWEEN_URGES = 4 * 3_600  # working seconds
UNSAY_WITHIN = timedelta(minutes=10)


def on_instance(kernel: Kernel, unit: Unit, id: str, verb: str, given: Mapping[str, Any]) -> Case:
    """Carry out a command on an instance."""
    if verb not in VERBS:
        raise Missing("unknown_verb", verb=verb[:40])
    case = kernel.case(unit, id)
    case.channel = str(given.get("channel") or "web")[:20]
    core = kernel.machine(case)
    if not may_see(case, unit.user):
        raise Missing("not_found")
    act, admin = VERBS[verb]
    if admin and not is_admin(case, core, unit.user):
        raise Refused("forbidden")
    if case.row.closed_at is not None and verb != "unsay":
        raise Conflict("instance_closed", outcome=case.row.outcome, at=case.row.closed_at.isoformat())
    if admin and verb not in ("resume", "retry") and not comment_of(given):
        raise Rejected("invalid", [Complaint("comment", "comment_required")], count=1)
    act(kernel, case, core, given)
    kernel.finish(case, core)
    return case


# -- of the submitter --------------------------------------------------------------------------------------------------


def _require_submitter(case: Case) -> None:
    user, revise = case.unit.user, case.state.revise
    if user != case.row.submitter and not (revise is not None and any(s.assignee == user for s in revise.slots)):
        raise Refused("forbidden")


def withdraw(_: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Take the case back (X1, X2, R12)."""
    _require_submitter(case)
    against = against_withdrawing(case)
    if against:
        raise Conflict(against)
    core.log.tell("withdrawn", actor=case.unit.user, comment=comment_of(given))
    core.close("withdrawn", "withdrawn")


def resubmit(kernel: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Send a returned case on its way again; the round is raised (R5)."""
    _require_submitter(case)
    row, revise = case.row, case.state.revise
    if case.state.suspended:
        raise Conflict("instance_suspended")
    if revise is None:
        raise Conflict("wrong_state", state=row.status, transition="resubmit")
    values = given.get("values") or {}
    form = case.flow.subject.resubmit | case.flow.subject.always
    if row.patch is not None:
        form = frozenset(row.patch) | form
    wrong = [Complaint(name, "not_in_form", {"field": name}) for name in values if name not in form]
    if wrong:
        raise Rejected("invalid", wrong, count=len(wrong))
    changes = write_values(kernel, case, values) if values else {}
    slot, by = revise.slots[0], case.unit.user
    behalf = slot.principal if slot.principal != by else None
    core.log.end(EndedTask(slot.task, "decided", "resubmit", by, behalf, "person", comment_of(given)))
    row.round += 1
    more: dict[str, Any] = {"changes": changes} if changes else {}
    core.log.tell("resubmitted", task=slot.task, actor=by, behalf=behalf, comment=comment_of(given), **more)
    case.state.decided = False
    returning.resubmitted(core)
    set_reviser(case.unit.session, row.id, None)
    keep_submission(case)
    case.facts.renew()
    core.run()


def urge(kernel: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Remind whoever holds an open task: the submitter, an administrator, or somebody whose turn comes later (T7)."""
    row, now = case.row, case.unit.now
    tasks = tasks_of(case.unit.session, row.id, live=True)
    if case.unit.user != row.submitter and not is_admin(case, core, case.unit.user):
        waiting = {task.assignee for task in tasks if task.state == "waiting"}
        if case.unit.user not in waiting | people_ahead(path_of(kernel, case, case.flow)):
            raise Refused("forbidden")
    if row.status != "running":
        raise Conflict("instance_suspended" if case.state.suspended else "task_paused")
    urged = []
    for task in tasks:
        if task.state not in ("open", "ready"):
            continue
        before = [datetime.fromisoformat(text) for text in task.urged or ()]
        today = [at for at in before if at.astimezone(case.unit.ctx.zone).date() == case.unit.today]
        last = max(before, default=None)
        passed = None if last is None else case.ports.clocks.working_time(case.unit, last, now)
        if len(today) >= URGES_A_DAY or (passed is not None and passed < BETWEEN_URGES):
            continue
        note_urged(case.unit.session, task.id, [*(task.urged or ()), now.isoformat()][-10:])
        urged.append(task)
    if not urged:
        raise Throttled("throttled", retry_after=BETWEEN_URGES)
    for task in urged:
        core.log.tell("urged", task.step, visit=task.visit, task=task.id, comment=comment_of(given))
        core.log.notices.append(Notice("reminder", (task.assignee or "",), task.id, task.step))


def unsay(_: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Hide one's own comment of the last ten minutes; the row and its hash stay (E4)."""
    events = {event.seq: event for event in read_process_events(case.unit.session, case.row.id, archived=False)}
    event = events.get(int(given.get("seq") or 0))
    if event is None or not event.comment:
        raise Missing("not_found")
    if event.actor != case.unit.user:
        raise Refused("forbidden")
    if case.unit.now - event.at > UNSAY_WITHIN:
        raise Conflict("cannot_retract")
    core.log.tell("comment.withdrawn", event.step, of=event.seq)


# -- of the administrators ---------------------------------------------------------------------------------------------


def suspend(_: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Stop all tasks and clocks (X5)."""
    if case.state.suspended:
        raise Conflict("instance_suspended")
    _require_running(case, "suspend")
    before = {
        slot.task for human in closing.humans_in(case.state.root) for slot in human.slots if slot.state == "paused"
    }
    case.state.suspended = True
    closing.pause_node(core, case.state.root.node)
    if case.state.root.parked is not None:
        closing.pause_node(core, case.state.root.parked.node)
    case.state.stopped = sorted(before)
    case.row.status = "suspended"
    core.log.tell("suspended", actor=case.unit.user, comment=comment_of(given))


def resume(_: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Let tasks and clocks go on with what is left of their time."""
    if not case.state.suspended:
        raise Conflict("wrong_state", state=case.row.status, transition="resume")
    case.state.suspended = False
    stays = frozenset(case.state.stopped)
    closing.unpause_node(core, case.state.root.node, stays)
    if case.state.root.parked is not None:
        closing.unpause_node(core, case.state.root.parked.node, stays)
    case.state.stopped = []
    case.row.status = "returned" if case.state.revise is not None else "running"
    core.log.tell("resumed", actor=case.unit.user, comment=comment_of(given))
    core.run()


def cancel(kernel: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Close the instance as cancelled (X4); with ``delete_subject`` the record goes too (D4)."""
    core.log.tell("cancelled", actor=case.unit.user, comment=comment_of(given))
    deleting = bool(given.get("delete_subject"))
    core.close("cancelled", "subject_deleted" if deleting else "admin")
    if deleting:
        row, ctx = case.row, elevated(case.unit.ctx)
        kernel.records.delete(ctx, row.object, row.record, case.subject.version)


def jump(_: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Go on from any step for people (X6)."""
    target = str(given.get("to") or "")
    step = step_by_id(case.flow.steps, target)
    if case.state.suspended:
        raise Conflict("instance_suspended")
    _require_running(case, "jump")
    if not isinstance(step, PEOPLE_STEPS) or not _reachable(case, target):
        raise Rejected("invalid", [Complaint("to", "not_a_target", {"target": target[:60]})], count=1)
    core.log.tell("jumped", target, actor=case.unit.user, comment=comment_of(given))
    returning.replay(core, target, "admin")
    core.run()


def _require_running(case: Case, verb: str) -> None:
    if case.state.revise is not None:
        raise Conflict("wrong_state", state=case.row.status, transition=verb)


def _reachable(case: Case, target: str) -> bool:
    """Tell whether every block around a step is a choice, or one that a token stands in."""
    way = way_to(case.flow.steps, target)
    standing = [place.steps for place in places(case.state, case.flow.steps)]
    for steps, at, branch in way[:-1]:
        inner = branch_of(steps[at], branch).steps
        if steps[at].kind != "choose" and not any(steps_here is inner for steps_here in standing):
            return False
    return bool(way)


def override(kernel: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Change the locked subject; with a material field the flow is replayed from its first step for people (D3)."""
    values = given.get("values") or {}
    if not values:
        raise Rejected("invalid", [Complaint("values", "required")], count=1)
    before = case.material()
    changes = write_values(kernel, case, values)
    core.log.tell("overridden", actor=case.unit.user, comment=comment_of(given), changes=changes)
    if before == case.material() or case.state.revise is not None:
        return
    first = next((step for step in all_steps(case.flow.steps) if isinstance(step, PEOPLE_STEPS)), None)
    if first is not None:
        core.log.tell("replayed", first, reason="override")
        closing.void_frame(core, case.state.root, case.flow.steps, "override")
        case.state.root = type(case.state.root)()
        case.state.agreed = []
        for result in case.state.results.values():
            result.round = 0
        core.returned_to = first.id
        core.run()


def retry(_: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Let the tokens that are stuck try again."""
    for place in list(places(case.state, case.flow.steps)):
        if isinstance(place.node, Stuck):
            core.log.tell("retried", place.node.step, visit=place.node.visit, actor=case.unit.user)
            place.frame.node = None
    core.run()


def give_to(_: Kernel, case: Case, core: Machine, given: Mapping[str, Any]) -> None:
    """Let somebody act where a step is stuck because nobody was found (T9)."""
    users = people(case, "to", given.get("to") or [])
    step = str(given.get("step") or "")
    if not users:
        raise Rejected("invalid", [Complaint("to", "required")], count=1)
    for place in list(places(case.state, case.flow.steps)):
        node = place.node
        if not (isinstance(node, Stuck) and node.step == step):
            continue
        slots = [Slot(no, user, user) for no, user in enumerate(users, start=1)]
        human = Human(step, node.visit, slots, core.world.material())
        place.frame.node = human
        found = step_by_id(case.flow.steps, step)
        assert found is not None
        core.log.tell("reassigned", step, visit=node.visit, actor=case.unit.user, comment=comment_of(given), to=users)
        open_slots(core, found, human)
        core.run()
        return
    raise Rejected("invalid", [Complaint("step", "not_a_target", {"target": step[:60]})], count=1)


Verb = Callable[[Kernel, Case, Machine, Mapping[str, Any]], None]
# verb -> what it does, and whether it is for the flow's administrators
VERBS: Mapping[str, tuple[Verb, bool]] = {
    "withdraw": (withdraw, False),
    "resubmit": (resubmit, False),
    "urge": (urge, False),
    "unsay": (unsay, False),
    "suspend": (suspend, True),
    "resume": (resume, True),
    "cancel": (cancel, True),
    "jump": (jump, True),
    "override": (override, True),
    "retry": (retry, True),
    "reassign": (give_to, True),
}
