"""How the pages about rights look in a real browser: nothing for axe to find, and nothing wider than the window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.ui.test_looks import assert_clean
from tests.ui.windows import DESK, PHONE, Place, window

pytestmark = pytest.mark.browser

PAGES = (
    "/roles",
    "/roles/guest",
    "/roles/guest/edit",
    "/roles/guest/grants/work",
    "/roles/changes",
    "/users",
    "/users/guest/rights",
    "/users/clerk/leave",
    "/assignments",
    "/assignments/guest",
    "/profile/delegations",
    "/o/work/{work}/rights?user=guest&action=update",
    "/o/work/{work}/sharing",
    "/o/work/{work}/transfer",
    "/o/artist/merge?row={artist}&row={other}",
)


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_axe_finds_nothing_on_the_pages_about_rights(
    browser: Browser, place: Place, size: tuple[int, int], theme: str
) -> None:
    boss = place.showroom.visitor("boss")
    cookie = boss.client.get_cookie("tessera")
    assert cookie is not None
    other = place.showroom.make("artist", name=f"Double {theme}")
    boss.submit("/roles/guest/grants/work", **{"when.read": f'record.name != "{theme}"', "field.cost": "masked"})
    opened = window(browser, place, size, theme=theme, language="zh" if theme == "dark" else "en")
    opened.context.add_cookies([{"name": "tessera", "value": cookie.value, "url": place.url}])
    found = []
    for path in PAGES:
        page = opened.open(path.format(work=place.work, artist=place.artist, other=other))
        try:
            assert_clean(page, path)
        except AssertionError as error:
            found.append(str(error)[:600])
    assert not found, "\n".join(found)
    assert not opened.complaints
    opened.context.close()


def test_a_person_is_picked_while_one_types(browser: Browser, place: Place) -> None:
    boss = place.showroom.visitor("boss").client.get_cookie("tessera")
    assert boss is not None
    opened = window(browser, place)
    opened.context.add_cookies([{"name": "tessera", "value": boss.value, "url": place.url}])
    page = opened.open(f"/o/work/{place.work}/transfer")

    page.get_by_role("combobox").press_sequentially("gue")
    page.get_by_role("option", name="Guest").click()
    page.get_by_role("button", name="Transfer").click()

    page.wait_for_url(f"**/o/work/{place.work}")
    owner = place.showroom.engine.records.get(place.showroom.context(), "work", place.work).values["owner"]
    assert owner.title == "Guest"
    opened.context.close()
