"""R3: a request that names itself has one effect, however often it is sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine.kernel.clock import FrozenClock
from tests.api.house import House

MACHINES = "/api/v1/records/machine"


@pytest.fixture
def house(shared_house: House) -> Iterator[House]:
    """The shared house; afterwards no machine is left in it."""
    yield shared_house
    me = shared_house.caller()
    for machine in me.get(f"{MACHINES}?limit=200").json["records"]:
        me.delete(f"{MACHINES}/{machine['id']}", machine["version"])


def count(house: House) -> int:
    return int(house.caller().get(f"{MACHINES}?count=exact").json["count"])


def test_a_repeated_request_gets_the_first_answer(house: House):
    me = house.caller()

    first = me.post(MACHINES, {"name": "Lathe"}, Idempotency_Key="k-1")
    again = me.post(MACHINES, {"name": "Lathe"}, Idempotency_Key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(house) == 1


def test_a_key_belongs_to_one_body_user_route_and_tenant(house: House):
    me = house.caller()
    me.post(MACHINES, {"name": "Lathe"}, Idempotency_Key="k-2")

    other_body = me.post(MACHINES, {"name": "Mill"}, Idempotency_Key="k-2")
    assert (other_body.status_code, other_body.json["code"]) == (422, "idempotency_key_reused")
    assert house.caller("boss").post(MACHINES, {"name": "Lathe"}, Idempotency_Key="k-2").status_code == 201
    assert (
        me.post(
            f"{MACHINES}/bulk", {"operations": [{"kind": "create", "input": {"name": "a"}}]}, Idempotency_Key="k-2"
        ).status_code
        == 200
    )
    assert (
        house.caller("keeper", "lib").post("/api/v1/records/book", {"name": "x"}, Idempotency_Key="k-2").status_code
        == 201
    )
    assert count(house) == 3


def test_a_refused_request_may_be_repaired_under_the_same_key(house: House):
    me = house.caller()

    assert me.post(MACHINES, {"name": ""}, Idempotency_Key="k-3").status_code == 422
    assert me.post(MACHINES, {"name": "Lathe"}, Idempotency_Key="k-3").status_code == 201
    assert count(house) == 1


def test_changes_deletes_and_transitions_are_replayed_too(house: House):
    me = house.caller()
    made = me.make("machine", name="Lathe")
    at = f"{MACHINES}/{made['id']}"

    assert me.patch(at, {"notes": "x"}, 1, Idempotency_Key="p").status_code == 200
    again = me.patch(at, {"notes": "x"}, 1, Idempotency_Key="p")
    assert (again.status_code, again.json["version"]) == (200, 2)
    assert me.delete(at, 2, Idempotency_Key="d").status_code == 204
    gone = me.delete(at, 2, Idempotency_Key="d")
    assert (gone.status_code, gone.headers["Idempotency-Replayed"], gone.data) == (204, "true", b"")


def test_a_storm_of_the_same_request_has_one_effect(house: House):
    barrier = threading.Barrier(8)

    def storm(_: int) -> int:
        barrier.wait()
        return house.caller().post(MACHINES, {"name": "Lathe"}, Idempotency_Key="storm").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(storm, range(8)))

    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert count(house) == 1
    assert house.caller().post(MACHINES, {"name": "Lathe"}, Idempotency_Key="storm").headers["Idempotency-Replayed"]


def test_answers_are_kept_for_three_days(house: House, monkeypatch: pytest.MonkeyPatch):
    # on PostgreSQL a change has the database's time, unless the process was given a clock of its own, as here
    monkeypatch.setattr("engine.records.opening.SystemClock", FrozenClock)
    me = house.caller()
    me.post(MACHINES, {"name": "Lathe"}, Idempotency_Key="old")
    real = house.engine.clock.now
    monkeypatch.setattr(type(house.engine.clock), "now", lambda _: real() + timedelta(hours=71))
    assert me.post(MACHINES, {"name": "Lathe"}, Idempotency_Key="old").headers["Idempotency-Replayed"] == "true"

    monkeypatch.setattr(type(house.engine.clock), "now", lambda _: real() + timedelta(hours=73))

    assert "Idempotency-Replayed" not in me.post(MACHINES, {"name": "Lathe"}, Idempotency_Key="old").headers
    assert count(house) == 2
