"""The timeline of a record: all kinds by days, one kind alone, stretch by stretch, within the reader's rights."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.ui.showroom import Showroom
from tests.ui.visitor import Visitor
from tests.ui.windows import Desk, Place

TITLES = "//li/div[@class='who']//b"


@pytest.fixture(scope="module")
def artist(showroom: Showroom) -> str:
    """An artist with works, of which one was sold."""
    artist = showroom.make("artist", name="Qi Baishi")
    work = showroom.make("work", name="Shrimps", artist=artist, price="1200", made="2026-11-02")
    showroom.make("work", name="Cabbage", artist=artist, made="2026-10-15")
    showroom.make("deal", artist=artist, lines=[{"work": work, "note": "Lot 1", "quantity": 1, "price": "1200"}])
    return artist


def test_all_kinds_stand_by_days_the_newest_first(clerk: Visitor, artist: str) -> None:
    page = clerk.get(f"/o/artist/{artist}/timeline")

    assert set(page.texts(TITLES)[:2]) == {"D0001", "Lot 1"}
    assert page.texts(TITLES)[2:] == ["Shrimps", "Cabbage"]
    assert page.texts("//nav/a") == ["All", "Works", "Deals", "Sold works"]
    assert "1,200.00" in page.text


def test_one_kind_is_shown_alone(clerk: Visitor, artist: str) -> None:
    assert clerk.get(f"/o/artist/{artist}/timeline?kind=works").texts(TITLES) == ["Shrimps", "Cabbage"]


def test_a_long_timeline_is_told_in_stretches_of_whole_days_without_a_gap(clerk: Visitor, showroom: Showroom) -> None:
    busy = showroom.make("artist", name="Busy")
    for number in range(50):
        made = (date(2026, 1, 1) + timedelta(days=number // 3)).isoformat()
        showroom.make("work", name=f"Sketch {number:02}", artist=busy, made=made)

    told: list[str] = []
    address = f"/o/artist/{busy}/timeline?kind=works"
    while address:
        page = clerk.get(address)
        told += page.texts(TITLES)
        address = next(iter(page.all("//button/@hx-get")), "")

    assert sorted(told) == [f"Sketch {number:02}" for number in range(50)]


def test_who_may_not_see_a_kind_is_not_told_of_it(showroom: Showroom, artist: str) -> None:
    page = showroom.visitor("guest").get(f"/o/artist/{artist}/timeline")

    assert page.texts(TITLES) == ["Shrimps", "Cabbage"]


@pytest.mark.parametrize("address", ["/o/work/{id}/timeline", "/o/artist/{id}/timeline?before=x"])
def test_there_is_none_for_others_and_no_place_that_is_no_day(clerk: Visitor, artist: str, address: str) -> None:
    assert clerk.get(address.format(id=artist)).status in (400, 404)


@pytest.mark.browser
def test_the_timeline_is_read_when_the_record_is_opened(desk: Desk, place: Place) -> None:
    artist = place.showroom.make("artist", name="Lin Fengmian")
    place.showroom.make("work", name="Cranes", artist=artist, made="2026-11-20")

    page = desk.open(f"/o/artist/{artist}")

    expect(page.get_by_role("tabpanel", name="Timeline")).to_contain_text("Cranes")
