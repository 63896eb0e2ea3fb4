"""The calendars of a tenant's model, made once each."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from engine.metamodel.model import TenantModel
from engine.metamodel.model.clock import NO_CALENDAR
from engine.metamodel.model.phrase import Duration
from engine.metamodel.model.worktime import Spans, WorktimeModel
from engine.records.worktime.budget import Budget
from engine.records.worktime.calendar import PLAIN, Hours, WorkCalendar, Worktime
from engine.storage.bounded import Bounded

_MADE = Bounded(64)


def calendar_of(model: TenantModel, name: str | None) -> Worktime:
    """Return a calendar by name; None: the tenant's own, plain time where it has none or ``none`` is asked for."""
    if name == NO_CALENDAR:
        return PLAIN
    found = model.worktimes.get(name) if name else default_worktime(model)
    if found is None:
        return PLAIN
    made: tuple[WorktimeModel, WorkCalendar] = _MADE.get((model.fingerprint, found.name), lambda: (found, _made(found)))
    return made[1] if made[0] is found or made[0] == found else _made(found)


def default_worktime(model: TenantModel) -> WorktimeModel | None:
    """Return the calendar that counts where none is named: the one marked so, or the only one."""
    marked = [worktime for worktime in model.worktimes.values() if worktime.default]
    if marked:
        return marked[0]
    return next(iter(model.worktimes.values())) if len(model.worktimes) == 1 else None


def budget_of(duration: Duration) -> Budget:
    """Return a duration of a definition as an amount of working time."""
    return Budget(duration.days, duration.time)


def _made(model: WorktimeModel) -> WorkCalendar:
    week = {day: _hours(spans) for day, spans in enumerate(model.week)}
    return WorkCalendar(ZoneInfo(model.timezone), week, {day: _hours(spans) for day, spans in model.days.items()})


def _hours(spans: Spans) -> tuple[Hours, ...]:
    return tuple((_minutes(start), _minutes(end) or 1440) for start, end in spans)


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute
