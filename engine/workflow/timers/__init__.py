"""Clocks that run in the database: armed, paused, ended, fired once, whoever looks at them."""

from engine.workflow.timers import codes as _codes  # noqa: F401 - declares the codes
from engine.workflow.timers.clocks import Alarm, Fired, Timer, rungs_of
from engine.workflow.timers.firing import Handler
from engine.workflow.timers.service import TimerService

__all__ = ["Alarm", "Fired", "Handler", "Timer", "TimerService", "rungs_of"]
