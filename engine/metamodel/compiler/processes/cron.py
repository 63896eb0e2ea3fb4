"""Is a text a cron expression of five fields?"""

from __future__ import annotations

import re
from collections.abc import Mapping

# the bounds of minute, hour, day of the month, month, weekday (0 and 7 are Sunday)
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES: tuple[Mapping[str, int], ...] = (
    {},
    {},
    {},
    {name: month for month, name in enumerate(_MONTHS, 1)},
    {name: day for day, name in enumerate(_DAYS)},
)
_PART = re.compile(r"(\*|\w+(?:-\w+)?)(?:/(\d+))?\Z")


def is_cron(text: str) -> bool:
    """Tell whether every field is ``*``, a value, a span or a list of those, each with a step if one likes."""
    fields = text.split()
    return len(fields) == len(_BOUNDS) and all(_is_field(field, place) for place, field in enumerate(fields))


def _is_field(text: str, place: int) -> bool:
    return all(_is_part(part, place) for part in text.split(","))


def _is_part(text: str, place: int) -> bool:
    match = _PART.match(text)
    if match is None or match.group(2) == "0":
        return False
    if match.group(1) == "*":
        return True
    ends = [_value(word, place) for word in match.group(1).split("-")]
    low, high = _BOUNDS[place]
    return all(end is not None and low <= end <= high for end in ends) and (ends[0] or 0) <= (ends[-1] or 0)


def _value(word: str, place: int) -> int | None:
    named = _NAMES[place].get(word.lower())
    return named if named is not None else int(word) if word.isdigit() else None
