"""Arming, pausing and ending clocks inside a unit; who fires them stands in the room next door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import Rejected
from engine.kernel.names import new_record_id
from engine.metamodel.model.clock import SlaModel
from engine.metamodel.model.phrase import Duration
from engine.records import RecordService, Unit
from engine.records.worktime import Budget, WorkClock, budget_of, calendar_of
from engine.rules import Expression
from engine.storage import timer_rows as rows
from engine.workflow.timers.clocks import (
    ALARM,
    Alarm,
    RungMark,
    Timer,
    aware,
    calendar,
    instant_of_rung,
    marks,
    used_seconds,
    work_clock,
)
from engine.workflow.timers.firing import Firing, Handler


class TimerService:
    """The clocks of all tenants. ``context_of`` gives the context in which the engine acts by itself."""

    def __init__(self, records: RecordService, context_of: Callable[[str], Context]) -> None:
        self._firing = Firing(records, context_of, self.rederive)

    def register(self, kind: str, handler: Handler) -> None:
        """Say who acts when clocks of a kind fire."""
        self._firing.handlers[kind] = handler

    # -- inside a unit ---------------------------------------------------------------------------------------------

    def arm(self, unit: Unit, alarm: Alarm, sla: SlaModel, facts: Mapping[str, Any]) -> Timer:
        """Start the clock of a definition now, with the budget that it gives this record."""
        return self._start(unit, alarm, sla.calendar, self.budget(unit, sla, facts), marks(sla.rungs))

    def arm_at(self, unit: Unit, alarm: Alarm, at: datetime) -> Timer:
        """Start a clock that fires at one instant."""
        at = aware(at)
        return self._add(unit, alarm, budget=None, calendar=None, since=None, due_at=at, fire_at=at, rungs=ALARM)

    def arm_never(self, unit: Unit, alarm: Alarm) -> Timer:
        """Note that somebody waits for something that no clock brings."""
        return self._add(unit, alarm, budget=None, calendar=None, since=None, rungs=ALARM)

    def waiting_for(self, unit: Unit, kind: str, name: str) -> list[Timer]:
        """Return who waits by a name, oldest first."""
        return rows.timers_named(unit.session, kind, name)

    def arm_after(self, unit: Unit, alarm: Alarm, budget: Budget, calendar: str | None) -> Timer:
        """Start a clock that fires when a budget of working time is used up."""
        return self._start(unit, alarm, calendar, budget, ALARM)

    def budget(self, unit: Unit, sla: SlaModel, facts: Mapping[str, Any]) -> Budget:
        """Return the time that a definition gives; Rejected when its expression yields none."""
        if isinstance(sla.within, Duration):
            return budget_of(sla.within)
        return duration_from(sla.within, facts, unit, sla.name)

    def pause(self, unit: Unit, kind: str, owner: str, name: str | None = None) -> None:
        """Stop the clocks of an owner; what is left of their budgets stays (C4)."""
        for row in self._named(unit, kind, owner, name):
            if row.state == "running" and row.budget is not None:
                used = used_seconds(unit.model, row, unit.now)
                rows.change_timer(
                    unit.session, row.id, state="paused", consumed=used, since=None, fire_at=None, due_at=None
                )

    def resume(self, unit: Unit, kind: str, owner: str, name: str | None = None) -> None:
        """Let the clocks of an owner go on with what is left."""
        for row in self._named(unit, kind, owner, name):
            if row.state == "paused":
                self._run_on(unit, replace(row, state="running", since=unit.now))

    def end(
        self, unit: Unit, kind: str, owner: str, name: str | None = None, *, cancelled: bool = False
    ) -> list[Timer]:
        """End the clocks of an owner: met or breached by what they used up, unless ``cancelled``."""
        return [self.end_row(unit, row, cancelled=cancelled) for row in self._named(unit, kind, owner, name)]

    def end_row(self, unit: Unit, row: Timer, *, cancelled: bool = False) -> Timer:
        """End one clock and return it as it ended."""
        used = row.consumed if row.budget is None else used_seconds(unit.model, row, unit.now)
        late = row.budget is not None and used > row.budget
        outcome = "cancelled" if cancelled else "breached" if late else "met"
        values = {"state": "ended", "outcome": outcome, "consumed": used, "since": None, "fire_at": None}
        rows.change_timer(unit.session, row.id, **values, ended_at=unit.now, leased_until=None)
        return replace(row, state="ended", outcome=outcome, consumed=used, ended_at=unit.now)

    def revive(self, unit: Unit, kind: str, owner: str) -> None:
        """Take the end of an owner's last clock back: it goes on with what it had used up (X3)."""
        row = rows.last_timer(unit.session, kind, owner)
        if row is not None and row.state == "ended":
            self._run_on(unit, replace(row, state="running", since=unit.now, outcome=None, ended_at=None))

    def move_at(self, unit: Unit, row: Timer, at: datetime | None) -> None:
        """Let a clock fire at another instant; None: it stands until it gets one. What it fired does not count."""
        at = None if at is None else aware(at)
        state = "running" if at is not None else "paused"
        values = {"fire_at": at, "due_at": at, "state": state, "next": 0, "leased_until": None}
        rows.change_timer(unit.session, row.id, **values, token=row.token + 1)

    def of_owner(self, unit: Unit, kind: str, owner: str) -> list[Timer]:
        """Return the clocks of an owner that have not ended."""
        return rows.open_timers(unit.session, kind, owner)

    def of_record(self, unit: Unit, object: str, id: str, *, ended: bool = False) -> list[Timer]:
        """Return the clocks of a record, oldest first."""
        return rows.timers_of_record(unit.session, object, id, ended=ended)

    # -- outside ---------------------------------------------------------------------------------------------------

    def fire_due(self, tenant: str) -> int:
        """Fire what is due and return how many clocks acted; several processes may do so at once (Q3)."""
        return self._firing.fire_due(tenant)

    def due(self, tenant: str) -> datetime | None:
        """Return when the next clock fires, or None."""
        return self._firing.due(tenant)

    def forget(self, tenant: str) -> None:
        """Forget what is remembered of a tenant's calendars, as its database was changed from outside."""
        self._firing.forget(tenant)

    def rederive(self, unit: Unit, row: Timer) -> None:
        """Work out anew when a clock is due, for its calendar changed; what it fired stays fired (C11)."""
        self._run_on(unit, row)

    # --------------------------------------------------------------------------------------------------------------

    def _start(
        self, unit: Unit, alarm: Alarm, calendar: str | None, budget: Budget, rungs: tuple[RungMark, ...]
    ) -> Timer:
        hours = calendar_of(unit.model, calendar)
        clock = WorkClock.start(hours, unit.now, budget)
        seconds = int(clock.budget.total_seconds())
        row = self._row(unit, alarm, budget=seconds, calendar=calendar, since=unit.now, rungs=rungs)
        row = replace(row, due_at=clock.due(hours), fire_at=instant_of_rung(unit.model, row, 0))
        rows.add_timer(unit.session, row)
        return row

    def _add(self, unit: Unit, alarm: Alarm, **values: Any) -> Timer:
        row = self._row(unit, alarm, **values)
        rows.add_timer(unit.session, row)
        return row

    def _row(self, unit: Unit, alarm: Alarm, **values: Any) -> Timer:
        given = {"due_at": None, "fire_at": None, "consumed": 0, "next": 0, "outcome": None, **values}
        return Timer(
            id=str(new_record_id()),
            kind=alarm.kind,
            owner=alarm.owner,
            name=alarm.name,
            object=alarm.record.object,
            record=alarm.record.id,
            state="running",
            data=dict(alarm.data),
            created_at=unit.now,
            **given,
        )

    def _named(self, unit: Unit, kind: str, owner: str, name: str | None) -> list[Timer]:
        return [row for row in rows.open_timers(unit.session, kind, owner) if name is None or row.name == name]

    def _run_on(self, unit: Unit, row: Timer) -> None:
        due = work_clock(row).due(calendar(unit.model, row)) if row.budget is not None else row.due_at
        values = {"state": row.state, "since": row.since, "outcome": row.outcome, "ended_at": row.ended_at}
        fire = instant_of_rung(unit.model, row, row.next)
        rows.change_timer(unit.session, row.id, **values, due_at=due, fire_at=fire, leased_until=None)


def duration_from(expression: Expression, facts: Mapping[str, Any], unit: Unit, name: str) -> Budget:
    """Return the duration that an expression yields; Rejected when it is none."""
    unit.run.restart()
    found = expression.evaluate(facts, unit.run)
    if not isinstance(found, timedelta):
        raise Rejected("bad_budget", name=name)
    return budget_of(Duration.of(found))
