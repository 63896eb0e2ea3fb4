"""PL-4 数据字典: users add and change items of the data dictionaries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.kernel.errors import Conflict, Missing, Refused, Rejected
from engine.records import Operation
from tests.records.conftest import House, house, street

__all__ = ["house", "street"]


def add(house: House, name: str, code: str, **given: Any) -> Any:
    title = given.pop("title", {"zh": code, "en": code})
    return house.dictionaries.save_item(house.admin, name, {"code": code, "title": title, **given})


def test_pl4_items_have_labels_order_colour_validity_and_successor(house: House) -> None:
    made = add(
        house,
        "grade",
        "P",
        title={"zh": "白金", "en": "Platinum"},
        order=-1,
        tone="violet",
        valid_from="2026-01-01",
        valid_to="2026-12-31",
        successor="A",
    )

    items = house.dictionaries.items(house.admin, "grade")

    assert items["P"] == made
    assert next(iter(items)) == "P"
    assert (made.title.in_language("zh"), made.tone, made.successor) == ("白金", "violet", "A")
    assert list(house.dictionaries.choosable(house.admin, "grade")) == ["P", "A", "B"]
    house.clock.advance(timedelta(days=60))
    assert list(house.dictionaries.choosable(house.admin, "grade")) == ["A", "B", "D"]


def test_pl4_an_item_of_the_pack_can_be_changed_and_keeps_what_is_not_sent(house: House) -> None:
    house.dictionaries.save_item(house.admin, "grade", {"code": "A", "title": {"zh": "特级", "en": "Top"}})
    house.dictionaries.save_item(house.admin, "grade", {"code": "A", "tone": "amber"})

    item = house.dictionaries.items(house.admin, "grade")["A"]

    assert (item.title.in_language("en"), item.tone, item.active) == ("Top", "amber", True)


def test_pl4_a_new_item_can_be_chosen_at_once(house: House) -> None:
    with pytest.raises(Rejected):
        house.make("client", name="Acme", grade="X")

    add(house, "grade", "X")

    made = house.make("client", name="Acme", grade="X", tags=["X", "A"])
    assert house.now(made)["grade"] == "X"


def test_pl4_a_deactivated_item_stays_on_old_records_and_cannot_be_chosen_on_new_ones(house: House) -> None:
    old = house.make("client", name="Old", grade="A", tags=["A", "B"])
    house.dictionaries.deactivate(house.admin, "grade", "A", successor="B")

    with pytest.raises(Rejected) as told:
        house.make("client", name="New", grade="A", tags=["B", "A"])
    same = house.change(old, grade="A", code="AB123", tags=["B", "A"])
    with pytest.raises(Rejected):
        house.change(house.change(same, grade="B"), grade="A")

    assert {(c.path, c.code) for c in told.value.complaints} == {
        ("grade", "inactive_item"),
        ("tags[1]", "inactive_item"),
    }
    assert told.value.complaints[0].hint("en") == "Choose B instead."
    assert house.now(old)["tags"] == ["B", "A"]
    assert "A" in house.dictionaries.items(house.admin, "grade")
    assert house.dictionaries.items(house.admin, "grade")["A"].title.in_language("zh") == "甲"


def test_pl4_trees_have_parents_and_no_circles(house: House) -> None:
    add(house, "zone", "west")
    add(house, "zone", "west_1", parent="west")
    add(house, "zone", "west_1_a", parent="west_1")

    book = house.dictionaries.book(house.admin, "zone")
    assert book.ancestors("west_1_a") == ("west_1", "west")
    assert book.below("west") == ("west_1",)
    for given in ({"code": "west", "parent": "west_1_a"}, {"code": "west", "parent": "west"}):
        with pytest.raises(Rejected) as told:
            house.dictionaries.save_item(house.admin, "zone", given)
        assert told.value.complaints[0].code == "item_circle"
    with pytest.raises(Rejected) as told:
        add(house, "zone", "south_1", parent="south")
    assert told.value.complaints[0].code == "unknown_parent_item"
    with pytest.raises(Conflict):
        house.dictionaries.remove_item(house.admin, "zone", "west_1")


def test_pl4_a_dependent_dictionary_filters_by_its_parent(house: House) -> None:
    add(house, "branch", "milk", parent="food")

    assert list(house.dictionaries.choosable(house.admin, "branch", "food")) == ["bread", "milk"]
    assert list(house.dictionaries.choosable(house.admin, "branch", "tools")) == ["saws"]
    house.make("client", name="Dairy", sector="food", branch="milk")
    with pytest.raises(Rejected) as told:
        house.make("client", name="Smith", sector="tools", branch="milk")
    assert [(c.path, c.code) for c in told.value.complaints] == [("branch", "wrong_parent_item")]
    with pytest.raises(Rejected) as told:
        house.change(house.make("client", name="Baker", sector="food", branch="bread"), sector="tools")
    assert [(c.path, c.code) for c in told.value.complaints] == [("branch", "wrong_parent_item")]


def test_pl4_an_item_in_use_cannot_be_deleted_and_an_unused_one_can(house: House) -> None:
    for code in ("X", "Y", "Z", "W"):
        add(house, "grade", code)
    one = house.make("client", name="One", grade="X")
    house.make("client", name="Two", tags=["A", "Y"])
    house.make("deal", client=one.id, grade="Z")

    for code in ("X", "Y", "Z"):
        assert house.dictionaries.in_use(house.admin, "grade", code)
        with pytest.raises(Conflict) as told:
            house.dictionaries.remove_item(house.admin, "grade", code)
        assert told.value.code == "item_in_use"
    house.dictionaries.remove_item(house.admin, "grade", "W")

    assert "W" not in house.dictionaries.items(house.admin, "grade")
    with pytest.raises(Missing):
        house.dictionaries.remove_item(house.admin, "grade", "W")
    with pytest.raises(Conflict) as told:
        house.dictionaries.remove_item(house.admin, "grade", "D")
    assert told.value.code == "item_from_pack"
    gone = house.make("client", name="Gone", grade="X")
    house.records.delete(house.admin, "client", gone.id, 1)
    house.change(house.make("client", name="Three", grade="X"), grade=None)


def test_pl4_who_may_change_items_is_declared(house: House) -> None:
    seller = house.as_user("ann", "seller")

    house.dictionaries.save_item(seller, "grade", {"code": "X", "title": "X"})
    with pytest.raises(Refused):
        house.dictionaries.save_item(seller, "zone", {"code": "x", "title": "X"})
    with pytest.raises(Conflict) as told:
        house.dictionaries.save_item(house.admin, "colour", {"code": "green", "title": "Green"})
    with pytest.raises(Missing):
        house.dictionaries.items(seller, "nosuch")

    assert told.value.code == "dictionary_closed"


def test_pl4_everything_wrong_with_an_item_is_said_at_once(house: House) -> None:
    with pytest.raises(Rejected) as told:
        house.dictionaries.save_item(
            house.admin,
            "grade",
            {
                "code": "no spaces",
                "title": {},
                "tone": "pink",
                "valid_from": "2026-02-31",
                "active": "maybe",
                "size": 3,
                "successor": "nobody",
            },
        )

    assert {(c.path, c.code) for c in told.value.complaints} == {
        ("code", "bad_item_code"),
        ("title", "label_missing"),
        ("tone", "unknown_tone"),
        ("valid_from", "no_such_date"),
        ("active", "not_boolean"),
        ("size", "unknown_key"),
        ("successor", "unknown_item"),
    }


def test_pl4_a_change_of_items_is_kept_in_the_trail(house: House) -> None:
    add(house, "grade", "X")
    house.dictionaries.save_item(house.admin, "grade", {"code": "X", "tone": "red"})
    house.dictionaries.remove_item(house.admin, "grade", "X")

    entries = house.rows("SELECT action, record FROM tessera_audit WHERE object = 'dictionary.grade' ORDER BY id")

    assert entries == [("create", "X"), ("update", "X"), ("delete", "X")]


def test_pl4_an_import_obeys_the_same_dictionaries(house: House) -> None:
    house.dictionaries.deactivate(house.admin, "grade", "B")

    done = house.records.bulk(
        house.admin,
        "client",
        [Operation("create", {"name": "One", "grade": "B"}), Operation("create", {"name": "Two", "grade": "A"})],
        atomic=False,
    )

    assert [o.error is None for o in done.outcomes] == [False, True]
