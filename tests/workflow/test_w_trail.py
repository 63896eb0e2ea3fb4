"""Trail, bulk, invariants, tenants (4.17)."""

from __future__ import annotations

import json

import psycopg
import pytest
from sqlalchemy import text

from engine.storage.process_trail import broken_links, read_process_events
from engine.storage.stored_state import prepare_system_tables
from engine.storage.system import SYSTEM_VERSION
from engine.workflow.approvals.trail.archiving import archive_trail
from tests.workflow.org1.house import MORNING, TENANT, Org1


def done(org: Org1) -> str:
    made = org.amy.start("flow_l", org.amy.quotation())
    org.lin.approve(comment="fine")
    org.sun.approve()
    org.gao.approve()
    return str(made["instance"])


def test_w_140_a_bulk_is_many_commands_each_by_itself(org: Org1) -> None:
    amy = org.engine.auth.tokens.caller(org.tokens["amy"]).context(org.clock, org.system.zone, "en", "r")
    quotations = [{"number": f"Q{n}", "discount": 10} for n in range(50)]
    ids = [org.engine.records.create(amy, "quotation", quotation).id for quotation in quotations]
    made = [org.approvals.start(amy, "quotation", id, "flow_l", {}).id for id in ids]
    by_instance = {item["instance"]: item["id"] for item in org.lin.todo()}
    for instance in made[:2]:
        org.amy.command(instance, "withdraw")
    seen = org.lin.get(f"/tasks/{by_instance[made[2]]}")["seen"]
    org.ada.command(made[2], "override", values={"discount": 30}, comment="x")
    stale = next(item["id"] for item in org.lin.todo() if item["instance"] == made[2])
    tasks = [*(by_instance[id] for id in made[:2]), stale, *(by_instance[id] for id in made[3:])]
    body = {"tasks": tasks, "verb": "approve", "seen": {stale: seen}}

    told = org.lin.post("/tasks/bulk", body, Idempotency_Key="b1")

    assert (len(told["items"]), told["done"], told["failed"]) == (50, 47, 3)
    assert [one.get("code") for one in told["items"][:4]] == [
        "instance_closed",
        "instance_closed",
        "stale_subject",
        None,
    ]
    trail = "SELECT count(*) FROM tessera_process_event"
    before = org.rows(trail)
    again = org.lin.post("/tasks/bulk", body, Idempotency_Key="b1")
    assert (again["done"], again["failed"], org.rows(trail)) == (47, 3, before)
    assert len(org.sun.todo()) == 47


def test_w_184_a_bulk_is_refused_as_a_whole_where_it_is_not_offered(org: Org1) -> None:
    org.amy.start("flow_l", org.amy.quotation())
    org.amy.start("repeat_form", org.amy.quotation())
    org.amy.start("signed", org.amy.quotation())
    two_steps = [item["id"] for item in org.lin.todo()]

    org.lin.post("/tasks/bulk", {"tasks": two_steps, "verb": "approve"}, 422)
    org.gao.post("/tasks/bulk", {"tasks": [org.gao.task()], "verb": "approve"}, 422)
    org.lin.post("/tasks/bulk", {"tasks": [f"t{n}" for n in range(501)], "verb": "approve"}, 422)

    assert len(org.lin.todo()) == 2


def test_w_144_the_trail_cannot_be_changed(org: Org1) -> None:
    done(org)
    database, _ = org.engine.shelf.current(TENANT)

    for statement in ("UPDATE tessera_process_event SET comment = 'x'", "DELETE FROM tessera_process_event"):
        with pytest.raises(Exception, match=r"only ever added|permission|does not fit"), database.writing() as session:
            session.raw_rows(statement)

    assert org.rows("SELECT count(*) FROM tessera_process_event WHERE comment = 'x'")[0][0] == 0


def test_w_159_the_chain_shows_what_the_owner_of_the_database_altered(org: Org1) -> None:
    instance = done(org)
    database, _ = org.engine.shelf.current(TENANT)
    with database.reading() as session:
        assert broken_links(read_process_events(session, instance)) == []
    decided = org.events(instance, "decided")
    assert [(e["actor"]["name"], e["channel"], e["step"], e["visit"], e["round"]) for e in decided] == [
        ("Lin", "web", "m", 1, 1),
        ("Sun", "web", "d", 1, 1),
        ("Gao", "web", "g", 1, 1),
    ]

    statement = f"UPDATE tessera_process_event SET comment = 'no' WHERE instance = '{instance}' AND seq = 4"
    if database.dialect == "sqlite":
        with database.writing() as session:
            session.execute(text("DROP TRIGGER tessera_process_event_no_update"))
            session.execute(text(statement))
    else:
        with psycopg.connect(org.url.replace("+psycopg", ""), autocommit=True) as owner:
            owner.execute(f"SET search_path TO t_{TENANT}; SET session_replication_role TO replica")
            owner.execute(statement)

    with database.reading() as session:
        assert broken_links(read_process_events(session, instance)) == [4]
    org.watching = False


def test_w_160_a_comment_is_withdrawn_within_ten_minutes(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())
    org.lin.approve(comment="too cheap")
    seq = org.events(made["instance"], "decided")[0]["seq"]
    org.later(minutes=5)

    org.lin.command(made["instance"], "unsay", seq=seq)

    event = org.events(made["instance"], "decided")[0]
    assert (event["comment"], event["comment_withdrawn"]) == (None, True)
    org.sun.approve(comment="ok")
    later = org.events(made["instance"], "decided")[1]["seq"]
    org.later(minutes=20)
    assert org.sun.command(made["instance"], "unsay", 409, seq=later)["code"] == "cannot_retract"


def test_w_161_old_rows_of_the_trail_are_archived_and_cases_go_on(org: Org1) -> None:
    daily = org.engine.background.schedule
    daily.work(TENANT)
    closed = done(org)
    long_ago = org.amy.start("flow_l", org.amy.quotation())["instance"]
    org.lin.approve(comment="fine")
    org.at("2028-09-21 09:00")
    young = org.amy.start("flow_l", org.amy.quotation())["instance"]
    org.at("2029-03-21 09:00")
    whole = org.ada.get(f"/instances/{long_ago}")

    org.settle()
    now, org.clock.instant = org.clock.instant, MORNING
    daily.work(TENANT)
    org.clock.instant = now

    read = org.ada.get(f"/instances/{long_ago}")
    assert (whole["archived"], read["archived"], read["timeline"]) == (0, whole["seq"], [])
    assert org.ada.get(f"/instances/{long_ago}?archived=true")["timeline"] == whole["timeline"]
    assert [org.ada.get(f"/instances/{id}")["archived"] for id in (closed, young)] == [org.instance(closed)["seq"], 0]
    assert org.amy.get(f"/instances/{closed}/sheet")["verified"] is True
    task = next(item["id"] for item in org.sun.todo() if item["instance"] == long_ago)
    org.sun.approve(task)
    org.gao.approve(org.gao.task())
    read = org.ada.get(f"/instances/{long_ago}")
    assert (read["outcome"], read["archived"]) == ("approved", whole["seq"])
    assert [event["decision"] for event in read["timeline"] if event["type"] == "decided"] == ["approve", "approve"]
    assert len(org.ada.get(f"/instances/{long_ago}?archived=true")["timeline"]) == read["seq"]


def test_w_161_the_archive_is_kept_like_the_trail(org: Org1) -> None:
    done(org)
    org.later(days=1000)
    young = org.amy.start("flow_l", org.amy.quotation())["instance"]
    assert archive_trail(org.engine.shelf, org.system, 24) > 0
    assert archive_trail(org.engine.shelf, org.system, 24) == 0
    database, _ = org.engine.shelf.current(TENANT)

    for statement in (
        "UPDATE tessera_archived_event SET comment = 'x'",
        "DELETE FROM tessera_archived_event",
        f"DELETE FROM tessera_process_event WHERE instance = '{young}'",
    ):
        with pytest.raises(Exception, match=r"only ever added|permission|does not fit"), database.writing() as session:
            session.raw_rows(statement)
    org.check()


OLD_GUARDS = {
    "sqlite": (
        "DROP TRIGGER tessera_process_event_no_delete",
        "DROP TABLE tessera_archived_event",
        (
            "CREATE TRIGGER tessera_process_event_no_delete BEFORE DELETE ON tessera_process_event "
            "BEGIN SELECT RAISE(ABORT, 'rows of the trail are only ever added'); END"
        ),
    ),
    "postgresql": (
        "DROP TABLE tessera_archived_event",
        (
            "CREATE OR REPLACE FUNCTION tessera_only_added() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of the trail are only ever added' USING ERRCODE = '42501'; END $$"
        ),
        "REVOKE DELETE ON tessera_process_event FROM CURRENT_ROLE",
    ),
}


@pytest.mark.parametrize("version", [3, 4])
def test_a_database_from_before_the_archive_gets_it_and_its_guards(org: Org1, version: int) -> None:
    instance = done(org)
    org.later(days=1000)
    database, _ = org.engine.shelf.current(TENANT)
    before = ["DROP TABLE tessera_stranger"] if version == 3 else []
    with database.writing() as session:
        for statement in (
            *OLD_GUARDS[session.dialect],
            *before,
            f"UPDATE tessera_state SET system_version = {version}",
        ):
            session.execute(text(statement))

    with database.writing() as session:
        prepare_system_tables(session)

    assert archive_trail(org.engine.shelf, org.system, 24) > 0
    assert org.rows(f"SELECT count(*) FROM tessera_process_event WHERE instance = '{instance}'") == [(0,)]
    young = org.amy.start("flow_l", org.amy.quotation())["instance"]
    for statement in (
        "UPDATE tessera_archived_event SET comment = 'x'",
        "DELETE FROM tessera_archived_event",
        "UPDATE tessera_process_event SET comment = 'x'",
        f"DELETE FROM tessera_process_event WHERE instance = '{young}'",
    ):
        with pytest.raises(Exception, match=r"only ever added|permission|does not fit"), database.writing() as session:
            session.execute(text(statement))
    assert org.rows("SELECT system_version FROM tessera_state") == [(SYSTEM_VERSION,)]
    assert org.rows("SELECT count(*) FROM tessera_stranger") == [(0,)]
    org.check()


def test_w_162_the_sheet_shows_the_record_as_it_was_approved(org: Org1) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("other_slot", quotation)
    org.gao.approve()
    org.amy.change("quotation", quotation, discount=20)

    sheet = org.amy.get(f"/instances/{made['instance']}/sheet")

    assert sheet["record"]["discount"] == "10.00"
    assert [line["actor"]["name"] for line in sheet["decisions"]] == ["Gao"]
    assert sheet["verified"] is True


def test_w_147_decided_by_comes_from_the_decision(org: Org1) -> None:
    quotation = org.amy.quotation()
    made = org.amy.start("other_slot", quotation)
    task = org.gao.task()
    org.gao.approve(task)
    org.bob.change("quotation", quotation, remark="x")

    assert org.events(made["instance"], "decided")[0]["actor"]["name"] == "Gao"
    assert org.gao.get(f"/tasks/{task}")["decided_by"]["name"] == "Gao"


def test_w_146_hidden_fields_are_absent_for_that_step(org: Org1) -> None:
    made = org.amy.start("fin_any", org.amy.quotation(competitor_note="they offer 9"))["instance"]
    org.ada.command(made, "override", values={"competitor_note": "they offer 8"}, comment="seen today")
    org.settle()

    task = org.fei.task()
    for path in (f"/tasks/{task}", f"/instances/{made}", "/tasks?list=todo&limit=50", "/messages"):
        said = json.dumps(org.fei.get(path))
        assert "they offer" not in said, path
    assert "they offer 8" in json.dumps(org.gao.get(f"/instances/{made}"))
    org.fei.approve()
    assert org.gao.get(f"/tasks/{org.gao.task()}")["record"]["competitor_note"] == "they offer 8"


def test_the_badge_counts_what_waits(org: Org1) -> None:
    for number in range(3):
        org.amy.start("flow_l", org.amy.quotation(number=f"Q{number}"))

    assert org.lin.get("/tasks/count") == {"todo": 3, "more": False}
    page = org.lin.get("/tasks?list=todo&limit=2")
    rest = org.lin.get(f"/tasks?list=todo&limit=2&after={page['next'].replace('+', '%2B')}")
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
