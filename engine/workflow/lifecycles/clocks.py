"""The clocks of a life-cycle: of states, across states, and of transitions that time performs (L5, L6, L9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.kernel.names import RecordRef
from engine.metamodel.model import LifecycleModel, TransitionModel
from engine.metamodel.model.clock import NO_CALENDAR, SlaModel
from engine.metamodel.model.phrase import Duration
from engine.records import Change, Unit
from engine.records.worktime import Budget, budget_of
from engine.rules import Expression
from engine.workflow.lifecycles.views import LifeReads
from engine.workflow.timers import Alarm, Timer, TimerService

STATE, ACROSS, TIMED = "state", "sla", "transition"
_KINDS = (STATE, ACROSS, TIMED)


@dataclass(slots=True)
class Look:
    """One change under the eyes of the clocks: what changed, and the names that conditions see."""

    unit: Unit
    life: LifecycleModel
    reads: LifeReads
    change: Change
    names: Mapping[str, Any]

    @property
    def record(self) -> RecordRef:
        return RecordRef(self.change.object, self.change.id)

    @property
    def state(self) -> str:
        return (self.change.after or {}).get(self.life.field) or self.life.initial

    @property
    def entered(self) -> bool:
        """Tell whether the record came into its state by this change."""
        return self.change.before is None or self.change.before.get(self.life.field) != self.state

    def touches(self, fields: frozenset[str]) -> bool:
        """Tell whether a field changed that a condition reads; of a new record all have."""
        return self.change.before is None or not fields.isdisjoint(self.change.changed)

    def holds(self, condition: Expression | None, names: Mapping[str, Any] | None = None) -> bool:
        """Tell whether a condition is true."""
        if condition is None:
            return False
        self.unit.run.restart()
        return condition.evaluate(self.names if names is None else names, self.unit.run) is True


class Clocks:
    """Keeps the clocks of records as their life-cycles say."""

    def __init__(self, timers: TimerService) -> None:
        self._timers = timers

    def look(self, look: Look) -> None:
        """Start, stop, pause and move clocks after a change."""
        running = [] if look.change.before is None else self._open(look)
        if look.entered:
            running = self._left(look, running)
            self._enter(look)
        else:
            self._within(look, running)
        self._across(look, running)

    def gone(self, unit: Unit, record: RecordRef) -> None:
        """End all clocks of a record that is deleted."""
        for row in self._timers.of_record(unit, record.object, record.id):
            if row.kind in _KINDS:
                self._timers.end_row(unit, row, cancelled=True)

    # -- clocks of the state ---------------------------------------------------------------------------------------

    def _open(self, look: Look) -> list[Timer]:
        return self._timers.of_record(look.unit, look.record.object, look.record.id)

    def _left(self, look: Look, running: list[Timer]) -> list[Timer]:
        """End what belongs to the state that was left; return the others."""
        for row in running:
            if row.kind in (STATE, TIMED):
                self._timers.end_row(look.unit, row)
        return [row for row in running if row.kind == ACROSS]

    def _enter(self, look: Look) -> None:
        state = look.life.states.get(look.state)
        for name, sla in state.slas.items() if state is not None else ():
            armed = self._timers.arm(look.unit, self._alarm(look, STATE, f"{look.state}.{name}"), sla, look.names)
            if look.holds(sla.pause):
                self._timers.pause(look.unit, STATE, look.record.id, armed.name)
        for transition in look.life.transitions.values():
            if look.state in transition.sources and transition.timed:
                self._arm(look, transition)

    def _arm(self, look: Look, transition: TransitionModel) -> None:
        alarm = self._alarm(look, TIMED, transition.name)
        if transition.at is not None:
            at = self._instant(look, transition.at)
            if at is not None:
                self._timers.arm_at(look.unit, alarm, at)
        elif transition.after is not None:
            budget = self._length(look, transition.after)
            if budget is not None:
                self._timers.arm_after(look.unit, alarm, budget, NO_CALENDAR)

    def _within(self, look: Look, running: list[Timer]) -> None:
        """Move timed transitions whose instant changed; pause and resume the clocks of the state."""
        by_name = {(row.kind, row.name): row for row in running}
        for name, fields in look.reads.moved.items():
            transition = look.life.transitions[name]
            if look.state not in transition.sources or not look.touches(fields) or transition.at is None:
                continue
            row = by_name.get((TIMED, name))
            if row is None:
                self._arm(look, transition)
            else:
                self._timers.move_at(look.unit, row, self._instant(look, transition.at))
        state = look.life.states.get(look.state)
        for name, sla in state.slas.items() if state is not None else ():
            full = f"{look.state}.{name}"
            row = by_name.get((STATE, full))
            if row is not None and sla.pause is not None and look.touches(look.reads.slas[full]):
                self._paused(look, row, sla)

    # -- clocks across states --------------------------------------------------------------------------------------

    def _across(self, look: Look, running: list[Timer]) -> None:
        by_name = {row.name: row for row in running if row.kind == ACROSS}
        for name, sla in look.life.slas.items():
            if not look.touches(look.reads.slas[name]) and not (look.entered and name in by_name):
                continue
            row = by_name.get(name)
            if row is None:
                self._begin(look, name, sla)
            elif look.holds(sla.stop):
                self._timers.end_row(look.unit, row)
            else:
                self._paused(look, row, sla)

    def _begin(self, look: Look, name: str, sla: SlaModel) -> None:
        """Start a clock when its condition becomes true."""
        if not look.holds(sla.start) or look.holds(sla.stop):
            return
        before = look.change.before
        if before is not None and look.holds(sla.start, {**look.names, "record": before}):
            return
        self._timers.arm(look.unit, self._alarm(look, ACROSS, name), sla, look.names)
        if look.holds(sla.pause):
            self._timers.pause(look.unit, ACROSS, look.record.id, name)

    def _paused(self, look: Look, row: Timer, sla: SlaModel) -> None:
        if look.holds(sla.pause):
            self._timers.pause(look.unit, row.kind, row.owner, row.name)
        else:
            self._timers.resume(look.unit, row.kind, row.owner, row.name)

    # --------------------------------------------------------------------------------------------------------------

    def _alarm(self, look: Look, kind: str, name: str) -> Alarm:
        return Alarm(kind, look.record.id, look.record, name)

    def _instant(self, look: Look, at: Expression) -> datetime | None:
        look.unit.run.restart()
        found = at.evaluate(look.names, look.unit.run)
        if not isinstance(found, datetime):
            return None
        return found if found.tzinfo is not None else found.replace(tzinfo=look.unit.ctx.zone)

    def _length(self, look: Look, after: Duration | Expression) -> Budget | None:
        if isinstance(after, Duration):
            return budget_of(after)
        look.unit.run.restart()
        found = after.evaluate(look.names, look.unit.run)
        return Budget.of(found) if isinstance(found, timedelta) else None


__all__ = ["ACROSS", "STATE", "TIMED", "Clocks", "Look"]
