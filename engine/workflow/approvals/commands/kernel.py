"""The kernel: one way to run a command, from the locks to the rows that tell of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from engine.kernel.context import SYSTEM, Context
from engine.kernel.events import Event
from engine.kernel.names import RecordRef, new_record_id
from engine.records import RecordService, Unit
from engine.records.reactions import command
from engine.storage.audit import AuditEntry, append_audit
from engine.storage.outbox import append_events
from engine.storage.process_holds import set_reviser
from engine.workflow.approvals.commands.case import Case, open_case
from engine.workflow.approvals.commands.closing import close
from engine.workflow.approvals.commands.flows import Flows
from engine.workflow.approvals.commands.pausing import settle_pauses
from engine.workflow.approvals.commands.recording import record
from engine.workflow.approvals.commands.world import LiveWorld
from engine.workflow.approvals.ports import Ports
from engine.workflow.approvals.state.machine import Machine

T = TypeVar("T")
# told after a commit, to whoever handles events; also done at once where the process lives on
PARENT_CLOSED = "process.parent_closed"
CHILD_CLOSED = "process.child_closed"


@dataclass(slots=True)
class Kernel:
    """What every command needs. ``children`` starts the instances of a call; given by the service."""

    records: RecordService
    ports: Ports = field(default_factory=Ports)
    flows: Flows = field(default_factory=Flows)
    children: object = None
    after: Callable[[Context, str, dict[str, str]], None] | None = None

    def command(self, ctx: Context, act: Callable[[Unit], T]) -> T:
        """Do something in one transaction, anew when the database asks for it (K1)."""

        def whole(unit: Unit) -> T:
            with command(unit):
                return act(unit)

        return self.records.opener.within(ctx, whole)

    def case(self, unit: Unit, instance: str) -> Case:
        """Lock an instance and return it."""
        return open_case(unit, self.flows, self.ports, instance)

    def machine(self, case: Case, *, by_person: bool = True) -> Machine:
        """Return the machine over a case."""
        return Machine(case.flow, case.state, LiveWorld(case, by_person=by_person, children=self.children))

    def finish(self, case: Case, core: Machine) -> None:
        """Write what came of a command; when the instance ended, let its outcome take effect first."""
        if core.ended:
            close(case, core, self.records)
        elif case.state.revise is not None:
            case.row.status = "returned"
            if any(made.kind == "revise" for made in core.log.new.values()):
                set_reviser(case.unit.session, case.row.id, case.state.revise.slots[0].assignee)
        elif case.row.status == "returned":
            case.row.status = "running"
        settle_pauses(case, core)
        record(case, core)
        self._hand_on(case)

    def _hand_on(self, case: Case) -> None:
        """Tell parents and children after the commit, so that locks are never nested (B5)."""
        row, unit = case.row, case.unit
        told: list[tuple[str, dict[str, str]]] = []
        if case.orphans:
            told.append((PARENT_CLOSED, {"children": ",".join(case.orphans), "reason": "parent"}))
        if row.parent is not None and row.closed_at is not None and row.reason != "parent":
            facts = {"parent": row.parent, "key": row.parent_key or "", "child": row.id, "outcome": row.outcome or ""}
            told.append((CHILD_CLOSED, facts))
        if not told:
            return
        ref = RecordRef(row.object, row.record)
        events = [Event(new_record_id(), name, ref, case.subject.version, facts) for name, facts in told]
        append_events(unit.session, events, unit.now)
        ctx = unit.ctx
        for name, facts in told:
            unit.after_commit.append(partial(self.hand_on, ctx, name, facts))

    def hand_on(self, ctx: Context, name: str, facts: dict[str, str]) -> None:
        """Do at once what an event asks for; whoever handles events does it again when this process dies here."""
        if self.after is None:
            return
        system = Context(ctx.tenant, SYSTEM, ctx.language, ctx.zone, ctx.clock, ctx.request_id)
        self.after(system, name, facts)

    def deny(self, ctx: Context, object: str, record: str, verb: str) -> None:
        """Note that somebody tried what is not his to do."""

        def act(unit: Unit) -> None:
            entry = AuditEntry(unit.now, unit.user, object, record, 0, "denied", {"verb": verb}, ctx.request_id[:100])
            append_audit(unit.session, entry)

        self.records.opener.within(ctx, act)
