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
from engine.storage import Claimed, Database, Session, Shelf, StaleCatalog, fail_event, outbox
from engine.storage.bounded import Bounded
from engine.storage.outbox import acknowledge_event, acknowledge_events, claim_events
from engine.storage.savepoints import savepoint

LEASE = timedelta(seconds=30)
BATCH = 50
_LONGEST_WAIT = 600.0  # seconds
_LOOKS = 3
_NAMES_KEPT = 2_000

Buried = Callable[[str, Event, str], None]  # tenant, event, the last error
Stop = Callable[[], bool]
Batch = list[tuple[Claimed, tuple[Handler, ...]]]


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
        self._known = Bounded(_NAMES_KEPT)

    def work(self, tenant: str, stop: Stop = lambda: False) -> bool:
        """Hand out one batch of a tenant's events; tell whether more of them waited than a batch takes."""
        return self.hand_out(tenant, stop) == BATCH

    def hears(self, session: Session, model: TenantModel, name: str) -> bool:
        """Tell whether anybody wants to hear of events of this name; asked inside the transaction that writes one."""
        return bool(self._hearers(session, model, name))

    def hand_out(self, tenant: str, stop: Stop = lambda: False) -> int:
        """Hand out one batch of a tenant's events; return how many there were."""
        database, batch, done = self._claim(tenant)
        for one, hearers in batch:
            if one.sequence in done:
                continue
            if stop():
                self._release(database, one)
            else:
                self._hand_out(database, hearers, one)
        return len(batch)

    def drain(self, tenant: str, most: int = 10_000) -> int:
        """Hand out until nothing is due; return how many batches it took. For tests and commands."""
        for turn in range(most):
            if not self.hand_out(tenant):
                return turn
        return most

    def _claim(self, tenant: str) -> tuple[Database, Batch, set[int]]:
        """Take a batch and say who hears each event of it; what is done at once is done in the same transaction."""
        database = self._shelf.database(tenant)
        for _ in range(_LOOKS):
            _, catalog = self._shelf.current(tenant)
            try:
                with database.writing(catalog.stamp) as session:
                    claimed = claim_events(session, self._clock.now(), LEASE, BATCH)
                    batch = [(one, self._hearers(session, catalog.model, one.event.name)) for one in claimed]
                    return database, batch, self._written(session, batch)
            except StaleCatalog:
                continue
        return database, [], set()

    def _written(self, session: Session, batch: Batch) -> set[int]:
        """Handle what nobody hears and what only writes a few rows; return which."""
        light = [(one, hearers) for one, hearers in batch if all(handler.write for handler in hearers)]
        try:
            if any(hearers for _, hearers in light):
                with savepoint(session):
                    for one, hearers in light:
                        for handler in hearers:
                            self._write(session, handler, one)
        except Exception:  # noqa: BLE001 - each is tried by itself then, and the one that fails tells why
            light = [(one, hearers) for one, hearers in light if not hearers]
        if light:
            acknowledge_events(session, [one for one, _ in light], self._clock.now())
        return {one.sequence for one, _ in light}

    def _write(self, session: Session, handler: Handler, one: Claimed) -> None:
        occasion = Occasion(session.tenant, one.event, one.at, one.attempts, handler.name, self._clock)
        if handler.write is not None and occasion.once(session):
            handler.write(session, occasion)

    def _hearers(self, session: Session, model: TenantModel, name: str) -> tuple[Handler, ...]:
        wanting = self._wanting(model, name)
        return tuple(handler for handler in wanting if handler.here is None or handler.here(session))

    def _wanting(self, model: TenantModel, name: str) -> tuple[Handler, ...]:
        """Return the handlers that want a name under a model, worked out once."""
        found: tuple[Handler, ...] = self._known.get(
            (model.fingerprint, name), lambda: tuple(one for one in self._handlers if one.wants(model, name))
        )
        return found

    def _hand_out(self, database: Database, hearers: Sequence[Handler], one: Claimed) -> None:
        for handler in hearers:
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
