"""Calendars of public holidays by name: days off, and the days that are worked instead."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

SUFFIX = "_public_holidays"
YEARS = range(2015, 2041)


class PublicDays(NamedTuple):
    """Days off of a country, and days of a weekend that are worked to make up for some of them."""

    closed: frozenset[date]
    working: frozenset[date]


def known_calendars() -> list[str]:
    """Return the names that a worktime may use."""
    import holidays

    return sorted(f"{code.lower()}{SUFFIX}" for code in holidays.list_supported_countries() if len(code) == 2)


@cache
def public_days(name: str) -> PublicDays | None:
    """Return the days of a calendar such as ``cn_public_holidays``; None when there is none of that name."""
    import holidays

    if not name.endswith(SUFFIX):
        return None
    try:
        found = holidays.country_holidays(name.removesuffix(SUFFIX).upper(), years=YEARS)
    except NotImplementedError:
        return None
    instead = getattr(found, "weekend_workdays", None) or ()
    working = frozenset(day for day in instead if day.year in YEARS)
    return PublicDays(frozenset(found) - working, working)
