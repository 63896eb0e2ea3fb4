"""What a process says that is allowed, but will hardly be meant."""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.diagnostics import Findings
from engine.kernel.source import Span
from engine.metamodel.layers import Merged
from engine.metamodel.layers.flow import at_path, steps_in
from engine.metamodel.model import ApprovalModel, AutomationModel, TenantModel
from engine.metamodel.model.automation import OnRecord
from engine.metamodel.model.effects import RemoveRecords, SetFields, UpdateRecords
from engine.metamodel.model.steps import (
    ApproveStep,
    ChooseStep,
    HandleStep,
    IncludeStep,
    ParallelStep,
    Step,
)


def check_processes(merged: Merged, model: TenantModel, findings: Findings) -> None:
    """Warn of steps without a clock, careless policies, rules that raise themselves or act with all rights."""
    for approval in model.approvals.values():
        _approval(approval, merged, findings)
    for automation in model.automations.values():
        _automation(automation, merged, findings)


def human_steps(steps: tuple[Step, ...]) -> Iterator[ApproveStep | HandleStep]:
    """Yield the steps of a flow that wait for people, those in blocks as well."""
    for step in steps:
        if isinstance(step, ApproveStep | HandleStep):
            yield step
        elif isinstance(step, ChooseStep):
            for branch in step.of:
                yield from human_steps(branch.steps)
        elif isinstance(step, ParallelStep | IncludeStep):
            for branch in step.branches:
                yield from human_steps(branch.steps)
            if isinstance(step, IncludeStep):
                yield from human_steps(step.otherwise)


def _approval(approval: ApprovalModel, merged: Merged, findings: Findings) -> None:
    for step in human_steps(approval.steps):
        where = _place(approval, step.id, merged)
        if step.sla is None:
            findings.warn("no_clock", where, step=step.id)
        if step.policy.empty == "pass":
            findings.warn("empty_passes", where, step=step.id)
        if isinstance(step, ApproveStep) and step.policy.self == "allow":
            findings.warn("self_allowed", where, step=step.id)
        once = isinstance(step, ApproveStep) and step.policy.repeat == "once"
        if once and not approval.subject.material:
            findings.warn("repeat_without_material", where, step=step.id)


def _place(approval: ApprovalModel, id: str, merged: Merged) -> Span:
    found = merged.find("approval", approval.name)
    if found is None:
        return Span("")
    steps = found.node.get("steps")
    path = steps_in(steps.value).get(id)
    if path is None or not isinstance(at_path(steps.value, path), dict):
        return found.document.span  # it comes from the approval that this one extends
    node = steps
    for key in path:
        node = node.get(key)
    return node.span


def _automation(automation: AutomationModel, merged: Merged, findings: Findings) -> None:
    found = merged.find("automation", automation.name)
    if found is None:
        return
    for index, effect in enumerate(automation.do):
        where = found.node.get("do").get(index).span
        verb = effect.verb
        if isinstance(verb, SetFields) and isinstance(automation.on, OnRecord) and automation.on.what == "updated":
            for field in sorted(automation.on.fields & verb.values.keys()):
                findings.warn("raises_itself", where, automation=automation.name, field=field)
        other = isinstance(verb, UpdateRecords | RemoveRecords) and verb.object != automation.object
        if automation.run_as == "system" and other:
            findings.warn("system_updates", where, automation=automation.name, object=verb.object)  # type: ignore[union-attr]
