"""R4: whoever changes a record must know its version, so that no change is lost without a word."""

from __future__ import annotations

import pytest

from tests.promises.conftest import TIER
from tests.promises.load import at_once
from tests.promises.product import Product

CLIENTS = 16
EACH = {1: 20, 2: 500, 3: 5_000}[TIER]


@pytest.mark.campaign
def test_r04_a_counter_raised_by_sixteen_clients_holds_as_many_as_were_told_yes(shared: Product) -> None:
    id = shared.client().make("account", name="counter")["id"]

    def count(number: int) -> tuple[int, set[str]]:
        client = shared.client(number)
        done, others = 0, set()
        for _ in range(EACH):
            now = client.get(f"records/account/{id}").value
            told = client.patch("account", id, now["version"], {"count": now["count"] + 1})
            done += told.status == 200
            if told.status != 200:
                others.add(f"{told.status} {told.code}")
        return done, others

    told = at_once(count, CLIENTS)

    done = sum(one for one, _ in told)
    now = shared.client().get(f"records/account/{id}").value
    assert set().union(*(others for _, others in told)) <= {"412 stale_version"}
    assert done > 0
    assert (now["count"], now["version"]) == (done, done + 1)


def test_r04_without_a_version_nothing_is_changed_and_a_stale_one_is_told_what_changed(shared: Product) -> None:
    client = shared.client()
    id = client.make("account", name="versions")["id"]
    path = f"records/account/{id}"

    assert client.send("PATCH", path, {"count": 1}).status == 428
    assert client.send("DELETE", path).status == 428
    assert client.patch("account", id, 1, {"note": "first"}).status == 200
    stale = client.patch("account", id, 1, {"note": "second"})

    assert (stale.status, stale.code) == (412, "stale_version")
    assert "note" in str(stale.value)
    assert client.send("DELETE", path, If_Match='"1"').status == 412
    now = client.get(path).value
    assert (now["note"], now["version"], now["count"]) == ("first", 2, 0)
