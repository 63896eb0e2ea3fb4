"""Finding the people (4.4): self, substitution, empty, repeat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert

from engine.kernel.names import new_record_id
from engine.storage.system import USER, USER_ROLE
from tests.workflow.org1.house import TENANT, Org1
from tests.workflow.test_people import errand


def decided(org: Org1, instance: str) -> list[tuple[str, str]]:
    return [(event["step"], event["reason"]) for event in org.events(instance, "decided")]


def test_w_21_a_manager_who_submits_is_judged_from_above_once(org: Org1) -> None:
    quotation = org.lin.quotation()
    made = org.lin.start("flow_l", quotation)
    assert org.open_steps(made["instance"]) == {"m": ["sun"]}

    org.sun.approve()

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}
    assert decided(org, made["instance"]) == [("m", "person"), ("d", "repeat")]


def test_w_22_the_submitter_is_left_out_where_the_step_says_skip(org: Org1) -> None:
    made = org.fei.start("fin_three", org.fei.quotation())

    assert org.open_steps(made["instance"]) == {"margin": ["fang", "fu"]}


def test_w_23_where_nobody_is_above_the_administrator_decides(org: Org1) -> None:
    made = org.gao.start("manager_only", org.gao.quotation())
    assert org.open_steps(made["instance"]) == {"a": ["ada"]}
    assert {"approve", "reject", "reassign"} <= org.ada.allowed(org.ada.task()).keys()

    org.ada.approve()

    assert decided(org, made["instance"]) == [("a", "admin")]


def test_w_24_a_position_holder_who_submits_is_replaced_by_his_manager(org: Org1) -> None:
    made = org.fang.start("cfo", org.fang.quotation())

    assert org.open_steps(made["instance"]) == {"a": ["gao"]}
    assert org.events(made["instance"], "people.self")[0]["reason"] == "self → manager"


def test_w_25_an_empty_step_passes_where_it_says_so(org: Org1) -> None:
    made = org.amy.start("vp_pass", org.amy.quotation())

    assert decided(org, made["instance"]) == [("a", "empty")]
    assert org.open_steps(made["instance"]) == {"g": ["gao"]}


def test_w_26_an_empty_step_goes_to_the_administrator_by_default(org: Org1) -> None:
    made = org.amy.start("vp_admin", org.amy.quotation())

    assert org.open_steps(made["instance"]) == {"a": ["ada"]}


def test_w_27_the_same_person_is_not_asked_twice_in_a_row(org: Org1) -> None:
    made = org.amy.start("five_adjacent", org.amy.quotation())
    org.lin.approve()
    assert org.open_steps(made["instance"]) == {"s4": ["sun"]}

    org.sun.approve()

    assert org.open_steps(made["instance"]) == {"s5": ["lin"]}
    assert decided(org, made["instance"]) == [
        ("s1", "person"),
        ("s2", "repeat"),
        ("s3", "repeat"),
        ("s4", "person"),
    ]


def test_w_28_with_once_any_earlier_approval_counts(org: Org1) -> None:
    made = org.amy.start("five_once", org.amy.quotation())
    org.lin.approve()

    assert org.sun.approve()["outcome"] == "approved"

    assert decided(org, made["instance"])[-1] == ("s5", "repeat")


def test_w_29_a_new_round_asks_again(org: Org1) -> None:
    made = org.amy.start("once_round", org.amy.quotation())
    org.lin.approve()
    org.sun.back("submitter")

    org.amy.command(made["instance"], "resubmit")

    assert org.open_steps(made["instance"]) == {"a": ["lin"]}


def test_w_30_what_must_be_filled_in_is_asked_of_a_person(org: Org1) -> None:
    made = org.amy.start("repeat_form", org.amy.quotation())

    org.lin.approve()

    assert org.open_steps(made["instance"]) == {"b": ["lin"]}


def test_w_32_a_person_named_twice_has_one_voice(org: Org1) -> None:
    made = org.amy.start("fin_merge", org.amy.quotation())

    assert org.open_steps(made["instance"]) == {"a": ["fang", "fei", "fu"]}


def test_w_33_inactive_people_are_passed_over_and_listed(org: Org1) -> None:
    org.engine.auth.accounts.set_active("t1", "fu", False)

    made = org.amy.start("all_of_finance", org.amy.quotation())

    assert org.open_steps(made["instance"]) == {"margin": ["fang", "fei"]}
    assert org.events(made["instance"], "people.dropped")[0]["facts"]["people"] == [org.users["fu"]]


def test_w_34_the_chain_ends_with_the_first_whose_authority_covers(org: Org1) -> None:
    large = org.amy.start("chain", org.amy.quotation(total=80_000))
    assert org.open_steps(large["instance"]) == {"chain": ["lin"]}
    org.lin.approve()
    assert org.open_steps(large["instance"]) == {"chain": ["sun"]}
    assert org.sun.approve()["outcome"] == "approved"

    org.amy.start("chain", org.amy.quotation(total=30_000))
    assert org.lin.approve()["outcome"] == "approved"


@pytest.fixture
def crowd(org: Org1) -> Iterator[None]:
    """Three hundred more people with a role that nobody else has."""
    database, _ = org.engine.shelf.current(TENANT)
    now = org.clock.now()
    names = [f"many{number:03}" for number in range(300)]
    people = [{"id": new_record_id(), "login": name, "name": name, "active": True} for name in names]
    with database.writing() as session:
        session.execute(insert(USER), [{**one, "created_at": now, "updated_at": now} for one in people])
        session.execute(insert(USER_ROLE), [{"user": one["id"], "role": "cashier"} for one in people])
    yield
    ids = [one["id"] for one in people]
    with database.writing() as session:
        session.execute(delete(USER_ROLE).where(USER_ROLE.c.user.in_(ids)))
        session.execute(delete(USER).where(USER.c.id.in_(ids)))


@pytest.mark.usefixtures("crowd")
def test_w_172_a_role_of_many_gets_one_task_that_the_first_claims(org: Org1) -> None:
    made = org.amy.start("errand_crowd", errand(org), "errand")["instance"]
    assert org.rows("SELECT count(*) FROM tessera_task WHERE step = 'a'") == [(1,)]
    offered = "SELECT count(*) FROM tessera_candidate c JOIN tessera_task t ON t.id = c.task WHERE t.state = 'ready'"
    assert org.rows(offered) == [(301,)]

    org.fu.act("claim")

    assert org.rows(offered) == [(0,)]
    assert org.open_steps(made) == {"a": ["fu"]}


def test_w_173_in_a_sequence_only_the_first_is_asked(org: Org1) -> None:
    made = org.amy.start("seq", org.amy.quotation())
    assert (len(org.lin.todo()), len(org.sun.todo())) == (1, 0)

    org.lin.approve()

    assert len(org.sun.todo()) == 1
    assert org.open_steps(made["instance"]) == {"s": ["sun"]}
