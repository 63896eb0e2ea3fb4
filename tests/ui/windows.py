"""Browser windows of people in the showroom, and the server that they look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.window import DESK, PHONE
from tests.support.window import served as served_on
from tests.ui.showroom import Showroom

__all__ = ["DESK", "PHONE", "Desk", "Place", "served", "window"]


@dataclass
class Place:
    """A served showroom with some records in it."""

    url: str
    showroom: Showroom
    artist: str
    work: str
    deal: str
    cookies: list[Any]


@dataclass
class Desk:
    """A browser window; what its console complains of is kept."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page


@contextmanager
def served(showroom: Showroom) -> Iterator[Place]:
    """Serve a showroom on this machine, with records to look at."""
    artist = showroom.make("artist", name="齐白石", land="north", town="beijing", email="qi@example.com")
    showroom.make("artist", name="Guan Shanyue", land="south", town="canton")
    work = showroom.make("work", name="虾", artist=artist, price="1200", cost="300", styles=["ink"], framed=True)
    for number in range(12):
        showroom.make("work", name=f"Sketch {number:02}", artist=artist, price=str(100 + number))
    lines = [{"work": work, "quantity": 2}, {"work": work, "quantity": 1, "price": "999"}]
    deal = showroom.make("deal", artist=artist, lines=lines)
    cookie = showroom.visitor("clerk").client.get_cookie("tessera")
    assert cookie is not None
    with served_on(showroom.app) as url:
        yield Place(url, showroom, artist, work, deal, [{"name": "tessera", "value": cookie.value, "url": url}])


def window(browser: Browser, place: Place, size: tuple[int, int] = DESK, **tastes: str) -> Desk:
    """Open a window of a clerk; ``tastes`` are language, theme and density."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    context.add_cookies(place.cookies)
    wanted = {"language": "en", **tastes}
    named: list[Any] = [{"name": f"tessera-{name}", "value": value, "url": place.url} for name, value in wanted.items()]
    context.add_cookies(named)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    return Desk(context, page, place.url, complaints)
