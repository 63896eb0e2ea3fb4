"""All background work of a process: lanes for events, jobs, schedules and whatever wiring adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.jobs.dispatching import POLL, Dispatcher, Lane, Stop, Target, Threads
from engine.jobs.handlers import Handler
from engine.jobs.relay import Buried, Relay
from engine.jobs.running import Kind, Runner
from engine.jobs.schedule import Daily, Schedule
from engine.kernel.clock import Clock
from engine.settings import Settings
from engine.storage import Shelf, job_rows, outbox, prepare_older

_SELDOM = 3600.0


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do, as wiring knows it."""

    handlers: Sequence[Handler] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    daily: Sequence[Daily] = ()
    lanes: Sequence[Lane] = ()
    buried: Buried | None = None


class Background:
    """The work and who does it. Nothing runs before it is started."""

    def __init__(
        self, shelf: Shelf, settings: Settings, clock: Clock, tenants: Callable[[], Iterable[str]], work: Work
    ) -> None:
        self.relay = Relay(shelf, work.handlers, clock, work.buried)
        self.runner = Runner(shelf, work.kinds, settings, clock)
        self.schedule = Schedule(shelf, work.daily, settings.zone, clock)
        self.tenants = tenants
        self.clock = clock
        self._shelf = shelf
        self._prepared: set[str] = set()
        self._dispatcher: Dispatcher | None = None
        self._threads: Threads | None = None
        own = (
            Lane("events", self.relay.work, self._next_event),
            Lane("jobs", self.runner.work, self._next_job),
            Lane("schedule", self.schedule.work, self.schedule.due),
        )
        self.lanes = tuple(self._guarded(lane) for lane in (*own, *work.lanes))

    def start(self, poll: float = POLL) -> None:
        """Do the work in threads of this process."""
        self._threads = Threads(self.lanes)
        self._dispatcher = Dispatcher(self.lanes, self._threads, self.tenants, self.clock, poll)
        self._threads.start()
        self._dispatcher.start()
        self._shelf.bell = self._dispatcher.ring

    def ring_by(self, target: Target) -> None:
        """Tell another place of what was left by commits of this process; the work is done there."""
        self._dispatcher = Dispatcher(self.lanes, target, lambda: (), self.clock, _SELDOM)
        self._dispatcher.start()
        self._shelf.bell = self._dispatcher.ring

    def stop(self, seconds: float = 30.0) -> None:
        """Finish the parts at hand; long jobs stop after the chunk at hand and go on in another process."""
        dispatcher, self._dispatcher = self._dispatcher, None
        threads, self._threads = self._threads, None
        if dispatcher is not None:
            dispatcher.stop()
        if threads is not None:
            threads.stop(seconds)

    def work_lane(self, name: str, tenant: str, stop: Stop = lambda: False) -> bool:
        """Do one part of a lane for a tenant; tell whether there may be more."""
        return next(lane for lane in self.lanes if lane.name == name).work(tenant, stop)

    def settle(self, tenant: str, most: int = 200) -> None:
        """Do everything that is due in this thread, until nothing is. For tests and commands."""
        for _ in range(most):
            heard = self.relay.hand_out(tenant)
            due = [lane for lane in self.lanes if self._is_due(lane, tenant)]
            progress = [lane.work(tenant, lambda: False) for lane in due]
            if not heard and not any(progress):
                return

    def _is_due(self, lane: Lane, tenant: str) -> bool:
        at = lane.due(tenant)
        return at is not None and at <= self.clock.now()

    def _guarded(self, lane: Lane) -> Lane:
        def due(tenant: str) -> datetime | None:
            if tenant not in self._prepared:
                # a database that an older version of the engine made lacks tables that are looked at here
                prepare_older(self._shelf.database(tenant))
                self._prepared.add(tenant)
            return lane.due(tenant)

        return Lane(lane.name, lane.work, due, lane.threads)

    def _next_event(self, tenant: str) -> datetime | None:
        with self._shelf.database(tenant).reading() as session:
            return outbox.next_event_at(session)

    def _next_job(self, tenant: str) -> datetime | None:
        with self._shelf.database(tenant).reading() as session:
            return job_rows.next_job_at(session, self.runner.kinds)
