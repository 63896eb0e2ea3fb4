"""Conversions on the page of a record: the button, the question with what is left, the deed, and its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.ui.showroom import Showroom
from tests.ui.visitor import Visitor

MAKE = "deal_to_parcel"


@pytest.fixture
def sold(showroom: Showroom, clerk: Visitor, artist: Callable[..., str]) -> str:
    """A deal that is closed: five of one work, two of another."""
    works = [showroom.make("work", name=name, price="10") for name in ("Lake", "Tower")]
    lines = [{"work": work, "note": note, "quantity": n} for work, note, n in zip(works, "LT", (1200, 2), strict=True)]
    deal = showroom.make("deal", artist=artist("Wu"), lines=lines)
    clerk.post(f"/o/deal/{deal}/do/close", {"_csrf": clerk.token(), "_version": "1"})
    return deal


def lines_of(showroom: Showroom, object: str, id: str) -> list[Any]:
    record = showroom.engine.records.get(showroom.context(), object, id)
    return [dict(line.values) | {"id": line.id} for line in record.lines["lines"]]


def test_the_button_opens_a_question_that_tells_what_is_left_of_each_line(
    showroom: Showroom, clerk: Visitor, sold: str
) -> None:
    (address,) = clerk.get(f"/o/deal/{sold}").all("//a[normalize-space()='Pack a parcel']/@href")

    dialog = clerk.get(address, HX_Request="true")

    assert dialog.all("//input[@name='parcel.receiver']/@value") == ["Wu"]
    assert dialog.texts("//table//tbody//td") == ["L", "1,200", "1,200", "", "T", "2", "2", ""]
    assert dialog.all("//table//input/@value") == ["1,200", "2"]


def test_a_part_is_taken_and_the_rest_stays_open_and_no_more_than_that(
    showroom: Showroom, clerk: Visitor, sold: str
) -> None:
    lake, tower = (line["id"] for line in lines_of(showroom, "deal", sold))
    address = f"/o/deal/{sold}/make/{MAKE}"

    first = clerk.submit(address, **{"parcel.receiver": "Li", f"part.{lake}": "1,000", f"part.{tower}": ""})
    too_much = clerk.submit(address, **{"parcel.receiver": "Li", f"part.{lake}": "201", f"part.{tower}": "2"})
    wordy = clerk.submit(address, **{"parcel.receiver": "", f"part.{lake}": "many", f"part.{tower}": "2"})

    parcel = first.answer.location.rpartition("/")[2]
    made = showroom.engine.records.get(showroom.context(), "parcel", parcel)
    assert (first.status, made.values["receiver"]) == (303, "Li")
    assert [(line["work_name"], line["quantity"]) for line in lines_of(showroom, "parcel", parcel)] == [("Lake", 1000)]
    assert [line["open"] for line in lines_of(showroom, "deal", sold)] == [200, 2]
    assert too_much.status == 422
    assert "Only 200 is left of this line" in too_much.text
    assert too_much.all("//table//input/@value") == ["201", "2"]
    assert wordy.status == 422


def test_what_does_not_count_any_more_is_open_again(showroom: Showroom, clerk: Visitor, sold: str) -> None:
    address = f"/o/deal/{sold}/make/{MAKE}"
    parcel = clerk.submit(address).answer.location.rpartition("/")[2]
    assert "Pack a parcel" not in clerk.get(f"/o/deal/{sold}").text
    assert clerk.get(address).status == 409

    showroom.engine.records.update(showroom.context(), "parcel", parcel, 1, {"lost": True})

    assert clerk.get(address).texts("//table//tbody//td[3]") == ["1,200", "2"]


def test_a_line_that_goes_past_the_button_is_held_to_what_is_left(
    showroom: Showroom, clerk: Visitor, sold: str
) -> None:
    lake, _ = (line["id"] for line in lines_of(showroom, "deal", sold))
    clerk.submit(f"/o/deal/{sold}/make/{MAKE}")

    page = clerk.submit(
        "/o/parcel/new",
        receiver="Li",
        **{"lines._sent": "1", "lines.0.deal_line": lake, "lines.0.deal_line.text": "L", "lines.0.quantity": "1"},
    )

    assert page.status == 422
    assert "More is packed than was sold" in page.text, page.texts("//*[@data-summary]")


def test_who_may_not_make_what_it_makes_is_not_offered_it(showroom: Showroom, clerk: Visitor, sold: str) -> None:
    guest = showroom.visitor("guest")

    assert guest.get(f"/o/deal/{sold}/make/{MAKE}").status in (403, 404)
