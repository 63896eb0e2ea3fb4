"""Return and resubmission (4.9)."""

from __future__ import annotations

from tests.workflow.org1.house import Org1
from tests.workflow.test_w_kernel import at_once, sender


def at_gao(org: Org1, flow: str = "flow_l") -> str:
    made = org.amy.start(flow, org.amy.quotation())
    org.lin.approve()
    org.sun.approve()
    return str(made["instance"])


def test_w_69_replay_asks_everybody_again(org: Org1) -> None:
    instance = at_gao(org)

    org.gao.back("m")

    assert org.open_steps(instance) == {"m": ["lin"]}
    org.lin.approve()
    org.sun.approve()
    assert org.open_steps(instance) == {"g": ["gao"]}


def test_w_70_resume_comes_straight_back(org: Org1) -> None:
    instance = at_gao(org)
    org.gao.back("m", then="resume")

    org.lin.approve()

    assert org.open_steps(instance) == {"g": ["gao"]}


def test_w_71_a_resume_without_material_change_comes_back_with_one_it_replays(org: Org1) -> None:
    instance = at_gao(org)
    org.gao.back("submitter", then="resume")
    answer = org.amy.command(instance, "resubmit", values={"remark": "please"})
    assert (answer["round"], org.open_steps(instance)) == (2, {"g": ["gao"]})

    org.gao.back("submitter", then="resume")
    org.amy.command(instance, "resubmit", values={"discount": 8})

    assert org.open_steps(instance) == {"m": ["lin"]}


def test_w_72_after_a_replay_earlier_votes_count_no_more(org: Org1) -> None:
    made = org.amy.start("fin_three", org.amy.quotation())
    org.fei.approve()

    org.fu.back("submitter")

    assert org.fang.todo() == []
    org.amy.command(made["instance"], "resubmit")
    assert org.open_steps(made["instance"]) == {"margin": ["fang", "fei", "fu"]}


def test_w_73_after_a_resume_earlier_votes_stay(org: Org1) -> None:
    made = org.amy.start("fin_three_resume", org.amy.quotation())
    org.fei.approve()
    org.fu.back("submitter", then="resume")

    org.amy.command(made["instance"], "resubmit")

    assert org.open_steps(made["instance"]) == {"margin": ["fang", "fu"]}


def test_w_74_a_return_within_a_branch_leaves_the_others_alone(org: Org1) -> None:
    made = org.amy.start("par_two", org.amy.quotation())
    org.lin.approve()
    org.fei.approve()
    legal = org.lea.task()

    org.fu.back("f1")

    assert org.open_steps(made["instance"]) == {"f1": ["fei"], "l1": ["lea"]}
    assert org.lea.task() == legal


def test_w_75_a_return_before_the_block_runs_all_of_it_anew(org: Org1) -> None:
    made = org.amy.start("par_two", org.amy.quotation())
    org.lin.approve()
    org.lea.approve()

    org.fei.back("m")
    assert org.open_steps(made["instance"]) == {"m": ["lin"]}
    org.lin.approve()

    assert org.open_steps(made["instance"]) == {"f1": ["fei"], "l1": ["lea"]}


def test_w_76_two_returns_at_once_are_one(org: Org1) -> None:
    made = org.amy.start("par", org.amy.quotation())
    acts = [
        sender(org, login, org.desk(login).task(), "return", to="submitter", comment="no") for login in ("fei", "lea")
    ]

    with org.quietly():
        answers = at_once(*acts)

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert next(answer.json["code"] for answer in answers if answer.status_code == 409) == "task_closed"
    assert org.amy.command(made["instance"], "resubmit")["round"] == 2
    org.check()


def test_w_77_a_resume_pauses_the_other_branches(org: Org1) -> None:
    made = org.amy.start("par_resume", org.amy.quotation())
    legal = org.lea.task()
    org.fei.back("submitter", then="resume")
    assert org.lea.approve(legal, 409)["code"] == "task_paused"

    org.amy.command(made["instance"], "resubmit")

    assert org.open_steps(made["instance"]) == {"f1": ["fei"], "l1": ["lea"]}
    assert org.lea.task() == legal


def test_w_78_the_rule_is_asked_again_on_reentry(org: Org1) -> None:
    made = org.amy.start("reviewer", org.amy.quotation(reviewer=org.users["lea"]))
    org.lea.approve()
    org.gao.back("submitter")

    org.amy.command(made["instance"], "resubmit", values={"reviewer": org.users["luo"]})

    assert org.open_steps(made["instance"]) == {"r": ["luo"]}


def test_w_80_a_skipped_step_is_no_target(org: Org1) -> None:
    org.amy.start("skipped_director", org.amy.quotation(gap_pct=3))
    task = org.gao.task()
    assert [target["to"] for target in org.gao.allowed(task)["return"]["targets"]] == ["submitter"]

    told = org.gao.back("director", task, 422)

    assert told["errors"][0]["code"] == "not_a_target"


def test_w_80_a_step_in_a_chosen_branch_is_one(org: Org1) -> None:
    made = org.amy.start("skipped_director", org.amy.quotation(gap_pct=9))
    org.sun.approve()

    org.gao.back("director")

    assert org.open_steps(made["instance"]) == {"director": ["sun"]}
    org.sun.approve()
    assert org.open_steps(made["instance"]) == {"general_manager": ["gao"]}


def test_w_81_returns_are_bounded_refusing_is_not(org: Org1) -> None:
    made = org.amy.start("flow_l_two", org.amy.quotation())
    for _ in range(2):
        org.lin.back("submitter")
        org.amy.command(made["instance"], "resubmit")

    assert org.lin.back("submitter", status=409)["code"] == "return_limit"
    assert org.lin.reject()["outcome"] == "rejected"


def test_w_82_returned_the_submitter_alone_edits_what_is_open(org: Org1) -> None:
    quotation = org.amy.quotation()
    org.amy.start("flow_l", quotation)
    org.lin.back("submitter")

    assert org.bob.change("quotation", quotation, 423, discount=9)["code"] == "locked"
    org.amy.change("quotation", quotation, discount=9)
    assert org.amy.change("quotation", quotation, 423, customer="x")["code"] == "locked"


def test_w_177_a_return_needs_a_comment(org: Org1) -> None:
    org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()

    for comment in (None, "   "):
        told = org.lin.act("return", task, 422, to="submitter", comment=comment)
        assert told["errors"][0]["code"] == "comment_required"


def test_w_178_a_child_returns_within_itself_only(org: Org1) -> None:
    made = org.amy.start("legal_parent", org.amy.quotation())
    org.lin.approve()
    org.lea.approve()
    task = org.luo.task()
    targets = [target["to"] for target in org.luo.allowed(task)["return"]["targets"]]
    assert targets == ["submitter", "a"]

    org.luo.reject(task)

    assert org.instance(made["instance"])["status"] == "returned"


def test_w_179_a_returned_case_may_be_withdrawn_unless_never(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    org.lin.approve()
    org.sun.back("submitter")
    assert org.amy.command(made["instance"], "withdraw")["outcome"] == "withdrawn"

    never = org.amy.start("flow_l_never", org.amy.quotation())
    org.lin.approve()
    org.sun.back("submitter")
    assert org.amy.command(never["instance"], "withdraw", 409)["code"] == "withdraw_never"
