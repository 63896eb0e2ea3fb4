"""The page around a format's text: paper, margins, header and footer with numbers, and how things look by default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from engine.kernel.text import LocalText
from engine.metamodel.model import PrintModel

BANDS = ("header", "footer")
_SIDES = ("left", "center", "right")
_NUMBERS = re.compile(r"(\{pages?\})")
_COUNTERS = {"{page}": "counter(page)", "{pages}": "counter(pages)"}
_LOOK = """
body{font:10pt/1.55 sans-serif;color:#1d2430;margin:0}
h1{font-size:18pt;line-height:1.3;text-align:center;margin:0 0 6mm}
h2{font-size:11.5pt;margin:6mm 0 2mm}
p{margin:0 0 2mm}
table{width:100%;border-collapse:collapse;margin:0 0 3mm}
thead{display:table-header-group}
tr,.keep{page-break-inside:avoid}
table.lines th,table.lines td{border:.5pt solid #8a93a3;padding:1.3mm 1.8mm;text-align:left;vertical-align:top}
table.lines th{background:#eef1f5;font-weight:bold;white-space:nowrap}
table.plain td,table.plain th{padding:.7mm 0;vertical-align:top;text-align:left;font-weight:normal}
table.plain th{color:#5b6472;width:24mm;white-space:nowrap}
td.num,th.num{text-align:right!important;white-space:nowrap}
.muted{color:#5b6472}.right{text-align:right}.text{white-space:pre-line}
.signs{position:relative}.seal{position:absolute;opacity:.85}
"""


def sources_of(format: PrintModel, language: str) -> dict[str, str]:
    """Return the templates of a format in a language; the one called ``html`` is the text."""
    found = {"html": format.body.in_language(language)}
    for band in BANDS:
        for side in _SIDES:
            label: LocalText = getattr(getattr(format, band), side)
            if label:
                found[f"{band}_{side}"] = label.in_language(language)
    return found


def document(format: PrintModel, language: str, title: str, texts: Mapping[str, str]) -> str:
    """Return the whole document out of the rendered texts."""
    page = format.page
    size = f"{page.size.lower()}{' landscape' if page.landscape else ''}"
    boxes = "".join(
        f"@{'top' if band == 'header' else 'bottom'}-{side}"
        f"{{content:{_content(texts[f'{band}_{side}'])};font:8pt sans-serif;color:#5b6472}}"
        for band in BANDS
        for side in _SIDES
        if texts.get(f"{band}_{side}")
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>@page{{size:{size};margin:{page.margin}mm;{boxes}}}{_LOOK}</style></head>"
        f"<body>{texts['html']}</body></html>"
    )


def _content(text: str) -> str:
    """Return a text as the content of a box, its places for numbers as counters."""
    parts = [part for part in _NUMBERS.split(" ".join(text.split())) if part]
    return " ".join(_COUNTERS.get(part) or _quoted(part) for part in parts) or '""'


def _quoted(text: str) -> str:
    safe = "".join(letter if letter.isalnum() or letter == " " else f"\\{ord(letter):x} " for letter in text)
    return f'"{safe}"'
