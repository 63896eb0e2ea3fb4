"""Boards: columns with counts and sums, cards that go where they may, for those who may."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.showroom import Showroom
from tests.ui.visitor import Page, Visitor
from tests.ui.windows import Desk, Place


@pytest.fixture(scope="module", autouse=True)
def deals(showroom: Showroom) -> None:
    """Artists of two lands, with deals."""
    artist = showroom.make("artist", name="Qi Baishi", land="north", town="beijing")
    showroom.make("artist", name="Guan Shanyue", land="south")
    showroom.make("artist", name="Nobody")
    work = showroom.make("work", name="Shrimps", artist=artist, price="12000", cost="300")
    for quantity in (1, 2):
        showroom.make("deal", artist=artist, lines=[{"work": work, "quantity": quantity, "price": "12000"}])


def columns(page: Page) -> dict[str, list[str]]:
    return {
        one.get("aria-label"): [
            " ".join(card.text_content().split()) for card in one.xpath(".//li//span[@class='t']/a")
        ]
        for one in page.tree.xpath("//section[@data-column]")
    }


def put(clerk: Visitor, object: str, row: str, column: str) -> Page:
    board = f"/o/{object}/board"
    token = clerk.token()
    return clerk.post(f"{board}/move", {"row": row, "column": column, "_back": board, "_csrf": token})


def test_an_object_with_a_life_cycle_has_a_board_of_its_states(clerk: Visitor) -> None:
    page = clerk.get("/o/deal/board")

    assert {title: len(cards) for title, cards in columns(page).items()} == {"Draft": 2, "Closed": 0, "Dropped": 0}
    assert "¥ 36.0K" in page.texts("//section[@data-column='draft']/header")[0]
    assert page.all("//nav[@aria-label='Show as']//a[@aria-current]/@href") == ["/o/deal/board"]


def test_the_filters_of_the_list_hold_on_the_board(clerk: Visitor) -> None:
    page = clerk.get("/o/artist/board?view=north")

    assert columns(page) == {"North": ["Qi Baishi"], "South": []}


def test_what_stands_out_is_told_on_the_card(clerk: Visitor) -> None:
    page = clerk.get("/o/artist/board")

    assert "No works" in page.texts("//section[@data-column='south']//li")[0]
    assert "No works" not in page.texts("//section[@data-column='north']//li")[0]


def test_a_card_moves_by_the_transition_that_leads_there(clerk: Visitor) -> None:
    page = clerk.get("/o/deal/board")
    row = page.all("//li[@data-row]/@data-row")[0]
    assert page.all("//li[@data-row]/@data-moves")[0] == "closed dropped"

    moved = put(clerk, "deal", row, "closed")

    assert moved.status == 303
    assert len(columns(clerk.get("/o/deal/board"))["Closed"]) == 1
    again = put(clerk, "deal", row, "dropped")
    assert again.status == 400
    assert "Nothing leads from here" in again.text


def test_a_transition_that_asks_something_asks_it_on_the_board(clerk: Visitor) -> None:
    row = clerk.get("/o/deal/board").all("//section[@data-column='draft']//li/@data-row")[0]

    asked = put(clerk, "deal", row, "dropped")

    assert asked.all("//input[@name='reason']")
    assert asked.all("//form[@class='ts-ask']//input[@name='_back']/@value") == ["/o/deal/board"]


def test_a_card_of_a_choice_takes_the_value_of_its_column(clerk: Visitor) -> None:
    row = clerk.get("/o/artist/board").all("//section[@data-column='south']//li/@data-row")[0]

    put(clerk, "artist", row, "north")

    assert "Guan Shanyue" in columns(clerk.get("/o/artist/board"))["North"]


@pytest.mark.parametrize("address", ["/o/deal_line/board", "/o/nothing/board", "/o/deal/board/cards?column=x"])
def test_there_is_no_board_where_none_is_declared(clerk: Visitor, address: str) -> None:
    assert clerk.get(address).status == 404


@pytest.mark.browser
def test_a_card_is_dragged_into_another_column(desk: Desk, place: Place) -> None:
    place.showroom.make("artist", name="Lin Fengmian", land="south")
    page = desk.open("/o/artist/board")

    page.locator(".ts-card", has_text="Lin Fengmian").drag_to(page.get_by_role("region", name="North", exact=True))

    expect(page.get_by_role("region", name="North", exact=True)).to_contain_text("Lin Fengmian")


@pytest.mark.browser
def test_a_card_is_moved_by_keys(desk: Desk, place: Place) -> None:
    place.showroom.make("artist", name="Pan Tianshou", land="north")
    page = desk.open("/o/artist/board")

    page.get_by_role("link", name="Pan Tianshou").focus()
    page.keyboard.press("Alt+ArrowRight")

    expect(page.get_by_role("region", name="South", exact=True)).to_contain_text("Pan Tianshou")
    expect(page.get_by_role("link", name="Pan Tianshou")).to_be_focused()
