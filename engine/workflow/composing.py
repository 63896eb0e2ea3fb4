"""The parts of the workflow put together: who is told of changes, who acts for whom, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.kernel.context import Context
from engine.kernel.names import RecordRef
from engine.records import RecordService, Unit
from engine.workflow.assignments import AssignmentService, Staff
from engine.workflow.automations import AutomationService
from engine.workflow.conversions import ConversionService
from engine.workflow.effects import Cause, Doers, EffectService
from engine.workflow.lifecycles import LifecycleService, Move
from engine.workflow.people import FoundStaff
from engine.workflow.timers import TimerService


@dataclass(frozen=True, slots=True)
class Workflow:
    """Everything that moves records along."""

    lifecycles: LifecycleService
    automations: AutomationService
    assignments: AssignmentService
    conversions: ConversionService
    effects: EffectService
    timers: TimerService
    doers: Doers

    def tick(self, tenant: str) -> int:
        """Do what is due by the clock in a tenant; return how much was done. Several processes may do so at once."""
        return self.timers.fire_due(tenant) + self.automations.run_due(tenant)

    def due(self, tenant: str) -> datetime | None:
        """Return when something is due next, or None."""
        return min(
            [at for at in (self.timers.due(tenant), self.automations.due(tenant)) if at is not None], default=None
        )


def open_workflow(
    records: RecordService,
    context_of: Callable[[str, str | None], Context],
    login_of: Callable[[str, str], str | None],
    staff: Staff | None = None,
) -> Workflow:
    """Put the workflow together over a counter, whose changes it then hears of.

    ``context_of`` gives the context in which a user (None: the engine) acts in a tenant, ``login_of`` the user that
    has a login.
    """
    people = staff or FoundStaff()
    doers = Doers()
    effects = EffectService(records, doers)
    timers = TimerService(records, lambda tenant: context_of(tenant, None))
    lifecycles = LifecycleService(records, effects, timers)
    automations = AutomationService(records, effects, timers, context_of, login_of)
    assignments = AssignmentService(records, timers, people)

    def transition(unit: Unit, name: str, record: RecordRef, cause: Cause) -> None:
        """Perform a transition as an effect: a rule that runs as a person has that person's rights."""
        lifecycles.move(unit, Move(record, name, system=cause.authority != "actor"))

    conversions = ConversionService(records, transition)
    doers.people = lambda unit, rules, names, record: [id for id, _ in people.find(unit, rules, names)]
    doers.transition = transition
    doers.assign = assignments.assign
    doers.schedule = automations.schedule
    doers.run = automations.over_all.begin
    doers.convert = conversions.effect
    records.subscribe(lifecycles.reaction, automations.reaction)
    return Workflow(lifecycles, automations, assignments, conversions, effects, timers, doers)
