"""What the engine does every day by itself: a job per tenant and day, put into the queue once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.kernel.clock import Clock
from engine.kernel.context import SYSTEM
from engine.storage import NewJob, Shelf, job_rows, schedule_rows


@dataclass(frozen=True, slots=True)
class Daily:
    """A kind of job that runs once a day at a time of the tenants' zone; a day that was missed is made up once."""

    kind: str
    at: time
    parameters: tuple[tuple[str, Any], ...] = ()


class Schedule:
    """Puts daily jobs into the queue. Several processes may do so: the job's key makes it one."""

    def __init__(self, shelf: Shelf, daily: Sequence[Daily], zone: str, clock: Clock) -> None:
        self._shelf = shelf
        self._daily = tuple(daily)
        self._zone = ZoneInfo(zone)
        self._clock = clock
        self._next: dict[str, datetime] = {}

    def due(self, tenant: str) -> datetime | None:
        """Return when the next daily job of a tenant is due; kept in memory, so that looking costs nothing."""
        if not self._daily:
            return None
        if tenant not in self._next:
            self._next[tenant] = self._clock.now()
        return self._next[tenant]

    def work(self, tenant: str, _stop: object = None) -> bool:
        """Put the jobs into the queue whose time has come."""
        now = self._clock.now()
        with self._shelf.database(tenant).writing() as session:
            ran = schedule_rows.read_schedule(session)
            for daily in self._daily:
                last = self._last(daily, now)
                known = ran.get(daily.kind)
                if known is not None and known >= last:
                    continue
                schedule_rows.note_schedule(session, daily.kind, last)
                if known is not None:
                    key = f"{daily.kind} {last.isoformat()}"
                    job_rows.put_job(session, NewJob(daily.kind, SYSTEM.user, dict(daily.parameters), key=key), now)
        self._next[tenant] = min(self._last(daily, now) + timedelta(days=1) for daily in self._daily)
        return False

    def _last(self, daily: Daily, now: datetime) -> datetime:
        here = now.astimezone(self._zone)
        today = datetime.combine(here.date(), daily.at, self._zone)
        found = today if today <= here else datetime.combine(here.date() - timedelta(days=1), daily.at, self._zone)
        return found.astimezone(UTC)
