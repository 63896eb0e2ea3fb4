"""How long an answer takes tells nothing: a record that is not seen takes as long as one that does not exist."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.security.requests import NOBODY, V1
from tests.security.world import House, open_world

SAMPLES = 400

pytestmark = pytest.mark.skipif(
    int(os.environ.get("TESSERA_CAMPAIGN") or 0) < 2, reason="a measurement; TESSERA_CAMPAIGN=2 on a quiet machine"
)


def medians(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median time of each way, measured by turns in random order."""
    chance, took = random.Random(1), {name: list[float]() for name in ways}
    for _ in range(SAMPLES):
        for name in chance.sample(list(ways), len(ways)):
            began = time.perf_counter()
            ways[name]()
            took[name].append(time.perf_counter() - began)
    return {name: statistics.median(several) for name, several in took.items()}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home: Path = tmp_path_factory.mktemp("house")
    return open_world(f"sqlite:///{home}/{{tenant}}.db", home, "own_rows", 1, 14, untouched=True)


def test_a_record_that_is_not_seen_takes_as_long_as_one_that_is_not_there(house: House) -> None:
    world = house.dump()
    unseen = sorted(world.rows["client"].keys() - world.rows_of(house.users["ann"], "client"))[0]
    for more in ("", "/history"):
        told = medians(
            {
                "unseen": lambda more=more: house.api("ann", "GET", f"{V1}/records/client/{unseen}{more}"),
                "nobody": lambda more=more: house.api("ann", "GET", f"{V1}/records/client/{NOBODY}{more}"),
            }
        )
        assert abs(told["unseen"] / told["nobody"] - 1) < 0.05, told


def test_a_condition_on_a_hidden_field_takes_as_long_as_one_on_none(house: House) -> None:
    told = medians(
        {
            "hidden": lambda: house.api("bob", "GET", f'{V1}/records/client?where=owner.login = "x"&sort=nosuch_a'),
            "unknown": lambda: house.api("bob", "GET", f'{V1}/records/client?where=owner.login = "x"&sort=nosuch_b'),
        }
    )
    assert abs(told["hidden"] / told["unknown"] - 1) < 0.05, told


def test_a_log_in_of_nobody_takes_as_long_as_a_wrong_password(house: House) -> None:
    def log_in(login: str) -> object:
        return house.client().post("/login", data={"login": login, "password": "wrong horse battery"})

    told = medians({"known": lambda: log_in("ann"), "unknown": lambda: log_in("nobody")})
    assert abs(told["known"] / told["unknown"] - 1) < 0.05, told
