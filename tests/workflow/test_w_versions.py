"""Versions and people that change (4.12, 4.13)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.kernel.errors import TesseraError
from tests.workflow.org1.house import PACK, TENANT, Org1


def test_w_104_who_was_asked_stays_asked(org: Org1) -> None:
    first = org.amy.start("manager_only", org.amy.quotation())
    org.move_person("amy", manager=org.employee("bob"))
    try:
        second = org.amy.start("manager_only", org.amy.quotation())

        assert org.open_steps(first["instance"]) == {"a": ["lin"]}
        assert org.open_steps(second["instance"]) == {"a": ["bob"]}
    finally:
        org.move_person("amy", manager=org.employee("lin"))


def test_w_105_a_leaver_named_by_login_is_replaced_by_his_manager(org: Org1) -> None:
    made = org.amy.start("fin_all", org.amy.quotation())
    org.fei.approve()

    org.leave("fu")

    assert org.open_steps(made["instance"]) == {"margin": ["fang"]}
    assert org.events(made["instance"], "moved")[0]["reason"] == "assignee_inactive"
    assert org.fang.approve()["outcome"] is None
    assert org.open_steps(made["instance"]) == {"g": ["gao"]}


def test_w_105_a_leaver_of_a_role_whose_others_are_asked_is_left_out(org: Org1) -> None:
    made = org.amy.start("all_of_finance", org.amy.quotation())

    org.leave("fu")

    assert org.open_steps(made["instance"]) == {"margin": ["fang", "fei"]}


def test_w_106_a_manager_who_leaves_is_followed_by_the_next(org: Org1) -> None:
    made = org.amy.start("manager_only", org.amy.quotation())

    org.leave("lin")

    assert org.open_steps(made["instance"]) == {"a": ["sun"]}


def substitute(org: Org1, principal: str, by: str, **more: str) -> None:
    body = {"substitute": by, "from": "2026-09-21T00:00:00", "to": "2026-09-23T00:00:00", **more}
    org.desk(principal).post("/substitutions", body, 201)


def test_w_107_a_circle_of_substitutes_leads_back_with_a_warning(org: Org1) -> None:
    for principal, by in (("sun", "gao"), ("gao", "fang"), ("fang", "sun")):
        substitute(org, principal, by)
    made = org.amy.start("flow_l", org.amy.quotation())

    org.lin.approve()

    assert org.open_steps(made["instance"]) == {"d": ["sun"]}
    assert len(org.events(made["instance"], "substitution.circle")) == 1


def test_w_107_a_chain_of_substitutes_is_followed_and_noted(org: Org1) -> None:
    substitute(org, "sun", "gao")
    substitute(org, "gao", "fang")
    made = org.amy.start("flow_l", org.amy.quotation())
    org.lin.approve()
    assert org.open_steps(made["instance"]) == {"d": ["fang"]}

    org.fang.approve()

    vote = next(event for event in org.events(made["instance"], "decided") if event["step"] == "d")
    assert (vote["actor"]["name"], vote["behalf"]["name"]) == ("Fang", "Sun")
    chain = org.events(made["instance"], "substitution")[0]["facts"]["chain"]
    assert chain == [org.users["gao"], org.users["fang"]]


def test_w_108_the_submitter_stands_in_for_nobody(org: Org1) -> None:
    substitute(org, "sun", "amy")
    made = org.amy.start("flow_l", org.amy.quotation())

    org.lin.approve()

    assert org.open_steps(made["instance"]) == {"d": ["sun"]}


def test_w_109_what_is_undecided_goes_back_at_the_end(org: Org1) -> None:
    substitute(org, "sun", "gao")
    org.at("2026-09-22T10:00:00")
    made = org.amy.start("flow_l", org.amy.quotation())
    org.lin.approve()
    assert org.open_steps(made["instance"]) == {"d": ["gao"]}
    task = org.gao.task()

    org.at("2026-09-23T00:00:00")
    org.approvals.running.end_substitutions(org.system)

    assert org.open_steps(made["instance"]) == {"d": ["sun"]}
    told = org.gao.approve(task, 409)
    assert (told["code"], told["reason"]) == ("task_closed", "substitution_ended")


def test_w_110_a_return_to_a_submitter_who_left_goes_to_his_manager(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    org.lin.approve()
    org.sun.approve()
    org.leave("amy")

    org.gao.back("submitter")

    task = org.lin.todo()[0]
    assert (task["kind"], task["principal"]["name"]) == ("revise", "Amy")
    assert org.lin.command(made["instance"], "resubmit")["round"] == 2


D = "  - {approve: d, by: [{position: sales_director}]}\n"
FLOW_L = "  - {approve: m, by: [{manager: submitter}]}\n" + D + "  - {approve: g, by: [{position: general_manager}]}\n"
WITHOUT_D = FLOW_L.replace(D, "")


def test_w_100_a_case_keeps_its_version_and_a_new_one_gets_the_new(org: Org1, tmp_path: Path) -> None:
    old = org.amy.start("flow_l", org.amy.quotation())
    with org.with_pack(tmp_path, flows=(FLOW_L, WITHOUT_D)):
        org.lin.approve()
        new = org.amy.start("flow_l", org.amy.quotation())
        org.lin.approve()

        assert org.open_steps(old["instance"]) == {"d": ["sun"]}
        assert org.open_steps(new["instance"]) == {"g": ["gao"]}
        assert new["version"] > old["version"]
        versions = org.ada.get("/flows/flow_l/versions")["items"]
        assert [(one["current"], one["open"]) for one in versions][:2] == [(True, 1), (False, 1)]


def test_w_101_a_start_on_an_outdated_path_is_refused_once(org: Org1, tmp_path: Path) -> None:
    quotation = org.amy.quotation()
    shown = org.amy.predict("flow_l", quotation)
    same = org.amy.predict("manager_only", quotation)
    with org.with_pack(tmp_path, flows=(FLOW_L, WITHOUT_D)):
        told = org.amy.start("flow_l", quotation, status=409, version=shown["version"])

        assert told["code"] == "outdated_path"
        assert [step["step"] for step in told["path"]] == ["m", "g"]
        assert org.amy.start("manager_only", quotation, version=same["version"])["status"] == "running"
        other = org.amy.quotation()
        assert org.amy.start("flow_l", other, version=told["version"])["status"] == "running"


def test_w_102_running_cases_move_to_a_newer_version_by_a_map(org: Org1, tmp_path: Path) -> None:
    made = [org.amy.start("flow_l", org.amy.quotation())["instance"] for _ in range(3)]
    for item in org.lin.todo():
        org.lin.approve(item["id"])
    with org.with_pack(tmp_path, flows=(FLOW_L, WITHOUT_D)):
        target = org.ada.get("/flows/flow_l/versions")["items"][0]["version"]
        dry = org.ada.post("/flows/flow_l/migrate", {"version": target, "dry_run": True})
        assert (len(dry["blocked"]), dry["moved"]) == (3, [])
        assert {one["steps"] for one in dry["blocked"]} == {"d"}

        done = org.ada.post("/flows/flow_l/migrate", {"version": target, "map": {"d": "g"}})

        assert sorted(done["moved"]) == sorted(made)
        assert all(org.open_steps(instance) == {"g": ["sun"]} for instance in made)
        assert org.events(made[0], "migrated")[0]["facts"]["map"] == {"d": "g"}
        org.sun.post("/flows/flow_l/migrate", {"version": target}, 403)


def test_w_103_what_a_running_case_uses_is_not_taken_away(org: Org1, tmp_path: Path) -> None:
    org.amy.start("fin_merge", org.amy.quotation())
    role = "role: cashier\n"
    folder = shutil.copytree(PACK, tmp_path / "without")
    for name in ("flows.yaml", "errands.yaml", "policies.yaml"):
        text = (PACK / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("finance_reviewer", "legal_counsel"), encoding="utf-8")
    organisation = (folder / "organisation.yaml").read_text(encoding="utf-8")
    gone = organisation.replace("role: finance_reviewer\n", "role: money_reviewer\n")
    (folder / "organisation.yaml").write_text(gone, encoding="utf-8")
    assert role in organisation

    with pytest.raises(TesseraError) as told:
        org.engine.tenancy.install(TENANT, [org.newer(folder)])

    assert told.value.code == "flow_in_use"
    assert "finance_reviewer" in str(told.value)
