"""Deliveries under leases: what takes long is not sent twice, and a line keeps its order whatever clocks say."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest

from engine.kernel.clock import FrozenClock
from engine.messaging.channels.base import Outgoing, Receipt
from engine.messaging.delivering import LEASE, Deliverer
from engine.storage import delivery_rows
from engine.storage.delivery_rows import NewDelivery
from tests.support.branch import TENANT, Branch


class Slow:
    """A way out on which each message takes two seconds of the clock."""

    name = "webhook"

    def __init__(self, clock: FrozenClock) -> None:
        self.begun: list[tuple[str, timedelta]] = []
        self._clock, self._start = clock, clock.instant
        self._lock = threading.Lock()

    def send(self, outgoing: Outgoing) -> Receipt:
        with self._lock:
            self.begun.append((outgoing.key, self._clock.instant - self._start))
            self._clock.advance(timedelta(seconds=2))
        return Receipt("delivered")

    def close(self) -> None:
        """Nothing stays open."""


def test_what_others_kept_waiting_is_put_back_before_the_lease_is_over(branch: Branch) -> None:
    with branch.shelf.database(TENANT).writing() as session:
        for number in range(20):
            new = NewDelivery(f"k{number}", "webhook", "x", branch.clock.instant)
            delivery_rows.add_delivery(session, new, branch.clock.instant)
    slow = Slow(branch.clock)
    deliverer = Deliverer(branch.shelf, [slow], branch.clock)

    assert deliverer.work(TENANT)
    first = list(slow.begun)
    # ten seconds that a receiver has for its answer fit into what is left of the lease
    assert max(after for _, after in first) + timedelta(seconds=10) < LEASE
    with branch.shelf.database(TENANT).reading() as session:
        waiting = delivery_rows.read_deliveries(session, state="waiting", limit=50)
    assert [one.attempts for one in waiting] == [0] * (20 - len(first))
    while deliverer.work(TENANT):
        pass
    deliverer.close()

    assert Counter(key for key, _ in slow.begun) == {f"k{number}": 1 for number in range(20)}


def test_a_line_keeps_its_order_though_the_second_process_has_an_earlier_clock(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(["01a00000-0000-7000-8000-00000000000f", "01900000-0000-7000-8000-000000000001"])
    monkeypatch.setattr(delivery_rows, "new_record_id", lambda: next(ids))
    now = branch.clock.instant
    database = branch.shelf.database(TENANT)
    for key in ("first", "second"):
        with database.writing() as session:
            delivery_rows.add_delivery(session, NewDelivery(key, "webhook", "x", now, line="l"), now)

    claimed = delivery_rows.claim_deliveries(database, ("webhook",), now, LEASE)
    assert [one.key for one in claimed] == ["first"]
    with database.writing() as session:
        assert delivery_rows.note_sent(session, claimed[0], now, "delivered")
    assert [one.key for one in delivery_rows.claim_deliveries(database, ("webhook",), now, LEASE)] == ["second"]
