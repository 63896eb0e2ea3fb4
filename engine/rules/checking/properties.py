"""The built-in properties of dates, times, durations and ranges, with their types."""

from __future__ import annotations

from collections.abc import Mapping

from engine.rules.feel_types import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    YEARS_DURATION,
    FeelType,
    RangeType,
)

_DATE: Mapping[str, FeelType] = {"year": NUMBER, "month": NUMBER, "day": NUMBER, "weekday": NUMBER}
_TIME: Mapping[str, FeelType] = {
    "hour": NUMBER,
    "minute": NUMBER,
    "second": NUMBER,
    "time offset": DAYS_DURATION,
    "timezone": STRING,
}
PROPERTIES: Mapping[str, Mapping[str, FeelType]] = {
    DATE.name: _DATE,
    TIME.name: _TIME,
    DATE_TIME.name: {**_DATE, **_TIME},
    DAYS_DURATION.name: {"days": NUMBER, "hours": NUMBER, "minutes": NUMBER, "seconds": NUMBER},
    YEARS_DURATION.name: {"years": NUMBER, "months": NUMBER},
}
RANGE_PROPERTIES = ("start", "end", "start included", "end included")


def property_type(of: FeelType, name: str) -> FeelType | None:
    """Return the type of a built-in property, or None when the type has none of that name."""
    if isinstance(of, RangeType):
        if name in ("start", "end"):
            return of.element
        return BOOLEAN if name in RANGE_PROPERTIES else None
    return PROPERTIES.get(of.name, {}).get(name)


def property_names(of: FeelType) -> tuple[str, ...]:
    """Return the names of a type's fields or built-in properties."""
    if isinstance(of, RangeType):
        return RANGE_PROPERTIES
    return of.field_names() or tuple(PROPERTIES.get(of.name, ()))


MULTI_WORD = ("time offset", "start included", "end included")
