"""How pages look in a real browser: on a desk and on a phone, light and dark, in both languages."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.ui.windows import DESK, PHONE, Place, window

pytestmark = pytest.mark.browser


PAGES = ("/o/work", "/o/deal/{deal}", "/o/deal/{deal}/edit", "/o/artist/{artist}", "/o/work/new")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, place: Place, size: tuple[int, int], theme: str
) -> None:
    opened = window(browser, place, size, theme=theme, language="zh" if theme == "dark" else "en")
    for path in PAGES[:3]:
        page = opened.open(path.format(deal=place.deal, artist=place.artist))
        assert_clean(page, path)
    opened.context.clear_cookies(name="tessera")
    assert_clean(opened.open("/login"), "/login")
    assert not opened.complaints
    opened.context.close()


def assert_clean(page: Page, path: str) -> None:
    found = Axe().run(page).response["violations"]
    assert not [f"{path}: {one['id']} {one['nodes'][0]['html'][:200]}" for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_labels_never_wrap(browser: Browser, place: Place, language: str) -> None:
    opened = window(browser, place, language=language)
    for path in PAGES:
        page = opened.open(path.format(deal=place.deal, artist=place.artist))
        tall = page.evaluate(
            """() => [...document.querySelectorAll(".btn, .ts-tabs > *, .ts-state, thead th, .ts-nav a")]
                .filter((one) => one.offsetParent && one.getBoundingClientRect().height > 44)
                .map((one) => one.textContent.trim())"""
        )
        assert not tall, path
    opened.context.close()


def test_a_phone_shows_cards_a_tab_bar_and_room_for_buttons(browser: Browser, place: Place) -> None:
    opened = window(browser, place, PHONE)
    page = opened.open("/o/work")
    expect(page.get_by_role("navigation", name="Bottom menu")).to_be_visible()
    row = page.locator("tbody tr").first
    assert height_of(row) >= 64
    row.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page = opened.open("/o/deal/new")
    expect(page.get_by_role("navigation", name="Bottom menu")).to_be_hidden()
    save = page.get_by_role("button", name="Save deal")
    assert height_of(save) >= 44
    opened.context.close()


def height_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["height"]
