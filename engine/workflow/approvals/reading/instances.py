"""One instance as a user may see it: state, what he may do, timeline, diagram, and the sheet of a closed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Missing
from engine.metamodel.model.approval import ApprovalModel
from engine.records import Unit
from engine.storage.process_holds import approved_of, read_submission
from engine.storage.process_rows import (
    InstanceRow,
    TaskRow,
    instances_of,
    note_seen,
    read_instance,
    read_task,
    tasks_of,
)
from engine.storage.process_trail import broken_links, read_process_events
from engine.workflow.approvals.commands.allowing import allowed_on_instance, allowed_on_task
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.predicting import path_of, people_ahead
from engine.workflow.approvals.commands.seeing import may_read, require_seen
from engine.workflow.approvals.commands.starting import may_be_started
from engine.workflow.approvals.reading.forms import form_of, hidden_from, in_force, record_in_form
from engine.workflow.approvals.reading.timeline import diagram, timeline
from engine.workflow.approvals.state.tree import voice_of
from engine.workflow.facts import read_subject


class Instances:
    """Reads instances and tasks."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def of_record(self, ctx: Context, object: str, record: str) -> Mapping[str, Any]:
        """Return the instances of a record, those that may be started on it, and what stands approved."""
        with self._kernel.records.opener.reading(ctx) as unit:
            readable = may_read(unit, object, record)
            rows = [row for row in instances_of(unit.session, object, record) if readable or self._seen(unit, row)]
            if not rows and not readable:
                raise Missing("not_found")
            approved = [
                {"slot": one.slot, "instance": one.instance, "version": one.record_version, "stale": one.stale}
                for one in approved_of(unit.session, object, record)
            ]
            offered = [
                {"approval": flow.name, "title": flow.title, "slot": flow.slot, "mode": flow.subject.mode}
                for flow in unit.model.approvals.values()
                if flow.object == object and "user" in flow.start.by and self._may_start(unit, flow, record)
            ]
            return {"items": [head(unit, row) for row in rows], "approved": approved, "startable": offered}

    def _may_start(self, unit: Unit, flow: ApprovalModel, record: str) -> bool:
        return may_be_started(unit, self._kernel.flows, self._kernel.ports, flow, record)

    def get(self, ctx: Context, id: str, *, archived: bool = False) -> Mapping[str, Any]:
        """Return an instance with its timeline and its diagram; with ``archived`` also what went into the archive."""
        with self._kernel.records.opener.reading(ctx) as unit:
            row = require_seen(unit, read_instance(unit.session, id), unit.user)
            case = self.peek(unit, row)
            core = self._kernel.machine(case)
            events = read_process_events(unit.session, row.id, archived=archived)
            hidden = hidden_from(case, unit.user)
            path = [] if row.closed_at is not None else path_of(self._kernel, case, case.flow)
            tasks = tasks_of(unit.session, row.id)
            later = people_ahead(path) | {one.assignee or "" for one in tasks if one.state == "waiting"}
            return {
                **head(unit, row),
                "allowed": allowed_on_instance(case, core, unit.user, later),
                "tasks": [_task(case, task) for task in tasks],
                "timeline": timeline(case, events, hidden),
                "archived": row.seq - len(events),
                "diagram": diagram(case, path),
                "gate": row.gate,
                "patch": {k: v for k, v in (row.patch or {}).items() if k not in hidden} if row.patch else None,
                "in_force": in_force(self._kernel, case, hidden),
            }

    def sheet(self, ctx: Context, id: str) -> Mapping[str, Any]:
        """Return what is printed of a closed instance: the record as approved, the path, the decisions (E6)."""
        with self._kernel.records.opener.reading(ctx) as unit:
            row = require_seen(unit, read_instance(unit.session, id), unit.user)
            case = self.peek(unit, row)
            events = read_process_events(unit.session, row.id)
            hidden = hidden_from(case, unit.user)
            kept = read_submission(unit.session, row.id, 0) or read_submission(unit.session, row.id, row.round) or {}
            record = {name: value for name, value in kept.items() if name not in hidden}
            decided = [line for line in timeline(case, events, hidden) if line["type"] in ("decided", "resubmitted")]
            whole = not broken_links(events)
            return {**head(unit, row), "record": record, "decisions": decided, "verified": whole}

    def task(self, ctx: Context, id: str) -> Mapping[str, Any]:
        """Return a task with what the user may do with it, and the record in the form of its step."""
        seen: list[str] = []
        with self._kernel.records.opener.reading(ctx) as unit:
            task = read_task(unit.session, id)
            if task is None:
                raise Missing("not_found")
            row = require_seen(unit, read_instance(unit.session, task.instance), unit.user)
            found = self._task_in(unit, row, task, seen)
        if seen:
            self._kernel.command(ctx, lambda unit: note_seen(unit.session, id, unit.now))
        return found

    def _task_in(self, unit: Unit, row: InstanceRow, task: TaskRow, seen: list[str]) -> Mapping[str, Any]:
        case = self.peek(unit, row)
        core = self._kernel.machine(case)
        held = (
            None
            if row.closed_at is not None or task.closed_at is not None
            else voice_of(case.state, case.flow.steps, task.id)
        )
        allowed = [] if held is None else allowed_on_task(case, core, held, unit.user)
        if task.assignee == unit.user and task.seen_at is None and task.closed_at is None:
            seen.append(task.id)
        form = form_of(case, task.step)
        mine = unit.user in (task.assignee, task.principal)
        return {
            **_task(case, task),
            "instance": head(unit, row),
            "allowed": allowed,
            "form": form,
            "record": record_in_form(self._kernel, case, task.step),
            "seen": f"{case.subject.version}-{case.material()}",
            "draft": task.draft if mine else None,
        }

    def peek(self, unit: Unit, row: InstanceRow) -> Case:
        """Return a case for reading: nothing is locked."""
        flow = self._kernel.flows.pinned(unit, row.flow, row.version)
        paths = self._kernel.flows.reads(flow).paths
        try:
            subject = read_subject(unit, row.object, row.record, paths)
        except Missing:
            from engine.workflow.facts import Subject

            subject = Subject(row.object, row.record, row.base_version, {"id": row.record}, {}, row.title)
        case = Case(unit, row, flow, subject, self._kernel.ports)
        case.reads = paths
        return case

    def _seen(self, unit: Unit, row: InstanceRow) -> bool:
        try:
            require_seen(unit, row, unit.user)
        except Missing:
            return False
        return True


def head(unit: Unit, row: InstanceRow) -> dict[str, Any]:
    """Return what lists and answers say of an instance."""
    flow = unit.model.approvals.get(row.flow)
    return {
        "id": row.id,
        "flow": row.flow,
        "flow_title": flow.title if flow is not None else None,
        "version": row.version,
        "object": row.object,
        "record": row.record,
        "slot": row.slot,
        "title": row.title,
        "submitter": {"id": row.submitter, "name": row.submitted_as.get("name")},
        "status": row.status,
        "incident": row.incident,
        "round": row.round,
        "seq": row.seq,
        "outcome": row.outcome,
        "reason": row.reason,
        "parent": row.parent,
        "started_at": row.started_at,
        "closed_at": row.closed_at,
    }


_TASK = (
    *("id", "step", "visit", "round", "slot", "kind", "state", "mark", "decision", "reason", "comment"),
    *("opened_at", "due_at", "seen_at", "closed_at"),
)


def _task(case: Case, task: TaskRow) -> dict[str, Any]:
    names = ("submitter", "assignee", "principal", "decided_by", "behalf")
    found: dict[str, Any] = {
        name: getattr(task, name)
        for name in [
            "id",
            "step",
            "visit",
            "round",
            "slot",
            "kind",
            "state",
            "mark",
            "decision",
            "reason",
            "comment",
            "opened_at",
            "due_at",
            "seen_at",
            "closed_at",
        ]
    }
    for name in names:
        id = getattr(task, name)
        person = case.directory.user(id) if id else None
        found[name] = None if not id else {"id": id, "name": person.name if person is not None else id}
    step = next((one for one in _steps(case) if one.id == task.step), None)
    found["title"] = task.title
    found["step_title"] = step.title if step is not None else None
    return found


def _steps(case: Case) -> Sequence[Any]:
    from engine.workflow.approvals.state.tree import all_steps

    return list(all_steps(case.flow.steps))
