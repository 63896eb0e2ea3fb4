"""AutomationService: the rules of packs, whatever raises them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from engine.kernel.context import Context
from engine.kernel.errors import Missing
from engine.kernel.names import RecordRef
from engine.metamodel.model.automation import AutomationModel, OnDecision
from engine.records import RecordService, Unit
from engine.records.ordering import lock_record
from engine.storage import append_events
from engine.workflow.automations.after import AfterCommit
from engine.workflow.automations.matching import in_order
from engine.workflow.automations.messages import Messages
from engine.workflow.automations.over_all import OverAll
from engine.workflow.automations.reacting import RuleReaction, event_of
from engine.workflow.automations.running import Occasion, Runner
from engine.workflow.automations.scheduled import Scheduled
from engine.workflow.automations.trying import Trying
from engine.workflow.effects import Cause, EffectService
from engine.workflow.timers import Alarm, Fired, Timer, TimerService

RULE = "rule"


class AutomationService:
    """The rules of all tenants. ``context_of`` gives the context in which a user, or the engine, acts."""

    def __init__(
        self,
        records: RecordService,
        effects: EffectService,
        timers: TimerService,
        context_of: Callable[[str, str | None], Context],
        login_of: Callable[[str, str], str | None],
    ) -> None:
        self._records, self._timers = records, timers
        self._context_of, self._login_of = context_of, login_of
        self._runner = Runner(effects, self._acting)
        self.reaction = RuleReaction(self._runner)
        self.after = AfterCommit(records, self._runner, context_of)
        self.messages = Messages(records, self._runner)
        self.over_all = OverAll(records, self._runner, context_of)
        self.trying = Trying(records, self._runner, context_of)
        self._scheduled = Scheduled(records, self._runner, lambda tenant: context_of(tenant, None))
        timers.register(RULE, self)

    def run_due(self, tenant: str) -> int:
        """Run the rules whose time has come; return how many occurrences were carried out."""
        return self._scheduled.run_due(tenant)

    def due(self, tenant: str) -> datetime | None:
        """Return when the next scheduled rule runs, or None."""
        return self._scheduled.due(tenant)

    def forget(self, tenant: str) -> None:
        """Forget which rules of a tenant have begun, as its database was changed from outside."""
        self._scheduled.forget(tenant)

    def decided(self, unit: Unit, record: RecordRef, data: Mapping[str, str]) -> None:
        """Let the rules act, after the commit, that wait for an approval to close; ``data`` is what they hear of it."""
        rules = in_order(
            [
                rule
                for rule in unit.model.automations.values()
                if rule.enabled and isinstance(rule.on, OnDecision) and rule.on.approval == data["approval"]
            ]
        )
        raised = [rule for rule in rules if not self._runner.too_deep(unit, rule, record)]
        append_events(unit.session, [event_of(unit, rule, record, None, data) for rule in raised], unit.now)

    def schedule(self, unit: Unit, automation: str, record: RecordRef, at: datetime, cause: Cause) -> None:
        """Run a rule on a record at an instant."""
        at = at if at.tzinfo is not None else at.replace(tzinfo=unit.ctx.zone)
        owner = f"{automation}/{record.id}"
        self._timers.arm_at(unit, Alarm(RULE, owner, record, automation, {"actor": unit.user}), at)

    # -- as the handler of clocks that run a rule --------------------------------------------------------------------

    def lock(self, unit: Unit, timer: Timer) -> bool:
        """Lock the record of a rule that was scheduled for it."""
        if timer.name not in unit.model.automations:
            return False
        try:
            lock_record(unit, timer.object, timer.record)
        except Missing:
            return False
        return True

    def fire(self, unit: Unit, timer: Timer, fired: Sequence[Fired]) -> None:
        """Run the rule."""
        rule = unit.model.automations[timer.name]
        self._timers.end_row(unit, timer)
        if rule.enabled:
            event = {"type": "scheduled", "at": fired[-1].at, "data": {}}
            actor = timer.data.get("actor")
            own = self._context_of(unit.ctx.tenant, actor).actor
            doing = self._records.acting(unit, own) if actor else unit
            self._runner.run(
                doing, rule, RecordRef(timer.object, timer.record), Occasion(f"rule/{rule.name}/{timer.id}", event)
            )

    # --------------------------------------------------------------------------------------------------------------

    def _acting(self, unit: Unit, rule: AutomationModel) -> Unit:
        """Return the unit with whoever the rule runs as, where that is a certain user."""
        if rule.run_as != "user" or rule.user is None:
            return unit
        user = self._login_of(unit.ctx.tenant, rule.user)
        if user is None:
            raise Missing("not_found")
        return self._records.acting(unit, self._context_of(unit.ctx.tenant, user).actor)
