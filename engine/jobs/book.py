"""Jobs, events and dead letters as an administrator sees and replays them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.access import policy_for
from engine.kernel.context import Context
from engine.kernel.errors import Conflict, Missing
from engine.storage import Job, Session, Shelf, delivery_rows, job_rows, outbox
from engine.storage.delivery_rows import Delivery
from engine.storage.outbox import Entry, Standing


@dataclass(frozen=True, slots=True)
class Tally:
    """How much waits and how much went wrong."""

    jobs: Mapping[str, int]
    events: Mapping[str, int]
    deliveries: Mapping[str, int]


class JobBook:
    """Verbs for administrators; for everybody else nothing is there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def tally(self, ctx: Context) -> Tally:
        """Return the counts."""
        with self._reading(ctx) as session:
            return Tally(
                job_rows.count_jobs(session), outbox.count_entries(session), delivery_rows.count_deliveries(session)
            )

    def jobs(self, ctx: Context, status: str | None = None, limit: int = 50) -> Sequence[Job]:
        """Return jobs of all kinds, the newest first."""
        with self._reading(ctx) as session:
            return job_rows.read_jobs(session, limit=limit, status=status)

    def job(self, ctx: Context, id: str) -> Job:
        """Return one job."""
        with self._reading(ctx) as session:
            job: Job = _found(job_rows.read_job(session, id))
            return job

    def events(self, ctx: Context, standing: Standing | None = None, limit: int = 50) -> Sequence[Entry]:
        """Return events of the outbox, the newest first."""
        with self._reading(ctx) as session:
            return outbox.read_entries(session, standing, limit)

    def event(self, ctx: Context, id: str) -> Entry:
        """Return one event."""
        with self._reading(ctx) as session:
            entry: Entry = _found(outbox.read_entry(session, id))
            return entry

    def deliveries(self, ctx: Context, state: str | None = None, limit: int = 50) -> Sequence[Delivery]:
        """Return deliveries of messages and webhooks, the newest first."""
        with self._reading(ctx) as session:
            return delivery_rows.read_deliveries(session, state=state, limit=limit)

    def delivery(self, ctx: Context, id: str) -> Delivery:
        """Return one delivery."""
        with self._reading(ctx) as session:
            one: Delivery = _found(delivery_rows.read_delivery(session, id))
            return one

    def retry(self, ctx: Context, id: str) -> None:
        """Try a job, an event or a delivery again; its tries count anew."""
        self._require(ctx)
        with self._shelf.database(ctx.tenant).writing() as session:
            status = _status(session, id)
            again = (
                job_rows.retry_job(session, id)
                or outbox.revive_event(session, id)
                or delivery_rows.revive_delivery(session, id, ctx.now())
            )
            if not again:
                raise Conflict("not_to_retry", status=status)

    def cancel(self, ctx: Context, id: str) -> None:
        """Ask a job to stop; an event or delivery that is still to be made is given up."""
        self._require(ctx)
        with self._shelf.database(ctx.tenant).writing() as session:
            _status(session, id)
            done = (
                job_rows.cancel_job(session, id, ctx.now())
                or outbox.bury_event(session, id, ctx.now(), f"given up by {ctx.actor.login}")
                or delivery_rows.give_up_delivery(session, id, ctx.now(), f"given up by {ctx.actor.login}")
            )
            if not done:
                raise Conflict("not_to_cancel")

    def _require(self, ctx: Context) -> None:
        _, catalog = self._shelf.current(ctx.tenant)
        if not policy_for(catalog, ctx.actor).administers("jobs"):
            raise Missing("no_such_address")

    def _reading(self, ctx: Context) -> Any:
        self._require(ctx)
        return self._shelf.database(ctx.tenant).reading()


def _found(value: Any) -> Any:
    if value is None:
        raise Missing("unknown_work")
    return value


def _status(session: Session, id: str) -> str:
    job, entry = job_rows.read_job(session, id), outbox.read_entry(session, id)
    if job is not None:
        return job.status
    if entry is not None:
        return entry.standing
    return str(_found(delivery_rows.read_delivery(session, id)).state)
