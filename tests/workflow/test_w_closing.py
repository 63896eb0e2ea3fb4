"""Withdraw, retract, suspend, cancel, jump (4.8)."""

from __future__ import annotations

from tests.workflow.org1.house import Org1


def test_w_62_withdrawing_after_a_decision_is_a_matter_of_policy(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    org.lin.approve()
    assert org.amy.command(made["instance"], "withdraw", 409)["code"] == "decided_already"

    other = org.amy.start("flow_l_closed", org.amy.quotation())
    org.lin.approve()
    assert org.amy.command(other["instance"], "withdraw")["outcome"] == "withdrawn"
    assert [item["instance"] for item in org.sun.todo()] == [made["instance"]]


def test_w_63_automatic_decisions_do_not_bind(org: Org1) -> None:
    made = org.amy.start("vp_pass", org.amy.quotation())

    assert org.amy.command(made["instance"], "withdraw")["outcome"] == "withdrawn"


def test_w_64_an_approval_can_be_taken_back_for_ten_minutes(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    org.lin.approve(task)
    org.later(minutes=5)

    org.lin.act("retract", task)

    assert org.sun.todo() == []
    assert org.lin.task() == task
    org.lin.approve(task)
    org.later(minutes=11)
    assert org.lin.act("retract", task, 409)["code"] == "cannot_retract"
    assert org.open_steps(made["instance"]) == {"d": ["sun"]}


def test_w_65_what_others_decided_since_stands(org: Org1) -> None:
    org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    org.lin.approve(task)
    org.sun.approve()

    assert org.lin.act("retract", task, 409)["code"] == "cannot_retract"


def test_w_66_a_voice_can_be_taken_back_while_its_step_is_open(org: Org1) -> None:
    made = org.amy.start("fin_all", org.amy.quotation())
    task = org.fei.task()
    org.fei.approve(task)

    org.fei.act("retract", task)

    assert org.open_steps(made["instance"]) == {"margin": ["fei", "fu"]}


def test_w_67_a_suspended_case_takes_no_decision(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    org.ada.command(made["instance"], "suspend", comment="wait for the audit")
    assert org.lin.approve(task, 409)["code"] == "instance_suspended"

    org.ada.command(made["instance"], "resume")

    org.lin.approve(task)
    assert org.open_steps(made["instance"]) == {"d": ["sun"]}


def test_w_68_a_jump_skips_and_says_so(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())

    org.ada.command(made["instance"], "jump", to="g", comment="urgent, phone call")

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}
    assert org.lin.todo() == []
    jumped = org.events(made["instance"], "jumped")[0]
    assert (jumped["actor"]["name"], jumped["comment"]) == ("Ada", "urgent, phone call")
    assert [event["step"] for event in org.events(made["instance"], "step.skipped")] == ["m", "d"]
    assert org.events(made["instance"], "decided") == []


def test_w_188_a_closed_case_never_reopens(org: Org1) -> None:
    org.amy.start("other_slot", org.amy.quotation())
    task = org.gao.task()
    org.gao.approve(task)

    for verb in ("approve", "reject", "transfer", "comment", "retract"):
        assert org.gao.act(verb, task, 409, to="sun", comment="x")["code"] == "instance_closed"
