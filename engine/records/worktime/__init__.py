"""Working time: calendars, budgets and clocks; pure arithmetic, no table and no present instant."""

from engine.records.worktime import codes as _codes  # noqa: F401 - declares the codes
from engine.records.worktime.budget import Budget, parse_budget
from engine.records.worktime.calendar import PLAIN, Hours, WorkCalendar, Worktime, hours_of
from engine.records.worktime.clock import WorkClock
from engine.records.worktime.functions import worktime_functions
from engine.records.worktime.of_model import budget_of, calendar_of

__all__ = [
    "PLAIN",
    "Budget",
    "Hours",
    "WorkCalendar",
    "WorkClock",
    "Worktime",
    "budget_of",
    "calendar_of",
    "hours_of",
    "parse_budget",
    "worktime_functions",
]
