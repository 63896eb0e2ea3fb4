"""The kernel (4.2): one at a time, run to completion, once per key, all or nothing, who may, what was seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.auth import NewUser
from engine.records import Unit
from engine.storage.process_rows import tasks_of
from engine.workflow.automations import running
from engine.workflow.facts import read_subject
from tests.workflow.org1.house import Org1


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Let several people act in the same moment; return what each was answered."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        gate.wait()
        answers[place] = act()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def sender(org: Org1, login: str, task: str, verb: str, **given: Any) -> Callable[[], Any]:
    desk = org.desk(login)
    return lambda: desk.send("POST", f"/tasks/{task}/{verb}", given)


def test_w_01_two_approvers_of_any_at_once_have_one_winner(org: Org1) -> None:
    made = org.amy.start("fin_any", org.amy.quotation())
    tasks = {login: org.desk(login).task() for login in ("fei", "fu")}

    with org.quietly():
        answers = at_once(*(sender(org, login, task, "approve") for login, task in tasks.items()))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer.json for answer in answers if answer.status_code == 409)
    assert loser["code"] == "task_closed"
    winner = next(login for login, answer in zip(tasks, answers, strict=True) if answer.status_code == 200)
    assert loser["by"] == winner.title()
    assert len(org.events(made["instance"], "step.passed")) == 1
    assert org.open_steps(made["instance"]) == {"g": ["gao"]}
    org.check()


def test_w_02_both_of_all_at_once_are_counted_and_the_step_passes_once(org: Org1) -> None:
    made = org.amy.start("fin_all", org.amy.quotation())
    tasks = {login: org.desk(login).task() for login in ("fei", "fu")}

    with org.quietly():
        answers = at_once(*(sender(org, login, task, "approve") for login, task in tasks.items()))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(org.events(made["instance"], "step.passed")) == 1
    assert org.open_steps(made["instance"]) == {"g": ["gao"]}
    org.check()


def test_w_03_approve_and_withdraw_at_once_have_one_order(org: Org1) -> None:
    made = org.amy.start("flow_l_closed", org.amy.quotation())
    task, amy = org.lin.task(), org.desk("amy")

    with org.quietly():
        approved, withdrawn = at_once(
            sender(org, "lin", task, "approve"),
            lambda: amy.send("POST", f"/instances/{made['instance']}/withdraw", {}),
        )

    assert withdrawn.status_code == 200
    assert approved.status_code in (200, 409)
    if approved.status_code == 409:
        assert approved.json["code"] == "instance_closed"
    assert org.instance(made["instance"])["status"] == "withdrawn"
    assert org.open_steps(made["instance"]) == {}
    org.check()


def test_w_04_a_repeated_command_gets_the_answer_of_the_first(org: Org1) -> None:
    org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()

    first = org.lin.approve(task, key="k1")
    again = org.lin.approve(task, key="k1")

    assert first == again
    assert len(org.events(first["instance"], "decided")) == 1


def test_w_05_a_key_is_good_for_one_command(org: Org1) -> None:
    org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    done = org.lin.approve(task, key="k1")

    told = org.lin.reject(task, 422, key="k1")

    assert told["code"] == "key_reused"
    assert [event["decision"] for event in org.events(done["instance"], "decided")] == ["approve"]


def test_w_06_a_double_click_with_two_keys_counts_once(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()

    org.lin.approve(task, key="k1")
    told = org.lin.approve(task, 409, key="k2")

    assert (told["code"], told["by"]) == ("task_closed", "Lin")
    assert org.open_steps(made["instance"]) == {"d": ["sun"]}
    assert len(org.sun.todo()) == 1


def test_w_07_policies_act_in_the_commit_of_the_decision(org: Org1) -> None:
    made = org.amy.start("repeat_once", org.amy.quotation())

    org.lin.approve()

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}
    repeated = org.events(made["instance"], "decided")[1]
    assert (repeated["step"], repeated["reason"], repeated["actor"]["id"]) == ("x", "repeat", "system")


def test_w_11_an_unknown_guard_is_false(org: Org1) -> None:
    quotation = org.amy.quotation(payment_days=None)
    version = org.version("quotation", quotation)

    answer = org.amy.send("POST", f"/records/quotation/{quotation}/transitions/praise", {}, If_Match=f'"{version}"')

    assert (answer.status_code, answer.json["code"]) == (422, "guard_failed")
    assert org.amy.read("quotation", quotation)["status"] == "draft"


def test_w_13_a_decision_on_an_older_material_value_is_refused(org: Org1) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("fin_read", quotation)
    seen = org.amy.read("quotation", quotation)["version"]
    org.fu.approve(values={"discount": 12})

    told = org.fei.approve(status=409, seen=seen)

    assert (told["code"], told["changed_fields"]) == ("stale_subject", ["discount"])
    assert org.open_steps(made["instance"]) == {"margin": ["fei"]}


def test_w_14_a_change_that_is_not_material_does_not_matter(org: Org1) -> None:
    quotation = org.amy.quotation()
    org.amy.start("fin_read", quotation)
    seen = org.amy.read("quotation", quotation)["version"]
    org.fu.approve(values={"remark": "nice"})

    assert org.fei.approve(seen=seen)["outcome"] == "approved"


def test_w_15_who_has_no_task_is_refused_and_it_is_noted(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()

    told = org.bob.approve(task, 403)

    assert told["code"] == "forbidden"
    assert org.open_steps(made["instance"]) == {"m": ["lin"]}
    denied = org.rows("SELECT actor, action FROM tessera_audit WHERE action = 'denied'")
    assert [(actor, action) for actor, action in denied] == [(org.users["bob"], "denied")]


def test_w_15_who_may_not_see_the_record_is_told_that_there_is_nothing(org: Org1) -> None:
    org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    org.engine.auth.accounts.set_roles("t1", "tao", ())
    try:
        assert org.tao.approve(task, 404)["code"] == "not_found"
    finally:
        org.engine.auth.accounts.set_roles("t1", "tao", ("staff",))


ELSEWHERE = """object: paper
title: {zh: 文件, en: Paper}
fields: {name: {type: text, title: {zh: 名称, en: Name}, required: true}}
---
role: flow_admin
title: {zh: 流程管理员, en: Administrator of flows}
grants: {paper: {read: {}, create: {}}}
---
approval: sign
title: {zh: 签字, en: Sign}
object: paper
steps:
  - {approve: one, by: [{role: flow_admin}]}
"""
MANIFEST = 'pack: elsewhere\nversion: 1.0.0\ntitle: {zh: 别处, en: Elsewhere}\nengine: ">=0.1"\nlanguages: [zh, en]\n'


def test_w_145_a_task_of_another_tenant_is_unknown(org: Org1, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "all.yaml").write_text(ELSEWHERE, encoding="utf-8")
    engine = org.engine
    engine.tenancy.create("t2", "Elsewhere")
    try:
        engine.tenancy.install("t2", [tmp_path])
        boss = engine.auth.accounts.create("t2", NewUser("boss", "Boss", "correct horse battery", ("flow_admin",))).id
        actor = engine.auth.actor_of("t2", boss)
        assert actor is not None
        there = replace(org.system, tenant="t2", actor=actor)
        paper = engine.records.create(there, "paper", {"name": "x"}).id
        instance = engine.approvals.start(there, "paper", paper, "sign", {}).id
        with engine.shelf.database("t2").reading() as session:
            (task,) = tasks_of(session, instance, live=True)
        assert task.assignee == boss

        for desk in (org.lin, org.ada):
            assert desk.approve(task.id, 404)["code"] == "not_found"
            assert desk.get(f"/tasks/{task.id}", 404)["code"] == "not_found"
            assert desk.get(f"/instances/{instance}", 404)["code"] == "not_found"

        with engine.shelf.database("t2").reading() as session:
            assert [one.id for one in tasks_of(session, instance, live=True)] == [task.id]
    finally:
        engine.tenancy.drop("t2")


def test_w_164_one_command_has_one_now(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    done = org.lin.approve()

    moments = {event["at"] for event in org.events(done["instance"]) if event["seq"] > 3}

    assert len({event["at"] for event in org.events(made["instance"])}) == 1
    assert len(moments) == 1


def test_rules_that_do_not_match_read_the_record_once_together(org: Org1, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []

    def noting(unit: Unit, object: str, *given: Any, **more: Any) -> Any:
        reads.append(object)
        return read_subject(unit, object, *given, **more)

    monkeypatch.setattr(running, "read_subject", noting)
    rules = [rule for rule in org.engine.records.model(org.system).automations.values() if rule.object == "errand"]
    assert len([rule for rule in rules if rule.phase == "in_tx"]) > 1

    org.amy.make("errand", name="nothing for any rule")

    assert reads == ["errand"]
