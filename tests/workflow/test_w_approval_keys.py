"""What each key of approvals does, where no scenario shows it."""

from __future__ import annotations

import pytest

from tests.workflow.org1.house import Org1

AWAY = {"from": "2026-09-20T00:00:00", "to": "2026-09-30T00:00:00"}


def test_a_flow_says_how_long_a_decision_may_be_taken_back_and_who_steps_in(org: Org1) -> None:
    org.lin.post("/substitutions", {"substitute": "bob", **AWAY}, 201)
    org.lea.post("/substitutions", {"substitute": "fei", **AWAY}, 201)
    made = org.amy.start("slow_to_settle", org.amy.quotation())
    task = org.lin.task()
    org.lin.approve(task)
    org.later(seconds=5_400)

    # substitutes do not count in this flow, but in its second step they do
    assert org.open_steps(made["instance"]) == {"d": ["fei"]}
    org.lin.act("retract", task)
    assert org.open_steps(made["instance"]) == {"m": ["lin"]}
    org.lin.approve()
    org.fei.approve()
    # nobody holds the post: the flow says who gets it then
    assert org.open_steps(made["instance"]) == {"v": ["luo"]}


def test_a_decision_may_not_be_taken_back_when_its_time_is_over(org: Org1) -> None:
    org.amy.start("slow_to_settle", org.amy.quotation())
    task = org.lin.task()
    org.lin.approve(task)
    org.later(seconds=7_300)

    assert org.lin.act("retract", task, 409)["code"] == "cannot_retract"


def test_a_step_says_when_a_comment_is_needed_how_often_it_returns_and_shows_no_more_than_its_form(org: Org1) -> None:
    made = org.amy.start("reasons", org.amy.quotation(remark="r"))
    task = org.lin.task()
    shown = org.lin.get(f"/tasks/{task}")["record"]

    assert {name for name in ("remark", "discount", "total") if name in shown} == {"remark"}
    assert org.lin.approve(task, 422)["errors"][0]["code"] == "comment_required"
    org.lin.back("submitter", task, comment="")
    org.amy.command(made["instance"], "resubmit")
    assert org.lin.back("submitter", status=409)["code"] == "return_limit"
    org.lin.approve(comment="fine")


@pytest.mark.parametrize("outcome", ["rejected", "withdrawn", "cancelled"])
def test_each_outcome_has_its_values_and_effects(org: Org1, outcome: str) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("ends", quotation)
    if outcome == "rejected":
        org.lin.reject()
    elif outcome == "withdrawn":
        org.amy.command(made["instance"], "withdraw")
    else:
        org.ada.command(made["instance"], "cancel", comment="c")

    found = org.amy.read("quotation", quotation)
    assert found["note"] == outcome
    assert found["verdict"] == (None if outcome == "withdrawn" else f"{outcome} and done")


def test_a_called_approval_is_given_values(org: Org1) -> None:
    quotation = org.amy.quotation()

    org.amy.start("with_values", quotation)

    assert org.amy.read("quotation", quotation)["note"] == "for Amy"
    assert org.fei.todo()[0]["step"] == "c"


def test_work_may_be_ones_own_unless_its_step_says_who_does_it_instead(org: Org1) -> None:
    made = org.amy.start("own_work", org.amy.quotation())
    first = org.open_steps(made["instance"])
    org.amy.act("done")

    assert (first, org.open_steps(made["instance"])) == ({"own": ["amy"]}, {"checked": ["lin"]})
