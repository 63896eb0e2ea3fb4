"""Voting (4.5)."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest

from engine.metamodel.model.policy import Quorum
from engine.workflow.approvals.state.voting import Voice, verdict
from tests.workflow.org1.house import Org1

FIVE = ("lin", "sun", "fang", "luo", "shen")


def test_w_35_sixty_percent_of_five(org: Org1) -> None:
    made = org.amy.start("vote_60", org.amy.quotation())
    org.lin.approve()
    org.sun.approve()
    assert org.fang.approve()["outcome"] == "approved"
    void = [task for task in org.instance(made["instance"])["tasks"] if task["state"] == "void"]
    assert sorted(task["assignee"]["name"] for task in void) == ["Luo", "Shen"]

    org.amy.start("vote_60", org.amy.quotation())
    org.lin.reject()
    assert org.sun.reject()["outcome"] is None
    assert org.fang.reject()["outcome"] == "rejected"


def test_w_36_abstentions_leave_the_base(org: Org1) -> None:
    org.amy.start("vote_half", org.amy.quotation())
    org.lin.act("abstain")
    org.sun.approve()
    assert org.fang.approve()["outcome"] == "approved"

    org.amy.start("vote_half", org.amy.quotation())
    org.lin.act("abstain")
    org.sun.approve()
    org.fang.reject()
    assert org.luo.reject()["outcome"] == "rejected"


def test_w_37_weights_count(org: Org1) -> None:
    org.amy.start("committee", org.amy.quotation())
    org.gao.approve()
    assert org.lin.approve()["outcome"] is None

    assert org.fang.approve()["outcome"] == "approved"


def test_w_38_a_veto_fails_the_step_at_once(org: Org1) -> None:
    org.amy.start("committee", org.amy.quotation())
    org.fang.approve()
    org.lin.approve()

    assert org.gao.reject()["outcome"] == "rejected"


def test_w_39_in_a_sequence_nobody_overtakes(org: Org1) -> None:
    made = org.amy.start("seq", org.amy.quotation())
    tasks = org.instance(made["instance"])["tasks"]
    later = next(task["id"] for task in tasks if task["assignee"]["name"] == "Sun")

    assert org.sun.approve(later, 409)["code"] == "not_your_turn"


def test_w_40_an_advisory_step_lets_the_flow_go_on_and_can_be_read(org: Org1) -> None:
    made = org.amy.start("advisory", org.amy.quotation())

    org.lea.reject()

    assert org.open_steps(made["instance"]) == {"extra": ["luo"]}


def test_w_41_the_others_are_free_in_the_commit_that_decides(org: Org1) -> None:
    org.amy.start("fin_any", org.amy.quotation())
    assert len(org.fu.todo()) == len(org.fang.todo()) == 1
    task = org.fu.task()

    org.fei.approve()

    assert org.fu.todo() == org.fang.todo() == []
    told = org.fu.approve(task, 409)
    assert (told["code"], told["by"]) == ("task_closed", "Fei")


def test_w_42_who_holds_two_voices_gives_both_at_once(org: Org1) -> None:
    org.fu.post(
        "/substitutions",
        {"substitute": "fang", "from": "2026-09-20T00:00:00", "to": "2026-09-30T00:00:00"},
        201,
    )
    made = org.amy.start("fang_all", org.amy.quotation())
    first = org.fang.todo()[0]["id"]

    org.fang.approve(first)

    votes = org.events(made["instance"], "decided")
    assert [(vote["actor"]["name"], (vote["behalf"] or {}).get("name")) for vote in votes] == [
        ("Fang", None),
        ("Fang", "Fu"),
    ]
    assert org.open_steps(made["instance"]) == {"a": ["fei"]}


def test_w_42_distinct_sends_the_second_voice_upwards(org: Org1) -> None:
    org.fu.post(
        "/substitutions",
        {"substitute": "fang", "from": "2026-09-20T00:00:00", "to": "2026-09-30T00:00:00"},
        201,
    )

    made = org.amy.start("fang_distinct", org.amy.quotation())

    assert org.open_steps(made["instance"]) == {"a": ["fang", "fei", "gao"]}


@pytest.mark.parametrize("votes", [("approve",) * 3 + ("reject",) * 2, ("approve",) * 2 + ("reject",) * 3])
def test_w_185_the_order_of_votes_does_not_matter(votes: tuple[str, ...]) -> None:
    quorum, results = Quorum(percent=60), set()
    for order in permutations(range(5)):
        cast = [""] * 5
        found = None
        for voter in order:
            cast[voter] = votes[voter]
            found = found or verdict("vote", quorum, [Voice(vote, Fraction(1)) for vote in cast])
        results.add(found)

    assert len(results) == 1


def test_w_185_in_any_the_first_decides() -> None:
    assert verdict("any", None, [Voice("approve"), Voice("")]) == "passed"
    assert verdict("any", None, [Voice(""), Voice("reject")]) == "failed"
