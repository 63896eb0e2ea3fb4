"""Which of our languages a caller reads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.settings import Settings

LANGUAGES = ("zh", "en")


def language_of(environ: Mapping[str, Any], settings: Settings) -> str:
    """Return the language that Accept-Language wants most, else the user's, else the server's."""
    header = environ.get("HTTP_ACCEPT_LANGUAGE")
    wanted = _wanted(header) if header else None
    return wanted or environ.get("tessera.language") or settings.language


@lru_cache(256)
def _wanted(header: str) -> str | None:
    best: tuple[float, str] | None = None
    for part in header[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        language = tag.strip().lower().partition("-")[0]
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if language in LANGUAGES and 0 < weight <= 1 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None
