"""Templates become pages: one environment per language, nothing unescaped, no name left undefined."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.ui.widgets.text import clean_html
from engine.ui.words import LANGUAGES, words_in

_HERE = Path(__file__).parent
DIST = _HERE / "static" / "dist"
HTML_LANGUAGES: Mapping[str, str] = {"zh": "zh-CN", "en": "en"}
KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Ctrl", "K"), "keys.palette"),
    (("/",), "keys.find"),
    (("J", "K"), "keys.move"),
    (("X",), "keys.pick"),
    (("Enter",), "keys.open"),
    (("N",), "keys.new"),
    (("E",), "keys.edit"),
    (("F",), "keys.filter"),
    (("P",), "keys.print"),
    (("[", "]"), "keys.neighbours"),
    (("Ctrl", "Enter"), "keys.save"),
    (("Ctrl", "D"), "keys.fill_down"),
    (("Ctrl", "Del"), "keys.drop_line"),
    (("Esc",), "keys.escape"),
    (("?",), "keys.help"),
)


@cache
def environment(language: str) -> Environment:
    """Return the templates with the words of one language."""
    env = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters["rich"] = rich
    env.globals.update(
        say=words_in(language).say,
        asset=asset,
        icon_href=icon_href,
        languages=tuple(LANGUAGES.items()),
        key_list=KEYS,
        html_language=HTML_LANGUAGES[words_in(language).language],
    )
    return env


def draw(language: str, template: str, places: Mapping[str, Any]) -> str:
    """Return a template filled in."""
    return environment(language).get_template(template).render(places)


def rich(text: str) -> Markup:
    """Return rich text that was cleaned of everything that acts; the one way past autoescaping."""
    return Markup(clean_html(text))  # noqa: S704 - cleaned on this very line


def asset(name: str) -> str:
    """Return the address of a built file; its name holds a hash of its content."""
    return f"/assets/{manifest().get(name, name)}"


@cache
def icon_href(name: str) -> str:
    """Return where an icon is: in the interface's sprite, else in a file of its own that the server cuts."""
    if name in interface_icons():
        return f"{asset('sprite.svg')}#{name}"
    return f"/assets/icons/{name}.svg#{name}"


@cache
def manifest() -> Mapping[str, str]:
    """Return logical name -> built file; empty when the front end was not built."""
    path = DIST / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@cache
def interface_icons() -> frozenset[str]:
    """Return the names in the interface's sprite."""
    built = DIST / manifest().get("sprite.svg", "")
    if not built.is_file():
        return frozenset()
    parts = built.read_text(encoding="utf-8").split('<symbol id="')[1:]
    return frozenset(part.partition('"')[0] for part in parts)
