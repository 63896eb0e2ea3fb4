"""The bell, the messages behind it, and background work, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from engine.jobs import Handler, Relay
from engine.kernel.names import RecordRef
from engine.messaging import Notice
from tests.ui.windows import PHONE, Desk, Place, window

pytestmark = pytest.mark.browser


def tell(place: Place, key: str, login: str = "clerk", **more: str) -> None:
    """Tell somebody something."""
    user = place.showroom.context(login).actor.user
    notice = Notice(key, RecordRef("", ""), (user,), text={"en": f"About {key}", "zh": f"关于 {key}"}, **more)
    place.showroom.engine.messages.notifier.tell("acme", notice)


@pytest.fixture
def boss(browser: Browser, place: Place) -> Iterator[Desk]:
    """A window of an administrator."""
    opened = window(browser, place)
    cookie = place.showroom.visitor("boss").client.get_cookie("tessera")
    assert cookie is not None
    opened.context.add_cookies([{"name": "tessera", "value": cookie.value, "url": place.url}])
    yield opened
    opened.context.close()


def test_the_bell_counts_without_a_reload_and_a_message_leads_to_its_place(desk: Desk, place: Place) -> None:
    page = desk.open("/o/work")
    expect(page.locator("#bell")).to_be_visible()

    tell(place, "m1", link="/o/artist")
    expect(page.get_by_role("link", name="Messages, 1 unread")).to_be_visible(timeout=6_000)

    page.locator("#bell").click()
    page.get_by_role("button", name="About m1", exact=True).click()
    expect(page.get_by_role("heading", name="Artists")).to_be_visible()
    expect(page.get_by_role("link", name="Messages, 0 unread")).to_be_visible(timeout=6_000)


def test_what_is_wanted_is_kept_and_what_is_wrong_is_said(desk: Desk) -> None:
    page = desk.open("/messages/settings")
    page.get_by_label("Reminders SMS").select_option("off")
    # every text of the page is whole, no place in it stayed open
    expect(page.get_by_text("{")).to_have_count(0)
    page.get_by_label("Time zone").fill("Mars/Base")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Mars/Base is not a time zone")).to_be_visible()

    page.get_by_label("Time zone").fill("Asia/Shanghai")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Message settings saved")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Shanghai")


def test_a_dead_letter_is_seen_and_tried_again(boss: Desk, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_occasion: object) -> None:
        raise RuntimeError("no answer")

    engine = place.showroom.engine
    broken = Handler("broken", lambda _model, name: name == "artist.created", fail)
    relay = Relay(engine.shelf, [broken], engine.clock)
    monkeypatch.setattr(engine.records.opener, "hears", relay.hears)
    made = place.showroom.make("artist", name="Nobody")
    context = place.showroom.context()
    relay.drain("acme")
    entry = next(one for one in engine.jobs.events(context) if one.record == made)
    engine.jobs.cancel(context, entry.id)

    page = boss.open("/jobs?what=events&in=dead")
    page.get_by_role("link", name="artist.created").first.click()
    expect(page.get_by_text("given up by boss")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It is tried again")).to_be_visible()

    assert engine.jobs.event(context, entry.id).standing in ("waiting", "failing")


@pytest.mark.parametrize("path", ["/messages", "/messages/settings", "/jobs", "/jobs?what=events", "/webhooks"])
def test_nothing_stands_out_of_a_phone(browser: Browser, place: Place, path: str) -> None:
    tell(place, "a long message that wraps over several lines of a small screen", "boss")
    opened = window(browser, place, PHONE, language="zh")
    cookie = place.showroom.visitor("boss").client.get_cookie("tessera")
    assert cookie is not None
    opened.context.add_cookies([{"name": "tessera", "value": cookie.value, "url": place.url}])
    page = opened.open(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    opened.context.close()
