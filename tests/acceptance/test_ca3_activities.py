"""CA-3, CA-6 活动: an activity says what was done for a deal, a request or a task; check-in, result, reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.office import Office


@pytest.fixture(scope="module")
def about(office: Office) -> dict[str, str]:
    """Records of amy that activities are about."""
    amy = office["amy"]
    customer = amy.make("customer", name="杭州测试", currency="CNY")["id"]
    task = office["lin"].make("task", subject="回访", assignee=amy.id, due="2026-12-04")["id"]
    lead = amy.make("lead", company_name="杭州新客", mobile="13800138000")["id"]
    request = {"target": office.ids["unit_P"], "needed_by": "2026-12-11", "description": "比对"}
    return {
        "customer": customer,
        "task": task,
        "lead": lead,
        "collaboration": amy.make("collaboration", subject="支持", customer=customer, **request)["id"],
    }


def test_ca3_an_activity_is_about_any_of_them(office: Office, about: dict[str, str]) -> None:
    amy = office["amy"]
    for field, id in about.items():
        made = amy.make("activity", subject=f"About {field}", **{field: id})
        assert made[field]["id"] == id
    alone = amy.send("POST", "/records/activity", {"subject": "About nothing"})

    assert alone.status_code == 422
    assert office["lin"].read("task", about["task"])["activity_count"] == 1
    assert amy.read("collaboration", about["collaboration"])["activity_count"] == 1
    page = amy.page().get(f"/o/collaboration/{about['collaboration']}")
    assert "About collaboration" in page.text


def test_ca3_check_in_result_and_next_step_are_kept(office: Office, about: dict[str, str]) -> None:
    amy = office["amy"]
    id = amy.make("activity", subject="拜访", kind="visit", customer=about["customer"])["id"]

    nowhere = amy.do("activity", id, "check_in")
    there = amy.done("activity", id, "check_in", place="杭州滨江")
    silent = amy.do("activity", id, "complete")
    done = amy.done("activity", id, "complete", result="确认需求", next_step="报价", next_date="2026-12-01")

    assert (nowhere.status_code, silent.status_code) == (422, 422)
    assert (there["status"], there["place"], there["checked_in"][:10]) == ("running", "杭州滨江", "2026-11-23")
    assert (done["status"], done["next_step"], done["next_date"]) == ("done", "报价", "2026-12-01")
    assert amy.read("customer", about["customer"])["last_activity"] == "2026-11-23"


def test_ca6_a_reminder_comes_once_with_its_lead_time_by_the_ways_chosen(office: Office, about: dict[str, str]) -> None:
    amy, start = office["amy"], office.clock.now() + timedelta(hours=3)
    chosen = {
        "remind": "h1",
        "remind_by": ["inbox", "email"],
        "start": start.isoformat(),
        "participants": [office["bob"].id],
    }
    id = amy.make("activity", subject="Fair", customer=about["customer"], **chosen)["id"]
    subject = "Fair,"

    told = []
    for minutes in (115, 10, 30):
        office.clock.advance(timedelta(minutes=minutes))
        told.append((sum(text.startswith(subject) for text in amy.told()), len(office["bob"].told())))
    amy.change("activity", id, start=(office.clock.now() + timedelta(hours=2)).isoformat())
    office.clock.advance(timedelta(minutes=65))

    assert [count for count, _ in told] == [0, 1, 1]
    assert told[1][1] == told[2][1] >= 1
    assert sum(text.startswith(subject) for text in amy.told()) == 2
