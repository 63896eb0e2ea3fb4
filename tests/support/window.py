"""A browser window of somebody in an office that is served on this machine: one presses, fills in, and looks."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
from waitress.server import create_server

from tests.support.office import Office

DESK, PHONE = (1440, 900), (390, 844)
# milliseconds, on a machine that may be busy
PATIENCE = 30_000
# a folder for pictures of each stop of a journey, in both languages and widths
PICTURES = os.environ.get("TESSERA_PICTURES", "")
_PRESSED = "button, a, summary"


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application on this machine and give its address."""
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@dataclass
class Window:
    """Names and labels are those on the screen, in English; a dialog that is open is where one acts."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog[open]")

    @property
    def place(self) -> Locator:
        """Return where somebody acts now."""
        return self.dialog if self.dialog.count() else self.page.locator(".ts-bar, .ts-main")

    @property
    def id(self) -> str:
        """Return the id of the record that is shown."""
        return self.page.url.partition("?")[0].rstrip("/").rpartition("/")[2]

    def button(self, name: str) -> Locator:
        words = re.compile(rf"^\s*{re.escape(name)}\s*(Ctrl.*)?$", re.DOTALL)
        return self.place.locator(_PRESSED).filter(has_text=words, visible=True).first

    def press(self, name: str) -> None:
        """Press what bears this name, and wait for what comes of it."""
        self.button(name).click()
        self.page.wait_for_load_state("networkidle")

    def ask(self, name: str) -> None:
        """Press what bears this name, in a menu when it stands there, and wait for the dialog that it opens."""
        hidden = self.page.locator("details.ts-fly:not([open])").filter(has=self.page.get_by_text(name, exact=True))
        if hidden.count():
            hidden.first.locator("summary").click()
        self.button(name).click()
        expect(self.dialog).to_be_visible(timeout=PATIENCE)

    def answer(self, name: str) -> None:
        """Press a button of the dialog, which then is gone."""
        self.button(name).click()
        expect(self.dialog).to_have_count(0, timeout=PATIENCE)
        self.page.wait_for_load_state("networkidle")

    def more(self, name: str) -> None:
        """Choose from the menu behind the three dots of a record."""
        self.page.locator("summary[aria-label='More']").click()
        self.page.locator(".ts-fly[open] .ts-menu").get_by_text(name, exact=True).click()

    def save(self) -> None:
        """Save the form and be where it leads."""
        here = self.page.url
        self.page.locator("[data-save]").click()
        self.page.wait_for_url(lambda url: url != here, timeout=PATIENCE)
        self.page.wait_for_load_state("networkidle")

    def labelled(self, label: str) -> Locator:
        return self.place.get_by_label(re.compile(rf"^{re.escape(label)}\s*\*?$")).last

    def fill(self, label: str, text: str) -> None:
        self.labelled(label).fill(text)

    def choose(self, label: str, item: str) -> None:
        self.labelled(label).select_option(label=item)

    def pick(self, label: str, text: str) -> None:
        """Type a part of a title into a picker and choose it."""
        self.labelled(label).fill(text)
        self.page.get_by_role("option").filter(has_text=text).first.click()

    def add_line(self, of: str = "", /, **values: str) -> None:
        """Add a row to the lines of that name, or to the first there are, and fill it in; what can be picked is
        picked. ``values`` are by the labels of the cells."""
        editors = self.page.locator("fieldset[data-lines]:visible").filter(has=self.page.locator("[data-add-line]"))
        editor = editors.filter(has_text=of).first if of else editors.first
        rows = editor.locator("tbody [data-line]")
        before = rows.count()
        editor.locator("[data-add-line]").click()
        expect(rows).to_have_count(before + 1)
        for name, text in values.items():
            cell = rows.last.get_by_label(re.compile(rf"^{name.replace('_', ' ')}\b", re.IGNORECASE))
            kind = cell.evaluate("one => one.tagName == 'SELECT' ? 'select' : one.getAttribute('role')")
            if kind == "select":
                cell.select_option(label=text)
                continue
            cell.fill(text)
            if kind == "combobox":
                self.page.get_by_role("option").filter(has_text=text).first.click()
        self.page.wait_for_load_state("networkidle")

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()

    def see(self, text: str) -> None:
        expect(self.page.locator(".ts-main").get_by_text(text).filter(visible=True).first).to_be_visible(
            timeout=PATIENCE
        )

    def state(self, name: str) -> None:
        """Wait until the record that is shown is in a state."""
        expect(self.page.locator("h1 .ts-state")).to_have_text(name, timeout=PATIENCE)

    def told(self, text: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible(timeout=PATIENCE)

    def look(self, name: str) -> None:
        """Look whether the page fits a phone; take pictures where a folder is named for them."""
        self.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        assert wide <= PHONE[0], f"{self.page.url} is {wide} wide on a phone"
        if PICTURES:
            self._picture(name)

    def _picture(self, name: str) -> None:
        url = self.page.url
        # what was typed would be lost with the page
        typed = self.dialog.count() or self.page.locator(".ts-foot").count()
        for language in ("en",) if typed else ("zh", "en"):
            if not typed:
                self.page.context.add_cookies(_tastes(self.address, language))
                self.page.goto(url)
                self.page.wait_for_load_state("networkidle")
            for width, height in (DESK, PHONE):
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.screenshot(path=Path(PICTURES, f"{name}-{language}-{width}.png"))
        self.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def seat(browser: Browser, office: Office, address: str, login: str, size: tuple[int, int] = DESK) -> Window:
    """Open a window in which somebody is logged in; what its console complains of is kept."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", has_touch=size == PHONE
    )
    cookie = office[login].page().client.get_cookie("tessera")
    assert cookie is not None
    known: list[Any] = [{"name": "tessera", "value": cookie.value, "url": address}]
    context.add_cookies([*known, *_tastes(address, "en")])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    window = Window(page, address)
    page.on("pageerror", lambda error: window.complaints.append(str(error)))
    page.on("console", lambda line: window.complaints.append(line.text) if line.type == "error" else None)
    return window


def _tastes(address: str, language: str) -> list[Any]:
    return [{"name": "tessera-language", "value": language, "url": address}]
