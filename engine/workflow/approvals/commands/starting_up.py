"""Starting: which approval fits, is its path still the one that was shown, then the first run (S1 to S6, B5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.access.people import user_id
from engine.kernel.errors import Complaint, Conflict, Missing, Rejected
from engine.kernel.names import RecordRef
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.effects import Effect, SetFields
from engine.metamodel.model.steps import CallStep
from engine.records import Unit
from engine.records.preview import against_change
from engine.workflow.approvals.commands.case import Case, given_values
from engine.workflow.approvals.commands.deciding import comment_of, people_by_step
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.predicting import certain_steps, path_of, same_path
from engine.workflow.approvals.commands.seeing import may_read
from engine.workflow.approvals.commands.starting import (
    Start,
    new_case,
    picks_wanted,
    require_picks,
    require_startable,
    save_new,
)
from engine.workflow.approvals.state.world import Notice, Started
from engine.workflow.facts import digest, flat


def by_user(kernel: Kernel, unit: Unit, object: str, record: str, approval: str, given: Mapping[str, Any]) -> Case:
    """Start an approval that a user asked for."""
    if not may_read(unit, object, record):
        raise Missing("not_found")
    flow = chosen(kernel, unit, object, record, approval)
    start = start_of(flow, given)
    case = new_case(unit, kernel.flows, kernel.ports, flow, record, start)
    case.reads = kernel.flows.reads(flow).paths
    require_startable(case, start)
    if kernel.flows.row(unit, flow.name, case.row.version).closed:
        raise Conflict("version_closed")
    if flow.subject.mode == "change":
        _require_proposal(unit, case, start)
    picks = people_by_step(case, given.get("picks") or {})
    _require_path(kernel, case, given)
    if picks or picks_wanted(flow, "submitter"):
        require_picks(case, "submitter", picks, certain_steps(kernel, case))
    case.state.picks = picks
    return run_first(kernel, case, start, comment_of(given))


def start_of(flow: ApprovalModel, given: Mapping[str, Any]) -> Start:
    """Return how a user starts it."""
    values = given.get("values") or {}
    if not isinstance(values, Mapping):
        raise Rejected("invalid", [Complaint("values", "not_an_object")], count=1)
    return Start("user", values=dict(values), department=given.get("department"), comment=comment_of(given))


def begin(kernel: Kernel, unit: Unit, flow: ApprovalModel, record: str, start: Start) -> Case:
    """Start an approval from inside a unit: a gate, an effect, or another approval."""
    case = new_case(unit, kernel.flows, kernel.ports, flow, record, start)
    case.reads = kernel.flows.reads(flow).paths
    if start.parent is None:
        require_startable(case, start)
    return run_first(kernel, case, start, None)


def run_first(kernel: Kernel, case: Case, start: Start, comment: str | None) -> Case:
    """Store a new instance and let its tokens go as far as they come."""
    save_new(case, start)
    core = kernel.machine(case, by_person=start.way != "automation")
    core.log.tell("submitted", comment=comment, flow=case.row.flow, version=case.row.version, way=start.way)
    core.run()
    core.log.notices = [n for n in core.log.notices if n != Notice("closed", (case.row.submitter,))]
    case.seq = 0
    kernel.finish(case, core)
    return case


def chosen(kernel: Kernel, unit: Unit, object: str, record: str, approval: str) -> ApprovalModel:
    """Return an approval by name; without a name the one that fits with the highest priority, then by name (S2)."""
    if approval and approval != "auto":
        flow = kernel.flows.today(unit, approval)
        if flow.object != object:
            raise Missing("no_such_approval", approval=approval[:60])
        return flow
    fitting = []
    for flow in unit.model.approvals.values():
        if flow.object != object or "user" not in flow.start.by:
            continue
        case = new_case(unit, kernel.flows, kernel.ports, flow, record, Start())
        if flow.start.when is None or case.facts.value(flow.start.when) is True:
            fitting.append(flow)
    if not fitting:
        raise Rejected("not_startable", approval="-")
    return min(fitting, key=lambda flow: (-flow.priority, flow.name))


def _require_proposal(unit: Unit, case: Case, start: Start) -> None:
    """Refuse a proposed change that changes nothing, or that could not be saved as things stand."""
    row = case.row
    if not start.values:
        raise Rejected("nothing_proposed")
    fields = unit.plans.of(row.object).object.fields
    wrong = [
        Complaint(name, "unknown_field", {"field": name, "object": row.object})
        for name in start.values
        if name not in fields
    ]
    if wrong:
        raise Rejected("invalid", wrong, count=len(wrong))
    wrong = list(against_change(unit, row.object, row.record, dict(start.values)))
    if wrong:
        raise Rejected("invalid", wrong, count=len(wrong))


def _require_path(kernel: Kernel, case: Case, given: Mapping[str, Any]) -> None:
    """Refuse a start when another version is in force by now and its path is not the one that was shown (S4)."""
    shown = given.get("version")
    if shown is None or shown == case.row.version:
        return
    old = kernel.flows.pinned(case.unit, case.row.flow, int(shown))
    before, now = path_of(kernel, case, old), path_of(kernel, case, case.flow)
    if not same_path(before, now):
        plain = [{name: value for name, value in step.items() if name != "title"} for step in now]
        raise Conflict("outdated_path", version=case.row.version, path=plain)


class Children:
    """Starts the instances of a call step (B5)."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def start(self, case: Case, step: CallStep, visit: int) -> tuple[Started, ...]:
        """Start one instance for the record, or for each element; what ended approved before is taken over."""
        flow = self._kernel.flows.today(case.unit, step.flow)
        earlier = case.state.results.get(step.id)
        approved = dict(earlier.output.get("approved") or {}) if earlier is not None else {}
        self._give(case, flow, step, approved)
        found = []
        for element in self._elements(case, step):
            id = user_id(element) or case.row.record
            seen = digest(_seen(element))
            known = approved.get(id)
            if known is not None and known[1] == seen:
                found.append(Started(id, known[0], seen, "approved"))
                continue
            found.append(self._one(case, flow, step, visit, id, seen))
        return tuple(found)

    def _give(self, case: Case, flow: ApprovalModel, step: CallStep, approved: Mapping[str, Any]) -> None:
        """Give the records of the call their values, but not those whose approval is taken over."""
        if not step.values:
            return
        effects = (Effect(SetFields(step.values), path=f"{step.id}.with"),)
        for element in self._elements(case, step):
            id = user_id(element) or case.row.record
            known = approved.get(id)
            if known is None or known[1] != digest(_seen(element)):
                key = f"{case.row.id}:{step.id}:with:{id}"
                names = case.facts.with_names(item=element)
                case.ports.run_effects(case.unit, effects, names, key, RecordRef(flow.object, id))
        case.reread(case.reads)

    def _elements(self, case: Case, step: CallStep) -> list[Any]:
        if step.for_each is not None:
            value = case.facts.value(step.for_each)
            return list(value) if isinstance(value, (list, tuple)) else [value]
        if step.on is None:
            return [case.subject.facts]
        return [case.facts.value(step.on)]

    def _one(self, case: Case, flow: ApprovalModel, step: CallStep, visit: int, record: str, seen: str) -> Started:
        start = Start(
            "automation",
            parent=case.row.id,
            parent_key=f"{step.id}:{visit}:{record}",
            submitter=case.row.submitter,
            kept=(flow.object, record) == (case.row.object, case.row.record),
        )
        child = begin(self._kernel, case.unit, flow, record, start)
        return Started(record, child.row.id, seen, child.row.outcome or "")


def _seen(element: Any) -> Any:
    if isinstance(element, Mapping):
        held = [name for name, value in element.items() if isinstance(value, list)]
        plain = {k: v for k, v in given_values(element).items() if k not in ("version", "updated_at", "updated_by")}
        return flat(plain, [name for name in held if name in plain and _lines(plain[name])])
    return element


def _lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)
