"""Calendars: entries of the days asked for, moved where the reader may, and the same as a feed."""

from __future__ import annotations

import base64
import json
from typing import Any

import icalendar
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.test import Client

from tests.ui.showroom import Showroom
from tests.ui.visitor import Page, Visitor
from tests.ui.windows import Desk, Place


@pytest.fixture(scope="module", autouse=True)
def works(showroom: Showroom) -> None:
    """Works made on several days; one comes again each week until Christmas."""
    showroom.make("work", name="Shrimps", made="2026-11-02")
    showroom.make("work", name="Cabbage", made="2026-11-30")
    showroom.make("work", name="Peony", made="2026-10-29")
    showroom.make("work", name="Market", made="2026-11-04", again="weekly", until="2026-12-25")
    showroom.make("work", name="Undated")


def entries(clerk: Visitor, since: str, until: str) -> list[dict[str, Any]]:
    page = clerk.get(f"/o/work/calendar/entries?since={since}&until={until}")
    assert page.status == 200
    found: list[dict[str, Any]] = json.loads(page.html)
    return found


def test_a_calendar_shows_what_begins_in_its_days(clerk: Visitor) -> None:
    found = entries(clerk, "2026-11-01", "2026-11-04")

    assert [(one["title"], one["start"], one["end"], one["allDay"]) for one in found] == [
        ("Shrimps", "2026-11-02", "2026-11-03", True)
    ]


def test_what_comes_again_stands_on_each_of_its_days_until_the_last(clerk: Visitor) -> None:
    found = [one["start"] for one in entries(clerk, "2026-11-10", "2027-01-31") if one["title"] == "Market"]

    assert found == ["2026-11-11", "2026-11-18", "2026-11-25", "2026-12-02", "2026-12-09", "2026-12-16", "2026-12-23"]


def test_entries_are_called_by_what_their_card_tells_as_far_as_the_reader_may_read_it(showroom: Showroom) -> None:
    artist = showroom.make("artist", name="Xu Beihong")
    work = showroom.make("work", name="Horse", price="1200")
    showroom.make("deal", artist=artist, day="2026-10-12", lines=[{"work": work, "quantity": 2}])

    page = showroom.visitor("clerk").get("/o/deal/calendar/entries?since=2026-10-12&until=2026-10-13")

    assert [one["title"] for one in json.loads(page.html)] == ["Xu Beihong, ¥ 2,400.00"]
    assert "Xu Beihong, CNY 2,400.00" in fed(showroom, "deal")


def move(clerk: Visitor, **values: Any) -> Page:
    return clerk.post("/o/work/calendar/move", {**values, "_csrf": clerk.token()})


def test_an_entry_is_moved_to_another_day(clerk: Visitor, showroom: Showroom) -> None:
    showroom.make("work", name="Bamboo", made="2026-09-07")
    (entry,) = entries(clerk, "2026-09-07", "2026-09-08")

    answer = move(clerk, row=entry["row"], start="2026-09-09T00:00", shift="0")

    assert answer.status == 200
    assert [one["title"] for one in entries(clerk, "2026-09-09", "2026-09-10")] == ["Bamboo"]
    assert move(clerk, row=entry["row"], start="2026-09-11T00:00", shift="0").status == 412


def test_moving_an_occurrence_moves_the_whole_series_by_as_much(clerk: Visitor, showroom: Showroom) -> None:
    showroom.make("work", name="Fair", made="2026-07-06", again="weekly", until="2026-07-31")
    third = [one for one in entries(clerk, "2026-07-01", "2026-08-01") if one["title"] == "Fair"][2]

    move(clerk, row=third["row"], start="2026-07-22T00:00", shift=str(third["shift"]))

    found = [one["start"] for one in entries(clerk, "2026-07-01", "2026-08-01") if one["title"] == "Fair"]
    assert found == ["2026-07-08", "2026-07-15", "2026-07-22", "2026-07-29"]


@pytest.mark.parametrize("query", ["since=2026-11-01", "since=x&until=2026-12-01", "since=2020-01-01&until=2026-01-01"])
def test_days_that_are_none_or_too_many_are_refused(clerk: Visitor, query: str) -> None:
    assert clerk.get(f"/o/work/calendar/entries?{query}").status == 400


def test_the_feed_is_read_by_calendar_programs(showroom: Showroom) -> None:
    assert {"Shrimps", "Market"} <= fed(showroom, "work")


def fed(showroom: Showroom, calendar: str) -> set[str]:
    """Return what a calendar program shows of a feed."""
    token = showroom.engine.auth.tokens.create("acme", "clerk", "calendar", ("read",), None)
    basic = base64.b64encode(f"clerk:{token}".encode()).decode()
    client = Client(showroom.app)
    answer = client.get(f"/api/v1/calendars/{calendar}.ics", headers={"Authorization": f"Basic {basic}"})
    assert answer.mimetype == "text/calendar"
    read = icalendar.Calendar.from_ical(answer.get_data(as_text=True))
    return {str(event["summary"]) for event in read.walk("VEVENT")}


@pytest.mark.browser
def test_the_month_is_drawn_and_an_entry_leads_to_its_record(desk: Desk, place: Place) -> None:
    place.showroom.make("work", name="Lotus", made="2026-11-18")
    page = desk.open("/o/work/calendar?span=month&on=2026-11-15")
    expect(page.get_by_text("Lotus")).to_be_visible()

    # the kit's entries are articles that act as buttons
    assert {one["id"] for one in Axe().run(page).response["violations"]} <= {"aria-allowed-role"}
    page.get_by_text("Lotus").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Lotus")
