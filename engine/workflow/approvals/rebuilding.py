"""Who may take which task, worked out anew from the running instances, when the rows of it were lost (Q6)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from engine.kernel.context import Context
from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.records import Unit
from engine.storage.process_rows import add_candidates, candidates_of, drop_candidates
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.recording import voices
from engine.workflow.approvals.running import Running
from engine.workflow.approvals.state import staffing
from engine.workflow.approvals.state.core import Core
from engine.workflow.approvals.state.runtime import Human, Slot


def rebuild(kernel: Kernel, ctx: Context) -> int:
    """Put right who may take tasks; return in how many instances something was wrong. Others go on meanwhile."""
    return sum(kernel.command(ctx, partial(_instance, kernel, id=id)) for id in Running(kernel).open(ctx))


def _instance(kernel: Kernel, unit: Unit, id: str) -> bool:
    case = kernel.case(unit, id)
    if case.row.closed_at is not None:
        return False
    core = kernel.machine(case, by_person=False)
    wanted = {slot.task: may_take(core, human, slot) for human, slot in voices(case).values() if slot.live}
    wrong = _wrong(unit, wanted)
    drop_candidates(unit.session, list(wrong))
    add_candidates(unit.session, [(task, user) for task, users in wrong.items() for user in users])
    return bool(wrong)


def _wrong(unit: Unit, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {task: users for task, users in wanted.items() if sorted(users) != sorted(candidates_of(unit.session, task))}


def may_take(core: Core, human: Human, slot: Slot) -> tuple[str, ...]:
    """Return who besides the assignee may take a task."""
    if slot.assignee:
        return (slot.principal,) if slot.shared and slot.principal != slot.assignee else ()
    step = core.step(human.step)
    if slot.admin or not isinstance(step, (ApproveStep, HandleStep)):
        return core.world.admins()
    return staffing.staff(core, step).pool
