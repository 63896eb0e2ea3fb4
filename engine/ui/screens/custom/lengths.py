"""Lengths of time as a figure and a unit; others, which only an author writes, are kept as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.ui.screens.custom.shop import Shop

UNITS: Mapping[str, str] = {"D": "P{n}D", "H": "PT{n}H", "M": "PT{n}M"}
_PLAIN = re.compile(r"P(?:(\d+)D|T(\d+)(H|M))")


def length_values(text: str) -> dict[str, str]:
    """Return the inputs for a length of time."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return {"within.n": "", "within.unit": "kept" if text else "D", "within": text}
    days, clock, unit = found.groups()
    return {"within.n": days or clock, "within.unit": unit or "D", "within": text}


def length_of(given: Mapping[str, str]) -> str:
    """Return the length of time that was posted, empty when there is none."""
    unit, figure = given.get("within.unit", ""), given.get("within.n", "")
    if unit == "kept":
        return given.get("within", "")
    return UNITS[unit].format(n=figure) if unit in UNITS and figure else ""


def length_in_words(shop: Shop, text: str) -> str:
    """Return a length of time in words."""
    values = length_values(text)
    unit = values["within.unit"]
    return shop.desk.say(f"custom.n_{unit}", n=int(values["within.n"])) if values["within.n"] else text
