"""Decisions: what must be given with them, the values they write, and the form they keep to (D2, K9, R9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.kernel.errors import Complaint, Conflict, Rejected
from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.records.history import what_changed
from engine.records.plain import as_json
from engine.workflow.approvals.commands.case import Case, elevated
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.starting import require_picks
from engine.workflow.approvals.outputs import read_output
from engine.workflow.approvals.state import deciding
from engine.workflow.approvals.state.machine import Machine
from engine.workflow.approvals.state.returning import targets
from engine.workflow.approvals.state.tree import Held

LONGEST_COMMENT = 4_000


def decide(kernel: Kernel, case: Case, core: Machine, held: Held, verb: str, given: Mapping[str, Any]) -> None:
    """Decide a task as its holder."""
    step = core.step(held.node.step)
    assert isinstance(step, (ApproveStep, HandleStep))
    require_fresh(case, given.get("seen"))
    comment = comment_of(given)
    complaints = []
    asked = {"decline": "reject", "done": "approve"}.get(verb, verb)
    if asked in step.policy.comment and not comment:
        complaints.append(Complaint("comment", "comment_required"))
    if verb == "approve" and isinstance(step, ApproveStep) and step.sign and not given.get("signature"):
        complaints.append(Complaint("signature", "required"))
    complaints += _form_complaints(step, given.get("values") or {})
    if complaints:
        raise Rejected("invalid", complaints, count=len(complaints))
    target, then = None, str(step.policy.returns.then)
    if verb == "return":
        target, then = _target(case, core, held, step, given)
    changes: dict[str, Any] = {}
    if given.get("values"):
        changes = write_values(kernel, case, given["values"])
    if verb in ("approve", "done"):
        _require_form(case, step)
        _take_picks(case, step.id, given)
    more: dict[str, Any] = {"changes": changes} if changes else {}
    if given.get("signature"):
        more["signature"] = str(given["signature"])[:2_000]
    if given.get("attachments"):
        more["attachments"] = [str(one)[:100] for one in given["attachments"]][:50]
    output = read_output(step, given.get("output") or {}, case.unit.ctx.zone)
    if output:
        more["output"] = output
    ruling = deciding.Ruling(verb, case.unit.user, comment, target=target, then=then, output=output, more=more)
    if isinstance(step, HandleStep) and step.assignment and kernel.ports.took is not None:
        kernel.ports.took(case.unit, step.assignment, case.row.object, case.row.record, held.slot.assignee)
    deciding.decide(core, held, ruling)
    core.run()


def comment_of(given: Mapping[str, Any]) -> str | None:
    """Return the comment of a command; spaces alone are none."""
    text = given.get("comment")
    if text is None:
        return None
    if not isinstance(text, str) or len(text) > LONGEST_COMMENT:
        raise Rejected("invalid", [Complaint("comment", "too_long", {"max": LONGEST_COMMENT})], count=1)
    return text.strip() or None


def require_fresh(case: Case, seen: Any) -> None:
    """Refuse a decision on a subject whose material fields changed since the person saw it (K9)."""
    if seen is None:
        return
    version, _, material = str(seen).partition("-")
    if material and material == case.material():
        return
    if not version.isdecimal():
        raise Rejected("invalid", [Complaint("seen", "not_number")], count=1)
    if int(version) >= case.subject.version:
        return
    names = case.flow.subject.material
    changed = set(what_changed(case.unit, case.row.object, case.row.record, int(version))) & names
    if material and not changed:
        changed = set(names) & set(case.unit.plans.of(case.row.object).lines)
    if changed:
        fields = sorted(changed)
        raise Conflict("stale_subject", fields=", ".join(fields), changed_fields=fields, version=case.subject.version)


def _form_complaints(step: ApproveStep | HandleStep, values: Mapping[str, Any]) -> list[Complaint]:
    return [Complaint(name, "not_in_form", {"field": name}) for name in values if name not in step.form.write]


def write_values(kernel: Kernel, case: Case, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write fields of the subject with a decision, in its transaction; return what differs as [old, new]."""
    row, unit = case.row, case.unit
    if row.patch is not None:
        before = dict(row.patch)
        row.patch = {**before, **values}
        case.reread(case.reads)
        return {name: [as_json(before.get(name)), values[name]] for name in values}
    old = dict(case.subject.values)
    ctx = elevated(unit.ctx)
    with unit.because(f"approval {row.id}"):
        kernel.records.update(ctx, row.object, row.record, case.subject.version, values)
    case.reread(case.reads)
    new = case.subject.values
    found = {name: [as_json(old.get(name)), as_json(new.get(name))] for name in new if old.get(name) != new.get(name)}
    lines = unit.plans.of(row.object).lines
    found |= {name: [None, None] for name in values if name in lines}
    return {name: pair for name, pair in found.items() if name not in ("version", "updated_at", "updated_by")}


def _require_form(case: Case, step: ApproveStep | HandleStep) -> None:
    empty = [name for name in sorted(step.form.require) if case.subject.facts.get(name) in (None, "", [])]
    if empty:
        raise Rejected("invalid", [Complaint(name, "required") for name in empty], count=len(empty))


def _take_picks(case: Case, step: str, given: Mapping[str, Any]) -> None:
    picks = people_by_step(case, given.get("picks") or {})
    require_picks(case, step, picks, None)
    case.state.picks |= picks


def people_by_step(case: Case, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return chosen people as ids; they may be named by login."""
    return {str(step): people(case, f"picks.{step}", users) for step, users in given.items()}


def people(case: Case, path: str, given: Any) -> list[str]:
    """Return users that are named by id or login; Rejected for one that is not there."""
    named = given if isinstance(given, list) else [given]
    found: list[str] = []
    for name in named:
        person = case.directory.user(str(name)) or case.directory.by_login(str(name))
        if person is None or not person.active:
            raise Rejected("invalid", [Complaint(path, "no_active_user", {"person": str(name)[:80]})], count=1)
        if person.id not in found:
            found.append(person.id)
    return found


def _target(
    case: Case, core: Machine, held: Held, step: ApproveStep | HandleStep, given: Mapping[str, Any]
) -> tuple[Any, str]:
    assert held.place is not None
    offered = targets(core, held.place, step, held.slot)
    named = str(given.get("to") or (offered[0].name if len(offered) == 1 else "submitter"))
    target = next((one for one in offered if one.name == named), None)
    if target is None:
        raise Rejected("invalid", [Complaint("to", "not_a_target", {"target": named[:60]})], count=1)
    most = step.policy.returns.maximum
    if case.state.returns >= most:
        raise Conflict("return_limit", maximum=most)
    then = given.get("then") or step.policy.returns.then
    if then not in ("replay", "resume"):
        raise Rejected("invalid", [Complaint("then", "not_a_target", {"target": str(then)[:60]})], count=1)
    return target, str(then)
