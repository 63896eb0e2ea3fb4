"""Approvals and the other parts of the workflow made known to each other: effects, gates, clocks, assignments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.access.people import user_id
from engine.kernel.names import RecordRef
from engine.metamodel.model.clock import AddVoices, ClockDecision, HandOver, Remind, SlaModel
from engine.metamodel.model.effects import Effect, Effects
from engine.metamodel.model.lifecycle import GateModel
from engine.metamodel.model.steps import WaitStep
from engine.records import Unit
from engine.records.worktime import budget_of, calendar_of
from engine.storage.process_rows import InstanceRow, read_instance
from engine.workflow.approvals.commands import happening
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.ports import TASK_CLOCK, WAIT_CLOCK
from engine.workflow.approvals.service import ApprovalService
from engine.workflow.approvals.state import holding
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.tree import Held
from engine.workflow.approvals.state.world import Notice
from engine.workflow.composing import Workflow
from engine.workflow.effects import Cause, EffectService
from engine.workflow.facts import read_subject
from engine.workflow.timers import Alarm, Fired, Timer, TimerService


def connect(approvals: ApprovalService, workflow: Workflow) -> None:
    """Let approvals use the workflow and the workflow use approvals."""
    ports = approvals.kernel.ports
    ports.run_effects = _Effects(workflow.effects)
    ports.clocks = TaskClocks(workflow.timers)
    ports.gate_closed = _gate_closed(workflow)
    ports.decided = _decided(workflow)
    ports.assign = _assign(workflow)
    ports.took = lambda unit, assignment, object, record, person: workflow.assignments.taken(
        unit, assignment, RecordRef(object, record), person
    )
    workflow.assignments.waiters = approvals.running
    workflow.doers.start = lambda unit, approval, record, cause: approvals.start_by_rule(
        unit, record.object, record.id, approval
    )
    workflow.doers.withdraw = lambda unit, approval, record, reason, cause: approvals.withdraw_by_rule(
        unit, record.object, record.id, approval, reason
    )
    workflow.lifecycles.let_gates(_Gates(approvals))
    workflow.timers.register(TASK_CLOCK, TaskHandler(approvals, workflow.effects))
    workflow.timers.register(WAIT_CLOCK, WaitHandler(approvals))


class _Effects:
    """Runs the effects of steps and outcomes with the rights of the definition."""

    def __init__(self, effects: EffectService) -> None:
        self._effects = effects

    def __call__(
        self, unit: Unit, effects: Effects, facts: Mapping[str, Any], cause: str, subject: RecordRef | None = None, /
    ) -> Mapping[str, Any]:
        row = read_instance(unit.session, cause.split(":", maxsplit=1)[0])
        assert row is not None
        ref = subject or RecordRef(row.object, row.record)
        return self._effects.run(
            unit, effects, facts, Cause(cause, ref, "definition", f"approval {row.id}", waits=cause)
        )


def _gate_closed(workflow: Workflow) -> Any:
    def told(unit: Unit, row: InstanceRow, outcome: str) -> None:
        workflow.lifecycles.gate_closed(unit, row.object, row.record, row.flow, outcome)  # type: ignore[arg-type] # one of four

    return told


def _decided(workflow: Workflow) -> Any:
    def told(unit: Unit, row: InstanceRow, outcome: str) -> None:
        data = {"approval": row.flow, "instance": row.id, "outcome": outcome}
        workflow.automations.decided(unit, RecordRef(row.object, row.record), data)

    return told


def _assign(workflow: Workflow) -> Any:
    def assign(unit: Unit, assignment: str, object: str, record: str) -> str | None:
        cause = Cause(f"assign:{record}", RecordRef(object, record))
        workflow.assignments.assign(unit, assignment, RecordRef(object, record), cause)
        to = unit.model.assignments[assignment].to
        return user_id(read_subject(unit, object, record).facts.get(to))

    return assign


class _Gates:
    """Starts the approvals that hold transitions."""

    def __init__(self, approvals: ApprovalService) -> None:
        self._approvals = approvals

    def start_gate(self, unit: Unit, object: str, id: str, gate: GateModel, cause: str) -> Any:
        """Start the approval of a gate; return how it ended if it is over at once."""
        kept = {"via": gate.via, "cause": cause}
        return self._approvals.start_gate(unit, object, id, gate.approval, kept)


class TaskClocks:
    """The clocks of tasks and waits on the timers of the workflow."""

    def __init__(self, timers: TimerService) -> None:
        self._timers = timers

    def arm(self, unit: Unit, owner: str, sla: SlaModel, facts: Mapping[str, Any]) -> datetime | None:
        """Start the clock of a voice."""
        return self._timers.arm(unit, Alarm(TASK_CLOCK, owner, _subject(unit, owner)), sla, facts).due_at

    def end(self, unit: Unit, owner: str) -> None:
        """End the clock of a voice."""
        self._timers.end(unit, TASK_CLOCK, owner)

    def pause(self, unit: Unit, owner: str) -> None:
        """Stop the clock of a voice."""
        self._timers.pause(unit, TASK_CLOCK, owner)

    def resume(self, unit: Unit, owner: str) -> datetime | None:
        """Let the clock of a voice go on."""
        self._timers.resume(unit, TASK_CLOCK, owner)
        return self._due(unit, owner)

    def revive(self, unit: Unit, owner: str) -> datetime | None:
        """Let a clock that was ended go on."""
        self._timers.revive(unit, TASK_CLOCK, owner)
        return self._due(unit, owner)

    def wait(self, unit: Unit, owner: str, step: WaitStep, facts: Mapping[str, Any]) -> datetime | None:
        """Arm the end of a wait."""
        alarm = Alarm(WAIT_CLOCK, owner, _subject(unit, owner))
        if step.length is not None:
            return self._timers.arm_after(unit, alarm, budget_of(step.length), step.calendar).fire_at
        if step.event is not None:
            self._timers.arm_never(unit, replace(alarm, name=step.event))
        if step.until is None:
            return None
        at = step.until.evaluate(facts, unit.run)
        if not isinstance(at, datetime):
            return None
        # without a zone a time of day is that of the tenant
        at = at if at.tzinfo is not None else at.replace(tzinfo=unit.ctx.zone)
        return self._timers.arm_at(unit, alarm, at).fire_at

    def unwait(self, unit: Unit, owner: str) -> None:
        """End a wait that is needed no more."""
        self._timers.end(unit, WAIT_CLOCK, owner, cancelled=True)

    def working_time(self, unit: Unit, start: datetime, end: datetime) -> float:
        """Return the working seconds between two instants."""
        return float(calendar_of(unit.model, None).measure(start, end).total_seconds())

    def _due(self, unit: Unit, owner: str) -> datetime | None:
        found = self._timers.of_owner(unit, TASK_CLOCK, owner)
        return found[0].due_at if found else None


def _subject(unit: Unit, owner: str) -> RecordRef:
    row = read_instance(unit.session, owner.split(":", maxsplit=1)[0])
    assert row is not None
    return RecordRef(row.object, row.record)


class WaitHandler:
    """Lets tokens go on whose wait is over."""

    def __init__(self, approvals: ApprovalService) -> None:
        self._approvals = approvals

    def lock(self, unit: Unit, timer: Timer) -> bool:
        """Lock the instance with its subject."""
        return _locked(self._approvals, unit, timer)

    def fire(self, unit: Unit, timer: Timer, fired: Sequence[Fired]) -> None:
        """Go on."""
        self._approvals.running.end_wait(unit, timer.owner)


class TaskHandler:
    """What the clock of a task does: remind, hand over, add voices, decide; each rung once (C6, C7, C10)."""

    def __init__(self, approvals: ApprovalService, effects: EffectService) -> None:
        self._approvals, self._effects = approvals, effects

    def lock(self, unit: Unit, timer: Timer) -> bool:
        """Lock the instance; the clock ends when its voice is no longer open."""
        return _locked(self._approvals, unit, timer)

    def fire(self, unit: Unit, timer: Timer, fired: Sequence[Fired]) -> None:
        """Do what every rung says whose time has come; several missed reminders are one."""
        kernel = self._approvals.kernel
        instance, step, visit, slot = timer.owner.split(":")
        case = kernel.case(unit, instance)
        case.channel = "system"
        core = kernel.machine(case, by_person=False)
        found = core.step(step)
        sla = getattr(found, "sla", None)
        if sla is None or case.row.closed_at is not None or case.state.suspended:
            return
        reminded = False
        for one in fired:
            for action in sla.rungs[one.rung].do:
                held = happening.voice_at(case, step, int(visit), int(slot))
                if held is None or core.ended:
                    break
                if isinstance(action, Remind):
                    reminded = reminded or _remind(core, held)
                    continue
                self._act(case, core, held, action, timer.owner)
        kernel.finish(case, core)

    def _act(self, case: Case, core: Machine, held: Held, action: Any, owner: str) -> None:
        node, slot = held.node, held.slot
        match action:
            case ClockDecision(decision=decision):
                happening.ruled_by_clock(case, core, held, decision)
            case HandOver(to=to, escalate=escalate):
                users = self._people(case, to, slot.assignee)
                fresh = [user for user in users if user != slot.assignee]
                if fresh:
                    holding.transfer(core, held, fresh[0], "timeout" if escalate else "clock")
            case AddVoices(people=people):
                users = self._people(case, people, slot.assignee)
                known = {s.assignee for s in node.slots}
                fresh = [user for user in users if user not in known]
                if fresh:
                    holding.add(core, held, fresh, "with")
            case Effect():
                facts = case.facts.with_names(assignee=case.facts.person(slot.assignee))
                ref = RecordRef(case.row.object, case.row.record)
                self._effects.run(case.unit, (action,), facts, Cause(f"{owner}:{action.path}", ref, label="clock"))

    def _people(self, case: Case, rules: Any, assignee: str) -> list[str]:
        finder = self._approvals.kernel.machine(case).world.finder()  # type: ignore[attr-defined] # the living world
        finder.words = {**finder.words, "assignee": assignee}
        found: list[str] = finder.users(rules)
        return found


def _remind(core: Machine, held: Held) -> bool:
    core.log.tell("reminded", held.node.step, visit=held.node.visit, task=held.slot.task)
    core.log.notices.append(Notice("reminder", (held.slot.assignee,), held.slot.task, held.node.step))
    return True


def _locked(approvals: ApprovalService, unit: Unit, timer: Timer) -> bool:
    instance = timer.owner.split(":", maxsplit=1)[0]
    case = approvals.kernel.case(unit, instance)
    if case.row.closed_at is not None:
        return False
    if timer.kind == WAIT_CLOCK:
        return True
    _, step, visit, slot = timer.owner.split(":")
    return happening.voice_at(case, step, int(visit), int(slot)) is not None
