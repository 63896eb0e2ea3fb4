"""Crashes, races and cost: a decision is whole or not at all, invariants hold under races, statements are few."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine.storage import faults
from engine.workflow.approvals.trail.checking import check
from tests.workflow.org1.house import Org1

MOST_STATEMENTS = 16
ACTORS = 20
# the scenario has ten thousand, which take minutes: a campaign runs them all
COMMANDS = 10_000 if os.environ.get("TESSERA_CAMPAIGN") else 400


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def counting(limit: int | None = None) -> Iterator[list[int]]:
    """Count the statements of this thread; end the process after ``limit`` of them."""
    seen = [0]
    mine = threading.get_ident()

    def after() -> None:
        if threading.get_ident() != mine:
            return
        seen[0] += 1
        if limit is not None and seen[0] == limit:
            raise Killed

    faults.after_statement = after
    try:
        yield seen
    finally:
        faults.after_statement = None


def test_w_141_a_command_that_is_cut_off_anywhere_leaves_the_state_before_it(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    ctx = org.engine.auth.tokens.caller(org.tokens["lin"]).context(org.clock, org.system.zone, "en", "r")
    before = len(org.events(made["instance"]))

    cuts = 0
    for point in range(3, 60):  # the first two look at the model and begin the transaction
        try:
            with counting(point):
                org.approvals.on_task(ctx, task, "approve", {})
            break
        except Killed:
            org.check()
            if len(org.events(made["instance"])) != before:
                break  # it was cut off behind the commit
            cuts += 1
            assert org.open_steps(made["instance"]) == {"m": ["lin"]}
    else:
        pytest.fail("the command never came through")
    org.check()
    assert cuts > 5
    assert org.open_steps(made["instance"]) == {"d": ["sun"]}


def test_f_3_a_simple_decision_takes_few_statements(org: Org1) -> None:
    for _ in range(2):  # the second finds warm caches
        org.amy.start("flow_l", org.amy.quotation())
        task = org.lin.task()
        ctx = org.engine.auth.tokens.caller(org.tokens["lin"]).context(org.clock, org.system.zone, "en", "r")
        with counting() as seen:
            org.approvals.on_task(ctx, task, "approve", {})

    print("statements of a simple decision:", seen[0])
    # begin and commit are seen by the hook as well
    assert seen[0] - 2 <= MOST_STATEMENTS


VERBS = ("approve", "approve", "approve", "reject", "return", "transfer", "delegate", "comment")


def test_w_143_invariants_hold_under_random_commands_of_many_at_once(org: Org1) -> None:
    amy = org.engine.auth.tokens.caller(org.tokens["amy"]).context(org.clock, org.system.zone, "en", "r")
    records = [org.engine.records.create(amy, "quotation", {"number": f"Q{n}", "gap_pct": 20}).id for n in range(50)]
    made = [org.approvals.start(amy, "quotation", id, "e1", {}).id for id in records]
    people = ("lin", "sun", "gao", "fang", "fei", "fu", "luo", "lea", "ada", "amy")
    wrong: list[Any] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(COMMANDS // ACTORS):
            instance, answer = _random_command(org.desk(chance.choice(people)), chance, made)
            if answer is not None and answer.status_code >= 500 and answer.status_code != 503:
                wrong.append(answer.json)
            wrong.extend(check(org.approvals.kernel, org.system, instance) if instance else ())

    with org.quietly():
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(ACTORS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert wrong == []
    org.check()


def _random_command(desk: Any, chance: random.Random, made: list[str]) -> tuple[str, Any]:
    if desk.login == "amy":
        verb, instance = chance.choice(("resubmit", "resubmit", "urge", "withdraw")), chance.choice(made)
        return instance, desk.send("POST", f"/instances/{instance}/{verb}", {})
    todo = desk.send("GET", "/tasks?list=todo&limit=50").json["items"]
    if not todo:
        return "", None
    task = chance.choice(todo)
    verb = chance.choice(VERBS)
    body: dict[str, Any] = {"comment": "x"}
    if verb == "approve":
        body["signature"] = "s"
    elif verb == "return":
        body["to"] = "submitter"
    elif verb in ("transfer", "delegate"):
        body["to"] = chance.choice(("bob", "tom", "shen"))
    return str(task["instance"]), desk.send("POST", f"/tasks/{task['id']}/{verb}", body)
