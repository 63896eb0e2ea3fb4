"""The record in the form of a step: what is shown, what may be written, what is hidden there (Z3)."""

from __future__ import annotations

from typing import Any

from engine.kernel.errors import Missing, Refused
from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.storage.process_rows import tasks_of
from engine.workflow.approvals.commands.case import Case, elevated
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.state.tree import all_steps, step_by_id


def form_of(case: Case, step: str) -> dict[str, Any]:
    """Return the rights that a step gives on the fields of the record."""
    found = step_by_id(case.flow.steps, step)
    if isinstance(found, (ApproveStep, HandleStep)):
        form = found.form
        return {
            "default": form.default,
            "write": sorted(form.write),
            "hide": sorted(form.hide),
            "require": sorted(form.require),
            "output": dict(found.output) if isinstance(found, ApproveStep) else {},
        }
    # whoever proposed a change may propose another value for each field of it
    write = case.flow.subject.resubmit | frozenset(case.row.patch or ()) if step == "revise" else frozenset()
    return {"default": "read", "write": sorted(write), "hide": [], "require": [], "output": {}}


def record_in_form(kernel: Kernel, case: Case, step: str) -> Any:
    """Return the record with what the step shows of it; proposed values laid over it in change mode."""
    form = form_of(case, step)
    hidden = hidden_from(case, case.unit.user) | set(form["hide"])
    try:
        record = kernel.records.get(elevated(case.unit.ctx), case.row.object, case.row.record)
    except (Missing, Refused):
        return None
    values = {name: value for name, value in record.values.items() if name not in hidden}
    if form["default"] == "hide":
        shown = set(form["write"]) | set(form["require"])
        values = {name: value for name, value in values.items() if name in shown}
    lines = {name: several for name, several in record.lines.items() if name not in hidden}
    found = {"id": record.id, "version": record.version, **values}
    found |= {name: [{"id": line.id, **line.values} for line in several] for name, several in lines.items()}
    if case.row.patch is not None:
        found |= {name: value for name, value in case.row.patch.items() if name not in hidden}
    return found


def in_force(kernel: Kernel, case: Case, hidden: set[str]) -> dict[str, Any] | None:
    """Return what the record holds where a change is proposed; None where none is."""
    if not case.row.patch:
        return None
    try:
        values = kernel.records.get(elevated(case.unit.ctx), case.row.object, case.row.record).values
    except (Missing, Refused):
        return {}
    return {name: values[name] for name in case.row.patch if name in values and name not in hidden}


def hidden_from(case: Case, user: str) -> set[str]:
    """Return the fields that a person does not get to see in this process: hidden in every step he has part in.

    Whoever has no task in it sees the fields that his own rights give him.
    """
    steps = {
        task.step
        for task in tasks_of(case.unit.session, case.row.id)
        if user in (task.assignee, task.principal, task.decided_by)
    }
    found: set[str] | None = None
    for step in all_steps(case.flow.steps):
        if step.id in steps and isinstance(step, (ApproveStep, HandleStep)):
            found = set(step.form.hide) if found is None else found & set(step.form.hide)
    hidden = found or set()
    if user not in (case.row.submitter,) and not steps:
        readable = case.unit.policy.readable(case.row.object)
        hidden |= set(case.unit.plans.of(case.row.object).object.fields) - set(readable)
    return hidden
