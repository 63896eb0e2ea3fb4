"""Merging: duplicates become one record, which takes over everything that belonged to the others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.access.tables.shares import Share, list_shares, put_share
from engine.kernel.clock import FrozenClock
from engine.kernel.context import Context
from engine.kernel.errors import Malformed, Missing, Refused, Rejected, StaleVersion
from engine.kernel.names import new_record_id
from engine.records import Change, Merged, Merger
from engine.storage import Reference
from tests.conftest import DATABASES
from tests.records.conftest import House, Street
from tests.records.pack import PACK

MORE = """
---
object: memo
title: {zh: 备忘, en: Memo}
display: text
fields:
  text: {type: text, title: {zh: 内容, en: Text}, required: true}
  about: {type: any_reference, to: [client, deal], title: {zh: 关于, en: About}}
  others: {type: references, to: client, title: {zh: 其他, en: Others}}
  level: {type: text, title: {zh: 等级, en: Level}}
---
object: seat
title: {zh: 席位, en: Seat}
display: place
unique: [[client, place]]
fields:
  client: {type: reference, to: client, title: {zh: 客户, en: Client}, required: true}
  place: {type: text, title: {zh: 位置, en: Place}, required: true}
---
role: merger
title: {zh: 合并员, en: Merger}
grants:
  client:
    read: {scope: department}
    update: {scope: own}
    delete: {scope: department, when: record.open_count = 0}
    merge: {scope: department}
"""


@pytest.fixture(params=DATABASES)
def office(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    """A house whose pack points to clients in every way there is."""
    return street.house(request.param, PACK + MORE, clock)


def merged(house: House, stays: Change, *gone: Change, ctx: Context | None = None, **more: Any) -> Merged:
    versions = {one.id: house.now(one)["version"] for one in (stays, *gone)}
    merger = Merger(stays.id, versions.pop(stays.id), versions, **more)
    return house.records.merge(ctx or house.admin, "client", merger)


def test_everything_that_pointed_to_a_duplicate_points_to_the_one_that_stays(office: House) -> None:
    saw = office.make("product", name="Saw", price="2.50")
    kept, double = office.make("client", name="Acme"), office.make("client", name="Acme Ltd")
    below = office.make("client", name="Branch", parent=double.id)
    deal = office.make("deal", client=double.id, lines=[{"product": saw.id, "quantity": 2}])
    memo = office.make("memo", text="x", about={"object": "client", "id": double.id}, others=[kept.id, double.id])
    seat = office.make("seat", client=double.id, place="12")

    told = merged(office, kept, double)

    assert told.moved == {"client.parent": 1, "deal.client": 1, "memo.about": 1, "memo.others": 1, "seat.client": 1}
    assert office.now(deal)["client"] == Reference(kept.id, "Acme")
    assert (office.now(deal)["client_name"], office.now(deal)["label"][-4:]) == ("Acme", "Acme")
    assert office.now(below)["parent"] == Reference(kept.id, "Acme")
    assert office.now(memo)["about"] == Reference(kept.id, "Acme", "client")
    assert office.now(memo)["others"] == [kept.id]
    assert office.now(seat)["client"] == Reference(kept.id, "Acme")
    now = office.now(kept)
    assert (now["open_count"], now["deal_total"], now["room"]) == (1, Decimal("5.00"), Decimal("995.00"))
    assert told.change.version == now["version"]
    with pytest.raises(Missing):
        office.records.update(office.admin, "client", double.id, 3, {"code": "AB123"})


def test_values_are_taken_from_the_duplicates_even_unique_ones(office: House) -> None:
    kept = office.make("client", name="Acme", tags=["A"], limit=5)
    double = office.make("client", name="Acme Ltd", tags=["B"], email="a@acme.com", limit=7)

    merged(
        office,
        kept,
        double,
        take={"email": [double.id], "tags": [kept.id, double.id], "limit": [kept.id]},
        given={"code": "AB123"},
    )

    now = office.now(kept)
    assert (now["name"], now["email"], now["tags"], now["limit"]) == ("Acme", "a@acme.com", ["A", "B"], Decimal(5))
    assert now["code"] == "AB123"


def test_the_history_tells_what_was_merged_and_how_to_undo_it(office: House) -> None:
    kept, double = office.make("client", name="Acme"), office.make("client", name="Acme Ltd", code="XY123")
    seat = office.make("seat", client=double.id, place="12")

    merged(office, kept, double)

    [entry, *_] = office.records.history(office.admin, "client", kept.id)
    assert entry.action == "merge"
    assert entry.changes["_merged"] == ([], [Reference(double.id, "Acme Ltd")])
    moved = office.rows("SELECT changes, cause FROM tessera_audit WHERE record = ? AND action = 'update'", seat.id)
    assert all(text in str(moved) for text in (double.id, kept.id, f"merge:client/{kept.id}"))
    back = office.records.restore(office.admin, "client", double.id)
    assert (back.after or {})["code"] == "XY123"


def test_what_would_be_there_twice_is_told_and_nothing_is_merged(office: House) -> None:
    kept, double = office.make("client", name="Acme"), office.make("client", name="Acme Ltd")
    for client in (kept, double):
        office.make("seat", client=client.id, place="12")
    deal = office.make("deal", client=double.id)
    before = office.now(double)

    with pytest.raises(Rejected) as told:
        merged(office, kept, double)

    [complaint] = told.value.complaints
    assert (complaint.path, complaint.code, complaint.params["record"]) == ("seat.client", "merge_not_unique", "12")
    assert office.now(deal)["client"] == Reference(double.id, "Acme Ltd")
    assert office.now(double) == before


def test_a_tree_stays_a_tree(office: House) -> None:
    root = office.make("client", name="Root")
    top = office.make("client", name="Top", parent=root.id)
    middle = office.make("client", name="Middle", parent=top.id)
    leaf = office.make("client", name="Leaf", parent=middle.id)

    merged(office, leaf, top)

    assert office.now(leaf)["parent"] == Reference(root.id, "Root")
    assert office.now(middle)["parent"] == Reference(leaf.id, "Leaf")


def test_those_with_whom_duplicates_were_shared_have_the_one_that_stays(office: House) -> None:
    kept, double = office.make("client", name="Acme"), office.make("client", name="Acme Ltd")
    now, by = office.clock.now(), office.people["admin"]
    with office.database.writing() as session:
        for record, receiver, level in (
            (kept.id, "user:ann", 1), (double.id, "user:ann", 2), (double.id, "user:bob", 1),
        ):  # fmt: skip
            put_share(session, Share(new_record_id(), "client", record, receiver, level, None, "", now, by))

    merged(office, kept, double)

    with office.database.reading() as session:
        there = {share.receiver: share.level for share in list_shares(session, "client", kept.id)}
        assert there == {"user:ann": 2, "user:bob": 1}
        assert not list_shares(session, "client", double.id)


def test_it_takes_the_rights_to_merge_to_change_and_to_delete(office: House) -> None:
    west, east = office.make("unit", name="West"), office.make("unit", name="East")
    for login, unit in (("ann", west), ("bob", west), ("eve", east)):
        office.make("person", name=login, user=office.people[login], department=unit.id)
    mine = office.make("client", name="Acme", owner=office.people["ann"])
    beside = office.make("client", name="Acme Ltd", owner=office.people["bob"])
    away = office.make("client", name="Acme Inc", owner=office.people["eve"])
    seat = office.make("seat", client=beside.id, place="12")
    office.make("deal", client=beside.id)
    ann = office.as_user("ann", "merger")

    with pytest.raises(Refused):
        merged(office, beside, mine, ctx=ann)  # she may not change what stays
    with pytest.raises(Missing):
        merged(office, mine, away, ctx=ann)  # she does not see it
    with pytest.raises(Refused):
        merged(office, mine, beside, ctx=office.as_user("ann", "clerk"))
    merged(office, mine, beside, ctx=ann)

    assert office.now(seat)["client"] == Reference(mine.id, "Acme")  # she sees no seats, yet they move


def test_what_makes_no_sense_is_refused(office: House) -> None:
    kept, double = office.make("client", name="Acme"), office.make("client", name="Acme Ltd")

    for merger in (
        Merger(kept.id, 1, {}),
        Merger(kept.id, 1, {kept.id: 1}),
        Merger(kept.id, 1, {"x": 1}),
        Merger(kept.id, 1, {double.id: 1}, take={"name": [new_record_id()]}),
        Merger(kept.id, 1, {double.id: 1}, take={"name": [kept.id, double.id]}),
        Merger(kept.id, 1, {double.id: 1}, take={"nothing": [double.id]}),
    ):
        with pytest.raises(Malformed):
            office.records.merge(office.admin, "client", merger)
    with pytest.raises(StaleVersion):
        office.records.merge(office.admin, "client", Merger(kept.id, 1, {double.id: 9}))
    with pytest.raises(Missing):
        office.records.merge(office.admin, "client", Merger(kept.id, 1, {new_record_id(): 1}))
