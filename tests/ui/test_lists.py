"""Lists: views, filters, order, pages, columns, and what is done with many rows."""

from __future__ import annotations

import base64
import json
import re

import pytest

from tests.ui.showroom import Showroom
from tests.ui.visitor import Page, Visitor

NAMES = "//tbody//td[contains(@class, 'name')]"


@pytest.fixture(scope="module", autouse=True)
def works(showroom: Showroom) -> None:
    """Three artists with works, and sixty works more."""
    north = showroom.make("artist", name="Qi Baishi", land="north", town="beijing")
    showroom.make("artist", name="Xu Beihong", land="north", town="harbin", active=False)
    showroom.make("artist", name="Guan Shanyue", land="south", town="canton")
    showroom.make("work", name="Shrimps", artist=north, price="1200.50", cost="300", made="2026-11-02", framed=True)
    showroom.make("work", name="Cabbage", artist=north, price="88000", cost="1", made="2026-10-15", framed=False)
    for number in range(60):
        showroom.make("work", name=f"Sketch {number:02}")


def names(page: Page) -> list[str]:
    return page.texts(NAMES)


def test_a_list_shows_fifty_rows_and_leads_to_the_next_page_and_back(clerk: Visitor) -> None:
    first = clerk.get("/o/work")
    assert len(names(first)) == 50
    assert "1–50" in first.text

    (following,) = first.all("//a[@rel='next']/@href")
    second = clerk.get(following)
    assert len(names(second)) == 12
    assert not set(names(first)) & set(names(second))
    assert "51–62" in second.text

    (back,) = second.all("//a[@rel='prev']/@href")
    assert names(clerk.get(back)) == names(first)


def test_a_view_is_a_tab_that_narrows_the_list(clerk: Visitor) -> None:
    page = clerk.get("/o/artist")
    (north,) = page.all("//nav[@aria-label='Views']/a[text()='In the north']/@href")

    assert names(clerk.get(north)) == ["Qi Baishi", "Xu Beihong"]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("name:has:shri", ["Shrimps"]),
        ("name:is:Cabbage", ["Cabbage"]),
        ("price:above:1,000", ["Cabbage", "Shrimps"]),
        ("price:between:1000,2000", ["Shrimps"]),
        ("made:is:2026-11-02", ["Shrimps"]),
        ("made:between:2026-10-01,2026-10-31", ["Cabbage"]),
        ("framed:yes:", ["Shrimps"]),
        ("price:above:not a figure", None),
        ("nonsense:is:1", None),
    ],
)
def test_a_rule_in_the_address_filters_and_shows_as_a_chip(clerk: Visitor, rule: str, found: list[str] | None) -> None:
    page = clerk.get(f"/o/work?f={rule}")

    assert page.status == 200
    if found is None:
        assert len(names(page)) == 50
    else:
        assert names(page) == found
        assert len(page.all("//span[contains(@class, 'ts-chip')]")) >= 1


def test_rules_on_choices_and_references_find_their_records(showroom: Showroom, clerk: Visitor) -> None:
    assert names(clerk.get("/o/artist?f=land:in:south")) == ["Guan Shanyue"]
    assert names(clerk.get("/o/artist?f=land:out:south")) == ["Qi Baishi", "Xu Beihong"]
    artist = showroom.engine.records.lookup(showroom.context(), "work", "artist", "Qi", {})[0]
    assert names(clerk.get(f"/o/work?f=artist:in:{artist.id} Qi")) == ["Cabbage", "Shrimps"]


def test_rules_match_all_or_any(clerk: Visitor) -> None:
    rules = "f=name:is:Shrimps&f=name:is:Cabbage"

    assert names(clerk.get(f"/o/work?{rules}")) == []
    assert names(clerk.get(f"/o/work?{rules}&match=any")) == ["Cabbage", "Shrimps"]


def test_removing_a_chip_removes_its_rule_only(clerk: Visitor) -> None:
    page = clerk.get("/o/work?f=name:has:a&f=framed:yes:")

    (without,) = page.all("//a[@aria-label='Remove filter: Framed']/@href")

    assert without == "/o/work?f=name%3Ahas%3Aa"


def test_the_filter_builder_works_without_scripts(clerk: Visitor) -> None:
    page = clerk.get("/o/work/filter?r=0&field.0=price&op.0=above&value.0=50000&match=all")

    assert page.answer.headers["Location"] == "/o/work?f=price%3Aabove%3A50000"


def test_an_expression_filters_and_a_wrong_one_says_what_is_wrong(clerk: Visitor) -> None:
    assert names(clerk.get('/o/work?where=artist.land = "north" and price > 2000')) == ["Cabbage"]

    page = clerk.get("/o/work?where=prise > 2000")
    assert page.status == 422
    assert "prise" in page.texts("//*[@role='alert']")[0]


def test_a_condition_over_a_hidden_field_is_refused(showroom: Showroom) -> None:
    page = showroom.visitor("guest").get("/o/work?where=cost > 100")

    assert page.status == 422
    assert names(page) == []


def test_hidden_columns_are_nowhere_on_the_page(showroom: Showroom) -> None:
    page = showroom.visitor("guest").get("/o/work")

    assert "Cost" not in page.texts("//th") + page.texts("//label") + page.texts("//option")


def test_a_head_sorts_up_and_then_down(clerk: Visitor) -> None:
    page = clerk.get("/o/work?f=price:filled:")
    (up,) = page.all("//th/a[starts-with(normalize-space(), 'Price')]/@href")
    assert names(clerk.get(up)) == ["Shrimps", "Cabbage"]

    (down,) = clerk.get(up).all("//th/a[starts-with(normalize-space(), 'Price')]/@href")
    assert names(clerk.get(down)) == ["Cabbage", "Shrimps"]
    assert clerk.get(down).all("//th/@aria-sort") == ["descending"]


def test_chosen_columns_are_kept_for_their_list(clerk: Visitor) -> None:
    token = clerk.token()

    clerk.post("/o/work/columns", {"_csrf": token, "column": ["name", "copies"], "_back": "/o/work"})
    assert clerk.get("/o/work").texts("//th")[1:-1] == ["Name", "Copies"]
    assert "Land" in clerk.get("/o/artist").texts("//th")

    clerk.post("/o/work/columns", {"_csrf": token, "reset": "1", "_back": "/o/work"})
    assert "Artist" in clerk.get("/o/work").texts("//th")


def test_figures_of_a_column_have_the_same_places_and_a_reference_its_title(clerk: Visitor) -> None:
    rows = [row.text_content() for row in clerk.get("/o/work?f=price:filled:").all("//tbody/tr")]

    assert "88,000.00" in rows[0]
    assert "1,200.50" in rows[1]
    assert "Qi Baishi" in rows[0]
    assert "North" in rows[0]


def test_rows_are_counted_when_asked(clerk: Visitor) -> None:
    assert "count" not in clerk.get("/o/work").text.lower().replace("count all", "")

    part = clerk.get("/o/work/count?f=name:has:Sketch", HX_Request="true")
    assert part.html.strip().startswith("60 in all · ")


def test_a_quick_search_finds_by_any_part(clerk: Visitor) -> None:
    assert names(clerk.get("/o/work?q=shrim")) == ["Shrimps"]


def test_nothing_found_offers_to_clear_the_filter_and_nothing_yet_the_first_step(clerk: Visitor) -> None:
    page = clerk.get("/o/work?f=name:is:nowhere")
    assert "No work matches" in page.text
    assert page.all("//a[text()='Clear filters']/@href")[0] == "/o/work"

    page = clerk.get("/o/deal")
    assert "No deal yet" in page.text
    assert page.all("//main//a[text()='New deal']/@href") == ["/o/deal/new"]


def test_bulk_deletion_tells_what_was_done_and_what_not(showroom: Showroom, clerk: Visitor) -> None:
    first, second = showroom.make("work", name="Old"), showroom.make("work", name="Older")
    showroom.engine.records.update(showroom.context(), "work", second, 1, {"name": "Oldest"})

    page = clerk.post(
        "/o/work/bulk",
        {"_csrf": clerk.token(), "action": "delete", "row": [f"{first}@1", f"{second}@1"], "_back": "/o/work"},
    )

    told = clerk.get(page.answer.headers["Location"]).texts("//*[@data-toast]")[0]
    assert told.startswith("1 done, 1 not done")
    assert names(clerk.get("/o/work?f=name:has:Old")) == ["Oldest"]


def test_the_recycle_bin_lists_what_was_deleted_and_gives_it_back(showroom: Showroom, clerk: Visitor) -> None:
    id = showroom.make("work", name="Lost")
    showroom.engine.records.delete(showroom.context(), "work", id, 1)

    assert "Lost" in names(clerk.get("/o/work?deleted=1"))
    page = clerk.get(f"/o/work/{id}")
    assert "recycle bin" in page.text
    clerk.post(f"/o/work/{id}/restore", {"_csrf": clerk.token()})

    assert names(clerk.get("/o/work?f=name:is:Lost")) == ["Lost"]


def test_the_menu_holds_what_the_reader_may_see(showroom: Showroom) -> None:
    clerk = showroom.visitor("clerk").get("/o/work").texts("//nav[@id='side']//a")
    guest = showroom.visitor("guest").get("/o/work").texts("//nav[@id='side']//a")

    assert {"Artists", "Works", "Deals"} & set(clerk) or {"Artist", "Work", "Deal"} <= set(clerk)
    assert not any("Deal" in text for text in guest)


def test_an_object_that_may_not_be_known_does_not_exist(showroom: Showroom) -> None:
    guest = showroom.visitor("guest")

    assert guest.get("/o/deal").status == 404
    assert guest.get("/o/nonsense").status == 404
    assert "does not exist" in guest.get("/o/deal").text


def test_the_search_finds_places_and_records(clerk: Visitor) -> None:
    page = clerk.get("/search?q=shrimps")
    assert page.texts("//a[@data-hit]")[0].startswith("Shrimps")

    assert "New work" in clerk.get("/search?q=new").text


def test_toasts_cannot_be_forged_into_links_elsewhere(clerk: Visitor) -> None:
    packed = base64.urlsafe_b64encode(json.dumps(["<b>x</b>", "https://evil.example", "go"]).encode()).decode()
    clerk.client.set_cookie("tessera-toast", packed)

    page = clerk.get("/o/work")

    assert "evil.example" not in page.html
    assert "<b>x</b>" not in page.html
    assert re.search(r"&lt;b&gt;x", page.html)
