"""The engine's own books: audit, outbox, receipts, jobs, dictionary items."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from engine.kernel.events import Event
from engine.kernel.names import RecordRef
from engine.kernel.text import LocalText
from engine.metamodel.model import DictionaryItem
from engine.storage import (
    AuditEntry,
    Claimed,
    Database,
    Receipt,
    ReceiptKey,
    Violation,
    acknowledge_event,
    add_job,
    append_audit,
    append_events,
    cancel_job,
    claim_events,
    claim_job,
    claim_this_job,
    fail_event,
    find_receipt,
    finish_job,
    forget_events,
    forget_receipts,
    keep_job,
    read_audit,
    read_items,
    read_job,
    remove_item,
    revive_event,
    save_item,
    save_receipt,
)
from engine.storage.outbox import MOST_ATTEMPTS
from tests.storage.conftest import NOW

LEASE = timedelta(seconds=60)


def event(number: int, record: str = "1") -> Event:
    """Make an event."""
    return Event(f"e{number}", "thing.changed", RecordRef("thing", record), number, {"n": number})


def claimed_of(tenant: Database, now: datetime, lease: timedelta) -> list[Claimed]:
    with tenant.writing() as session:
        return claim_events(session, now, lease)


def test_audit_entries_come_newest_first(tenant: Database) -> None:
    entries = [
        AuditEntry(NOW, "system", "thing", "1", version, "update", {"name": [None, version]}) for version in (1, 2, 3)
    ]
    with tenant.writing() as session:
        append_audit(session, entries[0])
        append_audit(session, *entries[1:])

    with tenant.reading() as session:
        newest, *rest = read_audit(session, "thing", "1", limit=2)
        assert (newest.version, newest.changes, len(rest)) == (3, {"name": [None, 3]}, 1)
        assert [entry.version for entry in read_audit(session, "thing", "1", before=rest[0].id)] == [1]


def test_an_event_is_heard_in_order_by_one_who_holds_it(tenant: Database) -> None:
    with tenant.writing() as session:
        append_events(session, [event(1), event(2), event(3, "2")], NOW)

    first = claimed_of(tenant, NOW, LEASE)
    nothing = claimed_of(tenant, NOW, LEASE)
    later = claimed_of(tenant, NOW + LEASE * 2, LEASE)
    with tenant.writing() as session:
        slept = acknowledge_event(session, first[0], NOW)
        heard = [acknowledge_event(session, claimed, NOW) for claimed in later]
    after = claimed_of(tenant, NOW, LEASE)

    assert [claimed.event.id for claimed in first] == ["e1", "e3"]
    assert first[0].event == event(1)
    assert nothing == []
    assert (slept, heard) == (False, [True, True])
    assert [claimed.event.id for claimed in after] == ["e2"]


def test_an_event_that_fails_often_is_buried_and_can_be_dug_out(tenant: Database) -> None:
    with tenant.writing() as session:
        append_events(session, [event(1), event(2)], NOW)
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        now += LEASE * 2
        (claimed,) = claimed_of(tenant, now, LEASE)
        assert claimed.event.id == "e1"
        with tenant.writing() as session:
            assert fail_event(session, claimed, now, "no answer", LEASE)

    (next_one,) = claimed_of(tenant, now + LEASE * 2, LEASE)
    with tenant.writing() as session:
        assert revive_event(session, "e1")
        assert acknowledge_event(session, next_one, now)
    assert [claimed.event.id for claimed in claimed_of(tenant, now, LEASE)] == ["e1"]
    with tenant.writing() as session:
        assert forget_events(session, now + LEASE) == 1


def test_a_receipt_is_kept_once_and_for_its_time(tenant: Database) -> None:
    key = ReceiptKey("system", "POST records/thing", "k1")
    receipt = Receipt("digest", 201, '{"id": 1}', {"ETag": '"1"'})
    since = NOW - timedelta(hours=72)
    with tenant.writing() as session:
        assert find_receipt(session, key, since) is None
        save_receipt(session, key, receipt, NOW, since)
        assert find_receipt(session, key, since) == receipt
        assert find_receipt(session, replace(key, actor="other"), since) is None
    with pytest.raises(Violation), tenant.writing() as session:
        save_receipt(session, key, receipt, NOW, since)

    with tenant.writing() as session:
        save_receipt(session, key, replace(receipt, status=200), NOW + timedelta(hours=73), NOW + timedelta(hours=1))
        assert forget_receipts(session, NOW) == 0
        assert forget_receipts(session, NOW + timedelta(hours=73)) == 1


def test_a_job_is_done_by_one_worker_and_outlives_him(tenant: Database) -> None:
    with tenant.writing() as session:
        id = add_job(session, "import", "system", {"file": "x"}, NOW)
    job = claim_job(tenant, ["import"], NOW, LEASE)
    assert job is not None
    assert claim_job(tenant, ["import"], NOW, LEASE) is None
    assert claim_this_job(tenant, id, NOW, LEASE) is None

    again = claim_job(tenant, ["import"], NOW + LEASE * 2, LEASE)
    assert again is not None
    with tenant.writing() as session:
        assert not keep_job(session, job, NOW + LEASE, 5, 10)
        assert keep_job(session, again, NOW + LEASE * 3, 5, 10)
        assert not finish_job(session, job, "done", NOW, None)
        assert finish_job(session, again, "done", NOW, {"rows": 10})
    with tenant.reading() as session:
        done = read_job(session, id)
    assert done is not None
    assert (done.status, done.done, done.total, done.result, done.attempts) == ("done", 5, 10, {"rows": 10}, 2)


def test_a_job_that_ends_its_workers_is_set_aside_and_one_can_be_stopped(tenant: Database) -> None:
    with tenant.writing() as session:
        poison = add_job(session, "import", "system", {}, NOW)
    now = NOW
    for _ in range(3):
        now += LEASE * 2
        assert claim_job(tenant, ["import"], now, LEASE) is not None
    assert claim_job(tenant, ["import"], now + LEASE * 2, LEASE) is None
    with tenant.writing() as session:
        found = read_job(session, poison)
        waiting = add_job(session, "import", "system", {}, NOW)
        assert cancel_job(session, waiting, NOW)
        running = add_job(session, "export", "system", {}, NOW)
    assert found is not None
    assert found.status == "quarantined"

    job = claim_job(tenant, ["import", "export"], now, LEASE)
    assert job is not None
    assert job.id == running
    with tenant.writing() as session:
        assert cancel_job(session, running, NOW)
        assert not keep_job(session, job, now + LEASE, 1, None)
        assert finish_job(session, job, "cancelled", now, None)


def test_dictionary_items_of_a_tenant_are_kept(tenant: Database) -> None:
    item = DictionaryItem("A", LocalText({"zh": "甲", "en": "A"}), 3, "blue", True, None, date(2026, 1, 1))
    with tenant.writing() as session:
        save_item(session, "level", item, NOW, "system")
        save_item(session, "level", replace(item, active=False), NOW, "system")
        assert read_items(session) == [("level", replace(item, active=False))]
        assert remove_item(session, "level", "A")
        assert not remove_item(session, "level", "A")
