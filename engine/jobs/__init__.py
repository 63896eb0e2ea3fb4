"""Work in the background: the database is the queue; threads of the server, or workers on Redis, do it."""

from engine.jobs import codes as codes
from engine.jobs.background import Background, Work
from engine.jobs.book import JobBook
from engine.jobs.dispatching import Dispatcher, Lane, Threads
from engine.jobs.handlers import Handler, Occasion
from engine.jobs.relay import Relay
from engine.jobs.running import Control, Kind, Runner
from engine.jobs.schedule import Daily, Schedule

__all__ = [
    "Background",
    "Control",
    "Daily",
    "Dispatcher",
    "Handler",
    "JobBook",
    "Kind",
    "Lane",
    "Occasion",
    "Relay",
    "Runner",
    "Schedule",
    "Threads",
    "Work",
]
