"""CA-2 上级下达任务: superiors give tasks down the organisation, to one or many, and hear what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.office import Office


def test_ca2_a_task_for_many_is_a_task_for_each(office: Office) -> None:
    lin = office["lin"]
    given = lin.make(
        "task",
        subject="整理客户资料",
        assignee=office["amy"].id,
        also=[office["bob"].id, office["ivy"].id, office["amy"].id],
        due="2026-12-04",
    )

    lists = {
        login: office[login].find("task", 'subject = "整理客户资料"', view="mine") for login in ("amy", "bob", "ivy")
    }

    assert {login: len(found) for login, found in lists.items()} == {"amy": 1, "bob": 1, "ivy": 1}
    for login in ("amy", "bob", "ivy"):
        assert any("整理客户资料" in text for text in office[login].told())
    bobs = lists["bob"][0]["id"]
    assert office["bob"].change("task", bobs, progress=40).status_code == 200
    assert office["bob"].read("task", bobs)["owner"]["id"] == lin.id
    office["bob"].done("task", bobs, "hand_in", feedback="已整理 12 家")
    assert office["bob"].do("task", bobs, "accept").status_code == 403
    assert lin.done("task", bobs, "accept")["done_on"] == "2026-11-23"
    whole = lin.read("task", given["id"])
    assert (whole["given_count"], whole["given_done"]) == (2, 1)


@pytest.mark.parametrize(
    ("giver", "to", "status"),
    [
        ("gao", "amy", 201),
        ("lin", "amy", 201),
        ("amy", "amy", 201),
        ("amy", "lin", 422),
        ("amy", "bob", 422),
        ("lin", "pia", 422),
    ],
)
def test_ca2_tasks_go_down_the_organisation_only(office: Office, giver: str, to: str, status: int) -> None:
    body = {"subject": "Call back", "assignee": office[to].id, "due": "2026-12-04"}

    answer = office[giver].send("POST", "/records/task", body)

    assert answer.status_code == status
    if status == 422:
        among = office["gao"].send("POST", "/records/task", {**body, "assignee": office["lin"].id})
        assert among.status_code == 201


def test_ca2_an_overdue_task_is_told_to_the_superior_once(office: Office) -> None:
    task = office["gao"].make("task", subject="催收货款", assignee=office["amy"].id, due="2026-11-26")
    office.settle()

    office.clock.advance(timedelta(days=4, hours=2))
    office.settle()
    office.clock.advance(timedelta(hours=1))
    office.settle()

    assert office["gao"].read("task", task["id"])["escalated_on"] == "2026-11-27"
    for login in ("amy", "lin", "gao"):
        late = [text for text in office[login].told() if "催收货款" in text and "overdue" in text]
        assert len(late) == 1, login
