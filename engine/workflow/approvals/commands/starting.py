"""Starting an approval (S1 to S6): who may, for which records, pinned to the present version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.access.people import PeopleFinder, person_facts
from engine.kernel.errors import Complaint, Conflict, Refused, Rejected
from engine.kernel.names import new_record_id
from engine.metamodel.model.approval import ApprovalModel
from engine.metamodel.model.people import Picked
from engine.metamodel.model.steps import ApproveStep, HandleStep
from engine.records import Unit
from engine.storage import Violation
from engine.storage.process_holds import Hold, add_hold, add_submission
from engine.storage.process_rows import InstanceRow, add_instance, instance_at
from engine.workflow.approvals.commands.case import Case, directory_of, given_values
from engine.workflow.approvals.commands.facts_of_case import CaseFacts
from engine.workflow.approvals.commands.flows import Flows
from engine.workflow.approvals.ports import Ports
from engine.workflow.approvals.state.tree import all_steps
from engine.workflow.facts import Subject, flat, read_subject


@dataclass(frozen=True, slots=True)
class Start:
    """How an approval is started. ``way``: user, gate or automation; ``values`` are the proposed change (D5)."""

    way: str = "user"
    picks: Mapping[str, list[str]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    department: str | None = None
    comment: str | None = None
    gate: Mapping[str, Any] | None = None
    parent: str | None = None
    parent_key: str | None = None
    submitter: str | None = None
    kept: bool = False


def new_case(unit: Unit, flows: Flows, ports: Ports, flow: ApprovalModel, record: str, start: Start) -> Case:
    """Return a case that is not stored yet, on a locked subject."""
    version = flows.publish(unit, flow.name)
    subject = read_subject(unit, flow.object, record, flows.reads(flow).paths, lock=True)
    return unsaved_case(unit, flow, version, subject, ports, start)


def unsaved_case(unit: Unit, flow: ApprovalModel, version: int, subject: Subject, ports: Ports, start: Start) -> Case:
    """Return a case over a subject that was read already."""
    case = Case(unit, new_row(unit, flow, version, subject, start), flow, subject, ports)
    case.state.picks = {step: list(users) for step, users in start.picks.items()}
    return case


def new_row(unit: Unit, flow: ApprovalModel, version: int, subject: Subject, start: Start) -> InstanceRow:
    """Return an instance that is not stored yet."""
    directory = directory_of(unit)
    submitter = start.submitter or unit.user
    person = directory.user(submitter)
    facts: dict[str, Any] = {"id": submitter}
    if person is not None:
        facts = person_facts(directory, person)
        if start.department is not None:
            facts["department"] = _department(directory, person, start.department)
    return InstanceRow(
        id=new_record_id(),
        flow=flow.name,
        version=version,
        object=flow.object,
        record=subject.id,
        slot=flow.slot,
        place=f"{flow.object}/{subject.id}/{flow.slot}" + (f"/{start.parent}" if start.parent else ""),
        title=subject.title,
        submitter=submitter,
        submitted_as=facts,
        status="running",
        incident=False,
        round=1,
        seq=0,
        hash="",
        state={},
        patch=dict(start.values) if flow.subject.mode == "change" else None,
        base_version=subject.version,
        gate=start.gate,
        parent=start.parent,
        parent_key=start.parent_key,
        outcome=None,
        reason=None,
        started_at=unit.now,
    )


def _department(directory: Any, person: Any, wanted: str) -> dict[str, Any]:
    node = directory.unit(wanted)
    if node is None or node.id not in person.units:
        raise Rejected("invalid", [Complaint("department", "reference_not_found")], count=1)
    return {"id": node.id, "name": node.name, "code": node.code}


def require_startable(case: Case, start: Start) -> None:
    """Refuse a start that the approval does not allow: its way, its people, its condition (S1)."""
    flow, unit = case.flow, case.unit
    if start.way not in flow.start.by:
        raise Refused("not_startable", approval=flow.name)
    if start.way == "user" and flow.start.who and not unit.policy.everything:
        finder = finder_of(case.facts, case)
        if not finder.names(flow.start.who, unit.user):
            raise Refused("forbidden")
    if flow.start.when is not None:
        value = case.facts.value(flow.start.when)
        if value is False or (value is None and start.way != "gate"):
            raise Rejected(
                "invalid",
                [Complaint("", "not_startable", {"approval": flow.name, "why": flow.start.when.text})],
                count=1,
            )
    taken = instance_at(unit.session, case.row.place or "")
    if taken is not None:
        raise Conflict("already_running", instance=taken)


def may_be_started(unit: Unit, flows: Flows, ports: Ports, flow: ApprovalModel, record: str) -> bool:
    """Tell whether a person may start an approval on a record as it stands; nothing is written.

    A condition over what is going to be proposed can only be judged with the proposal; until then it is open.
    """
    subject = read_subject(unit, flow.object, record, flows.reads(flow).paths)
    case = unsaved_case(unit, flow, 0, subject, ports, Start())
    try:
        require_startable(case, Start())
    except Rejected:
        return _over_the_proposal(flow)
    except (Refused, Conflict):
        return False
    return True


def _over_the_proposal(flow: ApprovalModel) -> bool:
    if flow.subject.mode != "change" or flow.start.when is None:
        return False
    proposed = set(flow.subject.material)
    return any(path[0] == "before" or proposed & set(path[1:2]) for path in flow.start.when.reads if path)


def finder_of(facts: CaseFacts, case: Case) -> PeopleFinder:
    """Return what resolves rules before there is an instance."""
    words = {"submitter": case.row.submitter, "actor": case.unit.user}
    return PeopleFinder(facts.people, facts.value, words, case.subject.facts)


def picks_wanted(flow: ApprovalModel, by: str) -> dict[str, Picked]:
    """Return the steps for which somebody must choose people: at submission, or who decides the step ``by``."""
    found: dict[str, Picked] = {}
    for step in all_steps(flow.steps):
        if isinstance(step, (ApproveStep, HandleStep)):
            for rule in step.by:
                if isinstance(rule.selector, Picked) and rule.selector.by == by:
                    found[step.id] = rule.selector
    return found


def require_picks(case: Case, by: str, given: Mapping[str, list[str]], certain: frozenset[str] | None) -> None:
    """Refuse picks that are missing for steps that come for certain, or that are not among those offered (S5)."""
    wanted = picks_wanted(case.flow, by)
    missing = [step for step in wanted if not given.get(step) and (certain is None or step in certain)]
    missing = [step for step in missing if wanted[step].minimum > 0]
    if missing:
        raise Rejected("pick_missing", steps=", ".join(missing))
    finder = finder_of(case.facts, case)
    for step, users in given.items():
        rule = wanted.get(step)
        if rule is None:
            raise Rejected("invalid", [Complaint(f"picks.{step}", "unknown_field", {"field": step})], count=1)
        offered = set(finder.users(rule.choices)) if rule.choices else None
        known = {person.id for person in case.directory.users(users) if person.active}
        outside = [user for user in users if user not in known or (offered is not None and user not in offered)]
        most = rule.maximum if rule.maximum is not None else len(users)
        if outside or not rule.minimum <= len(set(users)) <= most:
            raise Rejected("pick_out_of_range", step=step, minimum=rule.minimum, maximum=rule.maximum or "*")


def save_new(case: Case, start: Start) -> None:
    """Write a new instance and what it keeps of its subject; Conflict when somebody else was faster."""
    session, row, flow = case.unit.session, case.row, case.flow
    try:
        with case.unit.part():
            add_instance(session, row)
    except Violation as error:
        raise Conflict("already_running", instance=instance_at(session, row.place or "")) from error
    case.unit.passes.add(row.id)
    if not start.kept:
        change = flow.subject.mode == "change"
        held = tuple(row.patch or ()) if change else tuple(sorted(flow.subject.always))
        kind = "change" if change else "record"
        revised = tuple(sorted(flow.subject.resubmit))
        add_hold(session, Hold(row.object, row.record, row.id, kind, row.flow, held, revised))
    keep_submission(case)


def keep_submission(case: Case) -> None:
    """Keep the subject as it is submitted now."""
    lines = case.unit.plans.of(case.row.object).lines
    kept = flat(given_values(case.subject.facts), lines)
    add_submission(case.unit.session, case.row.id, case.row.round, case.subject.version, kept, case.unit.now)
