"""One resolver of people and the functions of processes: in transitions, states, rules and assignments alike."""

from __future__ import annotations

from typing import Any

from tests.workflow.org1.house import PEOPLE, TENANT, Org1

MAY = {
    "by_manager": {"lin"},
    "by_second": {"sun"},
    "by_chain": {"lin", "sun"},
    "by_limit": {"lin", "sun"},
    "by_head": {"fang"},
    "by_heads": {"fang", "gao"},
    "by_team": {"tom", "tina", "tao"},
    "by_field": {"fei", "lea"},
    "by_formula": {"luo"},
    "by_position": {"fang"},
    "by_role_in": {"fang", "fei", "fu"},
    "by_nowhere": set(),
    "by_where": {"sun", "gao"},
    "by_when": {"bob"},
    "by_guard": {"luo", "lea"},
}


def errand(org: Org1, login: str = "amy", **values: Any) -> str:
    department = org.rows("SELECT id FROM department WHERE code = 'finance'")[0][0]
    given = {"name": "x", "unit": department, "amount": 100_000, "helper": org.users["fei"], **values}
    return org.desk(login).make("errand", **given)


def moved(org: Org1, login: str, id: str, transition: str) -> int:
    path = f"/records/errand/{id}/transitions/{transition}"
    return org.desk(login).send("POST", path, {}, If_Match=f'"{org.version("errand", id)}"').status_code


def test_every_kind_of_person_may_perform_a_transition_that_names_him(org: Org1) -> None:
    id = errand(org, contact=org.employee("lea"))

    offered = {login: set(org.desk(login).read("errand", id)["_allowed"]) for login in PEOPLE}

    assert {name: {login for login in PEOPLE if name in offered[login]} for name in MAY} == MAY
    assert moved(org, "fang", id, "by_head") == 200
    assert moved(org, "fei", id, "by_head") == 403
    assert moved(org, "luo", id, "by_guard") == 200
    assert moved(org, "amy", id, "by_guard") == 422


def test_in_a_state_only_those_edit_whom_it_names(org: Org1) -> None:
    id = errand(org)
    org.amy.change("errand", id, name="y")
    assert moved(org, "amy", id, "close") == 200

    told = org.amy.change("errand", id, 403, name="z")

    assert told["code"] == "edit_closed"
    assert "update" not in org.amy.read("errand", id)["_allowed"]
    org.fang.change("errand", id, name="head")
    org.lin.change("errand", id, name="manager")


def test_functions_of_processes_have_values_where_rules_run(org: Org1) -> None:
    id = errand(org, kind="facts", since="2026-09-18T17:00:00+08:00", until="2026-09-21T10:00:00+08:00")

    assert org.amy.read("errand", id)["facts"] == (
        "manager lin, head fang, unit sales_east, hours 2, days 1, working true, reviews true"
    )


def test_an_assignment_finds_candidates_by_what_is_known_of_them(org: Org1) -> None:
    ids = [errand(org, kind="assign", amount=amount) for amount in (100_000, 100_000, 10**9, 10**9, 10**9)]
    workers = [org.amy.read("errand", id)["worker"] for id in ids]
    own = org.fei.read("errand", errand(org, "fei", kind="assign"))

    # who has one already has no room; Fei and Fu have no limit but Fang as their manager
    assert [worker and worker["id"] for worker in workers] == [
        org.users[login] for login in ("sun", "gao", "fei", "fu")
    ] + [None]
    assert own["worker"] is None


def test_whoever_is_away_is_not_on_duty(org: Org1) -> None:
    org.sun.post(
        "/substitutions", {"substitute": "gao", "from": "2026-09-21T00:00:00", "to": "2026-09-30T00:00:00"}, 201
    )

    id = errand(org, kind="assign")

    assert org.amy.read("errand", id)["worker"]["id"] == org.users["gao"]


def test_a_rule_acts_when_an_approval_is_decided(org: Org1) -> None:
    ids = [errand(org) for _ in range(3)]
    made = [org.amy.start("errand_flow", id, "errand")["instance"] for id in ids]

    org.lin.approve(org.lin.todo()[0]["id"])
    org.lin.reject(org.lin.todo()[0]["id"])
    org.amy.command(made[2], "withdraw")
    org.engine.background.settle(TENANT)

    assert [org.amy.read("errand", id)["verdict"] for id in ids] == ["approved", "rejected", "withdrawn"]


def test_s_5_people_of_a_step_that_comes_only_later_are_chosen_when_it_comes(org: Org1) -> None:
    made = org.amy.start("errand_pick", errand(org), "errand")["instance"]
    org.lin.approve(values={"kind": "deep"})

    task = org.amy.task("b")
    assert set(org.amy.allowed(task)) == {"pick"}
    assert org.amy.act("pick", task, 422)["code"] == "pick_missing"
    assert org.amy.act("pick", task, 422, picks={"b": ["bob"]})["code"] == "pick_out_of_range"
    org.lin.act("pick", task, 403, picks={"b": ["fei"]})
    org.amy.act("pick", task, picks={"b": ["fei", "fu"]})

    assert org.open_steps(made) == {"b": ["fei", "fu"]}
    assert org.amy.todo() == []
    assert [e["facts"]["people"] for e in org.events(made, "picked")] == [[org.users["fei"], org.users["fu"]]]
    org.fei.approve()
    org.fu.approve()
    assert org.open_steps(made) == {"c": ["gao"]}


def test_s_5_whoever_never_needs_them_is_not_asked(org: Org1) -> None:
    made = org.amy.start("errand_pick", errand(org), "errand")["instance"]
    org.lin.approve(values={"kind": "plain"})

    assert org.open_steps(made) == {"c": ["gao"]}


def test_functions_of_processes_have_values_where_the_clock_chooses_records(org: Org1) -> None:
    ids = [errand(org, kind="daily", helper=org.users[login]) for login in ("fu", "lin")]
    org.settle()
    org.at("2026-09-22 08:00")
    org.settle()

    assert [org.amy.read("errand", id)["note"] for id in ids] == ["seen false", None]
