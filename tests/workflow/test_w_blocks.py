"""Blocks (4.7): choices, forks, joins, calls, waits, work."""

from __future__ import annotations

from tests.workflow.org1.house import Org1


def test_w_52_a_join_waits_for_all_and_opens_the_next_once(org: Org1) -> None:
    made = org.amy.start("par", org.amy.quotation())
    org.lea.approve()
    assert org.open_steps(made["instance"]) == {"f1": ["fei"]}

    org.fei.approve()

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}
    org.gao.approve()
    assert org.instance(made["instance"])["status"] == "approved"


def test_w_53_a_refused_branch_stops_the_block(org: Org1) -> None:
    org.amy.start("par", org.amy.quotation())
    task = org.fei.task()

    assert org.lea.reject()["outcome"] == "rejected"

    assert org.fei.todo() == []
    assert org.fei.approve(task, 409)["code"] == "instance_closed"


def test_w_54_collecting_waits_for_the_others(org: Org1) -> None:
    made = org.amy.start("par_collect", org.amy.quotation())
    assert org.lea.reject()["outcome"] is None

    assert org.fei.approve()["outcome"] == "rejected"

    decided = [event["step"] for event in org.events(made["instance"], "decided")]
    assert decided == ["l1", "f1"]


def test_w_55_a_join_of_any_ends_the_wait_of_the_other_branch(org: Org1) -> None:
    made = org.amy.start("par_any", org.amy.quotation())

    org.fei.approve()

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}
    assert not org.approvals.kernel.command(
        org.system, lambda unit: org.approvals.running.end_wait(unit, f"{made['instance']}:w:1")
    )


def test_w_56_the_branches_are_chosen_once_at_entry(org: Org1) -> None:
    made = org.amy.start("include", org.amy.quotation(over=True))
    assert org.open_steps(made["instance"]) == {"f1": ["fei"]}

    org.fei.approve(values={"embargo": True})

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}


def test_w_57_none_chosen_goes_straight_on(org: Org1) -> None:
    made = org.amy.start("include", org.amy.quotation())

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}


def commission(org: Org1) -> str:
    lines = [{"person_name": login, "person": org.users[login], "amount": 100} for login in ("tom", "tina", "tao")]
    return org.amy.make("commission_batch", name="May", lines=lines)


def test_w_58_a_refused_child_returns_the_parent_and_the_approved_ones_are_kept(org: Org1) -> None:
    batch = commission(org)
    made = org.amy.start("commission", batch, "commission_batch")
    org.tom.approve()
    org.tina.approve()

    org.tao.reject()

    assert org.instance(made["instance"])["status"] == "returned"
    lines = org.amy.read("commission_batch", batch)["lines"]
    tao = next(line for line in lines if line["person_name"] == "tao")
    values = {"lines": [{"id": line["id"]} for line in lines if line is not tao] + [{"id": tao["id"], "amount": 90}]}
    org.amy.command(made["instance"], "resubmit", values=values)
    assert (org.tom.todo(), org.tina.todo(), len(org.tao.todo())) == ([], [], 1)
    org.tao.approve()
    assert org.open_steps(made["instance"]) == {"g": ["gao"]}


def test_w_59_withdrawing_the_parent_cancels_its_children(org: Org1) -> None:
    made = org.amy.start("commission", commission(org), "commission_batch")
    task = org.tom.task()

    org.amy.command(made["instance"], "withdraw")

    assert org.tom.todo() == org.tina.todo() == org.tao.todo() == []
    assert org.tom.approve(task, 409)["code"] == "instance_closed"
    children = org.rows("SELECT outcome, reason FROM tessera_instance WHERE parent IS NOT NULL")
    assert {(outcome, reason) for outcome, reason in children} == {("cancelled", "parent")}


def test_w_61_work_is_done_when_its_form_is_filled(org: Org1) -> None:
    org.amy.start("check", org.amy.quotation())
    task = org.tom.task()
    told = org.tom.act("done", task, 422)
    assert [(error["path"], error["code"]) for error in told["errors"]] == [("check_result", "required")]

    assert org.tom.act("done", task, values={"check_result": "fine"})["outcome"] == "approved"


def test_w_153_the_first_true_branch_counts(org: Org1) -> None:
    made = org.amy.start("choosing", org.amy.quotation(gap_pct=5))

    assert org.open_steps(made["instance"]) == {"small": ["lin"]}


def test_w_154_an_empty_branch_passes_at_once(org: Org1) -> None:
    made = org.amy.start("par_empty", org.amy.quotation())
    assert org.open_steps(made["instance"]) == {"f1": ["fei"]}

    org.fei.approve()

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}


def test_w_157_a_copy_never_waits_and_is_given_once_in_a_round(org: Org1) -> None:
    org.engine.auth.accounts.set_active("t1", "tao", False)

    made = org.amy.start("copies", org.amy.quotation())

    assert org.open_steps(made["instance"]) == {"a": ["lin"]}
    assert len(org.bob.get("/tasks?list=copied")["items"]) == 1
