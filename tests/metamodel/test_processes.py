"""The six complete examples and the short ones of processes load, and mean what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from engine.kernel.errors import BadDefinition
from engine.metamodel import TenantModel, approval_of_body, changes, check_pack, describe_approval
from engine.metamodel.model import Duration
from engine.metamodel.model.clock import ClockDecision, HandOver, Remind
from engine.metamodel.model.effects import CreateRecord, Notify, PerformTransition
from engine.metamodel.model.people import Managers, RoleHolders
from engine.metamodel.model.policy import Quorum
from engine.metamodel.model.steps import ApproveStep, ChooseStep, HandleStep, IncludeStep, ParallelStep
from engine.rules import Expression

PACK = Path(__file__).parent / "packs" / "processes"


@cache
def model() -> TenantModel:
    return check_pack(PACK).require_sound()


def test_all_complete_examples_load() -> None:
    assert set(model().lifecycles) >= {
        "quotation",
        "expense_claim",
        "service_request",
        "repair_order",
        "lead",
        "customer_stage",
    }
    approvals = len(model().approvals)
    assert approvals == 15
    assert set(model().assignments) == {
        "service_first_line",
        "service_second_line",
        "repair_dispatch",
        "lead_distribution",
    }


def test_a_gate_names_its_approval_and_the_ways_out() -> None:
    submit = model().lifecycles["quotation"].transitions["submit"]

    (gate,) = submit.gates
    assert (gate.approval, gate.via, gate.approved, gate.rejected) == (
        "quotation_over_policy",
        "in_approval",
        "issued",
        "draft",
    )
    assert [effect.path for effect in submit.do] == [f"transitions.submit.do.{index}" for index in range(3)]


def test_blocks_hold_their_branches_and_steps_their_settled_policies() -> None:
    flow = model().approvals["quotation_over_policy"]

    manager, depth, _inform = flow.steps
    assert [step.kind for step in flow.steps] == ["approve", "choose", "cc"]
    assert isinstance(depth, ChooseStep)
    assert [branch.name for branch in depth.of] == ["0", "1", "else"]
    experts, general = depth.of[2].steps
    assert isinstance(experts, ParallelStep)
    assert isinstance(general, ApproveStep)
    assert (general.policy.returns.to, general.policy.returns.then, general.policy.returns.maximum) == (
        ("any",),
        "resume",
        5,
    )
    assert isinstance(manager, ApproveStep)
    assert manager.sla is not None
    assert [rung.at for rung in manager.sla.rungs] == [Duration(time=timedelta(hours=-2)), Duration()]
    assert isinstance(manager.sla.rungs[0].do[0], Remind)
    assert isinstance(manager.sla.rungs[1].do[0], HandOver)
    assert manager.policy.retract == Duration(time=timedelta(minutes=10))


def test_a_vote_has_weights_a_veto_and_a_quorum() -> None:
    committee = next(step for step in model().approvals["contract"].steps if step.id == "committee")

    assert isinstance(committee, ApproveStep)
    assert committee.quorum == Quorum(percent=60.0)
    assert [(rule.weight, rule.veto) for rule in committee.by] == [
        (Decimal(3), True),
        (Decimal(2), False),
        (Decimal(1), False),
    ]
    board = model().approvals["special_discount"].steps[0]
    assert isinstance(board, ApproveStep)
    assert board.quorum == Quorum(percent=50.0, above=True)
    assert board.sla is not None
    assert board.sla.rungs[1].do == (ClockDecision("reject"),)


def test_a_chain_of_managers_ends_by_authority() -> None:
    chain = model().approvals["contract"].steps[0]

    assert isinstance(chain, ApproveStep)
    selector = chain.by[0].selector
    assert isinstance(selector, Managers)
    assert selector.until is not None
    assert selector.until.authority == "contract_amount"
    assert isinstance(selector.until.covers, Expression)
    include = model().approvals["contract"].steps[1]
    assert isinstance(include, IncludeStep)
    assert [branch.name for branch in include.branches] == ["legal", "credit", "delivery"]


def test_a_handle_step_finds_its_people_by_an_assignment() -> None:
    repair = next(step for step in model().approvals["repair_work"].steps if step.id == "repair")

    assert isinstance(repair, HandleStep)
    assert (repair.assignment, repair.may) == ("repair_dispatch", frozenset({"return", "decline"}))


def test_names_that_effects_make_are_known_to_those_after_them() -> None:
    convert = model().lifecycles["lead"].transitions["convert"]

    kinds = [type(effect.verb) for effect in convert.do]
    assert kinds.count(CreateRecord) == 3
    notice = convert.do[-1].verb
    assert isinstance(notice, Notify)
    assert notice.text.in_language("zh")[0] == "线索 "
    assert len(notice.text.in_language("en")) == 4


def test_a_message_pattern_types_what_it_takes() -> None:
    rule = model().automations["activity_expense_by_sms"]

    assert [(part.text, part.name, part.type) for part in rule.on.parts] == [  # type: ignore[union-attr]
        ("活动费", "", ""),
        ("", "amount", "number"),
        ("", "purpose", "text"),
    ]
    transition = rule.do[1].verb
    assert isinstance(transition, PerformTransition)
    assert transition.objects == ("expense_claim",)


def test_working_time_knows_public_holidays_and_days_worked_instead() -> None:
    office = model().worktimes["office"]

    assert office.default
    assert office.spans(date(2026, 9, 18)) == office.week[4]
    assert office.spans(date(2026, 10, 1)) == ()
    assert office.spans(date(2026, 10, 10)) == office.week[0]  # a Saturday
    assert office.spans(date(2026, 10, 11)) == ()


def test_parameters_have_their_defaults() -> None:
    values = model().param_values()

    assert values["contract"]["delivery_review_from"] == Decimal(100000)
    assert values["service"]["response"][0] == {"priority": "high", "within": timedelta(hours=1)}


def test_people_of_a_role_are_looked_for_in_a_unit() -> None:
    pay = model().lifecycles["expense_claim"].transitions["pay"]

    assert pay.who is not None
    selector = pay.who[0].selector
    assert isinstance(selector, RoleHolders)
    assert (selector.role, selector.unit is not None) == ("cashier", True)


def test_a_pinned_body_compiles_anew_against_the_model() -> None:
    flow = model().approvals["contract"]

    again = approval_of_body("contract", flow.body, model())

    assert again.fingerprint == flow.fingerprint
    assert [step.id for step in again.steps] == [step.id for step in flow.steps]


def test_a_pinned_body_says_what_the_model_no_longer_has() -> None:
    flow = model().approvals["contract"]
    roles = {name: role for name, role in model().roles.items() if name != "credit_controller"}

    with pytest.raises(BadDefinition) as raised:
        approval_of_body("contract", flow.body, replace(model(), roles=roles))

    assert [error.code for error in raised.value.diagnostics] == ["unknown_role"]


def test_a_flow_is_told_as_a_tree_in_one_language() -> None:
    told = describe_approval(model().approvals["quotation_over_policy"], "zh")

    assert told["title"] == "超价格政策报价审批"
    manager, depth, _ = told["steps"]
    assert manager["people"] == [{"kind": "manager", "of": "submitter", "level": 1, "when": None, "where": None}]
    assert manager["sla"] == {"within": "PT8H", "calendar": None}
    assert [branch["name"] for branch in depth["branches"]] == ["0", "1", "else"]
    assert [branch["name"] for branch in depth["branches"][2]["steps"][0]["branches"]] == ["finance", "legal"]


def test_a_changed_flow_is_a_change_of_the_model() -> None:
    flow = replace(model().approvals["contract"], fingerprint="other")
    newer = replace(model(), approvals={**model().approvals, "contract": flow}, fingerprint="newer")

    found = [str(change) for change in changes(model(), newer)]

    assert found == ["approval_changed contract: contract -> contract (none)"]
