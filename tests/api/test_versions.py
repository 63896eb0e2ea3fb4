"""R4: no change is lost, however many change the same record at the same time."""

from __future__ import annotations

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.house import House

CLIENTS, ROUNDS = {"2": (16, 500), "3": (16, 5_000)}.get(os.environ.get("TESSERA_CAMPAIGN", ""), (8, 12))
MACHINES = "/api/v1/records/machine"


@pytest.mark.campaign
def test_a_counter_that_all_raise_ends_at_the_number_of_acknowledged_changes(shared_house: House):
    made = shared_house.caller().make("machine", name="Counter", count=0)
    at = f"{MACHINES}/{made['id']}"
    barrier = threading.Barrier(CLIENTS)

    def raise_counter(_: int) -> Counter[int]:
        me = shared_house.caller()
        seen: Counter[int] = Counter()
        barrier.wait()
        for _ in range(ROUNDS):
            record = me.get(at).json
            answer = me.patch(at, {"count": record["count"] + 1}, record["version"])
            seen[answer.status_code] += 1
            if answer.status_code == 412:
                assert answer.json["version"] > record["version"]
                assert answer.json["changed_fields"] == ["count"]
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        seen = sum(pool.map(raise_counter, range(CLIENTS)), Counter())

    final = shared_house.caller().read("machine", made["id"])
    assert set(seen) <= {200, 412}
    assert final["count"] == seen[200]
    assert final["version"] == seen[200] + 1
    assert len(shared_house.caller().get(f"{at}/history?limit=200").json["entries"]) == min(seen[200] + 1, 200)


@pytest.mark.parametrize("verb", ["patch", "delete", "move"])
def test_of_two_who_read_the_same_version_one_wins(shared_house: House, verb: str):
    me = shared_house.caller()
    machine = me.make("machine", name="Two")
    lines = [{"text": "a", "hours": 1, "rate": 1}]
    job = me.make("job", title="Two", machine=machine["id"], planned="2026-11-23", lines=lines)
    at = f"/api/v1/records/job/{job['id']}"
    first = me.patch(at, {"title": "First"}, job["version"])
    assert first.status_code == 200

    second = {
        "patch": lambda: me.patch(at, {"title": "Second"}, job["version"]),
        "delete": lambda: me.delete(at, job["version"]),
        "move": lambda: me.post(f"{at}/transitions/release", If_Match=f'"{job["version"]}"'),
    }[verb]()

    assert second.status_code == 412
    assert second.json["version"] == first.json["version"]
    assert me.read("job", job["id"])["title"] == "First"
