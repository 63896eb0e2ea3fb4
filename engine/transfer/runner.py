"""A thread of the server that carries out jobs, one after the other; the database is the queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from engine.kernel.clock import Clock
from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Conflict, TesseraError
from engine.transfer.service import TransferService

PAUSE = 2.0

log = logging.getLogger(__name__)


class JobRunner:
    """Looks for jobs of all tenants every two seconds, at once when told. Several processes may run one each."""

    def __init__(self, transfer: TransferService, tenants: Callable[[], Iterable[str]], clock: Clock) -> None:
        self._transfer = transfer
        self._tenants = tenants
        self._clock = clock
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to work, in a thread of its own."""
        self._thread.start()

    def wake(self) -> None:
        """Look for jobs now."""
        self._wake.set()

    def stop(self, seconds: float = 30.0) -> None:
        """Stop after the chunk at hand; the job goes on when a process is there again."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def work_once(self) -> int:
        """Carry out every job that waits and return how many there were."""
        count = 0
        for tenant in self._tenants():
            ctx = Context(tenant, SYSTEM, clock=self._clock, request_id="job")
            for job in self._waiting(ctx):
                if self._stop.is_set():
                    return count
                count += self._carry_out(ctx, job)
        return count

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                count = self.work_once()
            except Exception:
                log.exception("the look for jobs broke")
                count = 0
            if not count:
                self._wake.wait(PAUSE)
            self._wake.clear()

    def _waiting(self, ctx: Context) -> Iterable[str]:
        try:
            return self._transfer.waiting(ctx)
        except TesseraError:
            # a tenant without a model yet, or a database that is down for now
            return ()

    def _carry_out(self, ctx: Context, job: str) -> int:
        try:
            self._transfer.run(ctx, job, stop=self._stop.is_set)
        except Conflict:
            return 0
        except Exception:
            # the lease runs out and the job is tried again; after three times it is given up
            log.exception("job %s of tenant %s broke", job, ctx.tenant)
        return 1
