"""The approval service: every verb of a process, each one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Complaint, Missing, Refused, Rejected, TesseraError
from engine.metamodel import approval_of_body
from engine.metamodel.model.walk import WalkModel
from engine.records import RecordService, Unit
from engine.storage.process_rows import InstanceRow, read_task
from engine.workflow.approvals.commands import happening, starting_up
from engine.workflow.approvals.commands.bulk import Bulk, decide_many
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.commands.instance_verbs import on_instance
from engine.workflow.approvals.commands.kernel import Kernel
from engine.workflow.approvals.commands.predicting import predict, try_out
from engine.workflow.approvals.commands.starting import Start
from engine.workflow.approvals.commands.starting_up import Children, begin
from engine.workflow.approvals.commands.task_verbs import on_answer, on_task
from engine.workflow.approvals.pausing import Pauses
from engine.workflow.approvals.ports import Ports
from engine.workflow.approvals.reading.inbox import Inbox
from engine.workflow.approvals.reading.instances import Instances
from engine.workflow.approvals.rehearsing.walking import Walked, walk_through
from engine.workflow.approvals.running import Running
from engine.workflow.approvals.staleness import Staleness
from engine.workflow.approvals.substituting import Substitutions
from engine.workflow.approvals.versions import Versions


class ApprovalService:
    """Approvals of all tenants. ``inbox`` and ``instances`` read, ``running`` is what happens without a person,
    ``versions`` are the published flows; the rest are commands of people.
    """

    def __init__(self, records: RecordService, ports: Ports | None = None) -> None:
        self.kernel = Kernel(records, ports or Ports())
        self.kernel.children = Children(self.kernel)
        self.inbox = Inbox(self.kernel)
        self.instances = Instances(self.kernel)
        self.running = Running(self.kernel)
        self.versions = Versions(self.kernel)
        self.substitutions = Substitutions(self.kernel)
        self.kernel.after = self.running.hand_on
        records.subscribe(Staleness(), Pauses(self.kernel))

    # -- starting ------------------------------------------------------------------------------------------------------

    def start(self, ctx: Context, object: str, record: str, approval: str, given: Mapping[str, Any]) -> InstanceRow:
        """Start an approval on a record as a user; ``approval`` empty: the one that fits best (S2)."""

        def act(unit: Unit) -> InstanceRow:
            return starting_up.by_user(self.kernel, unit, object, record, approval, given).row

        return self.kernel.command(ctx, act)

    def predict(
        self, ctx: Context, object: str, record: str, approval: str, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return the path that an approval would take now; nothing is written (S7)."""
        with self.kernel.records.opener.reading(ctx) as unit:
            return predict(self.kernel, unit, object, record, approval, given)

    def try_out(self, ctx: Context, name: str, record: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the path that an approval as its author is writing it would take; nothing is written.

        Raises BadDefinition with what does not fit today's model.
        """
        with self.kernel.records.opener.reading(ctx) as unit:
            return try_out(self.kernel, unit, approval_of_body(name, body, unit.model), record)

    def start_gate(self, unit: Unit, object: str, record: str, approval: str, gate: Mapping[str, Any]) -> str | None:
        """Start an approval that holds a transition, in the transition's unit; return its outcome if it is over."""
        case = begin(self.kernel, unit, self._flow(unit, object, approval), record, Start("gate", gate=gate))
        return case.row.outcome

    def start_by_rule(self, unit: Unit, object: str, record: str, approval: str) -> str:
        """Start an approval as an effect of something else; return the id of the instance."""
        return begin(self.kernel, unit, self._flow(unit, object, approval), record, Start("automation")).row.id

    def rehearse(self, ctx: Context, approval: str, walk: WalkModel) -> Walked:
        """Return what comes of a walk through an approval, on a supposed record among people who are made up."""
        with self.kernel.records.opener.reading(ctx) as unit:
            return walk_through(self.kernel, unit, unit.model.approvals[approval], walk)

    def _flow(self, unit: Unit, object: str, approval: str) -> Any:
        flow = self.kernel.flows.today(unit, approval)
        if flow.object != object:
            raise Missing("no_such_approval", approval=approval[:60])
        return flow

    # -- commands of people --------------------------------------------------------------------------------------------

    def on_task(self, ctx: Context, id: str, verb: str, given: Mapping[str, Any]) -> InstanceRow:
        """Carry out a command on a task. A refusal is noted in the audit."""

        def act(unit: Unit) -> Case:
            return (on_answer if verb == "answer" else on_task)(self.kernel, unit, id, verb, given)

        try:
            return self.kernel.command(ctx, act).row
        except (Refused, Missing) as error:
            self._note_denied(ctx, id, verb, error)
            raise

    def on_instance(self, ctx: Context, id: str, verb: str, given: Mapping[str, Any]) -> InstanceRow:
        """Carry out a command on an instance."""
        return self.kernel.command(ctx, lambda unit: on_instance(self.kernel, unit, id, verb, given)).row

    def bulk(self, ctx: Context, bulk: Bulk) -> Sequence[Mapping[str, Any]]:
        """Decide many tasks of one step, each by itself (U1 to U3)."""
        return decide_many(self.kernel, ctx, bulk, self.on_task)

    def _note_denied(self, ctx: Context, id: str, verb: str, error: TesseraError) -> None:
        with self.kernel.records.opener.reading(ctx) as unit:
            task = read_task(unit.session, id)
        if task is not None and error.code in ("forbidden", "not_found"):
            self.kernel.deny(ctx, task.object, task.record, verb)

    def withdraw_by_rule(self, unit: Unit, object: str, record: str, approval: str, reason: str) -> bool:
        """Withdraw the running instance of an approval as an effect; tell whether there was one."""
        return happening.withdraw_running(self.kernel, unit, object, record, approval, reason)


def required(given: Mapping[str, Any], name: str) -> str:
    """Return a text that a command must hold."""
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise Rejected("invalid", [Complaint(name, "required")], count=1)
    return value
