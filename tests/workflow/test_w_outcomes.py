"""What needs the executor of effects: outcomes, gates, steps that do something."""

from __future__ import annotations

from tests.workflow.org1.house import Org1


def test_w_08_an_effect_that_fails_undoes_the_decision(org: Org1) -> None:
    org.amy.make("order", number="O1")
    made = org.amy.start("order_made", org.amy.quotation(order_number="O1"))
    task = org.gao.task()
    before = len(org.events(made["instance"]))
    told = len(org.rows("SELECT id FROM tessera_outbox"))

    answer = org.gao.approve(task, 422)

    assert answer["errors"][0]["code"] == "not_unique"
    assert org.gao.task() == task
    assert len(org.events(made["instance"])) == before
    assert len(org.rows('SELECT id FROM "order"')) == 1
    assert len(org.rows("SELECT id FROM tessera_outbox")) == told


def test_w_10_an_unknown_gate_condition_holds_the_transition(org: Org1) -> None:
    quotation = org.amy.quotation(over=None)
    version = org.version("quotation", quotation)

    answer = org.amy.send("POST", f"/records/quotation/{quotation}/transitions/submit", {}, If_Match=f'"{version}"')

    assert answer.status_code == 200, answer.json
    assert org.amy.read("quotation", quotation)["status"] == "in_approval"
    assert org.lin.todo()[0]["flow"] == "over_policy"


def test_w_156_a_stop_ends_the_flow_by_rule(org: Org1) -> None:
    quotation = org.amy.quotation(embargo=True)
    made = org.amy.start("embargoed", quotation)

    assert (made["outcome"], made["reason"]) == ("rejected", "rule")
    assert org.amy.read("quotation", quotation)["verdict"] == "stopped"


def test_w_186_a_withdrawal_whose_effect_fails_fails_as_a_whole(org: Org1) -> None:
    org.amy.make("order", number="O1")
    made = org.amy.start("withdrawn_effect", org.amy.quotation(order_number="O1"))

    assert org.amy.command(made["instance"], "withdraw", 422)["errors"][0]["code"] == "not_unique"

    assert org.open_steps(made["instance"]) == {"m": ["lin"]}


def test_w_187_cancelling_needs_a_reason_and_counts_as_withdrawn_for_the_gate(org: Org1) -> None:
    quotation = org.amy.quotation(over=True)
    version = org.version("quotation", quotation)
    org.amy.send("POST", f"/records/quotation/{quotation}/transitions/submit", {}, If_Match=f'"{version}"')
    instance = org.lin.todo()[0]["instance"]
    assert org.ada.command(instance, "cancel", 422)["errors"][0]["code"] == "comment_required"

    org.ada.command(instance, "cancel", comment="test")

    assert org.amy.read("quotation", quotation)["status"] == "draft"
    assert org.events(instance, "cancelled")[0]["actor"]["name"] == "Ada"
