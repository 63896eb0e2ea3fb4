"""Built files and icons, as the browser asks for them."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

from engine.kernel.errors import Missing
from engine.ui.drawing import DIST, manifest

STATIC = DIST.parent
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}
_NAME = re.compile(r"^[a-z0-9-]{1,60}$")
_FALLBACK = "table"


def read_asset(name: str) -> tuple[bytes, str, bool]:
    """Return the bytes and type of a file, and whether its name changes with its content."""
    known = frozenset(manifest().values())
    folder = DIST if name in known or name.endswith(".LEGAL.txt") else STATIC
    path = folder / name
    if "/" in name or name.startswith(".") or path.suffix not in _TYPES or not path.is_file():
        raise Missing("no_such_page")
    return path.read_bytes(), _TYPES[path.suffix], name in known


@cache
def squeezed(name: str) -> bytes:
    """Return a file compressed, once per process. Pages themselves are not: they hold tokens beside what was typed."""
    content, _, _ = read_asset(name)
    return gzip.compress(content, 9, mtime=0)


@cache
def read_icon(name: str) -> bytes:
    """Return one icon out of the whole set; a name that the set lacks gets a plain one."""
    if not _NAME.match(name):
        raise Missing("no_such_page")
    symbols = _symbols(DIST / manifest().get("icons.svg", "icons.svg"))
    shapes = symbols.get(name) or symbols.get(_FALLBACK, "")
    head = '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="'
    return f'{head}{name}" viewBox="0 0 24 24">{shapes}</symbol></svg>'.encode()


@cache
def _symbols(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    found = re.findall(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', path.read_text(encoding="utf-8"), re.DOTALL)
    return dict(found)
