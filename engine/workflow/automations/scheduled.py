"""Rules that time raises: each occurrence once, across nodes, restarts and pauses of the service (A7, A8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from engine.kernel.clock import SystemClock
from engine.kernel.context import Context
from engine.kernel.errors import TesseraError, Unavailable
from engine.kernel.names import RecordRef
from engine.metamodel.model import TenantModel
from engine.metamodel.model.automation import AutomationModel, OnCron, OnDay, OnRelative
from engine.records import RecordService, Unit
from engine.storage import Incident, note_incident
from engine.storage.rule_rows import (
    RuleClock,
    forget_rule_clocks,
    hold_rule_clock,
    next_rule,
    note_occurrence,
    rule_clocks,
    save_rule_clock,
    start_rule_clock,
)
from engine.workflow.automations.anniversaries import due_records, next_instant
from engine.workflow.automations.cron import Cron, daily, parse_cron
from engine.workflow.automations.many import Many
from engine.workflow.automations.matching import in_order
from engine.workflow.automations.running import Occasion, Runner

# a run that begins later than this was missed
LATE = timedelta(minutes=5)
# a relative rule that failed as a whole is tried again a day later, a cron or daily rule at its next instant
AGAIN = timedelta(days=1)
MOST_MISSED = 10_000


class Scheduled:
    """Runs cron, daily and relative rules."""

    def __init__(self, records: RecordService, runner: Runner, context_of: Callable[[str], Context]) -> None:
        self._records, self._context_of = records, context_of
        self._many = Many(records, runner)
        self._known: dict[str, str] = {}

    def run_due(self, tenant: str) -> int:
        """Run what is due; return how many occurrences were carried out."""
        ctx = self._context_of(tenant)
        model = self._records.model(ctx)
        rules = scheduled_rules(model)
        if self._known.get(tenant) != model.fingerprint:
            self._records.command(ctx, lambda unit: self._begin(unit, rules))
            self._known[tenant] = model.fingerprint
        if not rules:
            return 0
        with self._records.opener.reading(ctx) as unit:
            clocks = rule_clocks(unit.session)
        now = self._now(ctx)
        due = [rule for rule in rules if (clock := clocks.get(rule.name)) and clock.next_at and clock.next_at <= now]
        return sum(self._run_safely(ctx, rule) for rule in due)

    def due(self, tenant: str) -> datetime | None:
        """Return when the next rule runs; now when there are rules that have not begun."""
        ctx = self._context_of(tenant)
        with self._records.opener.reading(ctx) as unit:
            if self._known.get(tenant) != unit.model.fingerprint:
                return ctx.now()
            return next_rule(unit.session)

    def forget(self, tenant: str) -> None:
        """Forget which rules of a tenant have begun."""
        self._known.pop(tenant, None)

    # -- beginning -------------------------------------------------------------------------------------------------

    def _begin(self, unit: Unit, rules: tuple[AutomationModel, ...]) -> None:
        """Let new rules begin now, and those begin afresh whose schedule was changed."""
        known = rule_clocks(unit.session)
        forget_rule_clocks(unit.session, [rule.name for rule in rules])
        for rule in rules:
            text = repr(rule.on)[:100]
            fresh = RuleClock(rule.name, unit.now, _next(rule, unit.now, unit), text)
            if rule.name not in known:
                start_rule_clock(unit.session, fresh)
            elif known[rule.name].definition != text:
                save_rule_clock(unit.session, fresh)

    def _now(self, ctx: Context) -> datetime:
        if not isinstance(ctx.clock, SystemClock):
            return ctx.now()
        with self._records.opener.writing(ctx) as unit:
            return unit.now

    # -- running ---------------------------------------------------------------------------------------------------

    def _run_safely(self, ctx: Context, rule: AutomationModel) -> int:
        """Run a rule; one that fails as a whole is noted as an incident and holds no other rule up."""
        try:
            return self._run(ctx, rule)
        except Unavailable:
            raise
        except TesseraError as error:
            found = Incident("automation", rule.name, rule.object or "", "", error.code, str(error))
            self._records.command(ctx, lambda unit: self._put_off(unit, rule, found))
            return 0

    def _put_off(self, unit: Unit, rule: AutomationModel, found: Incident) -> None:
        """Note why a rule failed and let it run again later; what it left undone is then still due (A8)."""
        clock = hold_rule_clock(unit.session, rule.name)
        if clock is None or clock.next_at is None or clock.next_at > unit.now:
            return
        note_incident(unit.session, found, unit.now)
        later = unit.now + AGAIN if isinstance(rule.on, OnRelative) else _next(rule, unit.now, unit)
        save_rule_clock(unit.session, replace(clock, next_at=later))

    def _run(self, ctx: Context, rule: AutomationModel) -> int:
        done = 0
        for _ in range(MOST_MISSED):
            went = self._records.command(ctx, lambda unit: self._step(unit, ctx, rule))
            if went is None:
                break
            done += went
        return done

    def _step(self, unit: Unit, ctx: Context, rule: AutomationModel) -> int | None:
        """Carry out the oldest instant that is due, or a part of it; None when there is none left.

        Whoever holds the row of the rule does it; marking and acting are one transaction.
        """
        clock = hold_rule_clock(unit.session, rule.name)
        if clock is None or clock.next_at is None or clock.next_at > unit.now:
            return None
        if isinstance(rule.on, OnRelative):
            return self._relative(unit, rule, clock)
        missed = list(takewhile(lambda at: at <= unit.now, _instants(rule, clock.scheduled, unit)))[:MOST_MISSED]
        chosen = _caught_up(rule, missed, unit.now)
        at = missed[0] if chosen is None else chosen
        if chosen is None:
            for skipped in missed:
                note_occurrence(unit.session, rule.name, "", _name(skipped), unit.now, skipped=True)
            self._advance(unit, rule, clock, missed[-1])
            return 0
        went = self._at(unit, rule, at)
        if went.finished:
            note_occurrence(unit.session, rule.name, "", _name(at), unit.now)
            self._advance(unit, rule, clock, at)
            return 1
        return 0

    def _at(self, unit: Unit, rule: AutomationModel, at: datetime) -> Went:
        occasion = Occasion(
            key=f"rule/{rule.name}/{_name(at)}", event={"type": "time", "at": at, "data": {}}, asks_where=True
        )
        if rule.where is None:
            self._many.alone(unit, rule, occasion)
            return Went(finished=True)
        return Went(finished=self._many.chosen(unit, rule, occasion, _name(at)))

    def _advance(self, unit: Unit, rule: AutomationModel, clock: RuleClock, at: datetime) -> None:
        save_rule_clock(unit.session, replace(clock, scheduled=at, next_at=_next(rule, at, unit)))

    def _relative(self, unit: Unit, rule: AutomationModel, clock: RuleClock) -> int:
        """Act on the records whose instant lies behind the last scheduled one; a chunk at a time."""
        on = rule.on
        assert isinstance(on, OnRelative)
        due = due_records(unit, rule.name, on, (clock.scheduled, unit.now), self._many.chunk)
        went = 0
        for one in due:
            if one.late:
                note_occurrence(unit.session, rule.name, one.id, one.occurrence, unit.now, skipped=True)
                continue
            occasion = Occasion(
                key=f"rule/{rule.name}/{one.id}/{one.occurrence}",
                event={"type": "relative", "at": one.at, "data": {}},
                item={"anchor": one.anchor, "at": one.at},
                asks_where=True,
            )
            went += self._many.one(unit, rule, RecordRef(on.object, one.id), occasion, one.occurrence)
        if len(due) < self._many.chunk:
            save_rule_clock(unit.session, replace(clock, scheduled=unit.now, next_at=next_instant(unit, on, unit.now)))
        return went


class Went:
    """Whether an occurrence is through."""

    def __init__(self, *, finished: bool) -> None:
        self.finished = finished


def scheduled_rules(model: TenantModel) -> tuple[AutomationModel, ...]:
    """Return the rules that time raises."""
    rules = model.automations.values()
    return in_order([rule for rule in rules if rule.enabled and isinstance(rule.on, OnCron | OnDay | OnRelative)])


def _cron(rule: AutomationModel) -> Cron:
    if isinstance(rule.on, OnDay):
        return daily(rule.on.at)
    assert isinstance(rule.on, OnCron)
    return parse_cron(rule.on.expression)


def _instants(rule: AutomationModel, after: datetime, unit: Unit) -> Iterator[datetime]:
    return _cron(rule).after(after, unit.ctx.zone)


def _next(rule: AutomationModel, after: datetime, unit: Unit) -> datetime | None:
    if isinstance(rule.on, OnRelative):
        return next_instant(unit, rule.on, after)
    return next(_instants(rule, after, unit), None)


def _caught_up(rule: AutomationModel, missed: list[datetime], now: datetime) -> datetime | None:
    """Return the instant to carry out next; None: all of them are skipped (A8)."""
    if rule.catch_up == "all":
        return missed[0]
    newest = missed[-1]
    if rule.catch_up == "skip" and now - newest > LATE:
        return None
    return newest


def _name(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
