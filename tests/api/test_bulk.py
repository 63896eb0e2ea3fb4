"""Many changes in one request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import House

BULK = "/api/v1/records/machine/bulk"
MACHINES = "/api/v1/records/machine"


@pytest.fixture
def house(shared_house: House) -> House:
    """The house that all tests of this file share."""
    return shared_house


def names(house: House) -> set[str]:
    return {record["name"] for record in house.caller().get(f"{MACHINES}?limit=200").json["records"]}


def test_creates_changes_upserts_and_deletes_go_together(house: House):
    me = house.caller()
    old = me.make("machine", name="Old", code="A-1")
    gone = me.make("machine", name="Gone")

    answer = me.post(
        BULK,
        {
            "operations": [
                {"kind": "create", "input": {"name": "New"}},
                {"kind": "update", "id": old["id"], "version": 1, "input": {"name": "Renamed"}},
                {"kind": "upsert", "key": "code", "input": {"code": "B-1", "name": "Inserted"}},
                {"kind": "upsert", "key": ["code"], "input": {"code": "B-1", "name": "Inserted, then changed"}},
                {"kind": "delete", "id": gone["id"], "version": 1},
            ]
        },
    )

    assert answer.status_code == 200, answer.json
    assert answer.json["failed"] == 0
    assert [result["status"] for result in answer.json["results"]] == [201, 200, 201, 200, 204]
    assert {"New", "Renamed", "Inserted, then changed"} <= names(house)
    assert not {"Old", "Gone", "Inserted"} & names(house)


def test_all_or_nothing(house: House):
    for place in (0, 49, 99):
        operations: list[Any] = [{"kind": "create", "input": {"name": f"M{number}"}} for number in range(100)]
        operations[place]["input"] = {"name": "", "price": -1}
        before = house.digest()

        answer = house.caller().post(BULK, {"operations": operations, "atomic": True})

        assert answer.status_code == 422
        assert {error["path"] for error in answer.json["errors"]} == {
            f"operations[{place}].name",
            f"operations[{place}].price",
        }
        assert house.digest() == before


def test_each_for_itself(house: House):
    operations = [
        {"kind": "create", "input": {"name": "Good"}},
        {"kind": "create", "input": {}},
        {"kind": "update", "id": "00000000-0000-7000-8000-000000000000", "version": 1, "input": {"name": "x"}},
        {"kind": "upsert", "key": "name", "input": {"name": "x"}},
        {"kind": "create", "input": {"name": "Also good"}},
    ]

    answer = house.caller().post(BULK, {"operations": operations, "atomic": False})

    assert answer.status_code == 200
    assert (answer.json["done"], answer.json["failed"]) == (2, 3)
    assert [result["status"] for result in answer.json["results"]] == [201, 422, 404, 400, 201]
    assert answer.json["results"][1]["errors"][0]["path"] == "name"
    assert {"Good", "Also good"} <= names(house)


def test_a_forbidden_operation_stops_an_atomic_request_wherever_it_stands(house: House):
    helper = house.caller("helper")
    other = house.caller().make("machine", name="Not the helper's")
    for place in range(3):
        operations: list[Any] = [{"kind": "create", "input": {"name": f"M{number}"}} for number in range(3)]
        operations[place] = {"kind": "update", "id": other["id"], "version": 1, "input": {"notes": "x"}}
        before = house.digest()

        answer = helper.post(BULK, {"operations": operations})

        assert answer.status_code == 403, answer.json
        assert house.digest() == before
