"""What happens to instances without a person: waits end, children close, clocks ring, people leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.kernel.errors import TesseraError
from engine.metamodel.model.steps import ApproveStep, DoStep, HandleStep, WaitStep
from engine.records import Unit
from engine.storage.process_rows import instance_at
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.commands.deciding import write_values
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.state import closing, deciding, holding, people_step
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.runtime import CLOCK_STUCK, SYSTEM, Calls, Human, Pause, Slot
from engine.workflow.approvals.state.tree import Held, places, step_by_id
from engine.workflow.approvals.state.world import EndedTask, Notice


def _with(kernel: Kernel, unit: Unit, instance: str, act: Callable[[Case, Machine], bool]) -> bool:
    """Do something to an open instance by the system; nothing to a closed one."""
    case = kernel.case(unit, instance)
    if case.row.closed_at is not None:
        return False
    case.channel = "system"
    core = kernel.machine(case, by_person=False)
    if not act(case, core):
        return False
    kernel.finish(case, core)
    return True


def end_wait(kernel: Kernel, unit: Unit, instance: str, step: str, visit: int) -> bool:
    """Let a token go on whose wait is over; tell whether it still waited."""

    def act(case: Case, core: Machine) -> bool:
        for place in places(case.state, case.flow.steps):
            node = place.node
            if isinstance(node, Pause) and (node.step, node.visit) == (step, visit) and not node.done:
                node.done = True
                if not case.state.suspended and not place.parked:
                    core.run()
                return True
        return False

    return _with(kernel, unit, instance, act)


def wake(kernel: Kernel, unit: Unit, instance: str, step: str, visit: int, event: Mapping[str, Any]) -> bool:
    """Let a token go on that waits for an event, when its condition fits; without one it is of the same record (B6)."""
    case = kernel.case(unit, instance)
    found = step_by_id(case.flow.steps, step)
    if case.row.closed_at is not None or not isinstance(found, WaitStep) or found.event != event["type"]:
        return False
    if found.where is None:
        fits = (event["object"], event["record"]) == (case.row.object, case.row.record)
    else:
        fits = case.facts.value(found.where, {"event": event}) is True
    return fits and end_wait(kernel, unit, instance, step, visit)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call outward: a value for a field of the subject, or why it failed for good."""

    into: str | None = None
    value: Any = None
    failed: str = ""


def answer_call(kernel: Kernel, unit: Unit, instance: str, step: str, visit: int, answer: Answer) -> bool:
    """Let a token go on whose call outward was answered, or make an incident of it when that failed for good (B7)."""

    def act(case: Case, core: Machine) -> bool:
        for place in places(case.state, case.flow.steps):
            node = place.node
            if isinstance(node, Pause) and node.kind == "call" and (node.step, node.visit) == (step, visit):
                if node.done:
                    return False
                failed = answer.failed or _kept(kernel, case, answer)
                found = core.step(step)
                if failed and isinstance(found, DoStep) and found.failed == "incident":
                    place.frame.node = core.stick(found, "call_failed", failed)
                else:
                    node.done = True
                core.run()
                return True
        return False

    return _with(kernel, unit, instance, act)


def _kept(kernel: Kernel, case: Case, answer: Answer) -> str:
    """Write an answer into the subject; return what speaks against it."""
    if answer.into is None:
        return ""
    try:
        with case.unit.part():
            write_values(kernel, case, {answer.into: answer.value})
    except TesseraError as error:
        return str(error)
    return ""


def hear_of_child(kernel: Kernel, unit: Unit, facts: Mapping[str, str]) -> bool:
    """Note the outcome of an instance that a call step started; heard twice, nothing happens."""

    def act(case: Case, core: Machine) -> bool:
        for place in places(case.state, case.flow.steps):
            node = place.node
            if isinstance(node, Calls):
                for child in node.children.values():
                    if child[0] == facts["child"] and not child[2]:
                        child[2] = facts["outcome"]
                        core.log.tell("child.closed", node.step, visit=node.visit, child=child[0], outcome=child[2])
                        core.run()
                        return True
        return False

    return _with(kernel, unit, facts["parent"], act)


def close_child(kernel: Kernel, unit: Unit, child: str) -> bool:
    """Cancel an instance whose parent is closed."""

    def act(case: Case, core: Machine) -> bool:
        core.log.tell("cancelled", actor=SYSTEM, reason="parent")
        core.close("cancelled", "parent")
        return True

    return _with(kernel, unit, child, act)


def withdraw_running(kernel: Kernel, unit: Unit, object: str, record: str, approval: str, reason: str) -> bool:
    """Withdraw the running instance of an approval on a record; tell whether there was one."""
    flow = kernel.flows.today(unit, approval)
    instance = instance_at(unit.session, f"{object}/{record}/{flow.slot}")
    if instance is None:
        return False

    def act(case: Case, core: Machine) -> bool:
        core.log.tell("withdrawn", actor=SYSTEM, reason="rule", comment=reason or None)
        core.close("withdrawn", "rule")
        return True

    return _with(kernel, unit, instance, act)


# -- people who leave, and substitutions that end (O2, O6) -------------------------------------------------------------


def replace_person(kernel: Kernel, unit: Unit, instance: str, user: str) -> bool:
    """Find somebody else for every open voice of a person who left."""

    def act(case: Case, core: Machine) -> bool:
        moved = False
        for human, slot in list(_voices_of(case, user)):
            moved = True
            _replace(case, core, human, slot, user)
        core.run()
        return moved

    return _with(kernel, unit, instance, act)


def _voices_of(case: Case, user: str) -> Iterable[tuple[Human, Slot]]:
    humans = [*closing.humans_in(case.state.root), *([case.state.revise] if case.state.revise is not None else [])]
    for human in humans:
        for slot in human.slots:
            if slot.live and user in (slot.assignee, slot.principal):
                yield human, slot


def _replace(case: Case, core: Machine, human: Human, slot: Slot, user: str) -> None:
    held = Held(None, human, slot)
    if slot.lender and slot.assignee == user:
        holding.recall(core, held)
        return
    if slot.principal != user:
        # held as a substitute: it goes back
        _move(core, human, slot, slot.principal, "assignee_inactive")
        return
    step = core.step(human.step)
    if not isinstance(step, (ApproveStep, HandleStep)):
        above = core.world.above(user, frozenset({user})) or next(iter(core.world.admins()), "")
        _move(core, human, slot, above, "assignee_inactive", principal=slot.principal)
        return
    named = _named_instead(core, step, user)
    here = {s.assignee for s in human.slots if s is not slot and s.state != "removed"}
    here |= {s.principal for s in human.slots if s is not slot and s.state != "removed"}
    fresh = [one for one in named if one not in here and one != core.world.submitter]
    if fresh:
        _move(core, human, slot, fresh[0], "assignee_inactive")
    elif named:
        closing.void_slot(core, human, slot, "assignee_inactive")
        slot.state = "removed"
        core.log.tell("removed", human.step, visit=human.visit, person=user, reason="assignee_inactive")
    else:
        nearest = core.world.above(user, frozenset({user, core.world.submitter}))
        _move(core, human, slot, nearest or next(iter(core.world.admins()), ""), "assignee_inactive")


def _named_instead(core: Machine, step: ApproveStep | HandleStep, user: str) -> list[str]:
    """Return whom the rules that named a person yield now that he is gone."""
    found: list[str] = []
    for rule in step.by:
        one = core.world.find((rule,), step.id)
        if user in one.dropped or any(named.user == user for named in one.people):
            found += [named.user for named in one.people if named.user not in (*found, user)]
    return found


def _move(core: Machine, human: Human, slot: Slot, to: str, reason: str, principal: str = "") -> None:
    state, old, was = slot.state, slot.task, slot.assignee
    core.log.end(EndedTask(old, "moved", reason=reason))
    slot.principal, slot.assignee, slot.shared = principal or to, to, False
    core.log.tell("moved", human.step, visit=human.visit, task=old, reason=reason, person=was, to=to)
    people_step.open_slot(core, human, slot, state, like=old)
    if human is core.state.revise:
        core.log.new[slot.task].kind = "revise"
    core.log.notices.append(Notice("moved", (was,), old, human.step))


def give_back(kernel: Kernel, unit: Unit, instance: str, principal: str, substitute: str) -> bool:
    """Give what a substitute holds for a principal back to him (O6)."""

    def act(case: Case, core: Machine) -> bool:
        moved = False
        for human, slot in list(_voices_of(case, substitute)):
            if slot.principal == principal and slot.assignee == substitute:
                _move(core, human, slot, principal, "substitution_ended")
                moved = True
        return moved

    return _with(kernel, unit, instance, act)


def has_work(kernel: Kernel, unit: Unit, instance: str, assignment: str, person: str) -> bool:
    """Tell whether a step waits for the work that an assignment gave to a person."""
    case = kernel.case(unit, instance)
    return case.row.closed_at is None and bool(_work_of(case, assignment, person))


def pass_on(kernel: Kernel, unit: Unit, instance: str, assignment: str, people: tuple[str, str]) -> bool:
    """Give work that an assignment had offered to the first of two people to the second (G7)."""

    def act(case: Case, core: Machine) -> bool:
        found = _work_of(case, assignment, people[0])
        for human, slot in found:
            holding.transfer(core, Held(None, human, slot), people[1], "assignment")
        return bool(found)

    return _with(kernel, unit, instance, act)


def _work_of(case: Case, assignment: str, person: str) -> list[tuple[Human, Slot]]:
    steps = case.flow.steps
    found = [(human, slot, step_by_id(steps, human.step)) for human, slot in _voices_of(case, person)]
    return [
        (human, slot)
        for human, slot, step in found
        if isinstance(step, HandleStep) and step.assignment == assignment and slot.principal == person
    ]


def hand_to_substitute(kernel: Kernel, unit: Unit, instance: str, principal: str) -> bool:
    """Give what a principal holds to whoever acts for him by now."""

    def act(case: Case, core: Machine) -> bool:
        moved = False
        for human, slot in list(_voices_of(case, principal)):
            stands = core.world.stand_in(principal)
            if slot.assignee == principal and stands.user != principal and not slot.lender:
                _move(core, human, slot, stands.user, "substitution", principal=principal)
                slot.shared = stands.shared
                moved = True
        return moved

    return _with(kernel, unit, instance, act)


# -- clocks (C6, C7, C9) -----------------------------------------------------------------------------------------------


def voice_at(case: Case, step: str, visit: int, slot: int) -> Held | None:
    """Return a voice that is still open in the same visit."""
    for place in places(case.state, case.flow.steps):
        node = place.node
        if isinstance(node, Human) and (node.step, node.visit) == (step, visit):
            for one in node.slots:
                if one.no == slot and one.live:
                    return Held(place, node, one)
    return None


def ruled_by_clock(case: Case, core: Machine, held: Held, decision: str) -> None:
    """Decide by the clock, as the system with reason timeout; where a person must fill in or sign, he is asked (C9)."""
    step = core.step(held.node.step)
    assert isinstance(step, (ApproveStep, HandleStep))
    if decision == "approve" and (step.form.require or getattr(step, "sign", False)):
        core.log.tell("incident", step, visit=held.node.visit, reason=CLOCK_STUCK)
        admins = core.world.admins()
        if admins:
            holding.transfer(core, held, admins[0], "timeout")
            held.slot.admin = True
        held.slot.reason = CLOCK_STUCK
        core.log.notices.append(Notice("incident", admins, held.slot.task, step.id))
        return
    target = None
    if decision == "return":
        from engine.workflow.approvals.state.returning import SUBMITTER, Target

        target = Target(SUBMITTER)
    word = "done" if decision == "approve" and isinstance(step, HandleStep) else decision
    then = step.policy.returns.then
    deciding.decide(core, held, deciding.Ruling(word, SYSTEM, reason="timeout", target=target, then=then))
    core.run()
