"""What people without an account may do within an hour, however many processes they come to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.auth.strangers import FROM_ONE_ADDRESS, Strangers
from engine.kernel.errors import LimitExceeded
from tests.auth.conftest import Door


def test_all_processes_share_one_bound_for_an_address(door: Door) -> None:
    processes = [Strangers(door.shelf, door.clock) for _ in range(3)]
    for turn in range(FROM_ONE_ADDRESS):
        processes[turn % 3].require("acme", "203.0.113.7", "form")

    for process in processes:
        with pytest.raises(LimitExceeded):
            process.require("acme", "203.0.113.7", "form")
    processes[0].require("acme", "203.0.113.8", "form")
    processes[0].require("acme", "203.0.113.7", "another form")

    # in the middle of the next hour half of it has faded, later all of it; what was refused counts for nothing
    into_hour = door.clock.now().timestamp() % 3600
    door.clock.advance(timedelta(seconds=5400 - into_hour))
    for _ in range(FROM_ONE_ADDRESS // 2):
        Strangers(door.shelf, door.clock).require("acme", "203.0.113.7", "form")
    with pytest.raises(LimitExceeded):
        Strangers(door.shelf, door.clock).require("acme", "203.0.113.7", "form")
    door.clock.advance(timedelta(hours=3))
    Strangers(door.shelf, door.clock).require("acme", "203.0.113.7", "form")
