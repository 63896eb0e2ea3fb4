"""Who works when: a watch that looks for what is due, woken by commits, and lanes that take tenants in turn."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.jobs.telling import tell_failure
from engine.kernel.clock import Clock
from engine.kernel.errors import TesseraError

POLL = 5.0  # seconds; what other processes left is found so late at most
_LEAST_SLEEP = 0.05
# commits ring faster than looking takes under load: what rings in such a time is looked at together
_GATHERING = 0.1

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of work. ``work`` does a bounded part for one tenant and tells whether there may be more; ``due``
    tells when there is something to do next."""

    name: str
    work: Callable[[str, Stop], bool]
    due: Callable[[str], datetime | None]
    threads: int = 1


class Target(Protocol):
    """Takes the news that a tenant has work in a lane."""

    def offer(self, lane: str, tenant: str) -> None: ...


class Dispatcher:
    """Looks at all tenants every ``poll`` seconds and at those in which something was committed at once."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        target: Target,
        tenants: Callable[[], Iterable[str]],
        clock: Clock,
        poll: float = POLL,
    ) -> None:
        self._lanes = tuple(lanes)
        self._target = target
        self._tenants = tenants
        self._clock = clock
        self._poll = poll
        self._rung: set[str] = set()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="jobs watch", daemon=True)
        self._thread.start()

    def ring(self, tenant: str) -> None:
        """Look at a tenant now; called after each commit that left work."""
        self._rung.add(tenant)
        self._wake.set()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(10)

    def look(self, tenants: Iterable[str]) -> float:
        """Offer what is due; return in how many seconds something else will be."""
        soonest = self._poll
        for tenant in tenants:
            for lane in self._lanes:
                at = self._due(lane, tenant)
                if at is None:
                    continue
                wait = (at - self._clock.now()).total_seconds()
                if wait <= 0:
                    self._target.offer(lane.name, tenant)
                else:
                    soonest = min(soonest, wait)
        return soonest

    def _run(self) -> None:
        next_poll = 0.0
        while not self._stop.is_set():
            rung, self._rung = self._rung, set()
            polling = time.monotonic() >= next_poll
            try:
                soonest = self.look(self._tenants() if polling else rung)
            except Exception as error:  # noqa: BLE001 - the watch outlives whatever a tenant's database does
                tell_failure("watch_failed", error)
                soonest = self._poll
            now = time.monotonic()
            next_poll = now + min(soonest, self._poll) if polling else min(next_poll, now + soonest)
            if not self._rung:
                self._wake.wait(max(next_poll - time.monotonic(), _LEAST_SLEEP))
            self._stop.wait(max(now + _GATHERING - time.monotonic(), 0))
            self._wake.clear()

    def _due(self, lane: Lane, tenant: str) -> datetime | None:
        try:
            return lane.due(tenant)
        except TesseraError:
            # a tenant without a model yet, or a database that is down for now
            return None


class Threads:
    """The lanes of one process: each has threads, and each thread takes the tenant that waits longest.

    A tenant with much to do goes to the end of the line after each part, so that none keeps others waiting.
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes: Mapping[str, _Line] = {lane.name: _Line(lane) for lane in lanes}

    def start(self) -> None:
        """Begin to work."""
        for line in self._lanes.values():
            line.start()

    def offer(self, lane: str, tenant: str) -> None:
        """Tell that a tenant has work in a lane."""
        self._lanes[lane].offer(tenant)

    def stop(self, seconds: float = 30.0) -> None:
        """Finish the parts at hand and stop."""
        for line in self._lanes.values():
            line.tell_stop()
        until = time.monotonic() + seconds
        for line in self._lanes.values():
            line.join(max(until - time.monotonic(), 0.1))


class _Line:
    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, name=f"jobs {lane.name} {number}", daemon=True)
            for number in range(lane.threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def offer(self, tenant: str) -> None:
        with self._changed:
            if tenant in self._busy:
                self._again.add(tenant)
            else:
                self._waiting[tenant] = None
                self._changed.notify()

    def tell_stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, seconds: float) -> None:
        for thread in self._threads:
            if thread.is_alive():
                thread.join(seconds)

    def _run(self) -> None:
        while (tenant := self._next()) is not None:
            more = False
            try:
                more = self._lane.work(tenant, lambda: self._stopping)
            except Exception as error:  # noqa: BLE001 - one tenant's trouble stops no other
                tell_failure("work_failed", error, lane=self._lane.name, tenant=tenant)
            self._done(tenant, more)

    def _next(self) -> str | None:
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            if self._stopping:
                return None
            tenant, _ = self._waiting.popitem(last=False)
            self._busy.add(tenant)
            return tenant

    def _done(self, tenant: str, more: bool) -> None:
        with self._changed:
            self._busy.discard(tenant)
            if more or tenant in self._again:
                self._again.discard(tenant)
                self._waiting[tenant] = None
                self._changed.notify()
