"""Policies of steps, and who may do what in which state: the corners of P6, V5, T1, T5, T7, X1, X3 and X6."""

from __future__ import annotations

from tests.workflow.org1.house import Org1


def test_p_6_a_voice_that_is_one_too_many_passes_over_those_who_hold_a_later_one(org: Org1) -> None:
    away = {"substitute": "fei", "from": "2026-09-20T00:00:00", "to": "2026-09-30T00:00:00"}
    org.fu.post("/substitutions", away, 201)

    made = org.amy.start("distinct_later", org.amy.quotation())

    # Fu's manager Fang has a voice here, so it climbs to Gao
    assert org.open_steps(made["instance"]) == {"a": ["fang", "fei", "gao"]}


def test_v_5_when_all_abstain_it_is_as_if_nobody_had_been_found(org: Org1) -> None:
    asked = org.amy.start("nobody_speaks", org.amy.quotation())["instance"]
    org.fei.act("abstain")
    org.fu.act("abstain")
    assert org.open_steps(asked) == {"a": ["luo"]}
    org.luo.approve()
    assert org.instance(asked)["outcome"] == "approved"

    stopped = org.amy.start("nobody_blocks", org.amy.quotation())["instance"]
    org.fei.act("abstain")
    org.fu.act("abstain")
    told = org.instance(stopped)
    assert (told["status"], told["incident"], org.open_steps(stopped)) == ("running", True, {})
    org.ada.command(stopped, "reassign", step="a", to=["gao"], comment="somebody has to")
    org.gao.approve()
    assert org.instance(stopped)["outcome"] == "approved"


def test_t_1_whatever_was_claimed_can_be_put_back_and_nothing_else(org: Org1) -> None:
    made = org.amy.start("own_admins", org.amy.quotation())["instance"]
    task = org.fei.task()
    org.fei.act("claim", task)
    assert "release" in org.fei.allowed(task)
    org.fei.act("release", task)
    assert org.fu.task() == task

    org.fu.act("claim", task)
    org.fu.act("transfer", task, to="luo")
    assert org.open_steps(made) == {"a": ["luo"]}
    assert "release" not in org.luo.allowed(org.luo.task())


def test_a_step_may_forbid_withdrawing_and_taking_back_and_says_what_its_people_may(org: Org1) -> None:
    made = org.amy.start("strict_step", org.amy.quotation())["instance"]
    assert org.amy.command(made, "withdraw", 409)["code"] == "withdraw_never"
    task = org.lin.task()
    offered = org.lin.allowed(task)
    assert [way["how"] for way in offered["add"]["targets"]] == ["with"]
    assert not {"transfer", "delegate", "ask", "copy"} & set(offered)
    org.lin.act("add", task, how="with", to=["lea"])
    org.lin.act("remove", task, 422, person="lea")
    org.ada.act("remove", task, person="lea")

    org.lin.approve(task)

    assert org.lin.act("retract", task, 409)["code"] == "cannot_retract"
    org.amy.command(made, "withdraw")


def test_t_7_whose_turn_comes_later_may_urge_and_strangers_are_not_offered_to(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())["instance"]
    offered = {
        login: any(one["verb"] == "urge" for one in org.desk(login).get(f"/instances/{made}")["allowed"])
        for login in ("amy", "sun", "gao", "bob")
    }
    assert offered == {"amy": True, "sun": True, "gao": True, "bob": False}

    org.bob.command(made, "urge", 403)
    org.sun.command(made, "urge")

    assert [event["actor"]["name"] for event in org.events(made, "urged")] == ["Sun"]


def test_a_case_that_is_back_can_be_cancelled_but_neither_led_on_nor_stopped(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())["instance"]
    org.lin.back("submitter")

    for verb, given in (("jump", {"to": "g"}), ("suspend", {})):
        assert org.ada.command(made, verb, 409, comment="now", **given)["code"] == "wrong_state"
    assert {"jump", "suspend"} & {one["verb"] for one in org.instance(made)["allowed"]} == set()
    org.ada.command(made, "cancel", comment="now")


def test_x_1_a_suspended_case_may_be_withdrawn_whatever_was_decided(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())["instance"]
    org.lin.approve()
    assert org.amy.command(made, "withdraw", 409)["code"] == "decided_already"
    org.ada.command(made, "suspend", comment="audit")

    org.amy.command(made, "withdraw")

    assert org.instance(made)["outcome"] == "withdrawn"


def test_what_deciders_give_besides_is_kept_for_later_steps_and_told_in_the_trail(org: Org1) -> None:
    made = org.amy.start("credit_line", org.amy.quotation())["instance"]
    org.fei.approve(output={"credit_line": 5000})
    org.fu.approve(output={"insured": True})

    # the next step was passed by repeat, and has nothing of it
    assert org.open_steps(made) == {"boss": ["gao"]}
    given = [event["facts"].get("output") for event in org.events(made, "decided")]
    assert given == [{"credit_line": 5000}, {"insured": True}, None]
