"""R8: of people, a submitter and a clock that act on one task at once, one wins and the others are told who."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.promises.conftest import TIER
from tests.promises.decisions import Act, Read, wrong_history
from tests.promises.load import at_once
from tests.workflow.org1.conftest_parts import org, town
from tests.workflow.org1.house import Desk, Org1
from tests.workflow.test_people import errand

__all__ = ["org", "town"]

CASES = {1: 5, 2: 1_000, 3: 10_000}[TIER]
VERBS = {"approve": "approve", "reject": "reject", "withdraw": "withdrawn"}


@pytest.mark.campaign
def test_r08_one_decision_wins_whoever_races_for_it(org: Org1) -> None:
    acts: list[Act] = []
    reads: list[Read] = []
    trail = {}
    org.watching = False
    for _ in range(CASES):
        org.at("2026-09-21 09:00")
        case = str(org.amy.start("errand_reject", errand(org), "errand")["instance"])
        task = org.lin.task()
        org.at("2026-09-21 18:00")
        racers: list[Callable[[], Act | None]] = [
            lambda: _act(org.desk("lin"), case, f"/tasks/{task}", "approve"),  # noqa: B023 - raced within the turn
            lambda: _act(org.desk("lin"), case, f"/tasks/{task}", "reject"),  # noqa: B023
            lambda: _act(org.desk("amy"), case, f"/instances/{case}", "withdraw"),  # noqa: B023
            lambda: _ring(org),
        ]
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(org.desk("ada"), case, reads, over))
        watcher.start()
        acts += [act for act in at_once(lambda number: racers[number](), len(racers)) if act is not None]  # noqa: B023
        org.settle()
        over.set()
        watcher.join()
        trail[case] = _trail(org, case)

    assert wrong_history(acts, reads, trail) == []
    org.check()


def _act(desk: Desk, case: str, path: str, verb: str) -> Act:
    answer = desk.send("POST", f"{path}/{verb}", {"comment": "x"})
    said = answer.json or {}
    named = str(said.get("by") or said.get("outcome") or said.get("code") or "")
    return Act(case, desk.login, VERBS[verb], answer.status_code, named)


def _ring(org: Org1) -> None:
    org.engine.background.settle("t1")


def _watch(desk: Desk, case: str, reads: list[Read], over: threading.Event) -> None:
    while not over.is_set():
        began = time.monotonic()
        closed = desk.get(f"/instances/{case}")["outcome"] is not None
        reads.append(Read(case, began, time.monotonic(), closed))


def _trail(org: Org1, case: str) -> list[tuple[str, str]]:
    found = []
    for event in org.events(case):
        if event["type"] == "decided" and event["reason"] != "void":
            who = event["actor"]["name"].lower() if event["actor"] else "system"
            found.append((who if event["reason"] == "person" else "system", str(event["decision"])))
        elif event["type"] == "withdrawn":
            found.append((event["actor"]["name"].lower(), "withdrawn"))
    return found


RACE = [Act("c", "lin", "approve", 200), Act("c", "amy", "withdrawn", 409, "Lin")]
SEEN = [Read("c", 0.0, 1.0, False), Read("c", 2.0, 3.0, True), Read("c", 4.0, 5.0, True)]


@pytest.mark.parametrize(
    ("acts", "reads", "trail", "says"),
    [
        ([*RACE, Act("c", "lin", "reject", 200)], SEEN, [("lin", "approve")], "2 were told"),
        (RACE, SEEN, [("lin", "approve"), ("lin", "reject")], "was decided 2 times"),
        (RACE, SEEN, [("amy", "withdrawn")], "was told so, but it was"),
        (RACE[1:], SEEN, [("lin", "approve")], "was refused and stands"),
        ([RACE[0], Act("c", "amy", "withdrawn", 409)], SEEN, [("lin", "approve")], "was not told who"),
        ([RACE[0], Act("c", "amy", "withdrawn", 500, "x")], SEEN, [("lin", "approve")], "was answered 500"),
        (RACE, [*SEEN, Read("c", 6.0, 7.0, False)], [("lin", "approve")], "was open again"),
    ],
)
def test_r08_the_checker_finds_what_was_planted(
    acts: list[Act], reads: list[Read], trail: list[tuple[str, str]], says: str
) -> None:
    assert wrong_history(RACE, SEEN, {"c": [("lin", "approve")]}) == []

    (told,) = wrong_history(acts, reads, {"c": trail})
    assert says in told
