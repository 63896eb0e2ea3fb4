"""What other systems and packs say goes to the processes that wait for it: events, and answers to calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.kernel.context import Context
from engine.metamodel.model import TenantModel
from engine.records import RecordService, Unit
from engine.workflow.approvals.commands.happening import Answer
from engine.workflow.approvals.ports import WAIT_CLOCK
from engine.workflow.approvals.service import ApprovalService
from engine.workflow.automations.after import EMITTED
from engine.workflow.hearing import Heard
from engine.workflow.timers import Timer, TimerService

ANSWERED = "!answer"


class Waking:
    """The handler of events that processes may wait for."""

    name = "waits"

    def __init__(
        self,
        records: RecordService,
        approvals: ApprovalService,
        timers: TimerService,
        context_of: Callable[[str, str | None], Context],
    ) -> None:
        self._records, self._approvals, self._timers, self._context_of = records, approvals, timers, context_of

    def wants(self, model: TenantModel, name: str) -> bool:
        """Tell whether an event is this handler's business."""
        return name in (EMITTED, ANSWERED) and bool(model.approvals)

    def act(self, heard: Heard) -> None:
        """Let go on whoever waited for this; called twice, nothing happens the second time."""
        ctx = self._context_of(heard.tenant, None)
        facts = heard.event.facts
        if heard.event.name == ANSWERED:
            answer = Answer(facts.get("into"), facts.get("value"), str(facts.get("failed") or ""))
            self._approvals.running.answer_call(ctx, str(facts["waits"]), answer)
            return
        with self._records.opener.reading(ctx) as unit:
            waiting = self._timers.waiting_for(unit, WAIT_CLOCK, str(facts["event"]))
        for timer in waiting:
            self._approvals.kernel.command(ctx, partial(self._wake, timer=timer, heard=heard))

    def _wake(self, unit: Unit, timer: Timer, heard: Heard) -> bool:
        facts, record = heard.event.facts, heard.event.record
        event = {
            "type": facts["event"],
            "at": unit.now,
            "data": facts.get("data") or {},
            "object": record.object,
            "record": record.id,
        }
        # a wait begun since by another visit does not hear the same event again
        return heard.once(unit.session, timer.owner) and self._approvals.running.wake(unit, timer.owner, event)
