"""Clocks of tasks stand while the pause of their step holds, and go on with what is left of their time (C4)."""

from __future__ import annotations

from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.clock import SlaModel
from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.storage.process_rows import tasks_of
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.runtime import Human
from engine.workflow.approvals.state.tree import all_steps, places
from engine.workflow.approvals.state.world import Clock, TurnedTask
from engine.workflow.facts import reads_of


def pause_reads(flow: ApprovalModel) -> frozenset[str]:
    """Return the fields of the record that the pauses of a flow's steps look at."""
    pauses = [sla.pause for sla in map(_clock, all_steps(flow.steps)) if sla is not None and sla.pause is not None]
    return frozenset(path[0] for path in reads_of(pauses).paths)


def settle_pauses(case: Case, core: Machine) -> bool:
    """Stop the clocks of open tasks whose pause holds by now, and let the others go on; tell whether one turned."""
    if core.ended or case.state.suspended or case.state.revise is not None:
        return False
    turned = False
    marks: dict[str, str] | None = None
    for place in places(case.state, case.flow.steps):
        node, sla = place.node, _clock(core.step(place.node.step))
        if sla is None or sla.pause is None or place.parked or not isinstance(node, Human) or node.picking:
            continue
        stands = case.facts.value(sla.pause) is True
        for slot in node.slots:
            if slot.state not in ("open", "ready") or slot.stopped is stands:
                continue
            turned, slot.stopped = True, stands
            core.log.clocks.append(Clock("pause" if stands else "resume", node.step, node.visit, slot.no, slot.task))
            word = "clock.paused" if stands else "clock.resumed"
            core.log.tell(word, node.step, visit=node.visit, task=slot.task)
            if slot.task not in core.log.new and slot.task not in core.log.turned:
                marks = marks or {task.id: task.mark for task in tasks_of(case.unit.session, case.row.id, live=True)}
                core.log.turn(TurnedTask(slot.task, slot.state, marks.get(slot.task, "")))
    return turned


def _clock(step: object) -> SlaModel | None:
    return step.sla if isinstance(step, (ApproveStep, HandleStep)) else None
