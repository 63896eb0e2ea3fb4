"""The data of the subject (4.11): locks, values with a decision, override, deletion, proposed changes."""

from __future__ import annotations

from pathlib import Path

from engine.transfer import mapping_of
from tests.workflow.org1.house import Org1


def test_w_93_a_running_case_locks_its_record_for_everybody(org: Org1, tmp_path: Path) -> None:
    quotation, free = org.amy.quotation(), org.amy.quotation(number="Q2")
    org.amy.start("flow_l", quotation)

    told = org.amy.change("quotation", quotation, 423, discount=11)
    assert (told["code"], told["fields"]) == ("locked", "discount")
    org.amy.change("quotation", quotation, note="ok")
    lines = org.amy.change("quotation", quotation, 423, lines=[{"product": "Saw"}])
    assert lines["code"] == "locked"
    by_rule = org.amy.change("quotation", quotation, 423, note="cheaper")
    assert (by_rule["code"], by_rule["fields"]) == ("locked", "discount")
    table = tmp_path / "discounts.csv"
    table.write_text(f"id,discount\n{quotation},11\n{free},11\n", encoding="utf-8")
    mapping = mapping_of({"object": "quotation", "key": "id", "columns": {"id": "id", "discount": "discount"}})
    report = org.engine.transfer.import_file(org.system, mapping, table)
    assert [(one.row, one.code) for one in report.errors] == [(2, "locked")]
    discounts = [org.amy.read("quotation", id)["discount"] for id in (quotation, free)]
    assert (discounts, org.amy.read("quotation", quotation)["note"]) == (["10.00", "11.00"], "ok")


def test_w_94_a_decision_writes_the_fields_of_its_form_and_no_others(org: Org1) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("fin_any", quotation)
    task = org.fei.task()
    told = org.fei.approve(task, 422, values={"approved_discount": 8, "total": 1})
    assert [(error["path"], error["code"]) for error in told["errors"]] == [("total", "not_in_form")]

    org.fei.approve(task, values={"approved_discount": 8})

    record = org.amy.read("quotation", quotation)
    assert (record["approved_discount"], record["total"]) == ("8.00", "100000.00")
    changes = org.events(made["instance"], "decided")[0]["facts"]["changes"]
    assert changes == {"approved_discount": [None, "8.00"]}


def test_w_95_an_override_of_a_material_field_replays_the_flow(org: Org1) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("flow_l", quotation)
    org.lin.approve()
    org.sun.approve()

    org.ada.command(made["instance"], "override", values={"discount": 12}, comment="typo")

    assert org.open_steps(made["instance"]) == {"m": ["lin"]}
    assert org.gao.todo() == []
    told = org.events(made["instance"], "overridden")[0]
    assert (told["actor"]["name"], told["comment"]) == ("Ada", "typo")
    assert told["facts"]["changes"] == {"discount": ["10.00", "12.00"]}
    assert org.lin.todo()[0]["visit"] == 2


def test_w_96_a_record_in_flight_is_not_deleted_but_by_force(org: Org1) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("flow_l", quotation)
    version = org.version("quotation", quotation)
    answer = org.amy.send("DELETE", f"/records/quotation/{quotation}", If_Match=f'"{version}"')
    assert (answer.status_code, answer.json["code"]) == (409, "in_approval")

    org.ada.command(made["instance"], "cancel", comment="a mistake", delete_subject=True)

    assert org.instance(made["instance"])["reason"] == "subject_deleted"
    assert org.lin.todo() == []
    org.amy.get(f"/records/quotation/{quotation}", 404)


def amendment(org: Org1, **contract: object) -> tuple[str, str]:
    made = org.amy.make("contract", number="C1", amount=100, **contract)
    started = org.amy.start("amend", made, "contract", values={"amount": 120})
    return made, started["instance"]


def test_w_97_a_proposed_change_leaves_the_record_as_it_is(org: Org1) -> None:
    contract, instance = amendment(org)

    assert org.bob.read("contract", contract)["amount"] == "100.00"
    assert org.bob.change("contract", contract, 423, amount=110)["code"] == "reserved"
    org.bob.change("contract", contract, note="called")
    org.lin.reject()

    record = org.amy.read("contract", contract)
    assert (record["amount"], record["note"]) == ("100.00", "called")
    assert org.instance(instance)["outcome"] == "rejected"


def test_w_98_an_approved_change_is_one_save_that_names_the_case(org: Org1) -> None:
    contract, instance = amendment(org)
    org.lin.approve()
    assert org.open_steps(instance) == {"fin": ["fei"]}

    org.fei.approve()

    assert org.amy.read("contract", contract)["amount"] == "120.00"
    rows = org.rows(
        f"SELECT cause FROM tessera_audit WHERE object = 'contract' AND record = '{contract}' AND action = 'update'"
    )
    assert [cause for (cause,) in rows] == [f"approval {instance}"]


def test_w_99_a_change_that_cannot_be_applied_is_kept_for_the_administrator(org: Org1) -> None:
    contract, instance = amendment(org)
    org.lin.approve()
    org.amy.change("contract", contract, ceiling=110)

    answer = org.fei.approve()

    assert (answer["status"], answer["incident"], answer["outcome"]) == ("running", True, None)
    assert org.events(instance, "incident")[0]["reason"] == "apply_failed"
    assert org.amy.read("contract", contract)["amount"] == "100.00"
    assert [event["actor"]["name"] for event in org.events(instance, "decided")] == ["Lin", "Fei"]
    org.amy.change("contract", contract, ceiling=200)
    assert org.ada.approve()["outcome"] == "approved"
    assert org.amy.read("contract", contract)["amount"] == "120.00"


def test_w_158_a_later_change_makes_an_approval_stale(org: Org1) -> None:
    quotation = org.amy.quotation()
    org.amy.start("other_slot", quotation)
    org.gao.approve()
    assert org.amy.read("quotation", quotation)["approved_revision"] is not None

    org.amy.change("quotation", quotation, discount=20)

    approved = org.amy.get(f"/records/quotation/{quotation}/approvals")["approved"]
    assert [one["stale"] for one in approved] == [True]
    assert org.amy.read("quotation", quotation)["approval_stale"] is True
    version = org.version("quotation", quotation)
    answer = org.amy.send("POST", f"/records/quotation/{quotation}/transitions/accept", {}, If_Match=f'"{version}"')
    assert answer.status_code in (403, 422)
