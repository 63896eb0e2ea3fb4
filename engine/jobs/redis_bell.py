"""The bell in Redis: tells workers that a tenant has work. It holds nothing that is not in the database as well."""

from __future__ import annotations

import threading
import time
from typing import Any

import redis
import structlog
from rq import Queue
from rq.serializers import JSONSerializer

from engine.jobs.dispatching import Target
from engine.jobs.running import Runner

QUEUE = "tessera"
FUNCTION = "engine.worker.work"
# a bell that rang is not rung again so long, unless somebody answered it
_RUNG_SECONDS = 10
_WAIT_SECONDS = 1.0
# jobs of a tenant that workers are called for at once: the others wait, so that no tenant takes all workers
_JOBS_AT_ONCE = 2
_log = structlog.get_logger("jobs")


def connect(url: str, seconds: float = _WAIT_SECONDS) -> Any:
    """Return a connection that gives up soon: nothing that people wait for may hang on Redis."""
    return redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds)


class RedisBell:
    """Rings by an RQ queue whose payload is ``{tenant, job_id}`` as JSON and nothing else.

    ``instead`` takes what could not be rung; without one it waits for the scheduler's next look.
    """

    def __init__(self, url: str, runner: Runner, instead: Target | None = None) -> None:
        self._connection = connect(url)
        self._queue = Queue(QUEUE, connection=self._connection, serializer=JSONSerializer)
        self._runner = runner
        self._instead = instead
        self._silent_until = 0.0

    def offer(self, lane: str, tenant: str) -> None:
        """Call a worker for a lane of a tenant; for its jobs one each."""
        names = self._runner.free(tenant, _JOBS_AT_ONCE) if lane == "jobs" else [lane]
        if not all(self.ring(tenant, name) for name in names) and self._instead is not None:
            self._instead.offer(lane, tenant)

    def ring(self, tenant: str, name: str) -> bool:
        """Call a worker; False when Redis cannot be reached or takes nothing."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            if self._connection.set(_key(tenant, name), "1", nx=True, ex=_RUNG_SECONDS):
                self._queue.enqueue(
                    FUNCTION, kwargs={"tenant": tenant, "job_id": name}, result_ttl=0, failure_ttl=0, job_timeout=-1
                )
        except (redis.RedisError, OSError) as error:
            # not asked again for a moment: each try may take a second
            self._silent_until = time.monotonic() + 2 * _WAIT_SECONDS
            _log.warning("redis_failed", why=type(error).__name__)
            return False
        return True

    def answered(self, tenant: str, name: str) -> None:
        """Let it ring again: what comes from now on is not in the hands of the one who answered."""
        try:
            self._connection.delete(_key(tenant, name))
        except (redis.RedisError, OSError):
            # it falls silent by itself
            return


class RedisWatch:
    """Tells whether Redis answers; asked at most once a second."""

    def __init__(self, url: str) -> None:
        self._connection = connect(url, 0.5)
        self._lock = threading.Lock()
        self._known: tuple[float, bool] = (-10.0, False)

    def answers(self) -> bool:
        """Tell whether Redis takes commands."""
        with self._lock:
            at, good = self._known
            if time.monotonic() - at < 1:
                return good
            try:
                # writing, as a full Redis still answers a ping
                good = bool(self._connection.set("tessera:alive", "1", ex=60))
            except (redis.RedisError, OSError):
                good = False
            self._known = (time.monotonic(), good)
            return good


def _key(tenant: str, name: str) -> str:
    return f"tessera:rung:{tenant}:{name}"
