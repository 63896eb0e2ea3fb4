"""CA-5 日历: tasks and activities on days and hours; managers see their staff's; repeats; a feed."""

from __future__ import annotations

import json
from typing import Any

from tests.support.office import Office, Staff


def entries(by: Staff, object: str, since: str, until: str) -> list[dict[str, Any]]:
    page = by.page().get(f"/o/{object}/calendar/entries?since={since}&until={until}")
    assert page.status == 200
    return list(page.answer.json or [])


def test_ca5_what_repeats_stands_on_each_of_its_days_in_the_colour_of_its_kind(office: Office) -> None:
    amy = office["amy"]
    customer = amy.make("customer", name="宁波测试", currency="CNY")["id"]
    times = {"start": "2026-11-24T09:00:00+08:00", "end": "2026-11-24T10:00:00+08:00"}
    amy.make("activity", subject="例会", kind="meeting", customer=customer, repeats="weekly", **times)

    found = [one for one in entries(amy, "activity", "2026-11-23", "2026-12-21") if one["title"] == "例会"]

    assert [one["start"][:10] for one in found] == ["2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15"]
    assert {one["tone"] for one in found} == {"teal"}
    feed = amy.send("GET", "/calendars/activity.ics")
    assert feed.mimetype == "text/calendar"
    assert feed.get_data(as_text=True).count("SUMMARY:例会") >= 4


def test_ca5_a_manager_sees_the_days_of_the_staff_and_can_move_what_is_his_to_move(office: Office) -> None:
    amy, lin = office["amy"], office["lin"]
    task = office["gao"].make("task", subject="标书", assignee=amy.id, due="2026-12-03")
    amy.make("activity", subject="拜访", customer=amy.make("customer", name="嘉兴测试", currency="CNY")["id"])

    days = entries(lin, "task", "2026-11-30", "2026-12-07")
    people = {one["personName"] for one in entries(lin, "activity", "2026-11-23", "2026-11-24")}

    assert [(one["title"], one["person"], one["movable"]) for one in days] == [("标书", amy.id, False)]
    assert [one["movable"] for one in entries(amy, "task", "2026-11-30", "2026-12-07")] == [True]
    assert "Amy" in people
    assert entries(office["zoe"], "task", "2026-11-30", "2026-12-07") == []
    visitor = amy.page()
    dropped = {"_csrf": visitor.token(), "row": days[0]["row"], "start": "2026-12-04T00:00:00"}
    assert visitor.post("/o/task/calendar/move", dropped).status == 200
    assert amy.read("task", task["id"])["due"] == "2026-12-04"


def test_ca5_the_page_offers_month_week_day_and_team(office: Office) -> None:
    page = office["lin"].page().get("/o/activity/calendar?span=team")

    (options,) = page.all("//*[@data-calendar]/@data-options")
    told = json.loads(options)
    assert (told["span"], told["team"], told["movable"], told["givable"]) == ("team", True, True, True)
    assert {"month", "week", "day", "team"} <= told["words"].keys()
