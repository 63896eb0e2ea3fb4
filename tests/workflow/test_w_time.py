"""What time does to a case: clocks that stand, ring late, ring once, and never in a person's name (4.8 to 4.10)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from engine.metamodel.model.approval import ApprovalModel
from tests.workflow.org1.house import ZONE, Org1
from tests.workflow.test_people import errand


def due(org: Org1, login: str) -> str:
    """Return when a person's only task is due, in the tenant's zone."""
    (item,) = org.desk(login).todo()
    return datetime.fromisoformat(item["due_at"]).astimezone(ZONE).strftime("%m-%d %H:%M")


def at(org: Org1, moment: str) -> None:
    """Let it be a moment, and do what is due."""
    org.at(moment)
    org.settle()


def clocked(org: Org1, flow: str = "errand_clock", **values: Any) -> str:
    return str(org.amy.start(flow, errand(org, **values), "errand")["instance"])


def test_w_12_a_condition_that_is_no_condition_stops_its_token_alone(org: Org1) -> None:
    made = clocked(org, "errand_bad", blob={"answer": "yes"})
    at(org, "2026-09-21 10:01")

    told = org.instance(made)
    assert (told["status"], told["incident"], org.open_steps(made)) == ("running", True, {"f": ["fei"]})
    assert org.events(made, "incident")[0]["reason"] == "bad_condition"
    assert [m["category"] for m in org.ada.get("/messages")["messages"]] == ["incident"]
    org.fei.approve()
    assert org.instance(made)["status"] == "running"


def test_w_31_what_the_clock_approved_asks_the_person_again(org: Org1) -> None:
    made = org.amy.start("repeat_timeout", org.amy.quotation())["instance"]
    at(org, "2026-09-21 10:01")

    assert [(e["step"], e["reason"]) for e in org.events(made, "decided")] == [("a", "timeout")]
    assert org.open_steps(made) == {"b": ["lin"]}


def test_w_60_a_wait_that_ended_while_the_service_was_down_ends_once(org: Org1) -> None:
    made = org.amy.start("wait_until", org.amy.quotation())["instance"]
    at(org, "2026-09-30 12:00")
    assert org.open_steps(made) == {}

    at(org, "2026-10-02 08:00")
    org.settle()

    assert org.open_steps(made) == {"g": ["gao"]}
    assert len(org.events(made, "wait.ended")) == 1


def test_w_67_the_clock_of_a_suspended_case_stands(org: Org1) -> None:
    org.at("2026-09-21 10:00")
    made = clocked(org)
    org.at("2026-09-21 11:00")
    org.ada.command(made, "suspend", comment="audit")
    org.at("2026-09-21 15:00")
    org.ada.command(made, "resume")

    assert due(org, "lin") == "09-22 14:00"


def test_w_77_a_paused_branch_goes_on_with_the_time_it_had_left(org: Org1) -> None:
    made = org.amy.start("par_resume", org.amy.quotation())["instance"]
    assert due(org, "lea") == "09-21 18:00"
    org.at("2026-09-21 15:00")
    org.fei.back("submitter", then="resume")

    org.at("2026-09-22 10:00")
    org.amy.command(made, "resubmit")

    assert due(org, "lea") == "09-22 14:00"


def test_w_79_a_step_that_is_entered_again_has_its_reminder_again(org: Org1) -> None:
    made = clocked(org)
    at(org, "2026-09-21 16:01")
    org.lin.approve()
    at(org, "2026-09-21 17:00")
    org.gao.back("a")

    assert due(org, "lin") == "09-22 17:00"
    at(org, "2026-09-22 15:01")
    assert [e["visit"] for e in org.events(made, "reminded")] == [1, 2]


def test_w_87_of_the_clock_and_the_person_one_wins(org: Org1) -> None:
    first, second, third = (clocked(org, "errand_reject", name=name) for name in "abc")
    tasks = {item["instance"]: item["id"] for item in org.lin.todo()}
    org.at("2026-09-21 18:00")
    org.lin.approve(tasks[first])
    with org.quietly():
        race = threading.Thread(target=org.settle)
        race.start()
        answer = org.desk("lin").send("POST", f"/tasks/{tasks[second]}/approve", {})
        race.join()
        org.settle()

    assert org.instance(first)["outcome"] == "approved"
    by_clock = [e["reason"] for e in org.events(second, "decided")]
    assert by_clock == (["person"] if answer.status_code == 200 else ["timeout"])
    assert org.instance(third)["outcome"] == "rejected"
    told = org.lin.approve(tasks[third], 409)
    assert (told["code"], told["reason"]) == ("instance_closed", "timeout")
    org.check()


def test_w_89_where_a_person_must_fill_in_the_clock_approves_nothing(
    org: Org1, monkeypatch: pytest.MonkeyPatch
) -> None:
    flows = type(org.approvals.kernel.flows)
    pinned = flows.pinned

    def older(self: Any, *given: Any) -> ApprovalModel:
        """A version that was published before such a step was refused."""
        flow: ApprovalModel = pinned(self, *given)
        form = replace(flow.steps[0].form, require=flow.steps[0].form.write)  # type: ignore[union-attr] # a step of work
        return replace(flow, steps=(replace(flow.steps[0], form=form),))  # type: ignore[call-arg, arg-type]

    monkeypatch.setattr(flows, "pinned", older)
    made = clocked(org, "errand_fill")
    at(org, "2026-09-21 10:01")

    assert org.open_steps(made) == {"a": ["ada"]}
    assert org.events(made, "incident")[0]["reason"] == "timeout_needs_person"
    assert org.instance(made)["incident"] is True
    assert org.events(made, "decided") == []


def test_w_90_after_a_pause_of_the_service_one_reminder_and_one_escalation(org: Org1) -> None:
    made = clocked(org)
    org.settle()
    before = org.rows("SELECT count(*) FROM tessera_outbox WHERE name = '!notify'")[0][0]
    at(org, "2026-09-22 12:00")
    org.settle()

    assert len(org.events(made, "reminded")) == 1
    assert [(e["reason"], e["facts"]["to"]) for e in org.events(made, "moved")] == [("timeout", org.users["sun"])]
    assert org.open_steps(made) == {"a": ["sun"]}
    # the reminder, what is new for Sun, and what Lin lost
    assert org.rows("SELECT count(*) FROM tessera_outbox WHERE name = '!notify'")[0][0] - before <= 3


def test_w_91_handing_over_does_not_restart_the_clock(org: Org1) -> None:
    clocked(org)
    org.at("2026-09-21 16:00")
    org.lin.act("transfer", to="bob")

    assert due(org, "bob") == "09-21 18:00"


def test_c_4_the_clock_of_a_task_stands_while_the_pause_of_its_step_holds(org: Org1) -> None:
    def of(instance: str) -> str | None:
        (task,) = [one for one in org.instance(instance)["tasks"] if one["state"] == "open"]
        return None if task["due_at"] is None else str(datetime.fromisoformat(task["due_at"]).astimezone(ZONE))[:16]

    org.at("2026-09-21 10:00")
    quotation = org.amy.quotation()
    made = org.amy.start("with_pause", quotation)["instance"]
    later = org.amy.start("with_pause", (other := org.amy.quotation(number="Q2", remark="parts")))["instance"]
    assert (of(made), of(later)) == ("2026-09-22 10:00", None)

    org.at("2026-09-21 11:00")
    org.amy.change("quotation", quotation, remark="parts")
    assert of(made) is None
    org.at("2026-09-21 15:00")
    for one in (quotation, other):
        org.amy.change("quotation", one, remark="there")

    assert (of(made), of(later)) == ("2026-09-22 14:00", "2026-09-22 15:00")
    assert [event["type"] for event in org.events(made) if event["type"].startswith("clock")] == [
        "clock.paused",
        "clock.resumed",
    ]
    org.at("2026-09-22 14:01")
    org.settle()
    assert len(org.events(made, "reminded")) == 1
    assert org.events(later, "reminded") == []
