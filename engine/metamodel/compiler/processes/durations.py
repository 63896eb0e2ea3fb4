"""Lengths of time and times of day as the packs write them."""

from __future__ import annotations

import re
from datetime import time, timedelta

from engine.metamodel.model import Duration

_FORM = re.compile(r"(-)?P(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")


def parse_duration(text: str) -> Duration | None:
    """Return the length that ``text`` (such as ``P1DT4H``) writes; None when it is none."""
    match = _FORM.match(text)
    if match is None or not any(match.groups()[1:]):
        return None
    months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    sign = -1 if match.group(1) else 1
    clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return Duration(sign * (7 * weeks + days), sign * clock, sign * months)


def parse_time(text: str) -> time:
    """Return the time of day ``09:00``; midnight for ``24:00``. Its form has been checked."""
    hours, _, minutes = text.partition(":")
    return time(int(hours) % 24, int(minutes))
