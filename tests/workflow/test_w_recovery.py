"""Things that fail, come back, are lost or lie (K6, Q1 to Q7, M12, S2, Z4)."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.kernel.clock import SystemClock
from engine.kernel.errors import BadDefinition
from engine.messaging.channels.base import Outgoing, Receipt, Temporary
from engine.storage.sessions import Session
from engine.wiring import build_engine, web_app_of
from engine.workflow.approvals.rebuilding import rebuild
from tests.workflow.org1.house import MORNING, TENANT, Org1
from tests.workflow.test_people import errand
from tests.workflow.test_w_outside import Rates, rates

__all__ = ["rates"]


def write(org: Org1, statement: str, **values: Any) -> None:
    """Change something in the database behind the engine's back."""
    database, _ = org.engine.shelf.current(TENANT)
    with database.writing() as session:
        session.execute(text(statement), values)


# the scenario has a thousand, which take minutes: a campaign runs them all
OPEN_INSTANCES = 999 if os.environ.get("TESSERA_CAMPAIGN") else 30


class Wrong(SystemClock):
    """The clock of a machine that is five minutes ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=5)


class Post:
    """A mail server that is down as often as ``fails`` says."""

    name = "email"

    def __init__(self, fails: int) -> None:
        self.fails, self.sent = fails, list[Outgoing]()

    def send(self, outgoing: Outgoing) -> Receipt:
        if self.fails:
            self.fails -= 1
            raise Temporary("the server is down")
        self.sent.append(outgoing)
        return Receipt()

    def close(self) -> None:
        """Nothing stays open."""


def test_w_09_mail_is_sent_once_when_its_server_is_back(org: Org1, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(fails=3)
    monkeypatch.setitem(org.engine.messages.deliverer._channels, "email", post)
    write(org, "UPDATE tessera_user SET email = 'amy@example.com' WHERE id = :id", id=org.users["amy"])
    made = org.amy.start("order_made", org.amy.quotation())["instance"]

    org.gao.approve()
    assert org.instance(made)["outcome"] == "approved"
    waits = []
    for _ in range(4):
        org.settle()
        found = org.rows("SELECT due_at FROM tessera_delivery WHERE channel = 'email' AND state = 'waiting'")
        waits.append(len(found))
        org.later(minutes=5)

    assert waits == [1, 1, 1, 0]
    assert [one.address for one in post.sent] == ["amy@example.com"]


def test_w_171_three_rungs_and_an_urge_are_one_message_in_that_hour(org: Org1, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(fails=0)
    monkeypatch.setitem(org.engine.messages.deliverer._channels, "email", post)
    write(org, "UPDATE tessera_user SET email = 'lin@example.com' WHERE id = :id", id=org.users["lin"])
    made = org.amy.start("three_rungs", org.amy.quotation())["instance"]
    org.settle()
    told, inbox = len(post.sent), len(org.lin.get("/messages")["messages"])

    for minute in (61, 70, 76, 80):
        org.clock.instant = MORNING + timedelta(minutes=minute)
        if minute == 76:
            org.amy.command(made, "urge")
        org.settle()

    assert len(org.events(made, "reminded")) == 3
    assert len(org.events(made, "urged")) == 1
    assert [one.address for one in post.sent[told:]] == ["lin@example.com"]
    assert len(org.lin.get("/messages")["messages"]) == inbox + 4


def test_w_138_opening_links_decides_nothing(org: Org1) -> None:
    made = org.amy.start("flow_l", org.amy.quotation())["instance"]
    org.settle()
    task = org.lin.task()
    links = [m["link"] for m in org.lin.get("/messages")["messages"]]
    assert links
    client = org.lin.client
    for verb in ("approve", "reject", "return"):
        assert org.lin.send("GET", f"/tasks/{task}/{verb}").status_code in (404, 405)
    for link in links:
        client.get(link, headers={"Authorization": f"Bearer {org.tokens['lin']}"})

    assert org.open_steps(made) == {"m": ["lin"]}
    assert org.events(made, "decided") == []


def test_w_148_a_call_that_is_dead_holds_up_no_later_one(org: Org1, rates: type[Rates]) -> None:
    rates.answers = [(503, b"")] * 10 + [(200, b"")]
    made = org.amy.start("errand_told", errand(org), "errand")["instance"]
    for _ in range(11):
        org.settle()
        org.later(hours=2)
    assert org.rows("SELECT state FROM tessera_delivery WHERE channel = 'webhook'") == [("dead",)]

    org.lin.approve()
    org.settle()

    assert org.instance(made)["outcome"] == "approved"
    assert [told["data"]["with"]["step"] for told in rates.heard] == ["first"] * 10 + ["second"]


def test_w_165_no_command_reads_the_trail(org: Org1, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    for name in ("rows", "execute"):
        real = getattr(Session, name)

        def spy(self: Session, statement: Any, *args: Any, _real: Any = real, **more: Any) -> Any:
            said.append(str(getattr(statement, "text", statement)))
            return _real(self, statement, *args, **more)

        monkeypatch.setattr(Session, name, spy)

    org.watching = False
    made = org.amy.start("flow_l", org.amy.quotation())["instance"]
    org.lin.approve()
    org.sun.back("submitter")
    org.amy.command(made, "resubmit")
    for login in ("lin", "sun", "gao"):
        org.desk(login).approve()

    assert len(said) > 50
    assert [one for one in said if "FROM tessera_process_event" in one] == []
    assert org.instance(made)["outcome"] == "approved"


def test_w_174_another_machine_goes_on_with_the_same_database(org: Org1) -> None:
    amy = org.engine.auth.tokens.caller(org.tokens["amy"]).context(org.clock, org.system.zone, "en", "r")
    line = {"person_name": "Bob", "person": org.users["bob"], "amount": 90}
    given = {
        "wait_until": ("quotation", {"number": "Q"}),
        "errand_clock": ("errand", {"name": "x", "amount": 1}),
        "commission": ("commission_batch", {"name": "b", "lines": [line]}),
    }
    made: dict[str, list[str]] = {flow: [] for flow in given}
    for flow, (object, values) in list(given.items()) * (OPEN_INSTANCES // len(given)):
        record = org.engine.records.create(amy, object, values).id
        made[flow].append(org.approvals.start(amy, object, record, flow, {}).id)

    # the first machine does nothing from here on, as if it were killed
    other = build_engine(org.engine.settings, org.clock)
    moved = replace(org, engine=other, app=web_app_of(other))
    moved.at("2026-10-09 12:00")
    other.background.settle(TENANT, 10_000)

    open_tasks = "SELECT step, assignee, count(*) FROM tessera_task WHERE closed_at IS NULL GROUP BY step, assignee"
    each = len(made["commission"])
    standing = {(str(step), str(user)): int(count) for step, user, count in moved.rows(open_tasks)}
    assert standing == {
        ("g", moved.users["gao"]): each,
        ("a", moved.users["sun"]): each,
        ("own", moved.users["bob"]): each,
    }
    bob = replace(amy, actor=other.auth.actor_of(TENANT, moved.users["bob"]))
    while items := moved.bob.todo():
        for item in items:
            other.approvals.on_task(bob, item["id"], "approve", {})
    other.background.settle(TENANT, 10_000)
    assert {str(moved.open_steps(id)) for id in made["commission"][:200]} == {str({"g": ["gao"]})}
    moved.check()
    other.close()


def test_w_175_lists_are_rebuilt_from_the_running_cases(org: Org1) -> None:
    for number in range(3):
        org.amy.start("pool", org.amy.quotation(number=f"Q{number}"))
    org.amy.start("flow_l", org.amy.quotation())
    before = {login: [item["id"] for item in org.desk(login).todo()] for login in ("fei", "fu", "lin")}
    write(org, "DELETE FROM tessera_candidate")
    assert org.fei.todo() == []

    assert rebuild(org.engine.approvals.kernel, org.system) == 3

    assert {login: [item["id"] for item in org.desk(login).todo()] for login in before} == before
    assert rebuild(org.engine.approvals.kernel, org.system) == 0


def test_w_176_a_node_whose_clock_is_wrong_fires_nothing_early_or_twice(org: Org1) -> None:
    if "postgresql" not in str(org.engine.settings.database):
        pytest.skip("SQLite has no clock of its own; its nodes stand on one machine")
    made = org.amy.start("errand_reject", errand(org), "errand")["instance"]
    nodes = [build_engine(org.engine.settings, clock) for clock in (Wrong(), SystemClock())]
    now = datetime.now(UTC)
    fire = "UPDATE tessera_timer SET fire_at = :at, due_at = :at WHERE state = 'running'"
    write(org, fire, at=now + timedelta(minutes=2))
    assert [node.processes.timers.fire_due(TENANT) for node in nodes] == [0, 0]

    write(org, fire, at=now - timedelta(seconds=1))
    threads = [threading.Thread(target=node.processes.timers.fire_due, args=(TENANT,)) for node in nodes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [e["reason"] for e in org.events(made, "decided")] == ["timeout"]
    for node in nodes:
        node.close()


def test_w_181_of_two_that_fit_the_higher_priority_wins_and_a_tie_is_refused(org: Org1, tmp_path: Path) -> None:
    with (
        pytest.raises(BadDefinition) as refused,
        org.with_pack(tmp_path, errands=("priority: 11", "priority: 10")),
    ):
        pass
    assert "errand_y" in str(refused.value)

    made = org.amy.start("auto", errand(org), "errand")
    assert org.instance(made["instance"])["flow"] == "errand_y"


@pytest.mark.parametrize("condition", ["nonsense(record.amount)", "other_tenant.quotation.total > 1"])
def test_w_189_what_a_condition_may_not_ask_is_refused(org: Org1, tmp_path: Path, condition: str) -> None:
    slow = '"count(for i in 1..3000, j in 1..3000 return i * j) > 0"'
    with pytest.raises(BadDefinition), org.with_pack(tmp_path, errands=(slow, f'"{condition}"')):
        pass


def test_w_189_a_condition_without_end_ends_as_a_bad_one(org: Org1) -> None:
    id = errand(org)

    assert org.amy.start("errand_slow", id, "errand", 422)["code"] == "bad_condition"
