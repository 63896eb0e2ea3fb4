"""A clock between its row and its arithmetic: what it counts, its rungs, and when the next of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.kernel.names import RecordRef
from engine.metamodel.model import TenantModel
from engine.metamodel.model.clock import Remind, Rung, SlaModel
from engine.records.worktime import Budget, WorkClock, Worktime, budget_of, calendar_of
from engine.storage.timer_rows import TimerRow

Timer = TimerRow
# days and seconds from the due time, the rung of the definition, and which repetition of it
RungMark = tuple[int, int, int, int]
# the one rung of a clock that fires at an instant
ALARM: tuple[RungMark, ...] = ((0, 0, 0, 0),)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Whose clock: ``kind`` names the handler, ``owner`` is its business; ``record`` is what the clock is about."""

    kind: str
    owner: str
    record: RecordRef
    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rung whose time has come: its place in the definition, which repetition, and when it was due."""

    rung: int
    cycle: int
    at: datetime


def rungs_of(sla: SlaModel) -> tuple[RungMark, ...]:
    """Return the rungs of a clock in the order of their offsets, reminders with their repetitions."""
    return marks(sla.rungs)


def marks(rungs: Sequence[Rung]) -> tuple[RungMark, ...]:
    """Return rungs as they are stored."""
    found: list[RungMark] = []
    for place, rung in enumerate(rungs):
        at = budget_of(rung.at)
        found.append((at.days, int(at.time.total_seconds()), place, 0))
        for action in rung.do:
            if isinstance(action, Remind) and action.every is not None:
                every = budget_of(action.every)
                for turn in range(1, action.times + 1):
                    days, time = at.days + turn * every.days, at.time + turn * every.time
                    found.append((days, int(time.total_seconds()), place, turn))
    return tuple(sorted(found, key=lambda mark: (timedelta(days=mark[0], seconds=mark[1]), mark[2], mark[3])))


def work_clock(row: Timer) -> WorkClock:
    """Return the arithmetic of a clock that counts working time."""
    return WorkClock(timedelta(seconds=row.budget or 0), timedelta(seconds=row.consumed), row.since)


def calendar(model: TenantModel, row: Timer) -> Worktime:
    """Return the calendar that a clock counts by; one whose calendar is gone counts by the tenant's own."""
    name = row.calendar
    return calendar_of(model, name if name is None or name == "none" or name in model.worktimes else None)


def instant_of_rung(model: TenantModel, row: Timer, place: int) -> datetime | None:
    """Return when the rung at a place is due; None when there is none, or the clock stands."""
    if place >= len(row.rungs):
        return None
    if row.budget is None:
        return row.due_at
    days, seconds, _, _ = row.rungs[place]
    return work_clock(row).rung(calendar(model, row), Budget(days, timedelta(seconds=seconds)))


def used_seconds(model: TenantModel, row: Timer, at: datetime) -> int:
    """Return the working time that a clock has used up, in seconds."""
    return int(work_clock(row).used(calendar(model, row), at).total_seconds())


def aware(instant: datetime) -> datetime:
    """Return an instant in UTC."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
