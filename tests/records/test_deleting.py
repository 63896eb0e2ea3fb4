"""Deleting: what points to a record decides, the bin gives back, purging is for good."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.kernel.errors import Conflict, Missing, Refused, Rejected, StaleVersion, VersionRequired
from engine.records import Listing
from tests.records.conftest import House


def test_a_record_in_use_cannot_be_deleted(house: House) -> None:
    client = house.make("client", name="Acme")
    saw = house.make("product", name="Saw", price=1)
    house.make("deal", client=client.id, lines=[{"product": saw.id, "quantity": 1}])

    with pytest.raises(Conflict) as told:
        house.records.delete(house.admin, "client", client.id, house.now(client)["version"])
    with pytest.raises(Conflict):
        house.records.delete(house.admin, "product", saw.id, 1)

    assert told.value.code == "in_use"
    assert told.value.complaint.params == {"object": "deal", "count": 1}


def test_deleting_clears_takes_along_and_corrects_sums(house: House) -> None:
    parent = house.make("client", name="Parent")
    child = house.make("client", name="Child", parent=parent.id)
    saw = house.make("product", name="Saw", price="2.50")
    deal = house.make("deal", client=child.id, lines=[{"product": saw.id, "quantity": 2}])

    house.records.delete(house.admin, "client", parent.id, 1)
    house.records.delete(house.admin, "deal", deal.id, 1)

    now = house.now(child)
    assert now["parent"] is None
    assert (now["open_count"], now["deal_total"], now["room"]) == (0, Decimal("0.00"), Decimal("1000.00"))
    assert house.rows("SELECT count(*) FROM deal_line WHERE deleted_at IS NULL") == [(0,)]
    with pytest.raises(Missing):
        house.records.update(house.admin, "client", parent.id, 2, {"code": "AB123"})
    with pytest.raises(Rejected):
        house.make("client", name="Other", parent=parent.id)


def test_lines_lie_in_the_bin_with_their_record_and_come_back_with_it(house: House) -> None:
    client = house.make("client", name="Acme")
    saw = house.make("product", name="Saw", price="2.50")
    deal = house.make("deal", client=client.id, lines=[{"product": saw.id, "quantity": 2}])
    lost = house.make("deal_line", deal=deal.id, product=saw.id, quantity=4)
    house.records.delete(house.admin, "deal_line", lost.id, house.now(lost)["version"])
    house.clock.advance(timedelta(seconds=1))
    house.records.delete(house.admin, "deal", deal.id, house.now(deal)["version"])

    house.records.restore(house.admin, "deal", deal.id)

    back = house.records.get(house.admin, "deal", deal.id)
    assert [line.values["quantity"] for line in back.lines["lines"]] == [2]
    assert back.values["net"] == house.now(client)["deal_total"] == Decimal("5.00")


def test_the_bin_gives_back_what_was_deleted(house: House) -> None:
    made = house.make("client", name="Acme", email="a@example.com")
    gone = house.records.delete(house.admin, "client", made.id, 1)
    assert [r.id for r in house.records.list(house.admin, Listing("client", deleted=True)).records] == [made.id]
    assert house.records.list(house.admin, Listing("client")).records == ()
    house.make("client", name="Other", email="a@example.com")

    with pytest.raises(Rejected) as told:
        house.records.restore(house.admin, "client", made.id)
    other = house.records.list(house.admin, Listing("client")).records[0]
    house.records.update(house.admin, "client", other.id, 1, {"email": None})
    back = house.records.restore(house.admin, "client", made.id, gone.version)

    assert told.value.complaints[0].code == "not_unique"
    assert house.now(made)["version"] == back.version == 3
    assert house.now(made)["deleted_at"] is None
    with pytest.raises(Missing):
        house.records.restore(house.admin, "client", made.id)


def test_purging_is_for_administrators_and_for_good(house: House) -> None:
    made = house.make("client", name="Acme")
    with pytest.raises(Missing):
        house.records.purge(house.admin, "client", made.id)
    house.records.delete(house.admin, "client", made.id, 1)

    with pytest.raises(Refused):
        house.records.purge(house.as_user("ann", "boss"), "client", made.id)
    house.records.purge(house.admin, "client", made.id)

    assert house.rows("SELECT count(*) FROM client") == [(0,)]
    actions = [row[0] for row in house.rows("SELECT action FROM tessera_audit ORDER BY id")]
    assert actions == ["create", "delete", "purge"]


def test_the_number_of_a_purged_record_stays_in_the_book_as_void(house: House) -> None:
    client = house.make("client", name="Acme")
    deal = house.make("deal", client=client.id)
    house.records.delete(house.admin, "deal", deal.id, 1)
    house.records.purge(house.admin, "deal", deal.id)

    again = house.make("deal", client=client.id)

    assert again.after is not None
    assert again.after["number"] == "D202611-002"
    book = house.rows("SELECT number, void_at IS NOT NULL FROM tessera_number ORDER BY value")
    assert [(number, bool(void)) for number, void in book] == [("D202611-001", True), ("D202611-002", False)]


def test_deleting_needs_version_right_and_a_state_that_lets_go(house: House) -> None:
    client = house.make("client", name="Acme")
    saw = house.make("product", name="Saw", price=1)
    deal = house.make("deal", client=client.id, lines=[{"product": saw.id, "quantity": 1}])
    house.change(deal, note="x")

    with pytest.raises(VersionRequired):
        house.records.delete(house.admin, "deal", deal.id, None)
    with pytest.raises(StaleVersion):
        house.records.delete(house.admin, "deal", deal.id, 1)
    with pytest.raises(Missing):
        house.records.delete(house.as_user("ann", "seller"), "deal", deal.id, 2)
    sent = house.workflow.perform(house.admin, "deal", deal.id, 2, "submit", {})
    with pytest.raises(Conflict) as told:
        house.records.delete(house.admin, "deal", deal.id, sent.version)
    assert told.value.code == "record_locked"
    line = house.records.get(house.admin, "deal", deal.id).lines["lines"][0]
    with pytest.raises(Conflict) as told:
        house.records.delete(house.admin, "deal_line", line.id, line.version)
    assert told.value.code == "lines_locked"
