"""Lengths of time in words."""

from __future__ import annotations

import re

from engine.ui.screens.custom.shop import Shop

_PLAIN = re.compile(r"P(?:(\d+)D|T(\d+)(H|M))")


def length_in_words(shop: Shop, text: str) -> str:
    """Return a length of time in words; one with several units as it was written."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return text
    days, clock, unit = found.groups()
    return shop.desk.say(f"custom.n_{unit or 'D'}", n=int(days or clock))
