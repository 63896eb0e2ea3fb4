"""The record page: head, life-cycle, dialogs, history, explanations, neighbours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.showroom import Showroom
from tests.ui.visitor import Visitor


@pytest.fixture
def deal(showroom: Showroom, artist: Callable[..., str]) -> str:
    """A draft of a deal with two lines."""
    work = showroom.make("work", name="Sold", price="150")
    lines = [{"work": work, "quantity": 2}, {"work": work, "quantity": 1, "price": "99.5"}]
    return showroom.make("deal", artist=artist("Buyer's choice"), lines=lines)


def test_the_page_shows_state_steps_figures_lines_and_totals(clerk: Visitor, deal: str) -> None:
    page = clerk.get(f"/o/deal/{deal}")

    assert page.texts("//h1")[0].endswith("Draft")
    assert page.texts("//ol[@aria-label='Life-cycle']/li") == ["Draft", "Closed"]
    assert page.texts("//dl[contains(@class, 'ts-figs')]//dd") == ["¥399.50"]
    assert page.texts("//section//tbody//td[last()]") == ["300.00", "99.50"]
    assert page.texts("//section//tfoot//td[last()]") == ["399.50"]
    assert page.texts("//a[contains(@href, '/o/artist/')]") == ["Buyer's choice"]


def test_a_transition_is_one_press_and_shows_in_the_history(showroom: Showroom, clerk: Visitor, deal: str) -> None:
    page = clerk.post(f"/o/deal/{deal}/do/close", {"_csrf": clerk.token(), "_version": "1"})

    assert page.status == 303
    shown = clerk.get(f"/o/deal/{deal}")
    assert shown.texts("//h1")[0].endswith("Closed")
    assert "Clerk Close deal" in shown.text
    assert "Status Draft → Closed" in shown.text


def test_a_transition_that_asks_opens_a_question_and_keeps_what_was_said(
    showroom: Showroom, clerk: Visitor, deal: str
) -> None:
    (address,) = clerk.get(f"/o/deal/{deal}").all("//a[normalize-space()='Drop deal']/@href")

    dialog = clerk.get(address, HX_Request="true")
    assert dialog.all("//dialog//input[@name='reason']/@aria-required") == ["true"]
    assert "It cannot be closed any more" in dialog.text

    page = clerk.submit(address, reason="")
    assert page.status == 422
    assert page.all("//input[@name='reason']/@aria-invalid") == ["true"]

    assert clerk.submit(address, reason="No interest").status == 303
    assert showroom.engine.records.get(showroom.context(), "deal", deal).values["reason"] == "No interest"


def test_a_transition_that_a_check_forbids_says_why(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    empty = showroom.make("deal", artist=artist())

    page = clerk.post(f"/o/deal/{empty}/do/close", {"_csrf": clerk.token(), "_version": "1"})

    assert page.status == 422
    assert "At least one line" in page.text
    assert page.texts(f"//form//a[@href='/o/deal/{empty}/edit']") == ["Edit"]


def test_only_open_transitions_are_offered(showroom: Showroom, clerk: Visitor, deal: str) -> None:
    clerk.post(f"/o/deal/{deal}/do/close", {"_csrf": clerk.token(), "_version": "1"})

    page = clerk.get(f"/o/deal/{deal}")

    assert "Drop deal" not in page.text
    assert clerk.get(f"/o/deal/{deal}/do/drop").status in (200, 404, 409)


def test_a_page_offers_to_change_what_the_state_leaves_open(showroom: Showroom, clerk: Visitor, deal: str) -> None:
    page = clerk.get(f"/o/deal/{deal}")
    assert page.texts("//main//a[contains(@href, '/edit')]") == ["Edit", "Edit", "Edit lines"]
    clerk.submit(f"/o/deal/{deal}/do/drop", reason="No interest")

    page = clerk.get(f"/o/deal/{deal}")
    form = clerk.get(f"/o/deal/{deal}/edit")

    assert page.texts("//main//a[contains(@href, '/edit')]") == ["Edit"]
    assert form.all("//form//input[@name='reason']/@type") == ["text"]
    assert form.all("//form//input[@name='day' or @name='artist']") == []


def test_a_year_has_no_thousands_marks(clerk: Visitor, artist: Callable[..., str]) -> None:
    who = artist("Born", born=1864)

    assert "1864" in clerk.get(f"/o/artist/{who}").texts("//dd")
    assert clerk.get(f"/o/artist/{who}/edit").all("//input[@name='born']/@value") == ["1864"]


def test_deleting_says_what_goes_and_refuses_what_is_in_use(showroom: Showroom, clerk: Visitor, deal: str) -> None:
    dialog = clerk.get(f"/o/deal/{deal}/delete", HX_Request="true")
    assert "Its 2 lines go with it" in dialog.text
    assert "recycle bin" in dialog.text

    assert clerk.submit(f"/o/deal/{deal}/delete").answer.headers["Location"] == "/o/deal"
    page = clerk.get("/o/deal")
    assert page.texts("//*[@data-toast]")[0].startswith("Deleted D")
    assert page.all("//*[@data-toast]/a/@href") == ["/o/deal?deleted=1"]


def test_the_history_tells_who_changed_what(showroom: Showroom, clerk: Visitor, artist: Callable[..., str]) -> None:
    first, second = artist("Before"), artist("After")
    work = showroom.make("work", name="Moved", artist=first, framed=False)

    clerk.submit(f"/o/work/{work}/edit", **{"artist": second, "artist.text": "After", "framed": ["false", "true"]})

    page = clerk.get(f"/o/work/{work}")
    told = page.texts("//aside//li")
    assert any("Clerk changed 2 fields" in line for line in told)
    assert any("Artist Before → After" in line and "Framed No → Yes" in line for line in told)
    assert any("Boss created it" in line for line in told)


def test_a_computed_value_explains_itself(showroom: Showroom, clerk: Visitor) -> None:
    work = showroom.make("work", name="Why", price="100", cost="60")

    page = clerk.get(f"/o/work/{work}/why/margin", HX_Request="true")

    assert "Why Margin is ¥40.00" in page.text
    assert "price - cost" in page.text
    assert page.texts("//li") == ["Price ¥100.00", "Cost ¥60.00"]
    assert showroom.visitor("guest").get(f"/o/work/{work}/why/margin").status == 404


def test_masked_and_hidden_fields_stay_so_on_every_page(showroom: Showroom, artist: Callable[..., str]) -> None:
    who = artist("Private", phone="13800138000")
    work = showroom.make("work", name="Priced", artist=who, price="5", cost="4.44")
    guest = showroom.visitor("guest")

    page = guest.get(f"/o/artist/{who}")
    assert "138****8000" in page.text
    assert "13800138000" not in page.html
    assert "4.44" not in guest.get(f"/o/work/{work}").html
    assert "Cost" not in guest.get(f"/o/work/{work}").text


def test_a_record_that_is_not_there_is_a_page_that_says_so(clerk: Visitor) -> None:
    for path in ("/o/artist/00000000-0000-7000-8000-000000000000", "/o/artist/nonsense", "/o/artist/nonsense/edit"):
        page = clerk.get(path)
        assert page.status == 404
        assert page.all("//nav[@id='side']")


def test_related_lists_show_their_rows_and_lead_to_all(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("Many")
    for number in range(8):
        showroom.make("work", name=f"Many {number}", artist=who)

    page = clerk.get(f"/o/artist/{who}")

    assert page.texts("//section[.//h2='Works']//tbody//td[contains(@class, 'name')]") == [
        f"Many {n}" for n in range(6)
    ]
    (more,) = page.all("//section[.//h2='Works']//a[text()='See all']/@href")
    assert len(clerk.get(more).texts("//tbody/tr")) == 8
    assert "No deal yet" in page.text


def test_records_are_called_by_their_name_in_the_readers_language(
    showroom: Showroom, clerk: Visitor, artist: Callable[..., str]
) -> None:
    who = artist("吴昌硕", latin="Wu Changshuo", land="south")
    work = showroom.make("work", name="Wisteria", artist=who)
    seen = {}
    for language, name in (("en", "Wu Changshuo"), ("zh", "吴昌硕"), ("en", "Wu Changshuo")):
        clerk.client.set_cookie("tessera-language", language)
        seen = {
            "heading": clerk.get(f"/o/artist/{who}").texts("//h1")[0],
            "reference": clerk.get(f"/o/work/{work}").texts("//dd//a[contains(@href, '/o/artist/')]")[0],
            "list": clerk.get("/o/artist?q=Wu").texts("//tbody//td[contains(@class, 'name')]")[0],
            "picker": clerk.post("/o/work/lookup/artist", {"q": "Wu", "_csrf": clerk.token()}).text,
            "board": clerk.get("/o/artist/board?q=Wu").text,
            "edit": clerk.get(f"/o/artist/{who}/edit").texts("//h1")[0],
            "given": clerk.get(f"/o/work/new?artist={who}").answer.text,
            "deleting": clerk.get(f"/o/artist/{who}/delete").text,
        }
        assert {place for place, text in seen.items() if name not in text} == set(), (language, seen)
