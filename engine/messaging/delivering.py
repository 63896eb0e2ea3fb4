"""Deliveries go out: several at once, under a lease, later again after a failure, dead after ten."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from engine.kernel.clock import Clock
from engine.kernel.errors import TesseraError
from engine.messaging.calling import is_waited_for, note_answer, note_failure, patience
from engine.messaging.channels.base import Channel, Outgoing, Permanent, PutOff, Receipt, Temporary
from engine.storage import Database, Session, Shelf, delivery_rows, message_rows
from engine.storage.delivery_rows import Delivery
from engine.storage.message_rows import Message

LEASE = timedelta(seconds=30)
BATCH = 24
AT_ONCE = 8
# what is not begun so long after it was claimed is put back: a receiver that takes its time for an answer would
# outlast the lease, and another worker would send the same meanwhile
_BEGUN_WITHIN = timedelta(seconds=15)
# by address and hour; what is beyond comes later
RATES: Mapping[str, int] = {"sms": 20, "email": 120}
# categories of messages that ask somebody to act; they are pointless once the task is closed
ASKING = ("task", "reminder", "urge", "ask")
_HOUR = timedelta(hours=1)
_FIRST, _LONGEST = 5.0, 3600.0

# tells whether a task still waits for a person
StillOpen = Callable[[str, str, str], bool]
Dead = Callable[[str, Delivery, str], None]
_log = structlog.get_logger("messages")


@dataclass(frozen=True, slots=True)
class _Outcome:
    delivery: Delivery
    receipt: Receipt | None = None
    error: str = ""
    wait: timedelta | None = None
    until: datetime | None = None
    dropped: str = ""
    others: tuple[Delivery, ...] = ()


class Deliverer:
    """Works off the deliveries of tenants by the channels that this process has."""

    def __init__(self, shelf: Shelf, channels: Sequence[Channel], clock: Clock) -> None:
        self._shelf = shelf
        self._channels = {channel.name: channel for channel in channels}
        self._clock = clock
        self._pool: ThreadPoolExecutor | None = None
        self.still_open: StillOpen | None = None
        self.dead: Dead | None = None

    def due(self, tenant: str) -> datetime | None:
        """Return when the next delivery of a tenant is due."""
        with self._shelf.database(tenant).reading() as session:
            return delivery_rows.next_delivery_at(session)

    def work(self, tenant: str, stop: Callable[[], bool] = lambda: False) -> bool:
        """Send one batch; tell whether there may be more."""
        database = self._shelf.database(tenant)
        now = self._clock.now()
        claimed = delivery_rows.claim_deliveries(database, tuple(self._channels), now, LEASE, BATCH)
        if not claimed or stop():
            return False
        planned = [self._planned(database, delivery, now) for delivery in claimed]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sending")
        until = now + _BEGUN_WITHIN
        outcomes = list(self._pool.map(lambda plan: self._sent(tenant, plan, until), _without_twice(planned)))
        with database.writing() as session:
            for outcome in outcomes:
                self._note(session, outcome)
        self._tell_dead(tenant, outcomes)
        return True

    def close(self) -> None:
        """Close the channels."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        for channel in self._channels.values():
            channel.close()

    def _planned(self, database: Database, delivery: Delivery, now: datetime) -> _Outcome:
        with database.reading() as session:
            message = message_rows.read_message(session, delivery.message) if delivery.message else None
            rate = RATES.get(delivery.channel)
            if (
                rate is not None
                and delivery_rows.sent_since(session, delivery.address, delivery.channel, now - _HOUR) >= rate
            ):
                return _Outcome(delivery, until=now + _HOUR / 4)
            others: tuple[Delivery, ...] = ()
            if delivery.digest and message is not None and message.user is not None:
                others = tuple(delivery_rows.take_digest(session, delivery, message.user, now))
        if message is not None and self._is_closed(database.tenant, message):
            return _Outcome(delivery, dropped="the task is closed")
        return _Outcome(delivery, others=others)

    def _is_closed(self, tenant: str, message: Message) -> bool:
        """Tell whether a message asks for something that nobody has to do any more."""
        if self.still_open is None or not message.task or not message.user or message.category not in ASKING:
            return False
        return not self.still_open(tenant, message.task, message.user)

    def _sent(self, tenant: str, plan: _Outcome, begin_until: datetime) -> _Outcome:
        if plan.until is not None or plan.dropped:
            return plan
        delivery = plan.delivery
        if self._clock.now() > begin_until:
            return _Outcome(delivery, until=self._clock.now(), error="others before it took long")
        try:
            receipt = self._channels[delivery.channel].send(_outgoing(tenant, delivery, plan.others))
        except PutOff as error:
            return _Outcome(delivery, until=self._clock.now() + error.wait, error=str(error))
        except Permanent as error:
            return _Outcome(delivery, error=str(error) or "refused")
        except (Temporary, OSError) as error:
            return _Outcome(delivery, error=str(error) or type(error).__name__, wait=_wait(delivery))
        except TesseraError as error:
            return _Outcome(delivery, error=error.message("en"))
        except Exception as error:  # noqa: BLE001 - a fault in a channel is a failure of this delivery only
            why = f"{type(error).__name__}: {error}"
            return _Outcome(delivery, error=why[:300], wait=_wait(delivery))
        return _Outcome(delivery, receipt, others=plan.others)

    def _note(self, session: Session, outcome: _Outcome) -> None:
        now, delivery = self._clock.now(), outcome.delivery
        if outcome.dropped:
            delivery_rows.drop_delivery(session, delivery, outcome.dropped)
        elif outcome.until is not None:
            delivery_rows.put_off_delivery(session, delivery, outcome.until, outcome.error or "rate")
        elif outcome.receipt is not None:
            receipt = outcome.receipt
            if not delivery_rows.note_sent(session, delivery, now, receipt.state, receipt.gateway, receipt.parts):
                _log.warning("delivery_lost", delivery=delivery.id)
            elif receipt.answer is not None and is_waited_for(delivery.payload):
                self._answered(session, delivery, receipt.answer)
            for other in outcome.others:
                if other.id != delivery.id:
                    delivery_rows.note_sent(session, other, now, receipt.state)
        else:
            held = delivery_rows.note_failed(session, delivery, now, outcome.error, outcome.wait)
            if held and _is_last(outcome) and is_waited_for(delivery.payload):
                note_failure(session, delivery.payload, outcome.error, self._clock)
            _log.warning("delivery_failed", delivery=delivery.id, channel=delivery.channel, why=outcome.error)

    def _answered(self, session: Session, delivery: Delivery, answer: bytes) -> None:
        try:
            note_answer(session, delivery.payload, answer, self._clock)
        except TesseraError as error:
            note_failure(session, delivery.payload, error.message("en"), self._clock)

    def _tell_dead(self, tenant: str, outcomes: Sequence[_Outcome]) -> None:
        for outcome in outcomes:
            failed = outcome.receipt is None and not outcome.dropped and outcome.until is None
            if failed and _is_last(outcome) and self.dead is not None:
                self.dead(tenant, outcome.delivery, outcome.error)


def _is_last(outcome: _Outcome) -> bool:
    return outcome.wait is None or outcome.delivery.attempts >= delivery_rows.MOST_ATTEMPTS


def _without_twice(planned: Sequence[_Outcome]) -> list[_Outcome]:
    """Leave out the members of a digest that another member brings."""
    brought: set[str] = set()
    kept = []
    for plan in planned:
        if plan.delivery.id in brought:
            continue
        brought.update(other.id for other in plan.others)
        kept.append(plan)
    return kept


def _outgoing(tenant: str, delivery: Delivery, others: Sequence[Delivery]) -> Outgoing:
    if len(others) > 1:
        body = "\n\n".join(f"■ {other.subject}\n{other.body}" for other in others)
        return Outgoing(tenant, delivery.key, delivery.address, f"{others[0].subject} (+{len(others) - 1})", body)
    return Outgoing(
        tenant, delivery.key, delivery.address, delivery.subject, delivery.body, delivery.html, delivery.payload
    )


def _wait(delivery: Delivery) -> timedelta | None:
    seconds = min(_FIRST * 3.0 ** (max(delivery.attempts, 1) - 1), _LONGEST)
    usual = timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - only spreads
    return patience(delivery.payload, delivery.attempts, usual)
