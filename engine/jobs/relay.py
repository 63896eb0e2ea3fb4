"""From the outbox to the handlers: at least once each, of one record in order, later again after a failure."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from engine.jobs.handlers import Handler, Occasion
from engine.jobs.telling import reason_of, tell_failure
from engine.kernel.clock import Clock
from engine.kernel.events import Event
from engine.metamodel.model import TenantModel
from engine.storage import Claimed, Database, Session, Shelf, acknowledge_event, claim_events, fail_event, outbox

LEASE = timedelta(seconds=30)
BATCH = 50
_LONGEST_WAIT = 600.0  # seconds
_WORTH_IT = 2

Buried = Callable[[str, Event, str], None]  # tenant, event, the last error
Stop = Callable[[], bool]


def delay_after(attempts: int, first: float = 1.0, longest: float = _LONGEST_WAIT) -> timedelta:
    """Return how long to wait after a number of failures: doubling, and spread so that many do not come at once."""
    seconds = min(first * 2.0 ** (max(attempts, 1) - 1), longest)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - only spreads


class Relay:
    """Hands events to handlers. Several processes may run one each: a lease says who has an event."""

    def __init__(self, shelf: Shelf, handlers: Sequence[Handler], clock: Clock, buried: Buried | None = None) -> None:
        self._shelf = shelf
        self._handlers = tuple(handlers)
        self._clock = clock
        self._buried = buried

    def work(self, tenant: str, stop: Stop = lambda: False) -> bool:
        """Hand out one batch of a tenant's events; tell whether more of them waited than a batch takes."""
        return self.hand_out(tenant, stop) == BATCH

    def hand_out(self, tenant: str, stop: Stop = lambda: False) -> int:
        """Hand out one batch of a tenant's events; return how many there were."""
        database, catalog = self._shelf.current(tenant)
        claimed = claim_events(database, self._clock.now(), LEASE, BATCH)
        idle = [one for one in claimed if not self._hearers(tenant, catalog.model, one.event)]
        if idle:
            with database.writing() as session:
                outbox.acknowledge_events(session, idle, self._clock.now())
        known = {one.sequence for one in idle} | self._written(database, catalog.model, claimed)
        for one in claimed:
            if one.sequence in known:
                continue
            if stop():
                self._release(database, one)
            else:
                self._hand_out(database, catalog.model, one)
        return len(claimed)

    def drain(self, tenant: str, most: int = 10_000) -> int:
        """Hand out until nothing is due; return how many batches it took. For tests and commands."""
        for turn in range(most):
            if not self.hand_out(tenant):
                return turn
        return most

    def _written(self, database: Database, model: TenantModel, claimed: Sequence[Claimed]) -> set[int]:
        """Handle together the events whose effects are a few rows; none when one of them fails."""
        light = [
            one
            for one in claimed
            if (hearers := self._hearers(database.tenant, model, one.event))
            and all(handler.write for handler in hearers)
        ]
        if len(light) < _WORTH_IT:
            return set()
        try:
            with database.writing() as session:
                for one in light:
                    for handler in self._hearers(database.tenant, model, one.event):
                        self._write(session, handler, one)
                outbox.acknowledge_events(session, light, self._clock.now())
        except Exception:  # noqa: BLE001 - each is tried by itself then, and the one that fails tells why
            return set()
        return {one.sequence for one in light}

    def _write(self, session: Session, handler: Handler, one: Claimed) -> None:
        occasion = Occasion(session.tenant, one.event, one.at, one.attempts, handler.name, self._clock)
        if handler.write is not None and occasion.once(session):
            handler.write(session, occasion)

    def _hearers(self, tenant: str, model: TenantModel, event: Event) -> list[Handler]:
        return [handler for handler in self._handlers if handler.hears(tenant, model, event.name)]

    def _hand_out(self, database: Database, model: TenantModel, one: Claimed) -> None:
        for handler in self._hearers(database.tenant, model, one.event):
            occasion = Occasion(database.tenant, one.event, one.at, one.attempts, handler.name, self._clock)
            try:
                if handler.write is None:
                    handler.act(occasion)
                else:
                    with database.writing() as session:
                        self._write(session, handler, one)
            except Exception as error:  # noqa: BLE001 - whatever a handler raises, the event comes again
                self._fail(database, one, handler.name, error)
                return
        with database.writing() as session:
            acknowledge_event(session, one, self._clock.now())

    def _fail(self, database: Database, one: Claimed, handler: str, error: Exception) -> None:
        why = f"{handler}: {reason_of(error)}"
        last = one.attempts >= outbox.MOST_ATTEMPTS
        tell_failure(
            "handler_failed", error, tenant=database.tenant, id=one.event.id, handler=handler, attempt=one.attempts
        )
        with database.writing() as session:
            held = fail_event(session, one, self._clock.now(), why, delay_after(one.attempts))
        if held and last and self._buried is not None:
            self._buried(database.tenant, one.event, why)

    def _release(self, database: Database, one: Claimed) -> None:
        with database.writing() as session:
            outbox.release_event(session, one)
