"""Workers at scale: RQ's loop around one function of ours; anything else in the queue is thrown away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import redis
import structlog
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import WorkerStatus

from engine.jobs.background import Background
from engine.jobs.redis_bell import FUNCTION, QUEUE, RedisWatch

_FIELDS = {"tenant", "job_id"}
# an idle wait ends fifteen seconds before it
_TTL = 60
_log = structlog.get_logger("jobs")


class GuardedWorker(SimpleWorker):
    """Runs ``engine.worker.work(tenant=, job_id=)`` and no other function, whoever wrote into Redis."""

    max_connection_wait_time = 5.0

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job if it is one of ours."""
        if is_ours(job):
            super().execute_job(job, queue)
            return
        _log.error("security_event", what="foreign_job", job=job.id)
        job.delete()


def is_ours(job: Job) -> bool:
    """Tell whether a job names our function with our two texts, and nothing else."""
    try:
        named = job.func_name == FUNCTION and job.instance is None and not job.args
        given: Any = job.kwargs
    except Exception:  # noqa: BLE001 - the bytes may be anything
        return False
    if not named or not isinstance(given, dict) or set(given) != _FIELDS:
        return False
    return all(isinstance(value, str) for value in given.values())


class WorkerLoop:
    """A worker process: works when Redis calls, and from the database while Redis is away."""

    def __init__(self, url: str, background: Background, watch: RedisWatch) -> None:
        self._url = url
        self._background = background
        self._watch = watch
        self._stop = threading.Event()
        self._worker: GuardedWorker | None = None
        self.stopping: Callable[[], bool] = self._stop.is_set

    def run(self) -> None:
        """Work until told to stop."""
        guard = threading.Thread(target=self._stand_in, name="redis watch", daemon=True)
        guard.start()
        while not self._stop.is_set():
            try:
                if not self._watch.answers():
                    self._stop.wait(1)
                    continue
                connection = redis.Redis.from_url(self._url)
                self._worker = GuardedWorker(
                    [QUEUE],
                    connection=connection,
                    serializer=JSONSerializer,
                    log_job_description=False,
                    worker_ttl=_TTL,
                )
                self._worker._install_signal_handlers = lambda: None  # type: ignore[method-assign]  # noqa: SLF001
                self._worker.work(logging_level="WARNING")
            except StopRequested:
                break
            except (redis.RedisError, OSError) as error:
                _log.warning("redis_failed", why=type(error).__name__)
                self._stop.wait(1)
        guard.join(35)

    def stop(self) -> None:
        """Finish the part at hand and stop. For the handler of a signal: an idle wait is broken off by StopRequested,
        as RQ's own handler does."""
        self._stop.set()
        worker = self._worker
        if worker is None:
            return
        worker._stop_requested = True  # noqa: SLF001 - what RQ's own handler sets
        if worker.get_state() != WorkerStatus.BUSY:
            raise StopRequested

    def _stand_in(self) -> None:
        """Do the work in threads of this process while Redis does not answer."""
        standing = False
        while not self._stop.wait(1):
            away = not self._watch.answers()
            if away and not standing:
                _log.warning("redis_away", what="work goes on from the database")
                self._background.start()
            elif standing and not away:
                self._background.stop()
            standing = away
        if standing:
            self._background.stop()
