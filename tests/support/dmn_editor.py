"""dmn-js, an editor of DMN files that many tools are made of: installed from npm into a cache, run in a browser."""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.support.browser import installed

SOURCE = Path(__file__).resolve().parent / "dmn_js"
SCRIPT = Path("node_modules", "dmn-js", "dist", "dmn-modeler.production.min.js")


@dataclass(frozen=True, slots=True)
class DmnEditor:
    """An open editor."""

    page: Page

    def open(self, content: bytes) -> dict[str, Any]:
        """Open a file; return the warnings, the kinds of its views, and the file as the editor saves it."""
        told: dict[str, Any] = self.page.evaluate(
            """async (xml) => {
                const editor = new DmnJS({container: document.body.appendChild(document.createElement("div"))});
                const {warnings} = await editor.importXML(xml);
                const views = editor.getViews();
                for (const view of views) await editor.open(view);
                const saved = await editor.saveXML({format: true});
                editor.destroy();
                return {warnings: warnings.map(String), views: views.map((one) => one.type), xml: saved.xml};
            }""",
            content.decode(),
        )
        return told

    def write(self, content: bytes, cells: list[list[str]]) -> bytes:
        """Open a file, type these texts into the rules of its first table, and return what is saved."""
        xml: str = self.page.evaluate(
            """async ([xml, cells]) => {
                const editor = new DmnJS({container: document.body.appendChild(document.createElement("div"))});
                await editor.importXML(xml);
                await editor.open(editor.getViews().find((one) => one.type === "decisionTable"));
                const viewer = editor.getActiveViewer();
                const modeling = viewer.get("modeling");
                const rows = viewer.get("sheet").getRoot().rows;
                cells.forEach((texts, row) => texts.forEach((text, at) => {
                    modeling.editCell(rows[row].cells[at].businessObject, text);
                }));
                const saved = await editor.saveXML({format: true});
                editor.destroy();
                return saved.xml;
            }""",
            [content.decode(), cells],
        )
        return xml.encode()


@contextmanager
def dmn_editor(browser: Browser) -> Iterator[DmnEditor]:
    """Open an editor in a window of its own."""
    page = browser.new_page()
    page.set_content("<!doctype html><title>editor</title>")
    page.add_script_tag(path=_script())
    yield DmnEditor(page)
    page.close()


@functools.cache
def _script() -> Path:
    digest = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    cache = installed(SOURCE, f"dmn-js-{digest}")
    kept = cache / SCRIPT.name
    if not kept.is_file():
        shutil.copy(cache / SCRIPT, kept)
    return kept
