"""What a person may do with a task (4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select, text

from engine.storage import Session, process_lists
from engine.storage.process_tables import TASK
from tests.workflow.org1.house import Org1
from tests.workflow.test_w_kernel import at_once, sender


def test_w_43_the_first_claim_holds_the_task_until_it_is_released(org: Org1) -> None:
    made = org.amy.start("pool", org.amy.quotation())
    task = org.fei.task()
    with org.quietly():
        answers = at_once(sender(org, "fei", task, "claim"), sender(org, "fu", task, "claim"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner, loser = ("fei", "fu") if answers[0].status_code == 200 else ("fu", "fei")
    told = next(answer.json for answer in answers if answer.status_code == 409)
    assert told["by"] == winner.title()

    org.desk(winner).act("release", task)

    assert org.open_steps(made["instance"]) == {"work": ["pool"]}
    assert org.desk(loser).task() == task
    org.check()


def test_w_44_a_transfer_moves_the_voice_for_good(org: Org1) -> None:
    made = org.amy.start("one_sla", org.amy.quotation())
    task = org.lin.task()
    due = org.lin.todo()[0]["due_at"]
    assert org.lin.act("transfer", task, 422, to="amy")["errors"][0]["code"] == "not_to_submitter"

    org.lin.act("transfer", task, to="bob", comment="you know them")

    tasks = {one["assignee"]["name"]: one for one in org.instance(made["instance"])["tasks"]}
    assert (tasks["Lin"]["state"], tasks["Bob"]["state"]) == ("moved", "open")
    assert tasks["Bob"]["due_at"] == due
    assert [e["comment"] for e in org.events(made["instance"]) if e["type"] == "moved"] == ["you know them"]
    assert org.lin.get(f"/tasks/{task}")["state"] == "moved"
    assert org.lin.approve(task, 409)["code"] == "task_closed"


def test_w_45_an_opinion_does_not_decide(org: Org1) -> None:
    made = org.amy.start("one_sla", org.amy.quotation())
    org.lin.act("delegate", to="lea", comment="what do you think?")
    assert org.lin.todo() == []
    assert [e["comment"] for e in org.events(made["instance"]) if e["type"] == "delegated"] == ["what do you think?"]

    org.lea.reject(comment="risky")

    assert org.instance(made["instance"])["status"] == "running"
    assert org.lin.todo()[0]["mark"] == "opinion"
    org.lin.approve()
    said = [(e["type"], e["decision"], e["actor"]["name"]) for e in org.events(made["instance"]) if e["decision"]]
    assert said == [("opinion", "reject", "Lea"), ("decided", "approve", "Lin")]


def test_w_45_a_delegated_task_can_be_taken_back(org: Org1) -> None:
    made = org.amy.start("one_sla", org.amy.quotation())
    task = org.lin.task()
    org.lin.act("delegate", task, to="lea")

    org.lin.act("recall", task)

    assert org.lea.todo() == []
    assert org.open_steps(made["instance"]) == {"m": ["lin"]}


def test_w_46_signers_before_advise_and_the_task_comes_back(org: Org1) -> None:
    made = org.amy.start("one_sla", org.amy.quotation())
    org.lin.act("add", how="before", mode="all", to=["lea", "luo"], comment="is the clause sound?")
    assert org.open_steps(made["instance"]) == {"m": ["lea", "luo"]}
    assert [e["comment"] for e in org.events(made["instance"]) if e["type"] == "added"] == ["is the clause sound?"]
    org.lea.approve()
    assert org.lin.todo() == []

    org.luo.approve()

    assert org.open_steps(made["instance"]) == {"m": ["lin"]}


def test_w_46_a_signer_before_who_refuses_leaves_the_decision_free(org: Org1) -> None:
    made = org.amy.start("one_sla", org.amy.quotation())
    org.lin.act("add", how="before", mode="all", to=["lea", "luo"])

    org.lea.reject()

    assert org.luo.todo() == []
    assert org.open_steps(made["instance"]) == {"m": ["lin"]}
    org.lin.approve()
    assert org.open_steps(made["instance"]) == {"d": ["sun"]}


def test_w_47_a_signer_after_must_approve_too(org: Org1) -> None:
    made = org.amy.start("one_sla", org.amy.quotation())
    org.lin.act("add", how="after", to="lea")
    org.lin.approve()
    assert org.open_steps(made["instance"]) == {"m": ["lea"]}
    org.lea.approve()
    assert org.open_steps(made["instance"]) == {"d": ["sun"]}

    org.amy.start("one_sla", org.amy.quotation())
    org.lin.act("add", how="after", to="lea")
    org.lin.approve()
    assert org.lea.reject()["outcome"] == "rejected"


def test_w_48_a_signer_with_widens_the_base(org: Org1) -> None:
    made = org.amy.start("fin_all", org.amy.quotation())
    org.fei.approve()
    org.fu.act("add", how="with", to="fang")

    org.fu.approve()

    assert org.open_steps(made["instance"]) == {"margin": ["fang"]}


def test_w_49_an_added_signer_can_be_removed_by_who_added_him(org: Org1) -> None:
    made = org.amy.start("fin_all", org.amy.quotation())
    org.fei.approve()
    task = org.fu.task()
    org.fu.act("add", task, how="with", to="fang")
    assert org.fu.act("remove", task, 403, person="fei")["code"] == "forbidden"

    org.fu.act("remove", task, person="fang")
    org.fu.approve(task)

    assert org.open_steps(made["instance"]) == {"g": ["gao"]}


def test_w_49_an_original_voice_is_not_removed_by_a_colleague(org: Org1) -> None:
    org.amy.start("fin_all", org.amy.quotation())

    assert org.fu.act("remove", status=403, person="fei")["code"] == "forbidden"


def test_w_50_urging_is_bounded(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    org.at("2026-09-21T09:00:00")
    org.amy.command(made["instance"], "urge")
    org.at("2026-09-21T11:00:00")
    assert org.amy.command(made["instance"], "urge", 429)["code"] == "throttled"
    org.at("2026-09-21T14:00:00")

    org.amy.command(made["instance"], "urge")

    org.amy.command(made["instance"], "withdraw")
    assert org.amy.command(made["instance"], "urge", 409)["code"] == "instance_closed"


def test_w_51_what_is_typed_is_not_in_the_record_until_the_decision(org: Org1) -> None:
    quotation = org.amy.quotation(approved_discount=10)
    org.amy.start("fin_any", quotation)
    task = org.fei.task()
    org.fei.act("save", task, values={"approved_discount": 7})

    assert org.gao.read("quotation", quotation)["approved_discount"] == "10.00"
    assert org.fei.get(f"/tasks/{task}")["draft"]["values"] == {"approved_discount": 7}
    org.fu.approve()
    assert org.fei.get(f"/tasks/{task}")["draft"] is None


def test_w_182_a_question_moves_nothing_and_its_answer_goes_to_who_asked(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    org.lin.act("ask", task, to="amy", comment="why 30 %?")
    assert org.lin.todo()[0]["mark"] == "waiting_answer"

    org.amy.act("answer", comment="they buy ten")

    assert org.amy.todo() == []
    assert org.lin.todo()[0]["mark"] == ""
    assert org.events(made["instance"], "answered")[0]["comment"] == "they buy ten"


def test_w_183_an_administrator_gives_a_voice_to_somebody_else(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    task = org.lin.task()
    assert org.ada.act("reassign", task, 422, to="sun")["errors"][0]["code"] == "comment_required"

    org.ada.act("reassign", task, to="sun", comment="in hospital")

    assert org.open_steps(made["instance"]) == {"m": ["sun"]}
    moved = org.events(made["instance"], "moved")[0]
    assert (moved["actor"]["name"], moved["comment"]) == ("Ada", "in hospital")
    assert org.lin.approve(task, 409)["code"] == "task_closed"


class Explaining:
    """A session that tells how the database would find what a statement asks for."""

    def __init__(self, session: Session) -> None:
        self._session, self.plan = session, ""

    def execute(self, statement: Any, given: Mapping[str, Any] = MappingProxyType({})) -> Any:
        connection, sqlite = self._session.connection(), self._session.dialect == "sqlite"
        compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
        values = {**compiled.params, **given}
        told = tuple(values[name] for name in compiled.positiontup) if compiled.positiontup else values
        if not sqlite:
            # in a table of a few rows it would look at all of them
            connection.exec_driver_sql("SET enable_seqscan TO off")
        rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{compiled}", told).all()
        if not sqlite:
            connection.exec_driver_sql("RESET enable_seqscan")
        self.plan = "\n".join(str(row[-1]) for row in rows)
        return self._session.execute(statement, given)


def test_open_tasks_are_found_by_the_index_of_live_ones(org: Org1) -> None:
    """However long the history is: nothing looks through tasks that are closed (F7, F13)."""
    user, lists = org.users["lin"], process_lists
    database, _ = org.engine.shelf.current("t1")
    org.amy.start("flow_l", org.amy.quotation())
    with database.writing() as session:
        (open_one,) = session.execute(select(TASK)).mappings().all()
        session.execute(
            insert(TASK), [{**open_one, "id": f"{n:036}", "state": "done", "decided_by": user} for n in range(2_000)]
        )
        session.execute(text("ANALYZE"))

    plans = []
    with database.reading() as session:
        for ask in (
            lambda told: lists.todo(told, lists.Wanted(user)),
            lambda told: lists.open_tasks_of(told, user, 10),
            lambda told: lists.held_tasks(told, user, 10),
        ):
            explaining = Explaining(session)
            ask(explaining)  # type: ignore[no-untyped-call]
            plans.append(explaining.plan)

    assert all("ix_tessera_task_todo" in plan for plan in plans), plans
    assert not any("Seq Scan on tessera_task" in plan for plan in plans), plans
