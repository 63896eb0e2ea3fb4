"""Starting and prediction (4.3)."""

from __future__ import annotations

from typing import Any

from tests.workflow.org1.house import Org1


def test_w_16_a_second_start_in_a_slot_is_refused_another_slot_is_free(org: Org1) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("flow_l", quotation)

    told = org.amy.start("flow_l", quotation, status=409)

    assert (told["code"], told["instance"]) == ("already_running", made["instance"])
    org.amy.start("other_slot", quotation)


def test_w_17_a_flow_without_people_is_approved_by_rule(org: Org1) -> None:
    made = org.amy.start("copy_only", org.amy.quotation())

    assert (made["outcome"], made["reason"]) == ("approved", "rule")
    assert org.events(made["instance"], "closed")[0]["reason"] == "rule"
    copies = org.gao.get("/tasks?list=copied")["items"]
    assert [copy["read_at"] for copy in copies] == [None]


def test_w_18_the_path_is_told_before_anything_happens(org: Org1) -> None:
    quotation = org.amy.quotation(gap_pct=20, payment_days=30)
    tables = ("tessera_instance", "tessera_task", "tessera_process_event", "tessera_copy", "tessera_counter")
    before = [len(org.rows(f"SELECT 1 FROM {table}")) for table in tables]

    told = org.amy.predict("e1", quotation)

    path = {step["step"]: step for step in told["path"]}
    people = {name: sorted(person["name"] for person in step["people"]) for name, step in path.items()}
    assert (path["line_manager"]["certainty"], people["line_manager"]) == ("certain", ["Lin"])
    assert (path["margin"]["certainty"], people["margin"], path["margin"]["mode"]) == (
        "certain",
        ["Fang", "Fei", "Fu"],
        "any",
    )
    assert (path["terms"]["certainty"], path["terms"]["reason"]) == ("skipped", "record.payment_days > 60")
    assert (path["general_manager"]["certainty"], people["general_manager"]) == ("certain", ["Gao"])
    assert path["director"]["certainty"] == "skipped"
    assert people["inform"] == ["Amy", "Bob"]
    assert [len(org.rows(f"SELECT 1 FROM {table}")) for table in tables] == before


def test_w_19_people_are_chosen_at_submission_within_what_is_offered(org: Org1) -> None:
    quotation = org.amy.quotation()

    assert org.amy.start("pick_two", quotation, status=422)["code"] == "pick_missing"
    assert org.amy.start("pick_two", quotation, status=422, picks={"a": ["bob"]})["code"] == "pick_out_of_range"
    made = org.amy.start("pick_two", quotation, picks={"a": ["fei", "fu"]})

    assert org.open_steps(made["instance"]) == {"a": ["fei", "fu"]}


def test_w_20_the_department_is_that_of_the_submission_its_head_that_of_the_moment(org: Org1) -> None:
    made = org.amy.start("head_step", org.amy.quotation())
    legal = str(org.rows("SELECT id FROM department WHERE code = 'legal'")[0][0])
    east = str(org.rows("SELECT id FROM department WHERE code = 'sales_east'")[0][0])
    org.move_person("amy", department=legal)
    org.set_head("sales_east", "bob")
    try:
        org.gao.approve()

        assert org.open_steps(made["instance"]) == {"a": ["bob"]}
    finally:
        org.move_person("amy", department=east)
        org.set_head("sales_east", "lin")


def test_w_180_who_may_start_for_which_records(org: Org1) -> None:
    assert org.bob.start("owners_only", org.amy.quotation(), status=403)["code"] == "forbidden"
    told = org.amy.start("owners_only", org.amy.quotation(discount=3), status=422)
    assert told["errors"][0]["code"] == "not_startable"
    quotation = org.amy.quotation()
    assert (offered(org.amy, quotation), offered(org.bob, quotation)) == (True, False)
    assert not offered(org.amy, org.amy.quotation(discount=3))
    assert org.amy.start("owners_only", quotation)["status"] == "running"
    assert not offered(org.amy, quotation)


def offered(who: Any, quotation: Any) -> bool:
    """Tell whether somebody is offered to start the approval of owners on a quotation."""
    startable = who.get(f"/records/quotation/{quotation}/approvals")["startable"]
    return any(one["approval"] == "owners_only" for one in startable)
