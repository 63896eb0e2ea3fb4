"""R11: a timer that is due has one effect, however many schedulers see it, and a pause repeats nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.wiring import build_engine
from tests.promises.conftest import TIER
from tests.promises.load import at_once
from tests.workflow.org1.conftest_parts import org, town
from tests.workflow.org1.house import TENANT, Org1
from tests.workflow.test_people import errand

__all__ = ["org", "town"]

TIMERS = {1: 12, 2: 200, 3: 2_000}[TIER]
SCHEDULERS = 3


@pytest.mark.campaign
def test_r11_each_due_timer_acts_once_under_several_schedulers(org: Org1) -> None:
    org.watching = False
    cases = [str(org.amy.start("errand_reject", errand(org), "errand")["instance"]) for _ in range(TIMERS)]
    nodes = [build_engine(org.engine.settings, org.clock) for _ in range(SCHEDULERS)]
    org.at("2026-09-23 12:00")

    fired = at_once(lambda number: nodes[number].processes.timers.fire_due(TENANT), SCHEDULERS)
    again = [node.processes.timers.fire_due(TENANT) for node in nodes]

    assert (sum(fired), again) == (TIMERS, [0] * SCHEDULERS)
    reasons = Counter(event["reason"] for case in cases for event in org.events(case, "decided"))
    assert reasons == {"timeout": TIMERS}
    assert org.rows("SELECT count(*) FROM tessera_timer_fire") == [(TIMERS,)]
    org.check()
    for node in nodes:
        node.close()
